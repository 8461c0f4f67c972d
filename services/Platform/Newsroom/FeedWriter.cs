using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Storyline.Platform.Newsroom;

/// <summary>One entry of a publisher's feed.</summary>
internal sealed record FeedEntry(
    string Url, string Title, string Summary, string Author, DateTimeOffset Published, DateTimeOffset Updated, string Section);

/// <summary>
/// Writes the feeds of the newsroom: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1 and news sitemaps (sitemaps.org 0.9 with the news extension).
/// The bytes depend on the entries alone, so that an unchanged feed keeps its ETag.
/// </summary>
internal static class FeedWriter
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";
    private static readonly XNamespace DublinCore = "http://purl.org/dc/elements/1.1/";
    private static readonly XNamespace Sitemap = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private static readonly XNamespace News = "http://www.google.com/schemas/sitemap-news/0.9";

    public static string ContentType(DemoFeedKind kind) => kind switch
    {
        DemoFeedKind.Rss => "application/rss+xml; charset=utf-8",
        DemoFeedKind.Atom => "application/atom+xml; charset=utf-8",
        DemoFeedKind.JsonFeed => "application/feed+json; charset=utf-8",
        _ => "application/xml; charset=utf-8",
    };

    public static byte[] Write(
        FeedContent feed, string publisher, string language, string baseUrl, IReadOnlyList<FeedEntry> entries, DateTimeOffset updated)
    {
        var self = baseUrl + feed.Path;
        if (feed.Kind == DemoFeedKind.JsonFeed)
        {
            return WriteJson(publisher, language, baseUrl, self, entries);
        }

        var root = feed.Kind switch
        {
            DemoFeedKind.Rss => WriteRss(publisher, language, baseUrl, self, entries, updated),
            DemoFeedKind.Atom => WriteAtom(publisher, language, baseUrl, self, entries, updated),
            _ => WriteSitemap(publisher, language, entries),
        };
        var xml = $"""<?xml version="1.0" encoding="UTF-8"?>{'\n'}{root}{'\n'}""";
        return Encoding.UTF8.GetBytes(feed.Defect == DemoFeedDefect.IllFormed ? xml[..(xml.Length * 2 / 3)] : xml);
    }

    private static XElement WriteRss(
        string publisher, string language, string baseUrl, string self, IReadOnlyList<FeedEntry> entries, DateTimeOffset updated) =>
        new(
            "rss",
            new XAttribute("version", "2.0"),
            new XAttribute(XNamespace.Xmlns + "atom", Atom),
            new XAttribute(XNamespace.Xmlns + "dc", DublinCore),
            new XElement(
                "channel",
                new XElement("title", publisher),
                new XElement("link", baseUrl + "/"),
                new XElement("description", publisher),
                new XElement("language", language),
                new XElement("lastBuildDate", Rfc822(updated)),
                new XElement(Atom + "link", new XAttribute("rel", "self"), new XAttribute("href", self), new XAttribute("type", "application/rss+xml")),
                entries.Select(entry => new XElement(
                    "item",
                    new XElement("title", entry.Title),
                    new XElement("link", entry.Url),
                    new XElement("guid", new XAttribute("isPermaLink", "true"), entry.Url),
                    new XElement("pubDate", Rfc822(entry.Published)),
                    entry.Author.Length > 0 ? new XElement(DublinCore + "creator", entry.Author) : null,
                    entry.Section.Length > 0 ? new XElement("category", entry.Section) : null,
                    entry.Updated > entry.Published ? new XElement(Atom + "updated", Rfc3339(entry.Updated)) : null,
                    new XElement("description", entry.Summary)))));

    private static XElement WriteAtom(
        string publisher, string language, string baseUrl, string self, IReadOnlyList<FeedEntry> entries, DateTimeOffset updated) =>
        new(
            Atom + "feed",
            new XAttribute(XNamespace.Xml + "lang", language),
            new XElement(Atom + "id", baseUrl + "/"),
            new XElement(Atom + "title", publisher),
            new XElement(Atom + "updated", Rfc3339(updated)),
            new XElement(Atom + "author", new XElement(Atom + "name", publisher)),
            new XElement(Atom + "link", new XAttribute("rel", "self"), new XAttribute("href", self)),
            new XElement(Atom + "link", new XAttribute("rel", "alternate"), new XAttribute("href", baseUrl + "/")),
            entries.Select(entry => new XElement(
                Atom + "entry",
                new XElement(Atom + "id", entry.Url),
                new XElement(Atom + "title", entry.Title),
                new XElement(Atom + "link", new XAttribute("rel", "alternate"), new XAttribute("type", "text/html"), new XAttribute("href", entry.Url)),
                new XElement(Atom + "published", Rfc3339(entry.Published)),
                new XElement(Atom + "updated", Rfc3339(entry.Updated)),
                entry.Author.Length > 0 ? new XElement(Atom + "author", new XElement(Atom + "name", entry.Author)) : null,
                new XElement(Atom + "summary", entry.Summary))));

    private static XElement WriteSitemap(string publisher, string language, IReadOnlyList<FeedEntry> entries) =>
        new(
            Sitemap + "urlset",
            new XAttribute(XNamespace.Xmlns + "news", News),
            entries.Select(entry => new XElement(
                Sitemap + "url",
                new XElement(Sitemap + "loc", entry.Url),
                new XElement(Sitemap + "lastmod", Rfc3339(entry.Updated)),
                new XElement(
                    News + "news",
                    new XElement(News + "publication", new XElement(News + "name", publisher), new XElement(News + "language", language[..2])),
                    new XElement(News + "publication_date", Rfc3339(entry.Published)),
                    new XElement(News + "title", entry.Title)))));

    private static byte[] WriteJson(string publisher, string language, string baseUrl, string self, IReadOnlyList<FeedEntry> entries)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("version", "https://jsonfeed.org/version/1.1");
            json.WriteString("title", publisher);
            json.WriteString("home_page_url", baseUrl + "/");
            json.WriteString("feed_url", self);
            json.WriteString("language", language);
            json.WriteStartArray("items");
            foreach (var entry in entries)
            {
                json.WriteStartObject();
                json.WriteString("id", entry.Url);
                json.WriteString("url", entry.Url);
                json.WriteString("title", entry.Title);
                json.WriteString("content_text", entry.Summary);
                json.WriteString("date_published", Rfc3339(entry.Published));
                json.WriteString("date_modified", Rfc3339(entry.Updated));
                if (entry.Author.Length > 0)
                {
                    json.WriteStartArray("authors");
                    json.WriteStartObject();
                    json.WriteString("name", entry.Author);
                    json.WriteEndObject();
                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string Rfc822(DateTimeOffset time) => time.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture);

    private static string Rfc3339(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
}
