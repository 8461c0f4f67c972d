using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Storyline.Fetch.Feeds;

/// <summary>RSS, RDF, Atom and sitemaps. No DTD is read, so there are no entities but XML's own and HTML's names.</summary>
internal static partial class XmlFeedReader
{
    private const int MaxDepth = 200;
    private const string Dc = "http://purl.org/dc/elements/1.1/";
    private const string DcTerms = "http://purl.org/dc/terms/";

    public static FeedDocument Read(string text, Uri url)
    {
        if (HtmlStart().IsMatch(text))
        {
            throw new FeedFormatException("the document is an HTML page, not a feed");
        }

        var (root, error) = Parse(text);
        if (error is not null)
        {
            var (mended, mendedError) = Parse(Mend(text));
            (root, error) = (mended ?? root, mendedError);
        }

        if (root is null)
        {
            throw new FeedFormatException("the XML cannot be read: " + error);
        }

        var feed = root.Name.LocalName.ToLowerInvariant() switch
        {
            "rss" or "rdf" or "channel" => Rss(root, url),
            "feed" => Atom(root, url),
            "urlset" => Sitemap(root, url),
            "sitemapindex" => throw new FeedFormatException("the document is a sitemap index: add the sitemaps that it names"),
            "html" => throw new FeedFormatException("the document is an HTML page, not a feed"),
            var other => throw new FeedFormatException($"the document is XML, but no feed: its root is '{(other.Length <= 40 ? other : other[..40])}'"),
        };
        return feed.Entries.Count == 0 && error is not null ? throw new FeedFormatException("the XML cannot be read: " + error) : feed;
    }

    private static FeedDocument Rss(XElement root, Uri url)
    {
        var channel = root.Name.LocalName.Equals("channel", StringComparison.OrdinalIgnoreCase) ? root : Child(root, "channel");
        var items = root.Descendants().Where(element => Is(element, "item") && (element.Parent == channel || element.Parent == root));
        var language = channel is null ? null : Value(channel, "language") ?? Value(channel, "language", Dc);
        var entries = items.Take(FeedReader.MaxEntries).Select(item =>
        {
            var @base = BaseOf(item, url);
            var guid = item.Elements().FirstOrDefault(element => Is(element, "guid"));
            var permanent = guid is not null && !string.Equals(guid.Attribute("isPermaLink")?.Value, "false", StringComparison.OrdinalIgnoreCase)
                && guid.Value.TrimStart().StartsWith("http", StringComparison.OrdinalIgnoreCase);
            return new FeedEntry
            {
                Url = FeedReader.Resolve(@base, Plain(item, "link")) ?? AtomLink(item, @base) ?? (permanent ? FeedReader.Resolve(@base, guid!.Value) : null)
                    ?? FeedReader.Resolve(@base, item.Attributes().FirstOrDefault(attribute => attribute.Name.LocalName == "about")?.Value),
                Id = guid?.Value.Trim() is { Length: > 0 } id ? id : Value(item, "identifier", Dc),
                Title = FeedReader.PlainText(Plain(item, "title") ?? Value(item, "title", Dc) ?? Value(item, "title")),
                Published = FeedDates.Parse(Plain(item, "pubDate") ?? Value(item, "date", Dc) ?? Value(item, "created", DcTerms) ?? Value(item, "issued", DcTerms) ?? Value(item, "published")),
                Updated = FeedDates.Parse(Value(item, "modified", DcTerms) ?? Value(item, "updated")),
                Authors = Texts(item.Elements().Where(element => Is(element, "author") || Is(element, "creator")).Select(element => Person(element.Elements().Any() ? Value(element, "name") : element.Value))),
                Categories = Texts(item.Elements().Where(element => (Is(element, "category") && element.Name.NamespaceName is "" or "http://backend.userland.com/rss2") || element.Name == XName.Get("subject", Dc))
                    .Select(element => element.Value)),
                Language = Value(item, "language", Dc) ?? language,
            };
        }).ToList();
        return new FeedDocument(FeedFormat.Rss, channel is null ? "" : FeedReader.PlainText(Plain(channel, "title")) ?? "", entries);
    }

