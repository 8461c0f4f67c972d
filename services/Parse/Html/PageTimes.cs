using Storyline.Parse.Metadata;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Html;

/// <summary>
/// What a page says of when its article was published and changed: what it declares for machines, and what it shows its readers by the headline.
/// A newsroom's declaration of its own news stands; elsewhere templates and plug-ins declare the day of an import or a build, and what readers see is weighed against it.
/// </summary>
internal sealed class PageTimes
{
    // How many pieces of text may stand between the headline and its date; further away are the dates of other things.
    private const int Near = 12;

    private const int MaxPiece = 90;

    // Written by what holds the article itself, as the first publication; JSON-LD and plain meta dates are often a plug-in's.
    private const double OpenGraph = 0.94, Markup = 0.88;

    private static readonly string[] PublishedMetas =
    [
        "datePublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "publish-date", "publish_date", "publishdate",
        "publication_date", "publication-date", "pubdate", "published-date", "published_date", "publisheddate", "date_published", "w-published-date", "citation_publication_date", "citation_date", "prism.publicationdate",
        "bt:pubdate", "og:pubdate", "og:publish_date", "article_date_original", "originalpublicationdate", "release_date", "cxenseparse:recs:publishtime", "article.published", "date",
    ];

    private static readonly string[] ModifiedMetas =
    [
        "article:modified_time", "og:article:modified_time", "og:updated_time", "dateModified", "dcterms.modified", "dc.date.modified", "last-modified", "article:modified",
    ];

    private static readonly Tag[] Headlines = [Tag.H2, Tag.H3, Tag.H4, Tag.H5, Tag.H6];

    private readonly Page _page;
    private readonly HtmlTree _tree;
    private readonly PageSigns _signs;
    private readonly string? _pagePublished;
    private readonly DateTimeOffset? _fetchedAt;
    private readonly Sign _headline;
    private readonly List<TimeEvidence> _published = [];
    private readonly List<TimeEvidence> _modified = [];
    private int _declared;

    private PageTimes(Page page, HtmlTree tree, string? pagePublished, DateTimeOffset? fetchedAt)
    {
        _page = page;
        _tree = tree;
        _signs = page.Signs;
        _pagePublished = pagePublished;
        _fetchedAt = fetchedAt;
        _headline = page.Headline.Element is not null ? page.Headline
            : _signs.Headings.Count > 0 ? _signs.Headings[0]
            : _signs.LowerHeadings.Find(h => page.Title is not null && PageSigns.ShortText(h.Element, 400) is { } text && Titles.SameText(text, page.Title));
    }

    /// <param name="page">The page; its times are not asked for.</param>
    /// <param name="tree">Its tree.</param>
    /// <param name="pagePublished">When the page itself is declared to be published.</param>
    /// <param name="fetchedAt">When the page was fetched: what is to come then is no evidence. Null when unknown.</param>
    public static (List<TimeEvidence> Published, List<TimeEvidence> Modified) Find(Page page, HtmlTree tree, string? pagePublished, DateTimeOffset? fetchedAt)
    {
        var times = new PageTimes(page, tree, pagePublished, fetchedAt);
        times.Declared();
        if (!(page.Article.IsNews && DateText.Machine(page.Article.DatePublished) is { } news && !PublishTimes.IsToCome(news, fetchedAt)))
        {
            times.Shown();
        }

        times.Order();
        if (UrlDate.Read(page.Address) is { } day)
        {
            times._published.Add(new TimeEvidence(day, 0.45, "url"));
        }

        times._published.RemoveAll(times.IsToCome);
        times._modified.RemoveAll(times.IsToCome);
        // A bound is better than nothing: it was published by then.
        if (times._published.Count == 0 && times._modified.Count > 0)
        {
            times._published.Add(new TimeEvidence(times._modified[0].Reading, 0.2, "the last change, as nothing else tells"));
        }

        return (times._published, times._modified);
    }

