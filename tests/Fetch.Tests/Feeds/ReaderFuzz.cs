using System.Globalization;
using System.Text;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Feeds;
using Storyline.Fetch.Robots;

namespace Storyline.Fetch.Tests.Feeds;

/// <summary>
/// Our own documents, broken in every way: cut, spliced, flipped, nested, repeated. Each seed is one input for every reader of what strangers send; a fault is an
/// exception that is not an answer. The tests run some thousands, <c>tests/Benchmarks -- fuzz</c> as many as asked for.
/// </summary>
public static class ReaderFuzz
{
    private const int MaxLength = 64 * 1024;

    private static readonly Uri Page = new("https://example.com/a/page");

    private static readonly string[] Documents =
    [
        """<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T &amp; c</title><ttl>5</ttl><skipHours><hour>3</hour></skipHours><atom:link rel="hub" href="https://hub.example/"/><item><title><![CDATA[A <b>b</b>]]></title><link>https://example.com/1?a=1&amp;b=2</link><guid isPermaLink="false">x</guid><pubDate>Tue, 03 Mar 2026 08:15:00 EST</pubDate><dc:creator>a@b.example (N)</dc:creator><category>c</category></item><!-- c --></channel></rss>""",
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title></channel><item rdf:about="https://example.com/1"><title>O</title></item></rdf:RDF>""",
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://example.com/b/"><title type="html">A &amp;amp; B</title><author><name>N</name></author><entry><id>i</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">In <a href="x">p</a></div></title><link href="one" type="text/html"/><published>2026-03-03T10:00:00.123+01:00</published><updated>3 mars 2026 09:15</updated><category term="t"/><source><author><email>e@x.example</email></author></source></entry></feed>""",
        """{"version":"https://jsonfeed.org/version/1.1","title":"J","hubs":[{"type":"WebSub","url":"https://hub.example/"}],"items":[{"id":7,"url":"/a","title":"T \ud83d\ude00","date_published":"2026-03-03T10:00:00+02:00","authors":[{"name":"N"}],"tags":["x"]}]}""",
        """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.com/n</loc><lastmod>2026-03-03</lastmod><news:news><news:publication><news:language>en</news:language></news:publication><news:title>N</news:title><news:keywords>a, b</news:keywords></news:news></url></urlset>""",
        """<sitemapindex><sitemap><loc>https://example.com/a.xml</loc></sitemap><sitemap>https://example.com/b.xml</sitemap></sitemapindex>""",
        "https://example.com/1\r\nhttps://example.com/2\n",
        "User-agent: StorylineBot\nDisallow: /a*b$\nAllow: /%C3%A9\nCrawl-delay: 2\n\nUser-agent: *\nDisallow: /\nSitemap: https://example.com/s.xml\n",
        """<html><head><base href="/x/"><link rel="alternate" type="application/rss+xml" href='f?a=1&amp;b=2'><script>"</a>"</script></head><body><a href=/rss>R</a></body></html>""",
        """<opml version="2.0"><head/><body><outline text="F"><outline type="rss" text="A" title="B" xmlUrl="https://example.com/f"/></outline></body></opml>""",
        """[{"location":"/a/*.html$","tdm-reservation":1,"tdm-policy":"https://example.com/p.json"},{"location":"/%7Ea","tdm-reservation":0}]""",
        """<https://example.com/a>; rel="canonical"; title="a, \"b\"", </b>;rel=hub;anchor="#c" """,
        """<html><head><base href="/x/"><title>A &amp; B</title><link rel=canonical href="a?b=1"></head><body>""",
        "https://user:p@ExAmple.com:443/a/./b/../%7ec/%e9?utm_source=x&b=%20&&=#frag",
    ];

    private static readonly string[] Pieces =
    [
        "<", ">", "</", "/>", "&", "&#0;", "&#xD800;", "&#x110000;", "&amp", "&nbsp;", "<![CDATA[", "]]>", "<!--", "-->", "<?xml", "?>", "<!DOCTYPE", "[", "]", "\"", "'", "=", "\0", "\u0001", "\ufeff", "\ud83d", "\u00e9",
        "<item>", "</item>", "<entry>", "</entry>", "</channel>", "<title>", "</title>", "<link>", "xmlns=\"\"", "xml:base=\"//[\"", "xmlns:a='b'", "<a:b/>", "{", "}", ",", "http://", "//", "..", "%", "%zz", "%C3", ":", "99999999999", "-", "+24:99", "T", "\r\n", "$", "*", "#",
    ];

