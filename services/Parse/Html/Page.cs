using Storyline.Parse.Fields;
using Storyline.Parse.Metadata;
using Storyline.Parse.Publishers;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Html;

/// <summary>Everything that a page says about its article outside the body, read before the body is looked for.</summary>
internal sealed class Page
{
    private const int MaxSiteName = 200;
    private const int MaxEvidence = 12;

    private readonly HtmlTree _tree;
    private readonly PageSigns _signs;
    private readonly JsonLd _jsonLd;
    private readonly Uri? _address;

    /// <param name="tree">The page.</param>
    /// <param name="address">Where it was found.</param>
    /// <param name="model">Judges what the page offers for its title.</param>
    /// <param name="rule">Where the site has its title, authors and time; null for a site without a rule.</param>
    /// <param name="explain">Also gather the answers that are not asked for.</param>
    /// <param name="fetchedAt">When it was fetched; null when unknown.</param>
    public Page(HtmlTree tree, Uri? address, FieldModel model, PublisherRule? rule = null, bool explain = false, DateTimeOffset? fetchedAt = null)
    {
        _tree = tree;
        _address = address;
        _signs = PageSigns.Of(tree);
        _jsonLd = JsonLd.Read(_signs.Data);
        Metadata = PageMetadata.Read(tree.Html, _signs, address);
        Article = _jsonLd.Article ?? new JsonLdArticle();
        DocumentTitle = _signs.Title;
        Headings = [.. _signs.Headings.Select(h => PageSigns.ShortText(h.Element, 400)).OfType<string>().Where(t => t.Length > 2)];
        SiteName = ((string?[])[Metadata.First("og:site_name"), Article.Publisher, Metadata.First("application-name")])
            .Select(NotEmpty).FirstOrDefault(name => name?.Length <= MaxSiteName);
        Description = Text.Normalise(Metadata.First("og:description", "description", "twitter:description") ?? Article.Description);
        FieldEvidence[] byRule = rule?.Title(tree) is { } title ? [new FieldEvidence("title", title, "the site's rule", 0.97)] : [];
        TitleEvidence = byRule.Length > 0 && !explain ? byRule : [.. byRule, .. model.TitlesOf(this, all: explain)];
        Headline = _signs.Headings.FirstOrDefault(h => Title is not null && PageSigns.ShortText(h.Element, 400) is { } text && (Titles.SameText(text, Title) || Titles.Holds(text, Title)));
        Standfirst = FindStandfirst();
        var authors = rule?.Authors(tree) ?? [];
        AuthorsByRule = AuthorNames.Persons(authors, SiteName);
        Bylines = authors.Count > 0 ? authors : FindBylines();
        (Published, Modified) = PageTimes.Find(this, tree, _jsonLd.PagePublished, fetchedAt);
        Published = rule?.Published(tree) is { } time && (DateText.Machine(time) ?? DateText.Words(time)) is { } reading && !PublishTimes.IsToCome(reading, fetchedAt)
            ? [new TimeEvidence(reading, 0.97, "the site's rule"), .. Published] : Published;
        Keywords = [.. FindKeywords().Select(k => Text.Normalise(k)).Where(k => k.Length is > 1 and <= 80).Distinct(StringComparer.OrdinalIgnoreCase).Take(30)];
    }

    public PageMetadata Metadata { get; }

    public JsonLdArticle Article { get; }

    public string DocumentTitle { get; }

    public IReadOnlyList<string> Headings { get; }

    public string? SiteName { get; }

    public PageSigns Signs => _signs;

    public Uri? Address => _address;

    /// <summary>All names that the site has for itself.</summary>
    public string[] SiteNames => [.. ((string?[])[SiteName, Article.Publisher, Metadata.First("application-name", "twitter:site"), HostName(_address)]).OfType<string>()];

    /// <summary>What the page may have meant as its headline, the most likely first.</summary>
    public IReadOnlyList<FieldEvidence> TitleEvidence { get; }

    public string? Title => TitleEvidence.Count > 0 ? TitleEvidence[0].Value : null;

    /// <summary>The heading that shows the title; without an element when none does.</summary>
    public Sign Headline { get; }

    public string Description { get; }

    /// <summary>The teaser under the headline, if one is marked as such or repeats the page's description; else empty.</summary>
    public string Standfirst { get; }

    /// <summary>Texts that credit the article to somebody: persons, desks, agencies.</summary>
    public IReadOnlyList<string> Bylines { get; }

    /// <summary>The persons where the site's rule finds its authors; empty when it finds none.</summary>
    public string[] AuthorsByRule { get; }

    public IReadOnlyList<string> Organisations => Article.Organisations;

    public IReadOnlyList<TimeEvidence> Published { get; }

    public IReadOnlyList<TimeEvidence> Modified { get; }

    public string[] Keywords { get; }

    public bool HasPasswordField => _signs.HasPasswordField;

