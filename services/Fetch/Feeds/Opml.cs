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

    /// <summary>Feeds of a document, at any depth.</summary>
    /// <exception cref="FeedFormatException">It is no OPML.</exception>
    public static IReadOnlyList<OpmlOutline> Read(string opml)
    {
        try
        {
            using var reader = XmlReader.Create(
                new StringReader(opml.TrimStart('\uFEFF', ' ', '\r', '\n', '\t')),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxLength });
            var outlines = new List<OpmlOutline>();
            reader.MoveToContent();
            if (!reader.LocalName.Equals("opml", StringComparison.OrdinalIgnoreCase))
            {
                throw new FeedFormatException("the document is not OPML: its root is not 'opml'");
            }

            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element && reader.LocalName.Equals("outline", StringComparison.OrdinalIgnoreCase)
                    && (reader.GetAttribute("xmlUrl") ?? reader.GetAttribute("xmlurl")) is { Length: > 0 } url)
                {
                    outlines.Add(new OpmlOutline(url, reader.GetAttribute("title") ?? reader.GetAttribute("text") ?? ""));
                }
            }

            return outlines;
        }
        catch (XmlException exception)
        {
            throw new FeedFormatException(string.Create(
                CultureInfo.InvariantCulture, $"the document is not well-formed XML: line {exception.LineNumber}, column {exception.LinePosition}"));
        }
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
