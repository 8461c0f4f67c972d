using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Storyline.Platform.Newsroom;

/// <summary>An answer of a publisher's site.</summary>
/// <param name="Body">The bytes in the page's own encoding.</param>
/// <param name="ContentType">The Content-Type header, charset included (or left out, or wrong, as the publisher has it).</param>
/// <param name="LastModified">Whole seconds, as HTTP carries no more.</param>
internal sealed record SiteResponse(byte[] Body, string ContentType, DateTimeOffset LastModified)
{
    public string ETag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(Body).AsSpan(0, 8))}\"";
}

/// <summary>An article on a publisher's site: its texts with times and days filled in.</summary>
internal sealed class SiteArticle
{
    public required ArticleContent Content { get; init; }

    public required EventContent Event { get; init; }

    public required string Path { get; init; }

    public required string Url { get; init; }

    public required string Title { get; init; }

    public required string Standfirst { get; init; }

    public required string Caption { get; init; }

    public required DateTimeOffset Published { get; init; }

    public required DateTimeOffset Updated { get; set; }

    public required IReadOnlyList<string> Blocks { get; set; }

    /// <summary>The editor's note under a corrected article.</summary>
    public string? CorrectionNote { get; set; }
}

/// <summary>One publisher's pages and feeds, rendered on request from the content.</summary>
internal sealed partial class PublisherSite
{
    private readonly PublisherContent _publisher;
    private readonly string _baseUrl;
    private readonly DateTimeOffset _start;
    private readonly CultureInfo _culture;
    private readonly TimeSpan _utcOffset;
    private readonly PageTemplate _article;
    private readonly PageTemplate _front;
    private readonly Encoding _encoding;
    private readonly List<SiteArticle> _articles = [];
    private readonly List<FeedEntry> _extraEntries = [];
    private readonly Lock _gate = new();

    public PublisherSite(PublisherContent publisher, IReadOnlyList<EventContent> events, string baseUrl, DateTimeOffset start)
    {
        _publisher = publisher;
        _baseUrl = baseUrl;
        _start = start;
        _culture = CultureInfo.GetCultureInfo(publisher.Language);
        _utcOffset = TimeSpan.Parse(publisher.UtcOffset.TrimStart('+'), CultureInfo.InvariantCulture);
        _article = new PageTemplate(publisher.Files["article.html"], _culture);
        _front = new PageTemplate(publisher.Files["front.html"], _culture);
        _encoding = CodePagesEncodingProvider.Instance.GetEncoding(publisher.Encoding) ?? Encoding.GetEncoding(publisher.Encoding);

        foreach (var newsEvent in events)
        {
            var happened = start + RelativeTime.Parse(newsEvent.Happened);
            foreach (var article in newsEvent.Articles.Where(article => string.Equals(article.Publisher, publisher.Key, StringComparison.Ordinal)))
            {
                _articles.Add(Place(newsEvent, article, happened));
            }
        }

        _articles.Sort((left, right) => right.Published.CompareTo(left.Published));
        _extraEntries.AddRange(publisher.ExtraEntries.Select(entry => new FeedEntry(
            baseUrl + entry.Path, entry.Title, entry.Title, "", At(entry.Published), At(entry.Published), "")));
    }

    public IReadOnlyList<SiteArticle> Articles => _articles;

    /// <summary>The entries of a feed, newest first, tracking queries included.</summary>
    public IReadOnlyList<FeedEntry> Entries(FeedContent feed)
    {
        var articles = _articles
            .Where(article => feed.Section is null || string.Equals(article.Content.Section, feed.Section, StringComparison.Ordinal))
            .Select(article => new FeedEntry(
                article.Url, article.Title, article.Standfirst, article.Content.Author ?? "", article.Published, article.Updated, article.Content.Section));
        var extras = feed.Section is null ? _extraEntries : [];
        return [.. articles.Concat(extras)
            .Select(entry => feed.Tracking is null ? entry : entry with { Url = $"{entry.Url}?{feed.Tracking}" })
            .OrderByDescending(entry => entry.Published)];
    }