    /// <summary>Headlines that link elsewhere from inside <c>article</c> elements: many of them make an index.</summary>
    public int ArticleLinks => _signs.ArticleLinks;

    /// <summary>Share of the page's characters that are link text, scripts and white space counted as text.</summary>
    public double LinkShare => _signs.LinkShare;

    public string? Language => Metadata.Language ?? Article.Language ?? Metadata.First("og:locale", "content-language", "dc.language");

    public string? Section => NotEmpty(Article.Section) ?? NotEmpty(Metadata.First("article:section", "parsely-section"));

    public string? ImageUrl => PageMetadata.Absolute(Metadata.First("og:image", "og:image:url", "twitter:image") ?? Article.Image, Metadata.Address);

    public bool IsPaywalled => Article.IsAccessibleForFree == false
        || Metadata.First("article:content_tier") is { } tier && (tier.Equals("locked", StringComparison.OrdinalIgnoreCase) || tier.Equals("metered", StringComparison.OrdinalIgnoreCase));

    public bool DeclaresArticle => _jsonLd.Article is not null || Metadata.First("og:type") is { } type && type.Contains("article", StringComparison.OrdinalIgnoreCase)
        || Metadata.First("article:published_time") is not null;

    public bool IsVideo => (Metadata.First("og:type")?.StartsWith("video", StringComparison.OrdinalIgnoreCase) ?? false)
        || (_jsonLd.Types.Contains("VideoObject") && _jsonLd.Article is null);

    public bool IsFrontPage => _address is { AbsolutePath: "/" or "" } || (Metadata.First("og:type")?.Equals("website", StringComparison.OrdinalIgnoreCase) ?? false)
        || _jsonLd.Types.Contains("CollectionPage") || _jsonLd.Types.Contains("ItemList");

    /// <summary>The page declares a live blog.</summary>
    public bool DeclaresLiveBlog => _jsonLd.Types.Contains("LiveBlogPosting") || _signs.Signs.Exists(s => s.Hints.HasFlag(Hints.LiveBlog));

    /// <summary><c>time</c> elements of the body that say when in <c>datetime</c>, in document order.</summary>
    public IReadOnlyList<Element> Times => _signs.Times;

    /// <summary>The licence, else who holds the rights.</summary>
    public string? Rights => Bounded(_jsonLd.License ?? _signs.Links.Find(l => l.Attribute("rel").Equals("license", StringComparison.OrdinalIgnoreCase))?.Value("href")
        ?? Metadata.First("dc.rights", "dcterms.rights", "dcterms.license", "copyright", "rights"));

    /// <summary>Directives of meta elements that reserve the use of the page, each as <c>meta:name=value</c>.</summary>
    public string[] Reservations
    {
        get
        {
            IEnumerable<string> robots = ((string[])["robots", "googlebot", "googlebot-news"]).SelectMany(name => Metadata.All(name).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Select(v => v.ToLowerInvariant()).Where(v => v is "noai" or "noimageai" or "noml" or "noarchive" or "nosnippet").Select(v => $"meta:{name}={v}"));
            var mining = ((string[])["tdm-reservation", "tdm-policy"]).SelectMany(name => Metadata.All(name).Select(v => $"meta:{name}={v}"));
            return [.. robots.Concat(mining).Where(r => r.Length <= 500).Distinct(StringComparer.Ordinal).Take(20)];
        }
    }

    /// <summary>Names of the persons that the page describes in JSON-LD, whatever they are to its article.</summary>
    public IEnumerable<string> DescribedPersons => _jsonLd.Persons;

    public IEnumerable<string> DescribedOrganisations => _jsonLd.Organisations;

    /// <summary>Texts in the page's scripts that may be its article's.</summary>
    public List<Scripts.ScriptBody> ScriptBodies() => Scripts.ScriptBodies.Find(_tree, Title);

