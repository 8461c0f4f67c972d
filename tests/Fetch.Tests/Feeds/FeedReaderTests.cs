using System.Text;
using CsCheck;
using Storyline.Fetch.Feeds;

namespace Storyline.Fetch.Tests.Feeds;

public sealed class FeedReaderTests
{
    private static readonly Uri Url = new("https://example.com/feeds/all.xml");

    [Fact]
    public void Read_Rss20_GivesItsEntries()
    {
        var feed = Read("""
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Town &amp; Country</title><language>en-gb</language>
            <item><media:title>Not this</media:title><title><![CDATA[A <b>bold</b> move &amp; more]]></title><link> /news/1?a=1&amp;b=2 </link><guid isPermaLink="false">id-1</guid>
            <pubDate>Tue, 03 Mar 2026 08:15:00 EST</pubDate><dc:creator>Ann Author</dc:creator><category>Politics</category><category>World</category></item>
            <item><guid>https://example.com/news/2</guid><author>desk@example.com (News Desk)</author></item>
            <item><title>No link</title></item>
            </channel></rss>
            """);

        Assert.Equal((FeedFormat.Rss, "Town & Country", 3), (feed.Format, feed.Title, feed.Entries.Count));
        var first = feed.Entries[0];
        Assert.Equal("https://example.com/news/1?a=1&b=2", first.Url);
        Assert.Equal(("id-1", "A bold move & more", "en-gb"), (first.Id, first.Title, first.Language));
        Assert.Equal(DateTimeOffset.Parse("2026-03-03T13:15:00Z", null), first.Published);
        Assert.Equal(["Ann Author"], first.Authors);
        Assert.Equal(["Politics", "World"], first.Categories);
        Assert.Equal(("https://example.com/news/2", "News Desk"), (feed.Entries[1].Url, feed.Entries[1].Authors.Single()));
        Assert.Null(feed.Entries[2].Url);
    }

    [Fact]
    public void Read_Rdf_FindsItemsBesideTheChannel()
    {
        var feed = Read("""
            <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
            <channel rdf:about="x"><title>T</title></channel><item rdf:about="https://example.com/1"><title>One</title><link>https://example.com/1</link><dc:date>2026-03-03T10:00:00+01:00</dc:date></item></rdf:RDF>
            """);

        Assert.Equal(("https://example.com/1", DateTimeOffset.Parse("2026-03-03T09:00:00Z", null)), (feed.Entries.Single().Url, feed.Entries.Single().Published));
    }

    [Fact]
    public void Read_Atom_TakesTheAlternateLink()
    {
        var feed = Read("""
            <feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://example.com/blog/"><title type="html">A &amp;amp; B</title><author><name>Feed Author</name></author>
            <entry><id>urn:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">In <em>parts</em></div></title>
            <link rel="self" href="self"/><link rel="alternate" type="text/html" href="one"/><published>2026-03-03T10:00:00Z</published><updated>2026-03-04T10:00:00Z</updated><category term="t"/></entry></feed>
            """);

        var entry = feed.Entries.Single();
        Assert.Equal((FeedFormat.Atom, "A & B"), (feed.Format, feed.Title));
        Assert.Equal(("https://example.com/blog/one", "urn:1", "In parts", "de"), (entry.Url, entry.Id, entry.Title, entry.Language));
        Assert.Equal(["Feed Author"], entry.Authors);
        Assert.Equal(1, (entry.Updated - entry.Published)!.Value.TotalDays);
    }

    [Fact]
    public void Read_JsonFeed_TakesNumbersAsIds()
    {
        var feed = Read("""{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":7,"url":"/a","title":"T","date_published":"2026-03-03T10:00:00+02:00","authors":[{"name":"N"}],"tags":["x"]}]}""");

        Assert.Equal((FeedFormat.JsonFeed, "https://example.com/a", "7", "N"), (feed.Format, feed.Entries[0].Url, feed.Entries[0].Id, feed.Entries[0].Authors.Single()));
    }