    private static FeedDocument Atom(XElement root, Uri url)
    {
        var feedAuthors = People(root);
        var entries = root.Elements().Where(element => Is(element, "entry")).Take(FeedReader.MaxEntries).Select(entry => new FeedEntry
        {
            Url = AtomLink(entry, BaseOf(entry, url)) ?? (Value(entry, "id") is { } id && id.StartsWith("http", StringComparison.Ordinal) ? FeedReader.Resolve(url, id) : null),
            Id = Value(entry, "id"),
            Title = FeedReader.PlainText(Child(entry, "title")?.Value),
            Published = FeedDates.Parse(Value(entry, "published") ?? Value(entry, "issued") ?? Value(entry, "created")),
            Updated = FeedDates.Parse(Value(entry, "updated") ?? Value(entry, "modified")),
            Authors = People(entry) is { Count: > 0 } own ? own : feedAuthors,
            Categories = Texts(entry.Elements().Where(element => Is(element, "category")).Select(element => element.Attribute("term")?.Value ?? element.Attribute("label")?.Value ?? element.Value)
                .Concat(entry.Elements(XName.Get("subject", Dc)).Select(element => element.Value))),
            Language = entry.Attribute(XNamespace.Xml + "lang")?.Value ?? root.Attribute(XNamespace.Xml + "lang")?.Value,
        }).ToList();
        return new FeedDocument(FeedFormat.Atom, FeedReader.PlainText(Child(root, "title")?.Value) ?? "", entries);
    }

    private static FeedDocument Sitemap(XElement root, Uri url)
    {
        var entries = root.Elements().Where(element => Is(element, "url")).Take(FeedReader.MaxEntries).Select(page =>
        {
            var news = Child(page, "news");
            return new FeedEntry
            {
                Url = FeedReader.Resolve(url, Value(page, "loc")),
                Title = news is null ? null : FeedReader.PlainText(Value(news, "title")),
                Published = news is null ? null : FeedDates.Parse(Value(news, "publication_date")),
                Updated = FeedDates.Parse(Value(page, "lastmod")),
                Categories = news is null ? [] : Texts((Value(news, "keywords") ?? "").Split(',')),
                Language = news is not null && Child(news, "publication") is { } publication ? Value(publication, "language") : null,
            };
        }).ToList();
        return new FeedDocument(FeedFormat.Sitemap, "", entries);
    }

    // The alternate link; HTML before others; a link without rel counts (RFC 4287 §4.2.7.2).
    private static string? AtomLink(XElement entry, Uri @base)
    {
        var links = entry.Elements().Where(element => Is(element, "link") && element.Attribute("href") is not null)
            .Where(link => link.Attribute("rel")?.Value.Trim().ToLowerInvariant() is null or "" or "alternate" or "http://www.iana.org/assignments/relation/alternate")
            .ToList();
        var best = links.Find(link => link.Attribute("type")?.Value is null or "text/html" or "application/xhtml+xml") ?? links.FirstOrDefault();
        return best is null ? null : FeedReader.Resolve(BaseOf(best, @base), best.Attribute("href")!.Value);
    }

    private static Uri BaseOf(XElement element, Uri url)
    {
        var chain = element.AncestorsAndSelf().Select(ancestor => ancestor.Attribute(XNamespace.Xml + "base")?.Value).Where(value => value is not null).Reverse();
        return chain.Aggregate(url, (@base, value) => Uri.TryCreate(@base, value, out var next) ? next : @base);
    }

    private static IReadOnlyList<string> People(XElement element) => Texts(element.Elements()
        .Where(child => Is(child, "author") || child.Name == XName.Get("creator", Dc))
        .Select(child => child.Elements().Any() ? Value(child, "name") ?? Value(child, "email") : child.Value));