    /// <summary>Answers a path, or null where the site has nothing there.</summary>
    public SiteResponse? Respond(string path)
    {
        lock (_gate)
        {
            if (_publisher.Feeds.Find(feed => string.Equals(feed.Path, path, StringComparison.Ordinal)) is { } feed)
            {
                return feed.Defect == DemoFeedDefect.Html ? Page(FrontPage(), _start) : Feed(feed);
            }

            if (_articles.Find(article => string.Equals(article.Path, path, StringComparison.Ordinal)) is { } article)
            {
                return Page(ArticlePage(article), article.Updated);
            }

            if (_publisher.ExtraEntries.Find(entry => string.Equals(entry.Path, path, StringComparison.Ordinal)) is { Page: { } file } extra)
            {
                var template = new PageTemplate(_publisher.Files[file], _culture);
                return Page(template.RenderPage(Common(extra.Title, At(extra.Published))), At(extra.Published));
            }

            return path switch
            {
                "/" => Page(FrontPage(), _start),
                "/robots.txt" => new SiteResponse(
                    Encoding.UTF8.GetBytes(_publisher.Files["robots.txt"].Replace("{{base}}", _baseUrl, StringComparison.Ordinal)),
                    "text/plain; charset=utf-8", WholeSeconds(_start)),
                _ => null,
            };
        }
    }

    /// <summary>Puts the second revision of every corrected article online.</summary>
    public void PublishCorrections(DateTimeOffset now)
    {
        lock (_gate)
        {
            foreach (var article in _articles)
            {
                if (article.Content.Correction is { } correction && article.CorrectionNote is null)
                {
                    article.Blocks = [.. article.Blocks.Select(block => EditContent.Apply(correction.Edits, block))];
                    article.CorrectionNote = correction.Note;
                    article.Updated = Local(now);
                }
            }
        }
    }