    [Fact]
    public void Read_JsonFeedWithHalfASurrogatePair_LosesThatTextOnly()
    {
        var feed = Read("""{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"id":"1","url":"/a","title":"cut \ud83d","tags":["\udc00","x"]},{"id":"2","url":"/b","title":"T"}]}""");

        Assert.Equal([null, "T"], feed.Entries.Select(entry => entry.Title));
        Assert.Equal(["x"], feed.Entries[0].Categories);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData(",{\"id\":\"3\",\"url\":\"/c\",\"title\":\"cut in the mi")]
    [InlineData(",{\"id\":\"3\",\"url\":\"/c\",\"title\":\"cut in an escape \\u00")]
    [InlineData(",{\"id\":\"3\",\"attachments\":[{\"url\":\"/c\"}")]
    [InlineData(",{\"id\":\"3\",\"url\":\"/c\"")]
    [InlineData(",{\"id\":\"3\",\"title\":\"wrong \\x escape\"}]}")]
    [InlineData("]")]
    [InlineData("],\"language\":\"en")]
    [InlineData("],\"authors\":[{\"name\":")]
    [InlineData("]}<!-- served by a cache -->")]
    public void Read_JsonFeedThatIsCut_KeepsTheItemsThatAreWhole(string rest)
    {
        var feed = Read("""{"version":"https://jsonfeed.org/version/1.1","title":"J","_other":{"items":[{"id":"0"}]},"items":[{"id":"1","url":"/a","tags":["x"]},{"id":"2","url":"/b"}""" + rest);

        Assert.Equal((FeedFormat.JsonFeed, "J"), (feed.Format, feed.Title));
        Assert.Equal(["https://example.com/a", "https://example.com/b"], feed.Entries.Select(entry => entry.Url));
    }

    [Fact]
    public void Read_JsonFeedWithLineBreaksInTexts_IsRead()
    {
        var feed = Read("{\"items\":[{\"id\":\"1\",\"url\":\"/a\",\"title\":\"Over two\r\n\tlines\"},\n{\"id\":\"2\",\"url\":\"/b\"}],\"language\":\"en\",\"title\":\"J\"}");

        Assert.Equal(("Over two lines", "J", "en", 2), (feed.Entries[0].Title, feed.Title, feed.Entries[0].Language, feed.Entries.Count));
    }

