using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Storyline.Fetch.Feeds;

/// <summary>One outline of an OPML document that names a feed.</summary>
/// <param name="Url">xmlUrl as written.</param>
/// <param name="Title">title, else text; empty when neither is there.</param>
/// <param name="Folder">The outlines that it lies in (<see cref="FeedFolder"/>); empty when in none.</param>
public sealed record OpmlOutline(string Url, string Title, string Folder);

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
        var folders = new Stack<(int Depth, string Name)>();
        while (xml.NextElement() && outlines.Count < MaxOutlines)
        {
            if (xml.Name is not "outline")
            {
                continue;
            }

            while (folders.TryPeek(out var folder) && folder.Depth >= xml.Depth)
            {
                folders.Pop();
            }

            var name = (xml.Attribute("title") is { Length: > 0 } title ? title : xml.Attribute("text")) ?? "";
            if (xml.Attribute("xmlurl") is { Length: > 0 } url)
            {
                outlines.Add(new OpmlOutline(url, name, FeedFolder.Of(folders.Reverse().Select(folder => folder.Name))));
            }
            else
            {
                folders.Push((xml.Depth, name));
            }
        }

        return outlines;
    }

    /// <summary>A document with those feeds, each in all of its folders.</summary>
    public static string Write(IEnumerable<FeedRow> feeds, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(feeds);
        var body = new XElement("body");
        var folders = new Dictionary<string, XElement>(StringComparer.Ordinal) { [""] = body };
        foreach (var feed in feeds)
        {
            foreach (var folder in FeedFolder.Read(feed.Folders) is { Count: > 0 } all ? all : [""])
            {
                Folder(folders, folder).Add(new XElement(
                    "outline",
                    new XAttribute("type", "rss"),
                    new XAttribute("text", Xml(feed.Title.Length == 0 ? feed.Url : feed.Title)),
                    new XAttribute("title", Xml(feed.Title)),
                    new XAttribute("xmlUrl", feed.Url)));
            }
        }

        var document = new XElement(
            "opml", new XAttribute("version", "2.0"),
            new XElement("head", new XElement("title", "Storyline feeds"), new XElement("dateCreated", now.ToString("R", CultureInfo.InvariantCulture))),
            body);
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document;
    }

    private static XElement Folder(Dictionary<string, XElement> folders, string path)
    {
        if (!folders.TryGetValue(path, out var folder))
        {
            var slash = path.LastIndexOf('/');
            var name = Xml(FeedFolder.Names(path[(slash + 1)..]).Single());
            folders.Add(path, folder = new XElement("outline", new XAttribute("text", name), new XAttribute("title", name)));
            Folder(folders, slash < 0 ? "" : path[..slash]).Add(folder);
        }

        return folder;
    }

    private static string Xml(string text) => string.Concat(text.EnumerateRunes().Where(rune => !rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value)));
}
