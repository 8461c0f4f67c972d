using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Storyline.Fetch.Feeds;

/// <summary>One outline of an OPML document that names a feed.</summary>
/// <param name="Url">xmlUrl as written.</param>
/// <param name="Title">title, else text; empty when neither is there.</param>
public sealed record OpmlOutline(string Url, string Title);

/// <summary>OPML 2.0 (opml.org/spec2.opml).</summary>
public static class Opml
{
    /// <summary>Largest document, in characters: 5 MiB.</summary>
    public const int MaxLength = 5 * 1024 * 1024;

    private const int MaxOutlines = 100_000;

    /// <summary>Feeds of a document, at any depth; a document that is not well-formed is read as far as it makes sense.</summary>
    /// <exception cref="FeedFormatException">It is no OPML.</exception>
    public static IReadOnlyList<OpmlOutline> Read(string opml)
    {
        ArgumentNullException.ThrowIfNull(opml);
        if (opml.Length > MaxLength)
        {
            throw new FeedFormatException($"the document has more than {MaxLength} characters");
        }

        var xml = new XmlScanner(opml.ToCharArray(), new Uri("https://opml.invalid/"), recovers: false);
        if (opml.Contains("<!DOCTYPE", StringComparison.OrdinalIgnoreCase))
        {
            throw new FeedFormatException("the document has a DTD, which OPML has no use for");
        }

        if (!xml.NextElement() || xml.Name is not "opml")
        {
            throw new FeedFormatException("the document is not OPML: its root is not 'opml'");
        }

        // At any depth: folders are outlines too.
        var outlines = new List<OpmlOutline>();
        while (xml.NextElement() && outlines.Count < MaxOutlines)
        {
            if (xml.Name is "outline" && xml.Attribute("xmlurl") is { Length: > 0 } url)
            {
                outlines.Add(new OpmlOutline(url, (xml.Attribute("title") is { Length: > 0 } title ? title : xml.Attribute("text")) ?? ""));
            }
        }

        return outlines;
    }

    /// <summary>A document with those feeds.</summary>
    public static string Write(IEnumerable<FeedRow> feeds, DateTimeOffset now)
    {
        var document = new XElement(
            "opml", new XAttribute("version", "2.0"),
            new XElement("head", new XElement("title", "Storyline feeds"), new XElement("dateCreated", now.ToString("R", CultureInfo.InvariantCulture))),
            new XElement("body", feeds.Select(feed => new XElement(
                "outline",
                new XAttribute("type", "rss"),
                new XAttribute("text", Xml(feed.Title.Length == 0 ? feed.Url : feed.Title)),
                new XAttribute("title", Xml(feed.Title)),
                new XAttribute("xmlUrl", feed.Url)))));
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document;
    }

    private static string Xml(string text) => string.Concat(text.Where(XmlConvert.IsXmlChar));
}