    [Theory]
    [InlineData("{\"items\":[{\"id\":\"1\",\"url\":\"/a")]
    [InlineData("{\"items\":[")]
    [InlineData("{\"title\":\"J\",\"it")]
    public void Read_JsonFeedCutBeforeItsFirstItemEnds_SaysWhere(string text) =>
        Assert.Contains("not: line 1", Assert.Throws<FeedFormatException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_JsonFeedCutAnywhere_HasTheItemsThatEndBeforeTheCut()
    {
        var items = Enumerable.Range(0, 20).Select(i => $$"""{"id":"{{i}}","url":"/{{i}}","title":"A \"quoted\" {{{i}} é","attachments":[{"url":"/x"}],"tags":["]}"]}""").ToList();
        var text = """{"title":"J","items":[""" + string.Join(',', items) + """],"language":"en"}""";
        for (var cut = text.IndexOf('[', StringComparison.Ordinal) + 1; cut < text.Length; cut++)
        {
            var whole = items.Select((_, i) => """{"title":"J","items":[""".Length + items.Take(i + 1).Sum(item => item.Length) + i).Count(end => end <= cut);
            if (whole > 0)
            {
                Assert.Equal(whole, Read(text[..cut]).Entries.Count);
            }
        }
    }

    [Fact]
    public void Read_NewsSitemap_TakesTitleAndTime()
    {
        var feed = Read("""
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.com/n</loc>
            <news:news><news:publication><news:name>P</news:name><news:language>en</news:language></news:publication><news:publication_date>2026-03-03</news:publication_date><news:title>N</news:title></news:news></url></urlset>
            """);

        var entry = feed.Entries.Single();
        Assert.Equal((FeedFormat.Sitemap, "https://example.com/n", "N", "en"), (feed.Format, entry.Url, entry.Title, entry.Language));
        Assert.NotNull(entry.Published);
    }

    [Theory]
    [InlineData("<rss version=\"2.0\"><channel><item><title>Q&A &nbsp; &eacute;</title><link>https://example.com/1?a=1&b=2</link></item></channel></rss>")]
    [InlineData("<!DOCTYPE rss PUBLIC \"-//Netscape//DTD RSS 0.91//EN\" \"http://example.com/x.dtd\"><rss version=\"0.91\"><channel><item><title>Q</title><link>https://example.com/1?a=1&amp;b=2</link></item></channel></rss>")]
    [InlineData("<rss><channel><item><title>Q</title><link>https://example.com/1?a=1&amp;b=2</link></item><item><title>cut")]
    [InlineData("\n \ufeff<rss><channel><item><title>bad \u0001 character</title><link>https://example.com/1?a=1&amp;b=2</link></item></channel></rss>")]
    public void Read_IllFormed_IsMended(string text) => Assert.Equal("https://example.com/1?a=1&b=2", Read(text).Entries[0].Url);

    [Theory]
    [InlineData("", "nothing in it")]
    [InlineData("<!DOCTYPE html><html><body>Hello</body></html>", "HTML page")]
    [InlineData("<html><head></head></html>", "HTML page")]
    [InlineData("plain text", "neither XML nor JSON")]
    [InlineData("{\"a\":1}", "no items")]
    [InlineData("{\"a\":", "not")]
    [InlineData("<opml/>", "root is 'opml'")]
    [InlineData("<sitemapindex/>", "sitemap index")]
    [InlineData("<<<", "cannot be read")]
    public void Read_NoFeed_SaysWhatItIs(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FeedFormatException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_EntityBomb_ExpandsNothing()
    {
        var bomb = "<!DOCTYPE r [<!ENTITY a \"" + new string('x', 1000) + "\">" + string.Concat(Enumerable.Range(0, 30).Select(i => $"<!ENTITY b{i} \"&a;&a;&a;&a;\">")) + "]><rss><channel><title>&b29;</title></channel></rss>";

        Assert.InRange(Read(bomb).Title.Length, 0, 100);
    }

    [Theory]
    [InlineData("iso-8859-1", null)]
    [InlineData("utf-8", "iso-8859-1")]
    [InlineData("utf-8", null)]
    public void Read_WrongOrSingleByteEncoding_KeepsTheLetters(string declared, string? header)
    {
        var bytes = Encoding.Latin1.GetBytes($"<?xml version=\"1.0\" encoding=\"{declared}\"?><rss><channel><title>Caf\u00e9</title><item><link>https://example.com/1</link></item></channel></rss>");

        Assert.Equal("Caf\u00e9", FeedReader.Read(bytes, header, Url).Title);
    }

    [Fact]
    public void Read_TwoHundredThousandEntries_TakesTheFirst()
    {
        var text = "<rss><channel>" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"<item><link>https://example.com/{i}</link></item>")) + "</channel></rss>";

        Assert.Equal(FeedReader.MaxEntries, Read(text).Entries.Count);
    }

    [Fact]
    public void Read_AnyBytes_ReadsOrRefuses() => Gen.Select(Pick.From("", "<rss><channel>", "<feed>", "{\"items\":[", "<urlset>"), Gen.OneOf(
            Pick.From("<item>", "</item>", "<link>", "&", "&#0;", "&#xD800;", "<![CDATA[", "]]>", "<!--", "{", "}", "\"", "<entry>", "xmlns=\"\"", "<a:b/>", "\0", "<?xml encoding=\"utf-7\"?>"), Gen.String[0, 8]).Array[0, 12])
        .Sample(
            (head, parts) =>
            {
                try
                {
                    Read(head + string.Concat(parts));
                }
                catch (FeedFormatException)
                {
                    // An answer too.
                }
            },
            iter: 20_000);