    private void Declared()
    {
        var metadata = _page.Metadata;
        Add(_published, _page.Article.DatePublished, 0.95, "json-ld datePublished");
        Add(_published, _pagePublished, 0.85, "json-ld datePublished of the page");
        AddFirst(_published, ["article:published_time", "og:article:published_time", "og:published_time", "article:published", "shareaholic:article_published_time"], OpenGraph, "meta article:published_time");
        AddFirst(_published, PublishedMetas, 0.9, "meta date");
        if (_signs.Signs.FirstOrDefault(s => s.Hints.HasFlag(Hints.PublishedProperty)).Element is { } marked)
        {
            Add(_published, TimeOf(marked), Markup, "itemprop datePublished");
        }

        _declared = _published.Count;
        Add(_modified, _page.Article.DateModified, 0.95, "json-ld dateModified");
        AddFirst(_modified, ModifiedMetas, 0.9, "meta article:modified_time");

        void AddFirst(List<TimeEvidence> evidence, string[] names, double confidence, string source)
        {
            var before = evidence.Count;
            for (var i = 0; i < names.Length && evidence.Count == before; i++)
            {
                Add(evidence, metadata.First(names[i]), confidence, source);
            }
        }
    }

    private void Shown()
    {
        var dated = ByHeadline();
        var times = dated.Where(s => s.Element.Tag == Tag.Time && s.Element.Has("datetime")).Take(Near).ToList();
        var time = times.Find(s => RoleOf(s.Element) != DateRole.Change && DateText.RoleOf(PageSigns.ShortText(s.Element, MaxPiece)) != DateRole.Change);
        Add(_published, time.Element is null ? null : TimeOf(time.Element), 0.7, "time element");
        if (ShownNear() is { } shown)
        {
            Weigh(shown);
        }

        if (_published.Count == 0)
        {
            Add(_published, times.Count > 0 ? TimeOf(times[0].Element) : null, 0.6, "time element of the last change");
        }

        if (_published.Count == 0)
        {
            foreach (var sign in dated.Take(60))
            {
                var title = sign.Element.Value("title");
                if ((title is null ? null : DateText.Machine(title)) is { } machine)
                {
                    _published.Add(new TimeEvidence(machine, 0.5, "title of an element marked as a date"));
                    break;
                }

                if (PageSigns.ShortText(sign.Element, 120) is { } text && DateText.Mention(text) is { Role: not DateRole.Other } mention)
                {
                    _published.Add(new TimeEvidence(mention.Reading, 0.5, "element marked as a date"));
                    break;
                }
            }
        }

        if (_published.Count == 0 && (DateBelowHeadline() ?? FirstWrittenDate()) is { } written)
        {
            _published.Add(new TimeEvidence(written, 0.4, "a date as text"));
        }

        if (_published.Count == 0 && OpeningDate() is { } opening)
        {
            _published.Add(new TimeEvidence(opening, 0.35, "a date that opens a line"));
        }
    }

    /// <summary>
    /// A date by the headline that is not said to be of a change is the publication's, and what is declared of another day counts less. Templates show the day of a
    /// change without a word, too: it is taken for one when it is the declared change's, or comes after the first publication that Open Graph or the markup declares.
    /// </summary>
    private void Weigh(DateMention shown)
    {
        if (shown.Role == DateRole.Change || (shown.Role == DateRole.Unsaid && _declared > 0 && !_published.Take(_declared).Any(p => Agree(p.Reading, shown.Reading)) && (_modified.Exists(m => Agree(m.Reading, shown.Reading)) || Follows(shown.Reading))))
        {
            _modified.Add(new TimeEvidence(shown.Reading, 0.5, "shown by the headline as the last change"));
            // Nothing is changed before it is published.
            if (_published.TrueForAll(p => p.Reading.Time.Date > shown.Reading.Time.Date && !Agree(p.Reading, shown.Reading)))
            {
                Prefer(shown.Reading, _published.Count == 0 ? 0.5 : 0.86);
            }
        }
        else
        {
            Prefer(shown.Reading, shown.Role == DateRole.Publication ? 0.89 : 0.87);
        }
    }

    private bool IsToCome(TimeEvidence evidence) => PublishTimes.IsToCome(evidence.Reading, _fetchedAt);