    private static readonly string?[] Charsets = [null, null, "utf-8", "iso-8859-1", "utf-16", "utf-7", "shift_jis", "iso-2022-jp", "gb18030", "nonsense", ""];

    /// <summary>Reads the input of a seed with every reader.</summary>
    /// <returns>Its length, in bytes.</returns>
    public static int Run(int seed)
    {
        // Not for secrets: the same seed must be the same input.
#pragma warning disable CA5394
        var random = new Random(seed);
        var text = new StringBuilder(Documents[random.Next(Documents.Length)]);
        for (var changes = random.Next(1, 12); changes > 0; changes--)
        {
            var at = random.Next(text.Length + 1);
            var length = random.Next(Math.Min(200, text.Length - at) + 1);
            switch (random.Next(7))
            {
                case 0:
                    text.Length = at;
                    break;
                case 1:
                    text.Remove(at, length);
                    break;
                case 2:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 3:
                    text.Insert(at, text.ToString(at, length));
                    break;
                case 4:
                    var other = Documents[random.Next(Documents.Length)];
                    text.Insert(at, other[random.Next(other.Length)..]);
                    break;
                case 5:
                    var piece = length is > 0 and < 40 ? text.ToString(at, length) : Pieces[random.Next(Pieces.Length)];
                    text.Insert(at, new StringBuilder().Insert(0, piece, random.Next(1, random.Next(20) == 0 ? 2000 : 20)));
                    break;
                default:
                    if (at < text.Length)
                    {
                        text[at] = (char)random.Next(random.Next(4) == 0 ? 0x10000 : 0x80);
                    }

                    break;
            }
        }

        text.Length = Math.Min(text.Length, MaxLength);
        var document = text.ToString();
        var bytes = random.Next(8) switch
        {
            0 => Encoding.Latin1.GetBytes(document),
            1 => Encoding.Unicode.GetBytes(document),
            _ => Encoding.UTF8.GetBytes(document),
        };
        for (var flips = random.Next(3) == 0 ? random.Next(8) : 0; flips > 0 && bytes.Length > 0; flips--)
        {
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        }

        var charset = Charsets[random.Next(Charsets.Length)];
#pragma warning restore CA5394
        ReadAll(document, bytes, charset);
        return bytes.Length;
    }

    private static void ReadAll(string document, byte[] bytes, string? charset)
    {
        Answer(() =>
        {
            var feed = FeedReader.Read(bytes, charset, Page);
            foreach (var url in feed.Entries.Select(entry => entry.Url).Concat(feed.Sitemaps.Select(sitemap => sitemap.Url)).Concat(feed.Hubs).OfType<string>())
            {
                Require(Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https", "a URL of a feed is not absolute");
                Canonicalise(url);
            }
        });
        Answer(() => Opml.Read(document));
        foreach (var url in FeedDiscovery.Find(document, Page))
        {
            Canonicalise(url.AbsoluteUri);
        }

        _ = RobotsTxt.Parse(bytes).IsAllowed("StorylineBot", document.Length < 2000 ? "/" + document : "/a");
        _ = TdmRep.Parse(bytes).Find(document.Length < 2000 ? "/" + document : "/a/b.html");
        var links = LinkHeader.Read(new HttpExchange(Page.AbsoluteUri, 200, "1.1", "", [KeyValuePair.Create("Link", document)]));
        _ = PageHead.Read(bytes, "text/html", Page, links);
        Canonicalise(document);
    }

    private static void Canonicalise(string url)
    {
        if (CanonicalUrl.TryCreate(url, out var canonical, out _))
        {
            Require(CanonicalUrl.TryCreate(canonical, out var again, out _) && again == canonical, $"'{canonical}' is canonical, but its canonical form is '{again}'");
        }
    }

    private static void Answer(Action read)
    {
        try
        {
            read();
        }
        catch (FeedFormatException)
        {
            // An answer too.
        }
    }

    private static void Require(bool holds, string otherwise) => _ = holds ? 0 : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{otherwise}"));
}