    // RFC 822 mailboxes: "a@b.example (Name)" and "Name <a@b.example>" are Name.
    private static string? Person(string? value)
    {
        var match = value is null ? null : Mailbox().Match(value);
        return match is { Success: true } ? match.Groups["name"].Value.Trim() : value;
    }

    private static IReadOnlyList<string> Texts(IEnumerable<string?> values) =>
        [.. values.Select(FeedReader.PlainText).OfType<string>().Distinct(StringComparer.Ordinal)];

    private static bool Is(XElement element, string name) => element.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static XElement? Child(XElement parent, string name) =>
        parent.Elements().FirstOrDefault(element => Is(element, name) && element.Name.Namespace == parent.Name.Namespace) ?? parent.Elements().FirstOrDefault(element => Is(element, name));

    // Text of a child in the parent's own namespace: media:title is not the title.
    private static string? Plain(XElement parent, string name) =>
        parent.Elements().Where(element => Is(element, name) && (element.Name.Namespace == parent.Name.Namespace || element.Name.NamespaceName.Length == 0))
            .Select(element => element.Value.Trim()).FirstOrDefault(value => value.Length > 0);

    private static string? Value(XElement parent, string name, string? @namespace = null) =>
        parent.Elements().Where(element => Is(element, name) && (@namespace is null || element.Name.NamespaceName == @namespace))
            .Select(element => element.Value.Trim()).FirstOrDefault(value => value.Length > 0);

    // Builds the tree by hand, so that what came before an error is kept.
    private static (XElement? Root, string? Error) Parse(string text)
    {
        XElement? root = null;
        XElement? current = null;
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Ignore,
                XmlResolver = null,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                CheckCharacters = false,
                MaxCharactersInDocument = FeedReader.MaxBytes,
            });
            while (reader.Read())
            {
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
                        var isEmpty = reader.IsEmptyElement;
                        while (reader.MoveToNextAttribute())
                        {
                            if (reader.NamespaceURI != "http://www.w3.org/2000/xmlns/")
                            {
                                element.SetAttributeValue(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value);
                            }
                        }

                        current?.Add(element);
                        root ??= element;
                        if (!isEmpty)
                        {
                            current = element;
                            if (reader.Depth > MaxDepth)
                            {
                                return (root, $"elements are nested more than {MaxDepth} deep");
                            }
                        }

                        break;
                    case XmlNodeType.EndElement:
                        current = current?.Parent;
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                        current?.Add(new XText(reader.Value));
                        break;
                }
            }

            return (root, null);
        }
        catch (XmlException exception)
        {
            return (root, string.Create(CultureInfo.InvariantCulture, $"line {exception.LineNumber}, column {exception.LinePosition}"));
        }
    }

    // What makes most broken feeds well-formed again.
    private static string Mend(string text)
    {
        var mended = Ampersand().Replace(text, match =>
        {
            var reference = match.Value;
            if (reference.Length == 1)
            {
                return "&amp;";
            }

            if (reference is "&amp;" or "&lt;" or "&gt;" or "&quot;" or "&apos;" || reference.StartsWith("&#", StringComparison.Ordinal))
            {
                return reference;
            }

            var decoded = WebUtility.HtmlDecode(reference);
            return decoded == reference ? "&amp;" + reference[1..] : decoded;
        });
        var result = new StringBuilder(mended.Length);
        foreach (var c in mended)
        {
            result.Append(XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : ' ');
        }

        return result.ToString();
    }

    [GeneratedRegex("""\A(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b""", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HtmlStart();

    [GeneratedRegex("""&(?:#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,31};)?""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10000)]
    private static partial Regex Ampersand();

    [GeneratedRegex("""\A\s*(?:\S+@\S+\s*\((?<name>[^()]+)\)|"?(?<name>[^<>"]+?)"?\s*<\S+@\S+>)\s*\z""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mailbox();
}