    private bool Follows(DateReading shown) => _published.Take(_declared).Any(p => p.Confidence is OpenGraph or Markup && p.Reading.Time.Date < shown.Time.Date);

    private void Prefer(DateReading shown, double confidence)
    {
        for (var i = 0; i < _published.Count; i++)
        {
            var declared = _published[i];
            if (!Agree(declared.Reading, shown))
            {
                _published[i] = declared with { Confidence = Math.Round(declared.Confidence * (confidence - 0.01), 2), Source = declared.Source + ", not what the page shows" };
            }
        }

        _published.Add(new TimeEvidence(shown, _published.Count == 0 ? Math.Min(confidence, 0.6) : confidence, "shown by the headline") { IsShown = true });
    }

    /// <summary>They may be of one day: an instant in UTC falls on another day by some clocks.</summary>
    private static bool Agree(DateReading declared, DateReading shown)
    {
        var day = shown.Time.Date;
        if (declared.Time.Date == day || (shown.IsOrderUnsure && declared.Time.Date == shown.OtherOrder().Time.Date))
        {
            return true;
        }

        var local = declared.Time.DateTime;
        return declared.HasZone && declared.Time.TimeOfDay != TimeSpan.Zero && declared.Time.Offset == TimeSpan.Zero && local >= day.AddHours(-14) && local < day.AddHours(24 + 12);
    }

    /// <summary>Day and month as another date of the page tells them, else as the page's country writes them.</summary>
    private void Order()
    {
        Turn(slashed: false);
        Turn(slashed: true);

        void Turn(bool slashed)
        {
            for (var i = 0; i < _published.Count; i++)
            {
                var reading = _published[i].Reading;
                if (reading.IsOrderUnsure && reading.IsSlashed == slashed)
                {
                    var turned = PublishTimes.IsToCome(reading with { IsOrderUnsure = false }, _fetchedAt) || Said(reading.OtherOrder()) || (slashed && IsMonthFirst() && !Said(reading));
                    _published[i] = _published[i] with { Reading = turned ? reading.OtherOrder() : reading with { IsOrderUnsure = false } };
                }
            }
        }

        bool Said(DateReading reading) => _published.Concat(_modified).Any(e => !e.Reading.IsOrderUnsure && e.Reading.Time.Date == reading.Time.Date);
    }

    private bool IsMonthFirst() => ((string?[])[_page.Metadata.Language, _page.Article.Language, _page.Metadata.First("og:locale")])
        .Any(l => l is not null && (l.EndsWith("-US", StringComparison.OrdinalIgnoreCase) || l.EndsWith("_US", StringComparison.OrdinalIgnoreCase) || l.EndsWith("-PH", StringComparison.OrdinalIgnoreCase)));

    /// <summary>The date that the page shows next to the headline: the first below it, else the nearest above it.</summary>
    private DateMention? ShownNear()
    {
        DateMention? change = null;
        foreach (var mention in Below().Concat(Above()))
        {
            if (mention.Role is DateRole.Unsaid or DateRole.Publication)
            {
                return mention;
            }

            change ??= mention.Role == DateRole.Change ? mention : null;
        }

        return change;
    }

    private IEnumerable<DateMention> Below() => _headline.Element is not { } headline ? [] : _page.TextElements(headline.FollowingAfter(_tree.Body), inline: true).Take(Near).Select(Shown).OfType<DateMention>();

    /// <summary>Dates before the headline, the nearest first, in the few boxes around it.</summary>
    private IEnumerable<DateMention> Above()
    {
        const int Boxes = 4;
        var looked = 0;
        Element? at = _headline.Element;
        for (var box = 0; box < Boxes && at is not (null or { Tag: Tag.Body or Tag.Main or Tag.Article }); box++, at = at.Parent)
        {
            for (var node = at.Previous; node is not null && looked < Near; node = node.Previous)
            {
                if (node is Element { Tag: not (Tag.Script or Tag.Style or Tag.Nav or Tag.Header) } element)
                {
                    looked++;
                    if (Shown(element) is { } mention)
                    {
                        yield return mention;
                    }
                }
            }
        }
    }

