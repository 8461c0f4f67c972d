using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Storyline.Parse.Metadata;

namespace Storyline.Parse.Html;

/// <summary>Everything that a page says about its article outside the body, read before the body is looked for.</summary>
internal sealed class Page
{
    private const int MaxHeadings = 8;
    private const int MaxSiteName = 200;

    private readonly IHtmlDocument _document;
    private readonly JsonLd _jsonLd;
    private readonly Uri? _address;

    public Page(IHtmlDocument document, Uri? address)
    {
        _document = document;
        _address = address;
        _jsonLd = JsonLd.Read(document);
        Metadata = PageMetadata.Read(document, address);
        Article = _jsonLd.Article ?? new JsonLdArticle();
        DocumentTitle = Text.Normalise(document.QuerySelector("head > title")?.TextContent ?? document.Title);
        Headings = [.. document.QuerySelectorAll("h1").Take(MaxHeadings).Select(h => Text.Normalise(h.TextContent)).Where(t => t.Length is > 2 and < 400)];
        SiteName = ((string?[])[Metadata.First("og:site_name"), Article.Publisher, Metadata.First("application-name")])
            .Select(NotEmpty).FirstOrDefault(name => name?.Length <= MaxSiteName);
        Title = FindTitle();
        Description = Text.Normalise(Metadata.First("og:description", "description", "twitter:description") ?? Article.Description);
        Standfirst = FindStandfirst();
        Bylines = FindBylines();
        (Published, Modified) = FindTimes();
        Keywords = [.. FindKeywords().Select(k => Text.Normalise(k)).Where(k => k.Length is > 1 and <= 80).Distinct(StringComparer.OrdinalIgnoreCase).Take(30)];
        HasPasswordField = document.QuerySelector("input[type='password']") is not null;
        ArticleLinks = document.QuerySelectorAll("article a[href] h2, article a[href] h3, article h2 a[href], article h3 a[href]").Length;
        var text = document.Body?.TextContent.Length ?? 0;
        LinkShare = text == 0 ? 0 : document.Body!.QuerySelectorAll("a[href]").Sum(link => (double)link.TextContent.Length) / text;
    }

    public PageMetadata Metadata { get; }

    public JsonLdArticle Article { get; }

    public string DocumentTitle { get; }

    public IReadOnlyList<string> Headings { get; }

    public string? SiteName { get; }

    public string? Title { get; }

    public string Description { get; }

    /// <summary>The teaser under the headline, if one is marked as such or repeats the page's description; else empty.</summary>
    public string Standfirst { get; }

    public IReadOnlyList<string> Bylines { get; }

    public IReadOnlyList<string> Organisations => Article.Organisations;

    public IReadOnlyList<TimeEvidence> Published { get; }

    public IReadOnlyList<TimeEvidence> Modified { get; }

    public string[] Keywords { get; }

    public bool HasPasswordField { get; }

    /// <summary>Headlines that link elsewhere from inside <c>article</c> elements: many of them make an index.</summary>
    public int ArticleLinks { get; }

    /// <summary>Share of the page's characters that are link text, scripts and white space counted as text; above 1 where links nest.</summary>
    public double LinkShare { get; }

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