    [Theory]
    [InlineData("Tue, 03 Mar 2026 08:15:00 GMT")]
    [InlineData("Tue, 3 Mar 2026 08:15:00 +0000")]
    [InlineData("3 Mar 26 08:15 UT")]
    [InlineData("Dienstag, 03 Mar 2026 08:15:00 Z")]
    [InlineData("2026-03-03T08:15:00Z")]
    [InlineData("2026-03-03T09:15:00+01")]
    [InlineData("2026-03-03 09:15:00 +0100")]
    [InlineData("Tue, 03 Mar 2026 03:15:00 EST")]
    [InlineData("03 Mar 2026 10:15:00 CEST")]
    [InlineData("2026-03-03T08:15:00.000")]
    [InlineData("Mon, 03 Mar 2026 08:15:00 +0000 (UTC)")]
    [InlineData("mar., 3 mars 2026 09:15:00 +0100")]
    [InlineData("Tue Mar  3 03:15:00 EST 2026")]
    [InlineData("Tuesday, 3. M\u00e4rz 2026, 09:15 Uhr MEZ +0100")]
    [InlineData("March 3, 2026, 8:15 a.m.")]
    [InlineData("Mar 03 2026 08:15:00AM")]
    [InlineData("03.03.2026 08:15")]
    [InlineData("3/3/2026 8:15:00 AM GMT")]
    [InlineData("2026/03/03 08:15 UTC")]
    [InlineData("20260303T081500Z")]
    [InlineData("20260303081500")]
    [InlineData("1772525700")]
    [InlineData("1772525700000")]
    [InlineData("2026-03-03T08:15Z")]
    [InlineData("2026-03-03T10:15:00:+0200")]
    [InlineData("2026-03-03T08:15:00-00:00:00")]
    [InlineData("Tue, 03 Mar 2026 01:15:00 GMT-0700")]
    [InlineData("Tue, 03 Mar 2026 08:15:00 --0000")]
    [InlineData("08:15 03.03.2026 -0000")]
    [InlineData("3 \u043c\u0430\u0440\u0442\u0430 2026 11:15 MSK")]
    [InlineData("2026\ub144 03\uc6d4 03\uc77c \uc624\uc804 08:15:00")]
    [InlineData("2026\u5e743\u67083\u65e5 8\u66424\u5206", -11)]
    [InlineData("03 de marzo de 2026 08:15")]
    [InlineData("2026-062T08:15Z")]
    public void Parse_WildDates_AreTheSameInstant(string text, int minutes = 0) =>
        Assert.Equal(DateTimeOffset.Parse("2026-03-03T08:15:00Z", null).AddMinutes(minutes), FeedDates.Parse(text));