    /// <summary>The date that a piece of visible text is hardly more than, with what is said of it there or right before it.</summary>
    private DateMention? Shown(Element element)
    {
        if (PageSigns.ShortText(element, MaxPiece) is not { Length: >= 8 } text || DateText.Mention(text) is not { } mention || PublishTimes.IsToCome(mention.Reading, _fetchedAt) || IsElsewhere(element) || IsSentence(text) || IsTeasers(element) || element.Closest(Tag.Figure) is not null || IsPictureOrEmbed(element))
        {
            return null;
        }

        return mention.Role != DateRole.Unsaid ? mention : mention with { Role = RoleOf(element) };
    }

    private static bool IsSentence(string text) => Text.EndsSentence(text) && Text.WordCount(text) > 8;

    /// <summary>In a small box without the headline whose link reads like one: another article's.</summary>
    private bool IsTeasers(Element element)
    {
        const int Boxes = 4, MaxBox = 400, HeadlineWords = 5;
        var at = element;
        for (var box = 0; box < Boxes && at is not null && !Holds(at, _headline.Element) && PageSigns.ShortText(at, MaxBox) is not null; box++, at = at.Parent)
        {
            for (var node = at.FirstChild; node is not null; node = node.Following(at))
            {
                if (node is Element { Tag: Tag.A } link && (at.Tag is Tag.Li or Tag.Article || Array.Exists(Headlines, h => link.First(h) is not null || link.Closest(h) is not null)) && PageSigns.ShortText(link, MaxBox) is { } text && text.Length >= 30 && Text.WordCount(text) >= HeadlineWords && DateText.Words(text) is null)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>What a date is of by the class of its element or the text right before it: "Last updated" in one element, the date in the next.</summary>
    private static DateRole RoleOf(Element element)
    {
        var name = element.Attribute("class");
        var isChange = name.Contains("updated", StringComparison.OrdinalIgnoreCase) || name.Contains("modified", StringComparison.OrdinalIgnoreCase);
        // "entry-date published updated": a time that was never changed has both names in widespread templates.
        if (isChange && !name.Contains("publish", StringComparison.OrdinalIgnoreCase) && !name.Contains("entry-date", StringComparison.OrdinalIgnoreCase))
        {
            return DateRole.Change;
        }

        var before = element.Previous is TextNode space && space.Span.IsWhiteSpace() ? element.Previous.Previous : element.Previous;
        return before is Element label ? PageSigns.ShortText(label, 40) is { } text && !text.Any(char.IsDigit) ? DateText.RoleOf(text) : DateRole.Unsaid
            : before is TextNode run ? DateText.RoleOf(run.Span[^Math.Min(run.Span.Length, 40)..])
            : DateRole.Unsaid;
    }

    /// <summary>A date at the very start of one of the first lines under the headline: "27.1.2022 - The council …".</summary>
    private DateReading? OpeningDate()
    {
        const int Lines = 15, Start = 50;
        if (_signs.Headings.FirstOrDefault().Element is not { } headline)
        {
            return null;
        }

        var looked = 0;
        for (var node = headline.FollowingAfter(_tree.Body); node is not null && looked < Lines; node = node.Following(_tree.Body))
        {
            if (node is Element { Tag: Tag.P or Tag.Div or Tag.Span or Tag.Strong } element && Page.HoldsText(element) && PageSigns.ShortText(element, 3_000) is { Length: > 8 } line)
            {
                looked++;
                if (DateText.Words(line[..Math.Min(Start, line.Length)]) is { } reading)
                {
                    return reading;
                }
            }
        }

        return null;
    }

    /// <summary>The article's own signs of a date, those nearest to the headline first; those below it count as nearer than those above.</summary>
    private List<Sign> ByHeadline()
    {
        const int Before = 80, Far = 100_000;
        const Surroundings Foreign = Surroundings.Figure | Surroundings.Navigation | Surroundings.Footer | Surroundings.Elsewhere | Surroundings.Comments;
        // What the headline stands in as well is a name for the whole page, not for a box of other articles.
        return [.. _signs.Signs.Where(s => s.Hints.HasFlag(Hints.Date) && (s.Around & ~_headline.Around & Foreign) == Surroundings.None).OrderBy(Distance)];

        int Distance(Sign sign)
        {
            var apart = sign.Order - _headline.Order;
            return apart >= 0 ? apart : apart >= -Before ? 20 - (2 * apart) : Far + sign.Order;
        }
    }

    /// <summary>The first date that a short piece of text below the headline is hardly more than.</summary>
    private DateReading? DateBelowHeadline()
    {
        const int Pieces = 60;
        return _headline.Element is not { } headline ? null : Written(_page.TextElements(headline.FollowingAfter(_tree.Body)).Take(Pieces), e => IsElsewhere(e) || IsPictureOrEmbed(e));
    }

    /// <summary>
    /// The first date on the page that a line says to be the publication's, else one of which a sentence says so, else the first outside footers that a short piece of
    /// visible text is hardly more than.
    /// </summary>
    private DateReading? FirstWrittenDate()
    {
        const int Pieces = 5_000, MaxLine = 160, Reach = 25;
        DateReading? inSentence = null, first = null;
        foreach (var element in _page.TextElements(_tree.Body.FirstChild).Take(Pieces))
        {
            // Of a sentence, only what stands next to the date is said of it: "This entry was posted on Friday, May 3rd, 2024 and is filed under …".
            if (PageSigns.ShortText(element, MaxLine) is not { Length: >= 8 } text || DateText.Mention(text, IsSentence(text) ? Reach : MaxLine) is not { } mention)
            {
                continue;
            }

            if (mention.Role == DateRole.Publication && !IsTeasers(element) && !IsElsewhere(element) && !IsPictureOrEmbed(element))
            {
                if (!IsSentence(text))
                {
                    return mention.Reading;
                }

                inSentence ??= mention.Reading;
            }

            first ??= text.Length <= MaxPiece && element.Closest(Tag.Footer) is null && !IsPictureOrEmbed(element) ? mention.Reading : null;
        }

        return inSentence ?? first;
    }

    private static DateReading? Written(IEnumerable<Element> elements, Func<Element, bool> isElsewhere) => elements
        .Select(e => (Element: e, Mention: PageSigns.ShortText(e, MaxPiece) is { Length: >= 8 } text ? DateText.Mention(text) : null))
        .FirstOrDefault(d => d.Mention is not null && !isElsewhere(d.Element)).Mention?.Reading;

    /// <summary>In a footer, or in a box of other articles; boxes that hold the headline are none.</summary>
    private bool IsElsewhere(Element element)
    {
        for (var at = element; at is not null && !Holds(at, _headline.Element); at = at.Parent)
        {
            var name = at.Attribute("class");
            if (at.Tag is Tag.Footer or Tag.Aside or Tag.Nav
                || (at.Tag is not (Tag.Body or Tag.Html) && (name.Contains("related", StringComparison.OrdinalIgnoreCase) || name.Contains("teaser", StringComparison.OrdinalIgnoreCase) || name.Contains("comment", StringComparison.OrdinalIgnoreCase))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>In a caption, or in a social network's post.</summary>
    private bool IsPictureOrEmbed(Element element)
    {
        for (var at = element; at is not null && !Holds(at, _headline.Element); at = at.Parent)
        {
            if (PageSigns.IsPictureOrEmbed(at))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(Element box, Element? headline)
    {
        while (headline is not null && headline != box)
        {
            headline = headline.Parent;
        }

        return headline is not null;
    }

    private static string? TimeOf(Element element) => NotEmpty(element.Value("datetime")) ?? NotEmpty(element.Value("content")) ?? PageSigns.ShortText(element, 200);

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private void Add(List<TimeEvidence> evidence, string? value, double confidence, string source)
    {
        if (DateText.Machine(value) is { } reading && !PublishTimes.IsToCome(reading, _fetchedAt))
        {
            evidence.Add(new TimeEvidence(reading, confidence, source));
        }
    }
}
