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
    public void Parse_WildDates_AreTheSameInstant(string text) =>
        Assert.Equal(DateTimeOffset.Parse("2026-03-03T08:15:00Z", null), FeedDates.Parse(text));

    private static FeedDocument Read(string text) => FeedReader.Read(Encoding.UTF8.GetBytes(text), null, Url);
}