    [Theory]
    [InlineData("Wed, 31 Dec 2025", "2025-12-31")]
    [InlineData("31.12.25", "2025-12-31")]
    [InlineData("Dec 31, 98", "1998-12-31")]
    [InlineData("2025-12", "2025-12-01")]
    [InlineData("12/31/2025", "2025-12-31")]
    [InlineData("Tue, 30 Dec 2025 24:00:00 GMT", "2025-12-31")]
    public void Parse_Days_AreTheirMidnight(string text, string day) => Assert.Equal(DateTimeOffset.Parse(day + "T00:00:00Z", null), FeedDates.Parse(text));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("30 Feb 2026")]
    [InlineData("2026-13-45")]
    [InlineData("12:30")]
    [InlineData("99999999999999")]
    [InlineData("Tue, 03 Mar 2026 08:75:00 GMT")]
    public void Parse_NoDate_IsNull(string text) => Assert.Null(FeedDates.Parse(text));

    [Theory]
    [InlineData("<item><title>Unclosed <link>https://example.com/1</link><pubDate>x</pubDate></item>")]
    [InlineData("<item><titel>x</title><link>https://example.com/1</link></item>")]
    [InlineData("<item><title>x</titel><link>https://example.com/1</link></item>")]
    [InlineData("<item><title>a < b & c </b> d</title><link>https://example.com/1</link>")]
    [InlineData("<item><description><![CDATA[never ended</description><link>https://example.com/1</link></item>")]
    [InlineData("<item><description><![CDATA[in <![CDATA[ another ]]> one ]]></description><link>https://example.com/1</link></item>")]
    [InlineData("<item><enclosure url=\"broken><link>https://example.com/1</link></item>")]
    [InlineData("<item><media:content url=x /><link>https://example.com/1</link></item>")]
    [InlineData("<item><!-- never ended <link>https://example.com/1</link></item>")]
    public void Read_BrokenItem_KeepsItsLinkAndTheNextItem(string item)
    {
        var feed = Read("Warning: <b>x</b> in y.php\n<rss><channel>" + item + "<item><title>Next</title><link>https://example.com/2</link></item></channel></rss> garbage");

        Assert.Equal(["https://example.com/1", "https://example.com/2"], feed.Entries.Select(entry => entry.Url));
        Assert.Equal("Next", feed.Entries[1].Title);
    }

    [Fact]
    public void Read_Channel_TellsItsRhythmAndHubs()
    {
        var feed = Read("""
            <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><ttl>30</ttl><skipHours><hour>24</hour><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>
            <atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/self.xml"/><item><link>https://example.com/1</link></item></channel></rss>
            """);
        var rdf = Read("""<rdf:RDF xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency></channel><item/></rdf:RDF>""");

        Assert.Equal((TimeSpan.FromMinutes(30), "https://example.com/self.xml"), (feed.UpdateInterval, feed.Self));
        Assert.Equal(["https://hub.example/"], feed.Hubs);
        Assert.Equal(new SkippedTimes().WithHour(0).WithHour(3).WithDay(DayOfWeek.Sunday), feed.Skipped);
        Assert.Equal(TimeSpan.FromHours(6), rdf.UpdateInterval);
    }

    [Fact]
    public void Read_SitemapIndex_NamesItsSitemaps()
    {
        var feed = Read("<sitemapindex><sitemap><loc>https://example.com/a.xml</loc><lastmod>2026-03-03</lastmod></sitemap><sitemap>/b.xml.gz</sitemap></sitemapindex>");

        Assert.Equal(FeedFormat.SitemapIndex, feed.Format);
        Assert.Equal(["https://example.com/a.xml", "https://example.com/b.xml.gz"], feed.Sitemaps.Select(sitemap => sitemap.Url));
        Assert.Equal(DateTimeOffset.Parse("2026-03-03T00:00:00Z", null), feed.Sitemaps[0].Modified);
    }

    [Fact]
    public void Read_GzippedTextSitemap_HasItsPages()
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("https://example.com/1\r\n\r\nhttps://example.com/2"u8);
        }

        Assert.Equal(["https://example.com/1", "https://example.com/2"], FeedReader.Read(packed.ToArray(), null, Url).Entries.Select(entry => entry.Url));
    }

    [Fact]
    public void Read_Markup_IsKeptBesideThePlainTexts()
    {
        var rss = Read("<rss><channel><item><title>A &lt;i&gt;new&lt;/i&gt; <b>day</b></title><author>desk@example.com (The &lt;b&gt;Desk&lt;/b&gt;)</author><category>plain</category></item></channel></rss>").Entries[0];
        var atom = Read("""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://base.example/a/"><entry><id>b/1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">To <a href="c">there</a></div></title></entry></feed>""").Entries[0];

        Assert.Equal(("A new day", "A <i>new</i> <b>day</b>", "The Desk"), (rss.Title, rss.Markup?.Title, rss.Authors.Single()));
        Assert.Equal(("To there", "To <a href=\"https://base.example/a/c\">there</a>", "https://base.example/a/b/1"), (atom.Title, atom.Markup?.Title, atom.Id));
    }

    [Fact]
    public void Read_Utf8ThatIsDeclaredOtherwise_KeepsTheLetters() =>
        Assert.Equal("Caf\u00e9", FeedReader.Read(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><rss><channel><title>Caf\u00e9</title><item/></channel></rss>"), "iso-8859-1", Url).Title);

    [Theory]
    [InlineData("<!--")]
    [InlineData("<![CDATA[</a>")]
    [InlineData("<?")]
    [InlineData("<!DOCTYPE [")]
    [InlineData("<a>")]
    [InlineData("</a>")]
    [InlineData("<a b=\"")]
    [InlineData("<item>")]
    [InlineData("<title>")]
    [InlineData("<x xmlns:y='z'>")]
    [InlineData("&")]
    public void Read_OneThingManyTimes_TakesTimeInProportion(string thing)
    {
        var text = "<rss><channel><item><title>" + string.Concat(Enumerable.Repeat(thing, 1_000_000 / thing.Length));
        var began = System.Diagnostics.Stopwatch.GetTimestamp();

        Read_OrRefuse(text);

        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 5);
    }

    private static void Read_OrRefuse(string text)
    {
        try
        {
            Read(text);
        }
        catch (FeedFormatException)
        {
            // An answer too.
        }
    }

    private static FeedDocument Read(string text) => FeedReader.Read(Encoding.UTF8.GetBytes(text), null, Url);
}
