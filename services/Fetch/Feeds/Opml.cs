using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Storyline.Fetch.Feeds;

/// <summary>One outline of an OPML document that names a feed.</summary>
/// <param name="Url">xmlUrl as written.</param>
/// <param name="Title">title, else text; empty when neither is there.</param>
/// <param name="Folder">The outlines that it lies in (<see cref="FeedFolder"/>); empty when in none.</param>
public sealed record OpmlOutline(string Url, string Title, string Folder);

/// <summary>What a document does not give.</summary>
/// <param name="Reason">Why, for a person.</param>
/// <param name="Count">How many outlines it is, as far as that is known; at least 1.</param>
public sealed record OpmlLoss(string Reason, int Count);

/// <summary>What a document gives, and what it does not.</summary>
public sealed record OpmlDocument(IReadOnlyList<OpmlOutline> Outlines, IReadOnlyList<OpmlLoss> Losses);

/// <summary>OPML 2.0 (opml.org/spec2.opml).</summary>
public static partial class Opml
{
    /// <summary>Largest document, in characters: 5 MiB.</summary>
    public const int MaxLength = 5 * 1024 * 1024;

    private const int MaxOutlines = 100_000;

    /// <summary>Feeds of a document, in any of its outlines; a document that is not well-formed is read as far as it makes sense. What is lost is told.</summary>
    /// <exception cref="FeedFormatException">It is no OPML.</exception>
    public static OpmlDocument Read(string opml)
    {
        ArgumentNullException.ThrowIfNull(opml);
        if (opml.Length > MaxLength)
        {
            throw new FeedFormatException($"the document has more than {MaxLength} characters");
        }

        var xml = new XmlScanner(opml.ToCharArray(), new Uri("https://opml.invalid/"), recovers: false);
        if (!xml.NextElement() || xml.Name is not "opml")
        {
            throw new FeedFormatException("the document is not OPML: its root is not 'opml'");
        }

        // A name of a DTD is harmless, and some programs write it; what is declared inside would change the text.
        if (InternalSubset().IsMatch(opml.AsSpan(0, xml.Position)))
        {
            throw new FeedFormatException("the document has a DTD of its own, which OPML has no use for");
        }

        // At any depth: folders are outlines too.
        var outlines = new List<OpmlOutline>();
        var losses = new List<OpmlLoss>();
        var folders = new Stack<(int Depth, string Name)>();
        (int Depth, string Name)? noUrl = null;
        var isFull = false;
        while (!isFull && xml.NextElement())
        {
            if (xml.Name is not "outline")
            {
                continue;
            }

            // With outlines inside it was a folder, whatever it says.
            NoUrl(isFolder: xml.Depth > noUrl?.Depth);
            while (folders.TryPeek(out var folder) && folder.Depth >= xml.Depth)
            {
                folders.Pop();
            }

            var name = (xml.Attribute("title") is { Length: > 0 } title ? title : xml.Attribute("text")) ?? "";
            if (xml.Attribute("xmlurl") is { Length: > 0 } url)
            {
                outlines.Add(new OpmlOutline(url, name, FeedFolder.Of(folders.Reverse().Select(folder => folder.Name))));
                isFull = outlines.Count == MaxOutlines && xml.NextElement();
            }
            else
            {
                folders.Push((xml.Depth, name));
                noUrl = xml.Attribute("type") is { } type && type.Equals("rss", StringComparison.OrdinalIgnoreCase) ? (xml.Depth, name) : null;
            }
        }

        NoUrl(isFolder: false);
        if (isFull)
        {
            losses.Add(new OpmlLoss($"the document has more than {MaxOutlines} feeds: what follows is not read", 1));
        }
        else if (xml.IsCut)
        {
            losses.Add(new OpmlLoss("the document is cut: it ends before </opml>, and what followed is not known", 1));
        }

        if (xml.TooDeepElements > 0)
        {
            losses.Add(new OpmlLoss($"{xml.TooDeepElements} elements lie more than {XmlScanner.MaxDepth} deep and are not read", xml.TooDeepElements));
        }

        return new OpmlDocument(outlines, losses);

        void NoUrl(bool isFolder)
        {
            if (noUrl is { } outline && !isFolder)
            {
                losses.Add(new OpmlLoss($"'{outline.Name}': is of type rss and has no xmlUrl", 1));
            }

            noUrl = null;
        }
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

    [GeneratedRegex(@"<!DOCTYPE[^<>\[]*\[", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InternalSubset();

    private static string Xml(string text) => string.Concat(text.EnumerateRunes().Where(rune => !rune.IsBmp || XmlConvert.IsXmlChar((char)rune.Value)));
}