    private SiteArticle Place(EventContent newsEvent, ArticleContent content, DateTimeOffset happened)
    {
        var published = At(content.Published);
        var title = Fill(content.Title);
        var slug = Slug(title);
        var path = PathPart().Replace(_publisher.ArticlePath, match => match.Groups["part"].Value switch
        {
            "slug" => slug,
            "section" => content.Section,
            "number" => (BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(slug))) % 9_000_000 + 1_000_000)
                .ToString(CultureInfo.InvariantCulture),
            var date => published.ToString(date, CultureInfo.InvariantCulture),
        });
        return new SiteArticle
        {
            Content = content,
            Event = newsEvent,
            Path = path,
            Url = _baseUrl + path,
            Title = title,
            Standfirst = Fill(content.Standfirst),
            Caption = Fill(content.Figure?.Caption),
            Published = published,
            Updated = content.Updated is { } updated ? At(updated) : published,
            Blocks = [.. content.Blocks.Select(Fill)],
        };

        string Fill(string? text) => text is null ? "" : RelativeTime.Fill(text, happened, _culture);
    }

    private string ArticlePage(SiteArticle article)
    {
        var content = article.Content;
        var values = Common(article.Title, article.Published);
        values["updated"] = article.Updated;
        values["updated-utc"] = article.Updated.ToUniversalTime();
        values["ago"] = Ago(_start - article.Published);
        values["url"] = article.Url;
        values["path"] = article.Path;
        values["standfirst"] = article.Standfirst;
        values["description"] = article.Standfirst.Length > 0 ? article.Standfirst : article.Blocks[0];
        values["section"] = _culture.TextInfo.ToTitleCase(content.Section);
        values["author"] = content.Author ?? _publisher.Name;
        values["author-role"] = content.AuthorRole ?? "";
        values["keywords"] = string.Join(", ", content.Keywords);
        values["json-ld"] = new Markup(JsonLd(article));
        Include("standfirst-box", article.Standfirst.Length > 0);
        Include("byline", content.Author is not null);
        Include("updated-line", article.Updated > article.Published);

        values["credit"] = content.Credit ?? "";
        Include("credit-line", content.Credit is not null);
        values["caption"] = article.Caption;
        values["caption-credit"] = content.Figure?.Credit ?? "";
        Include("figure", content.Figure is not null);
        values["pull-quote"] = content.PullQuote ?? "";
        values["note"] = article.CorrectionNote ?? "";
        Include("correction", article.CorrectionNote is not null);
        values["body"] = new Markup(Body(article, values));
        return _article.RenderPage(values);

        void Include(string fragment, bool present) =>
            values[fragment] = new Markup(present ? _article.RenderFragment(fragment, values) : "");
    }

    /// <summary>Paragraphs, with the template's insets (<c>inset-2</c> after the second paragraph) and the pull quote between them.</summary>
    private string Body(SiteArticle article, Dictionary<string, object> values)
    {
        var html = new StringBuilder();
        for (var i = 0; i < article.Blocks.Count; i++)
        {
            var block = article.Blocks[i];
            var heading = block.StartsWith("## ", StringComparison.Ordinal);
            values["text"] = heading ? block[3..] : block;
            var fragment = heading ? "subheading" : i == 0 && _article.Has("first-paragraph") ? "first-paragraph" : "paragraph";
            html.AppendLine(_article.RenderFragment(fragment, values));
            if (i == 2 && article.Content.PullQuote is not null)
            {
                html.AppendLine(_article.RenderFragment("pull-quote-box", values));
            }

            html.AppendLine(_article.RenderFragment($"inset-{i + 1}", values));
        }

        return html.ToString();
    }

    private string FrontPage()
    {
        var values = Common(_publisher.Name, Local(_start));
        values["links"] = Links("link", _articles);
        return _front.RenderPage(values);
    }

    private Dictionary<string, object> Common(string title, DateTimeOffset published) => new(StringComparer.Ordinal)
    {
        ["title"] = title,
        ["publisher"] = _publisher.Name,
        ["base"] = _baseUrl,
        ["published"] = published,
        ["published-utc"] = published.ToUniversalTime(),
        ["today"] = Local(_start),
        // Any three will do; the title's length keeps them the same on every request.
        ["related"] = Links("related-link", _articles
            .Where(article => !string.Equals(article.Title, title, StringComparison.Ordinal))
            .Skip(title.Length % Math.Max(1, _articles.Count - 3)).Take(3)),
        ["most-read"] = Links("most-read-link", _articles.Take(5)),
    };

    private Markup Links(string fragment, IEnumerable<SiteArticle> articles)
    {
        var template = string.Equals(fragment, "link", StringComparison.Ordinal) ? _front : _article;
        return new Markup(string.Join('\n', articles.Select(article => template.RenderFragment(fragment, new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["title"] = article.Title,
            ["path"] = article.Path,
            ["standfirst"] = article.Standfirst,
            ["published"] = article.Published,
            ["section"] = _culture.TextInfo.ToTitleCase(article.Content.Section),
        }))));
    }

    private string JsonLd(SiteArticle article) => JsonSerializer.Serialize(new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["@context"] = "https://schema.org",
        ["@type"] = "NewsArticle",
        ["headline"] = article.Title,
        ["mainEntityOfPage"] = article.Url,
        ["datePublished"] = article.Published,
        ["dateModified"] = article.Updated,
        ["inLanguage"] = _publisher.Language,
        ["articleSection"] = article.Content.Section,
        ["author"] = article.Content.Author is { } author
            ? new Dictionary<string, string>(StringComparer.Ordinal) { ["@type"] = "Person", ["name"] = author }
            : new Dictionary<string, string>(StringComparer.Ordinal) { ["@type"] = "Organization", ["name"] = _publisher.Name },
        ["publisher"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["@type"] = "NewsMediaOrganization", ["name"] = _publisher.Name },
    });

    private SiteResponse Feed(FeedContent feed)
    {
        var entries = Entries(feed);
        var updated = entries.Max(entry => entry.Updated);
        var bytes = FeedWriter.Write(feed, _publisher.Name, _publisher.Language, _baseUrl, entries, updated);
        return new SiteResponse(bytes, FeedWriter.ContentType(feed.Kind), WholeSeconds(updated));
    }

    private SiteResponse Page(string html, DateTimeOffset lastModified) => new(
        _encoding.GetBytes(html),
        _publisher.CharsetHeader is { } charset ? $"text/html; charset={charset}" : "text/html",
        WholeSeconds(lastModified));

    private DateTimeOffset At(string offset) => Local(_start + RelativeTime.Parse(offset));

    private DateTimeOffset Local(DateTimeOffset time) => WholeSeconds(time).ToOffset(_utcOffset);

    private string Ago(TimeSpan age)
    {
        var hours = ((int)Math.Round(age.TotalHours)).ToString(CultureInfo.InvariantCulture);
        return string.Equals(_culture.TwoLetterISOLanguageName, "de", StringComparison.Ordinal) ? $"vor {hours} Stunden" : $"{hours} hours ago";
    }

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), time.Offset);

    private static string Slug(string title)
    {
        var ascii = title.Replace("ß", "ss", StringComparison.Ordinal).Replace("’", "", StringComparison.Ordinal)
            .Normalize(NormalizationForm.FormD)
            .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark);
        return NotInSlug().Replace(string.Concat(ascii), "-").Trim('-').ToLowerInvariant();
    }

    [GeneratedRegex(@"[^A-Za-z0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInSlug();

    [GeneratedRegex(@"\{(?<part>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathPart();
}
