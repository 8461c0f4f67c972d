using System.Diagnostics;
using System.Globalization;
using System.ServiceModel.Syndication;
using System.Text;
using System.Xml;
using Storyline.Fetch.Feeds;

namespace Storyline.Benchmarks;

/// <summary>Feed reading beside two libraries, over the same generated feeds in the same run: entries a second, memory, and what each cannot read.</summary>
internal static class Feeds
{
    private const int Items = 100;
    private const int Rounds = 7;

    private static readonly Uri Url = new("https://outlet.example/feed");

    public static int Run()
    {
        (string Name, byte[] Bytes)[] sound = [("RSS 2.0", Bytes(Rss())), ("RSS 2.0, whole articles", Bytes(Rss(paragraphs: 12))), ("Atom", Bytes(Atom()))];
        (string Name, Func<byte[], int> Read)[] readers =
        [
            ("ours", bytes => FeedReader.Read(bytes, null, Url).Entries.Count),
            ("CodeHollow.FeedReader", bytes => CodeHollow.FeedReader.FeedReader.ReadFromByteArray(bytes).Items.Count),
            ("System.ServiceModel.Syndication", Syndication),
        ];
        foreach (var (name, bytes) in sound)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {Items} entries, {bytes.Length / 1024} KiB"));
            foreach (var (reader, read) in readers)
            {
                var (microseconds, allocated) = Measure(bytes, read);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {reader,-32} {microseconds,8:0} us   {allocated / 1024.0,8:0} KiB   {bytes.Length / microseconds,6:0} MB/s"));
            }
        }

        var broken = Broken();
        Console.WriteLine($"{broken.Length} feeds with a fault, 3 entries each: read with all their entries");
        foreach (var (reader, read) in readers)
        {
            var failed = broken.Where(feed => !Reads(read, feed.Text)).Select(feed => feed.Fault).ToList();
            Console.WriteLine($"  {reader,-32} {broken.Length - failed.Count,3}   not: {string.Join(", ", failed)}");
        }

        return 0;
    }

    private static int Syndication(byte[] bytes)
    {
        using var reader = XmlReader.Create(new MemoryStream(bytes), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return SyndicationFeed.Load(reader).Items.Count();
    }

    private static bool Reads(Func<byte[], int> read, string text)
    {
        try
        {
            return read(Bytes(text)) == 3;
        }
#pragma warning disable CA1031 // Whatever it throws, it has not read the feed.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static (double Microseconds, long Allocated) Measure(byte[] bytes, Func<byte[], int> read)
    {
        const int Reads = 50;
        var best = double.MaxValue;
        long allocated = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Reads; i++)
            {
                if (read(bytes) != Items)
                {
                    throw new InvalidOperationException("not every entry was read");
                }
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMicroseconds / Reads);
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Reads;
        }

        return (best, allocated);
    }

    private static (string Fault, string Text)[] Broken()
    {
        const string Item = "<item><title>T {0}</title><link>https://outlet.example/{0}?a=1&amp;b=2</link><pubDate>Tue, 03 Mar 2026 08:15:00 GMT</pubDate></item>";
        var items = string.Concat(Enumerable.Range(1, 3).Select(i => string.Format(CultureInfo.InvariantCulture, Item, i)));
        string Feed(string body) => $"<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title><link>https://outlet.example/</link><description>D</description>{body}</channel></rss>";
        return
        [
            ("bare ampersand", Feed(items.Replace("&amp;", "&", StringComparison.Ordinal))),
            ("bare bracket", Feed(items.Replace("T 2", "1 < 2", StringComparison.Ordinal))),
            ("HTML entity", Feed(items.Replace("T 2", "caf&eacute;&nbsp;", StringComparison.Ordinal))),
            ("undeclared prefix", Feed(items.Replace("<title>T 2", "<dc:creator>N</dc:creator><title>T 2", StringComparison.Ordinal))),
            ("control character", Feed(items.Replace("T 2", "T \u0002", StringComparison.Ordinal))),
            ("space before", "\n  " + Feed(items)),
            ("warning before", "Warning: x in <b>y.php</b>\n" + Feed(items)),
            ("text after", Feed(items) + "<!-- 0.2 s --> done"),
            ("end tag missing", Feed(items.Replace("T 2</title>", "T 2", StringComparison.Ordinal))),
            ("end tag misspelt", Feed(items.Replace("T 2</title>", "T 2</titel>", StringComparison.Ordinal))),
            ("cut after the last entry", Feed(items)[..^"</channel></rss>".Length]),
            ("HTML in a text", Feed(items.Replace("T 2", "T <br> 2", StringComparison.Ordinal))),
            ("date of no calendar", Feed(items.Replace("Tue, 03 Mar 2026 08:15:00 GMT", "soon", StringComparison.Ordinal))),
            ("DOCTYPE", Feed(items).Replace("<rss", "<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\" \"http://outlet.example/rss.dtd\"><rss", StringComparison.Ordinal)),
        ];
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(int i, int paragraphs) => string.Concat(Enumerable.Range(0, paragraphs).Select(p => string.Create(
        CultureInfo.InvariantCulture, $"<p>The council of town {i} met on day {p} &amp; agreed, after a long debate, on what it had disagreed about since spring; the mayor said so.</p>")));

    private static string Rss(int paragraphs = 1)
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:media=\"http://search.yahoo.com/mrss/\">\n<channel>\n<title>Outlet</title>\n<link>https://outlet.example/</link>\n<description>News</description>\n");
        for (var i = 0; i < Items; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                <item>
                  <title><![CDATA[Council of town {i} agrees at last]]></title>
                  <link>https://outlet.example/2026/03/council-{i}?id={i}&amp;from=feed</link>
                  <guid isPermaLink="false">outlet-{i}</guid>
                  <pubDate>Tue, 03 Mar 2026 08:{i % 60:00}:00 +0100</pubDate>
                  <dc:creator>Ann Author {i % 7}</dc:creator>
                  <category>Politics</category>
                  <category>Towns</category>
                  <media:content url="https://outlet.example/{i}.jpg" medium="image" width="1200" height="800"/>
                  <description>{System.Security.SecurityElement.Escape(Text(i, 1))}</description>
                  <content:encoded><![CDATA[{Text(i, paragraphs)}]]></content:encoded>
                </item>

                """);
        }

        return text.Append("</channel>\n</rss>\n").ToString();
    }

    private static string Atom()
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n<title>Outlet</title>\n<id>urn:outlet</id>\n<updated>2026-03-03T08:00:00Z</updated>\n<link rel=\"self\" href=\"https://outlet.example/feed\"/>\n");
        for (var i = 0; i < Items; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                <entry>
                  <id>tag:outlet.example,2026:{i}</id>
                  <title type="html">Council of town {i} agrees at last</title>
                  <link rel="alternate" type="text/html" href="https://outlet.example/2026/03/council-{i}"/>
                  <published>2026-03-03T08:{i % 60:00}:00+01:00</published>
                  <updated>2026-03-03T09:{i % 60:00}:00+01:00</updated>
                  <author><name>Ann Author {i % 7}</name></author>
                  <category term="Politics"/>
                  <summary type="html">{System.Security.SecurityElement.Escape(Text(i, 1))}</summary>
                </entry>

                """);
        }

        return text.Append("</feed>\n").ToString();
    }
}