    /// <summary>What the page says about each field, most trusted first within a field.</summary>
    public IEnumerable<FieldEvidence> Evidence()
    {
        return
        [
            .. TitleEvidence.Take(MaxEvidence),
            .. Published.OrderByDescending(t => t.Confidence).Select(t => Timed("publish_time", t)),
            .. Modified.OrderByDescending(t => t.Confidence).Select(t => Timed("modified_time", t)),
        ];

        static FieldEvidence Timed(string field, TimeEvidence t) =>
            new(field, t.Reading.Time.ToString(t.Reading.HasTime ? t.Reading.HasZone ? "yyyy-MM-dd'T'HH:mm:sszzz" : "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), t.Source, t.Confidence);
    }

    private static string? Bounded(string? text) => Text.Normalise(text) is { Length: > 0 } line ? line[..Math.Min(line.Length, 300)] : null;

    private string FindStandfirst()
    {
        var marked = _signs.Signs.Where(s => s.Hints.HasFlag(Hints.Standfirst))
            .Take(20)
            .Select(s => PageSigns.ShortText(s.Element, 700))
            .FirstOrDefault(t => t?.Length >= 40);
        if (marked is not null)
        {
            return marked;
        }

        var key = Text.Key(Description);
        return key.Length < 30 ? "" : TextElements(_tree.Body.FirstChild)
            .Where(e => e.Tag is Tag.P or Tag.H2 or Tag.H3 or Tag.Strong or Tag.Div)
            .Take(2_000)
            .Select(e => PageSigns.ShortText(e, Description.Length + 400))
            .FirstOrDefault(t => t?.Length >= 30 && Text.Key(t) == key) ?? "";
    }

    /// <summary>Elements of the body that hold text of their own, in document order from a node on; blocks that only hold other blocks are passed over.</summary>
    /// <param name="from">The first node looked at.</param>
    /// <param name="inline">Also those that set a few words apart.</param>
    public IEnumerable<Element> TextElements(Node? from, bool inline = false)
    {
        for (var node = from; node is not null; node = node.Following(_tree.Body))
        {
            if (node is Element { FirstChild: not null } element
                && (element.Tag is Tag.P or Tag.Span or Tag.Div or Tag.Li or Tag.Small or Tag.Td or Tag.Em or Tag.Strong or Tag.H2 or Tag.H3 or Tag.H4 or Tag.H5 or Tag.A || (inline && element.Tag is Tag.Time or Tag.Unknown or Tag.Dd or Tag.Dt or Tag.B or Tag.I or Tag.Cite or Tag.H6 or Tag.Label or Tag.Font or Tag.Abbr or Tag.Address))
                && (element.Tag != Tag.Div || HoldsText(element)))
            {
                yield return element;
            }
        }
    }

    public static bool HoldsText(Element element)
    {
        for (var node = element.FirstChild; node is not null; node = node.Next)
        {
            if (node is TextNode run && !run.Span.IsWhiteSpace())
            {
                return true;
            }
        }

        return false;
    }

    private List<string> FindBylines()
    {
        if (Article.IsNews && Article.Authors.Count + Article.Organisations.Count > 0)
        {
            return [.. Article.Authors];
        }

        var declared = AuthorCandidates.Metas.SelectMany(Metadata.All).Where(v => !v.Contains("://", StringComparison.Ordinal) && v.Length <= 200);
        var marked = NearHeadline(Hints.Authorship).Select(s => s.Element.Value("content") ?? PageSigns.BylineText(s.Element, 160)).OfType<string>().Where(t => t.Length is > 3 and <= 160);
        return [.. Article.Authors.Concat(declared).Concat(Signed(marked)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The parts of byline texts that name somebody; the others are roles, places and dates.</summary>
    private List<string> Signed(IEnumerable<string> bylines) =>
    [
        .. bylines.SelectMany(b => b.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(part => AuthorNames.Persons([part], SiteName).Length > 0 || WireCredits.Find([part], []).Length > 0),
    ];

    /// <summary>The signs of a kind that stand together, the first such group from the headline on: other groups are of other articles.</summary>
    private IEnumerable<Sign> NearHeadline(Hints kind)
    {
        const int Before = 80, Together = 30, MaxTogether = 10;
        var own = _signs.Signs.Where(s => (s.Hints & kind) != Hints.None && _signs.IsOwn(s)).ToList();
        var from = Headline.Element is null ? 0 : own.FindIndex(s => s.Order >= Headline.Order - Before);
        if (from < 0)
        {
            yield break;
        }

        for (var i = from; i < own.Count && i - from < MaxTogether; i++)
        {
            if (i > from && own[i].Order - own[i - 1].Order > Together)
            {
                yield break;
            }

            yield return own[i];
        }
    }

    /// <summary>The author line of a link preview: <c>twitter:label1</c> "Written by", <c>twitter:data1</c> the name.</summary>
    public string? WrittenByLabel()
    {
        var label = Metadata.First("twitter:label1") ?? "";
        var isAuthor = ((string[])["written", "verfasst", "geschrieben", "écrit", "escrito", "scritto", "geschreven", "author", "autor", "by"]).Any(w => label.Contains(w, StringComparison.OrdinalIgnoreCase));
        return isAuthor ? Metadata.First("twitter:data1") : Metadata.First("twitter:misc:Written by");
    }

    private IEnumerable<string> FindKeywords()
    {
        var lists = Article.Keywords.Count > 0 ? Article.Keywords : Metadata.All("article:tag") is { Count: > 0 } tags ? tags : Metadata.All("news_keywords") is { Count: > 0 } news ? news : Metadata.All("keywords");
        return lists.SelectMany(k => k.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    /// <summary>The label before the public suffix, roughly: <c>www.example.co.uk</c> → <c>example</c>.</summary>
    private static string? HostName(Uri? address) =>
        address?.Host.Split('.').Where(l => l is not ("www" or "m" or "amp" or "news" or "edition")).SkipLast(1).LastOrDefault(l => l.Length > 3);

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