    private string? FindTitle()
    {
        string[] siteNames = [.. ((string?[])[SiteName, Article.Publisher, Metadata.First("application-name", "twitter:site"), HostName(_address)]).OfType<string>()];
        var social = NotEmpty(Metadata.First("og:title")) ?? NotEmpty(Metadata.First("twitter:title"));
        string[] declared = [.. ((string?[])[Article.Headline, social, DocumentTitle]).OfType<string>().Where(t => t.Length > 0)];
        string[] confirmed = [.. Headings, .. MarkedHeadlines(), .. Article.Headline is { } h ? [h] : Array.Empty<string>()];
        if (Article is { IsNews: true, Headline.Length: > 0 } && !Article.Headline.EndsWith('…') && !Article.Headline.EndsWith("...", StringComparison.Ordinal))
        {
            return Titles.WithoutSite(Article.Headline, siteNames, []);
        }

        var cleaned = declared.Select(t => Titles.WithoutSite(t, siteNames, confirmed)).Where(t => t.Length > 0).ToList();
        var visible = Headings.Where(h => !Titles.IsSiteName(h, siteNames)).ToList();

        // What is declared and visible is the headline (a kicker may stand in the same heading). Then a visible headline alone, if it is the
        // page's only one and speaks of the same as a declared one: what is declared for search engines and social networks is often reworded.
        return visible.FirstOrDefault(heading => cleaned.Any(c => Titles.SameText(c, heading)))
            ?? cleaned.FirstOrDefault(c => visible.Any(heading => Titles.Holds(heading, c)))
            ?? (visible.Count == 1 && (cleaned.Count == 0 || cleaned.Any(c => Titles.Overlap(visible[0], c) >= 0.3)) ? visible[0] : null)
            ?? cleaned.FirstOrDefault()
            ?? (visible.Count > 0 ? visible[0] : FirstHeading());
    }

    private IEnumerable<string> MarkedHeadlines() => _document
        .QuerySelectorAll("[itemprop='headline'], .entry-title, .post-title, .article-title, a[rel='bookmark'], h2, h3")
        .Take(40)
        .Select(e => Text.Normalise(e.TextContent))
        .Where(t => t.Length is > 5 and < 300);

    private string? FirstHeading() => NotEmpty(Text.Normalise(_document.QuerySelector("h2, h3")?.TextContent));

    private string FindStandfirst()
    {
        var marked = _document.QuerySelectorAll(
                "[itemprop='description'], [itemprop='alternativeHeadline'], [class*='standfirst'], [class*='Standfirst'], [class*='article-lead'], [class*='article__lead'], [class*='article-intro'], [class*='article__intro'], [class*='article-summary'], [class*='article__summary'], [class*='article-dek'], [class*='subheadline'], [class*='teaser-text'], [data-testid*='standfirst']")
            .Take(20)
            .Select(e => Text.Normalise(e.TextContent))
            .FirstOrDefault(t => t.Length is >= 40 and <= 700);
        if (marked is not null)
        {
            return marked;
        }

        var key = Text.Key(Description);
        return key.Length < 30 ? "" : _document.QuerySelectorAll("p, h2, h3, div, strong")
            .Where(e => e.LocalName != "div" || e.ChildElementCount == 0)
            .Take(2_000)
            .Select(e => e.TextContent)
            .Where(t => t.Length >= 30 && t.Length <= Description.Length + 400 && Text.Key(t) == key)
            .Select(t => Text.Normalise(t))
            .FirstOrDefault() ?? "";
    }

    private List<string> FindBylines()
    {
        if (Article.Authors.Count > 0 && (Article.Organisations.Count > 0 || AuthorNames.Persons(Article.Authors, SiteName).Length > 0 || Article.Authors.Any(WireCredits.IsAgency)))
        {
            return [.. Article.Authors];
        }

        if (WrittenByLabel() is { } labelled && AuthorNames.Persons([labelled], SiteName).Length > 0)
        {
            return [labelled];
        }

        foreach (var name in (string[])["author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl", "cxenseparse:author"])
        {
            var values = Metadata.All(name).Where(v => !v.Contains("://", StringComparison.Ordinal) && v.Length <= 200).ToList();
            if (AuthorNames.Persons(values, SiteName).Length > 0)
            {
                return values;
            }
        }

        foreach (var selector in (string[])["[itemprop='author'] [itemprop='name'], [itemprop='author']", "a[rel~='author']", ".vcard .fn, a.fn", "[class*='byline'] a, [class*='Byline'] a", "[class*='byline'], [class*='Byline'], byline", "[class*='author-name'], [class*='author__name'], [class*='authorName'], [class*='authorname'], [class*='auth_name']", "a[href*='/author/'], a[href*='/autor/'], a[href*='/auteur/'], a[href*='/authors/']", ".author a, .author, [class*='article-author'], [class*='post-author']"])
        {
            var values = _document.QuerySelectorAll(selector).Take(10).Select(e => Text.Normalise(e.GetAttribute("content") ?? e.TextContent)).Where(t => t.Length is > 3 and <= 120).Distinct(StringComparer.Ordinal).ToList();
            if (AuthorNames.Persons(values, SiteName).Length > 0)
            {
                return values;
            }
        }

        return [];
    }

    /// <summary>The author line of a link preview: <c>twitter:label1</c> "Written by", <c>twitter:data1</c> the name.</summary>
    private string? WrittenByLabel()
    {
        var label = Metadata.First("twitter:label1") ?? "";
        var isAuthor = ((string[])["written", "verfasst", "geschrieben", "écrit", "escrito", "scritto", "geschreven", "author", "autor", "by"]).Any(w => label.Contains(w, StringComparison.OrdinalIgnoreCase));
        return isAuthor ? Metadata.First("twitter:data1") : Metadata.First("twitter:misc:Written by");
    }

    private (List<TimeEvidence> Published, List<TimeEvidence> Modified) FindTimes()
    {
        var published = new List<TimeEvidence>();
        var modified = new List<TimeEvidence>();
        Add(published, Article.DatePublished, 0.95);
        Add(published, Metadata.First("article:published_time", "og:article:published_time", "og:published_time", "article:published"), 0.94);
        Add(published, Metadata.First("datePublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "publish-date", "publish_date", "publication_date", "pubdate", "cxenseparse:recs:publishtime", "article.published", "date"), 0.9);
        Add(published, _document.QuerySelector("time[itemprop='datePublished'], time[pubdate], [itemprop='datePublished']") is { } marked ? TimeOf(marked) : null, 0.88);
        foreach (var element in _document.QuerySelectorAll("article time[datetime], main time[datetime], header time[datetime], time[datetime]").Take(1))
        {
            Add(published, TimeOf(element), 0.7);
        }

        if (published.Count == 0)
        {
            foreach (var element in _document.QuerySelectorAll("[class*='date'], [class*='Date'], [class*='time'], [class*='publish'], [id*='date'], time").Take(60))
            {
                if (element.TextContent.Length < 120 && DateText.Words(Text.Normalise(element.TextContent)) is { } reading)
                {
                    published.Add(new TimeEvidence(reading, 0.5));
                    break;
                }
            }
        }

        if (published.Count == 0 && FirstWrittenDate() is { } written)
        {
            published.Add(new TimeEvidence(written, 0.4));
        }

        if (UrlDate.Read(_address) is { } day)
        {
            published.Add(new TimeEvidence(day, 0.45));
        }

        Add(modified, Article.DateModified, 0.95);
        Add(modified, Metadata.First("article:modified_time", "og:updated_time", "dateModified", "dcterms.modified", "last-modified", "article:modified"), 0.9);
        return (published, modified);
    }

    /// <summary>The first short piece of visible text, footers apart, that is hardly more than a date.</summary>
    private DateReading? FirstWrittenDate()
    {
        var looked = 0;
        foreach (var element in _document.QuerySelectorAll("body p, body span, body div, body li, body small, body td, body em, body strong, body h2, body h3, body h4, body h5, body a"))
        {
            if (element.ChildElementCount > 3 || element.TextContent.Length is < 8 or > 90)
            {
                continue;
            }

            if (++looked > 3_000)
            {
                return null;
            }

            if (DateText.Words(Text.Normalise(element.TextContent)) is { } reading && element.Closest("footer, [class*='footer'], [id*='footer']") is null)
            {
                return reading;
            }
        }

        return null;
    }

    private static string? TimeOf(IElement element) => NotEmpty(element.GetAttribute("datetime")) ?? NotEmpty(element.GetAttribute("content")) ?? Text.Normalise(element.TextContent);

    private static void Add(List<TimeEvidence> evidence, string? value, double confidence)
    {
        if (DateText.Machine(value) is { } reading)
        {
            evidence.Add(new TimeEvidence(reading, confidence));
        }
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
