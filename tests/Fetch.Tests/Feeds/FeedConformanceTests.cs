using System.Text;
using Storyline.Fetch.Feeds;

namespace Storyline.Fetch.Tests.Feeds;

/// <summary>What publishers' feeds look like, beyond what the formats say they should.</summary>
public sealed class FeedConformanceTests
{
    private static readonly Uri Url = new("https://example.com/feeds/all.xml");

    [Theory]
    [InlineData("Mon,02 Mar 2026 15:04:05 Z", "2026-03-02T15:04:05Z")]
    [InlineData("Mon, 2 March 2026 15:04:05 -0700", "2026-03-02T22:04:05Z")]
    [InlineData("Monday, 2 March 2026 15:04:05 MST", "2026-03-02T22:04:05Z")]
    [InlineData("Monday, March 2, 2026 15:04:05 EST", "2026-03-02T20:04:05Z")]
    [InlineData("Mon 02 Mar 2026 15:04:05 -0700", "2026-03-02T22:04:05Z")]
    [InlineData("Mon, 02 Mar, 2026 15:04:05 PST", "2026-03-02T23:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 +01:00", "2026-03-02T14:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 MST-07:00", "2026-03-02T22:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 UTC+02:00", "2026-03-02T13:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 GMT+0530", "2026-03-02T09:34:05Z")]
    [InlineData("Mon, 02 Mar 2026 03:04:05 PM GMT", "2026-03-02T15:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 12:04:05 AM", "2026-03-02T00:04:05Z")]
    [InlineData("2 Mar 2026 3:04:05 PM MST", "2026-03-02T22:04:05Z")]
    [InlineData("Mar 2, 2026 3:04:05 PM MST", "2026-03-02T22:04:05Z")]
    [InlineData("March 2, 2026 3:04 PM", "2026-03-02T15:04:00Z")]
    [InlineData("March 2nd, 2026 3:04 pm", "2026-03-02T15:04:00Z")]
    [InlineData("2 March, 2026", "2026-03-02T00:00:00Z")]
    [InlineData("02-Mar-2026 15:04:05", "2026-03-02T15:04:05Z")]
    [InlineData("02/Mar/2026:15:04:05 +0000", "2026-03-02T15:04:05Z")]
    [InlineData("2026-Mar-02", "2026-03-02T00:00:00Z")]
    [InlineData("Sun Mar  1 16:29:06 PST 2026", "2026-03-02T00:29:06Z")]
    [InlineData("Sun Mar 1 16:29:06 2026", "2026-03-01T16:29:06Z")]
    [InlineData("Sun Mar 01 16:29:06 +0000 2026", "2026-03-01T16:29:06Z")]
    [InlineData("2026-03-02T15:04:05.999999999Z", "2026-03-02T15:04:05.9999999Z")]
    [InlineData("2026-03-02T15:04:05.123+0100", "2026-03-02T14:04:05.123Z")]
    [InlineData("2026-03-02T15:04:05,5Z", "2026-03-02T15:04:05.5Z")]
    [InlineData("2026-3-2T15:04:05Z", "2026-03-02T15:04:05Z")]
    [InlineData("2026-03-02 15:04:05Z", "2026-03-02T15:04:05Z")]
    [InlineData("2026-03-02 15:04:05 UTC", "2026-03-02T15:04:05Z")]
    [InlineData("2026-03-02 15:04:05.0", "2026-03-02T15:04:05Z")]
    [InlineData("2026-03-02t15:04:05z", "2026-03-02T15:04:05Z")]
    [InlineData("2026-03-02T15:04:05 +0200", "2026-03-02T13:04:05Z")]
    [InlineData("2026-03-02T15:04:05 EST", "2026-03-02T20:04:05Z")]
    [InlineData("2026-03-02T24:00:00Z", "2026-03-03T00:00:00Z")]
    [InlineData("2026-03-02T15:04:60Z", "2026-03-02T15:04:59Z")]
    [InlineData("2026-03-02T15Z", "2026-03-02T15:00:00Z")]
    [InlineData("20260302", "2026-03-02T00:00:00Z")]
    [InlineData("20260302T150405Z", "2026-03-02T15:04:05Z")]
    [InlineData("20260302T150405+0100", "2026-03-02T14:04:05Z")]
    [InlineData("2026.03.02 15:04", "2026-03-02T15:04:00Z")]
    [InlineData("2026. 3. 2. 15:04", "2026-03-02T15:04:00Z")]
    [InlineData("2026", "2026-01-01T00:00:00Z")]
    [InlineData("02.03.2026, 15:04 Uhr", "2026-03-02T15:04:00Z")]
    [InlineData("Mo, 02 M\u00e4r 2026 15:04:05 +0100", "2026-03-02T14:04:05Z")]
    [InlineData("Montag, 2. M\u00e4rz 2026 15:04", "2026-03-02T15:04:00Z")]
    [InlineData("lun., 02 mars 2026 15:04:05 +0100", "2026-03-02T14:04:05Z")]
    [InlineData("Lun, 02 Mar 2026 15:04:05 +0100", "2026-03-02T14:04:05Z")]
    [InlineData("lunes, 2 de marzo de 2026 15:04", "2026-03-02T15:04:00Z")]
    [InlineData("ma, 03 mrt 2026 15:04:05 +0100", "2026-03-03T14:04:05Z")]
    [InlineData("Seg, 02 Mar 2026 15:04:05 -0300", "2026-03-02T18:04:05Z")]
    [InlineData("\u041f\u043d, 02 \u043c\u0430\u0440 2026 15:04:05 +0300", "2026-03-02T12:04:05Z")]
    [InlineData("Pzt, 02 Mar 2026 15:04:05 +0300", "2026-03-02T12:04:05Z")]
    [InlineData("pon, 02 mar 2026 15:04:05 +0100", "2026-03-02T14:04:05Z")]
    [InlineData("\u0394\u03b5\u03c5, 02 \u039c\u03b1\u03c1 2026 15:04:05 EET", "2026-03-02T13:04:05Z")]
    [InlineData("2026-m\u00e1rcius-02T15:04+01:00", "2026-03-02T14:04:00Z")]
    [InlineData("2026\u5e7403\u670802\u65e5 15:04", "2026-03-02T15:04:00Z")]
    [InlineData("2026-03-02 \u4e0b\u5348 03:04:05", "2026-03-02T15:04:05Z")]
    [InlineData("2026-03-02 \uc624\ud6c4 3:04:05", "2026-03-02T15:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 JST", "2026-03-02T06:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 IST", "2026-03-02T09:34:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 AEDT", "2026-03-02T04:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 EDT", "2026-03-02T19:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 BST", "2026-03-02T14:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 WET", "2026-03-02T15:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04 +0000", "2026-03-02T15:04:00Z")]
    [InlineData("Mon, 02 Mar 2026", "2026-03-02T00:00:00Z")]
    [InlineData("  \n Mon, 02 Mar 2026 15:04:05 GMT \t", "2026-03-02T15:04:05Z")]
    [InlineData("Mon, 02 Mar 2026 15:04:05 GMT GMT", "2026-03-02T15:04:05Z")]
    [InlineData("Published: Mon, 02 Mar 2026 15:04:05 GMT", "2026-03-02T15:04:05Z")]
    [InlineData("Mon, 02 Mar 26 15:04:05 GMT", "2026-03-02T15:04:05Z")]
    [InlineData("1/2/2026 3:04:05 PM", "2026-01-02T15:04:05Z")]
    [InlineData("1772463845", "2026-03-02T15:04:05Z")]
    [InlineData("1772463845.5", "2026-03-02T15:04:05.5Z")]
    [InlineData("1772463845123", "2026-03-02T15:04:05.123Z")]
    [InlineData("@1772463845", "2026-03-02T15:04:05Z")]
    [InlineData("/Date(1772463845000)/", "2026-03-02T15:04:05Z")]
    public void Date_AsPublishersWriteIt_IsItsInstant(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), FeedDates.Parse(text));

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-32", true)]
    [InlineData("utf-8", true)]
    [InlineData("windows-1251", false)]
    [InlineData("koi8-r", false)]
    [InlineData("iso-8859-5", false)]
    [InlineData("gb2312", false, "\u65b0\u95fb")]
    [InlineData("gbk", false, "\u65b0\u95fb")]
    [InlineData("gb18030", false, "\u65b0\u95fb")]
    [InlineData("big5", false, "\u65b0\u805e")]
    [InlineData("shift_jis", false, "\u65e5\u672c\u8a9e")]
    [InlineData("euc-jp", false, "\u65e5\u672c\u8a9e")]
    [InlineData("iso-2022-jp", false, "\u65e5\u672c\u8a9e")]
    [InlineData("euc-kr", false, "\ub274\uc2a4")]
    [InlineData("windows-1254", false, "\u011f\u0131\u015f")]
    [InlineData("windows-1256", false, "\u0623\u062e\u0628\u0627\u0631")]
    [InlineData("tis-620", false, "\u0e02\u0e48\u0e32\u0e27")]
    public void Encoding_Declared_KeepsTheLetters(string name, bool hasMark, string title = "\u041d\u043e\u0432\u043e\u0441\u0442\u0438")
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        byte[] bytes = [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes($"<?xml version=\"1.0\" encoding=\"{name}\"?><rss><channel><title>{title}</title><item><link>https://example.com/1</link></item></channel></rss>")];

        Assert.Equal(title, FeedReader.Read(bytes, null, Url).Title);
    }

    [Theory]
    [InlineData("utf8")]
    [InlineData("UTF-8 ")]
    [InlineData("unicode-1-1-utf-8")]
    [InlineData("no-such-encoding")]
    [InlineData("utf-16")] // which seven-bit bytes cannot be
    public void Encoding_DeclaredWrongly_IsTakenForUtf8(string name) => Assert.Equal(
        "Caf\u00e9", FeedReader.Read(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"{name}\"?><rss><channel><title>Caf\u00e9</title><item><link>https://example.com/1</link></item></channel></rss>"), name, Url).Title);

    [Fact]
    public void Encoding_HeaderAndDeclarationDiffer_TheHeaderWins() => Assert.Equal(
        "\u041d\u043e\u0432", FeedReader.Read(
            CodePagesEncodingProvider.Instance.GetEncoding(1251)!.GetBytes("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><rss><channel><title>\u041d\u043e\u0432</title><item/></channel></rss>"), "windows-1251", Url).Title);

    [Theory]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/x/'><entry><link href='y'/></entry></feed>", "https://a.example/x/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/x/'><entry xml:base='sub/'><link href='y'/></entry></feed>", "https://a.example/x/sub/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/x/'><entry><link xml:base='/z/' href='y'/></entry></feed>", "https://a.example/z/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/blog/'><entry><link href='y'/></entry></feed>", "https://example.com/blog/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom' xml:base='mailto:x'><entry><link href='/y'/></entry></feed>", "https://example.com/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom' xml:base=''><entry><link href='?p=1'/></entry></feed>", "https://example.com/feeds/all.xml?p=1")]
    [InlineData("<rss xml:base='https://a.example/x/'><channel><item xml:base='z/'><link>y</link></item></channel></rss>", "https://a.example/x/z/y")]
    [InlineData("<rss><channel><item><link>//cdn.example/y</link></item></channel></rss>", "https://cdn.example/y")]
    [InlineData("<rss><channel><item><link>../y?a=1&amp;b=2#c</link></item></channel></rss>", "https://example.com/y?a=1&b=2#c")]
    [InlineData("<rss><channel><item><link><![CDATA[ https://a.example/y ]]></link></item></channel></rss>", "https://a.example/y")]
    [InlineData("<rss><channel><item><link>\n https://a.example/\n y \n</link></item></channel></rss>", "https://a.example/y")]
    [InlineData("<rss><channel><item><link href='https://a.example/y'/></item></channel></rss>", "https://a.example/y")]
    [InlineData("<rss><channel><item><link></link><guid>https://a.example/y</guid></item></channel></rss>", "https://a.example/y")]
    [InlineData("<rss><channel><item><guid isPermaLink='false'>https://a.example/y</guid></item></channel></rss>", null)]
    [InlineData("<rss><channel><item><guid>tag:y</guid></item></channel></rss>", null)]
    [InlineData("<rss xmlns:atom='http://www.w3.org/2005/Atom'><channel><item><atom:link rel='self' href='https://a.example/self'/><link>https://a.example/y</link></item></channel></rss>", "https://a.example/y")]
    [InlineData("<rss xmlns:atom='http://www.w3.org/2005/Atom'><channel><item><link>https://a.example/y</link><atom:link href='https://a.example/atom'/></item></channel></rss>", "https://a.example/y")]
    [InlineData("<rss xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'><channel><item><link>https://feedproxy.google.com/~r/x/~3/abc/</link><feedburner:origLink>https://a.example/y</feedburner:origLink></item></channel></rss>", "https://a.example/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom' xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'><entry><link rel='alternate' href='http://feeds.feedburner.com/~r/x/~3/abc/'/><feedburner:origLink>https://a.example/y</feedburner:origLink></entry></feed>", "https://a.example/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom'><entry><link rel='self' href='https://a.example/self'/><link rel='alternate' type='application/json' href='https://a.example/json'/><link rel='alternate' type='text/html' href='https://a.example/y'/></entry></feed>", "https://a.example/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom'><entry><link rel='http://www.iana.org/assignments/relation/alternate' href='https://a.example/y'/></entry></feed>", "https://a.example/y")]
    [InlineData("<feed xmlns='http://www.w3.org/2005/Atom'><entry><link rel='enclosure' href='https://a.example/mp3'/><id>https://a.example/y</id></entry></feed>", "https://a.example/y")]
    [InlineData("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><link rel='alternate' type='text/html' href='https://a.example/y'/></entry></feed>", "https://a.example/y")]
    [InlineData("<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:link href='https://a.example/y'/></a:entry></a:feed>", "https://a.example/y")]
    [InlineData("<FEED><ENTRY><LINK HREF='https://a.example/y'/></ENTRY></FEED>", "https://a.example/y")]
    [InlineData("<RSS><CHANNEL><ITEM><LINK>https://a.example/y</LINK></ITEM></CHANNEL></RSS>", "https://a.example/y")]
    [InlineData("<channel><item><link>https://a.example/y</link></item></channel>", "https://a.example/y")]
    [InlineData("<rss><item><link>https://a.example/y</link></item></rss>", "https://a.example/y")]
    [InlineData("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel><title>T</title></channel><item><link>https://a.example/y</link></item></rdf:RDF>", "https://a.example/y")]
    [InlineData("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:r='http://purl.org/rss/1.0/'><r:channel/><r:item rdf:about='https://a.example/y'/></rdf:RDF>", "https://a.example/y")]
    [InlineData("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel><items><rdf:Seq><rdf:li resource='https://a.example/li'/></rdf:Seq></items></channel><item rdf:about='https://a.example/about'><link>https://a.example/y</link></item></rdf:RDF>", "https://a.example/y")]
    [InlineData("<rss:rss xmlns:rss='http://backend.userland.com/rss2'><rss:channel><rss:item><rss:link>https://a.example/y</rss:link></rss:item></rss:channel></rss:rss>", "https://a.example/y")]
    [InlineData("<urlset xmlns='http://www.google.com/schemas/sitemap/0.84'><url><loc>\n https://a.example/y\n</loc></url></urlset>", "https://a.example/y")]
    [InlineData("<s:urlset xmlns:s='http://www.sitemaps.org/schemas/sitemap/0.9'><s:url><s:loc><![CDATA[https://a.example/y]]></s:loc></s:url></s:urlset>", "https://a.example/y")]
    [InlineData("<urlset xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'><url><image:image><image:loc>https://a.example/image</image:loc></image:image><loc>https://a.example/y</loc></url></urlset>", "https://a.example/y")]
    [InlineData("{\"items\":[{\"id\":\"1\",\"url\":\"https://a.example/y\",\"external_url\":\"https://b.example/\"}]}", "https://a.example/y")]
    [InlineData("{\"items\":[{\"id\":\"1\",\"external_url\":\"https://a.example/y\"}]}", "https://a.example/y")]
    [InlineData("{\"items\":[{\"id\":\"https://a.example/y\"}]}", "https://a.example/y")]
    [InlineData("{\"items\":[{\"id\":\"1\",\"url\":\"\",\"external_url\":\"https://a.example/y\"}]}", "https://a.example/y")]
    public void Link_OfAnEntry_IsWhereItsArticleIs(string text, string? expected) => Assert.Equal(expected, Read(text).Entries.Single().Url);

    [Theory]
    [InlineData("<author>ann@example.com (Ann Author)</author>", "Ann Author")]
    [InlineData("<author>Ann Author &lt;ann@example.com&gt;</author>", "Ann Author")]
    [InlineData("<author>ann@example.com</author>", "ann@example.com")]
    [InlineData("<author><name>Ann Author</name><uri>https://example.com/ann</uri></author>", "Ann Author")]
    [InlineData("<author>ann@example.com</author><dc:creator>Ann Author</dc:creator>", "Ann Author")]
    [InlineData("<dc:creator>Ann Author</dc:creator><dc:creator>Bob Writer</dc:creator>", "Ann Author|Bob Writer")]
    [InlineData("<dc:creator>Ann Author</dc:creator><author>Ann Author</author>", "Ann Author")]
    [InlineData("<itunes:author>Ann Author</itunes:author>", "Ann Author")]
    [InlineData("<dc:creator><![CDATA[<a href='/ann'>Ann Author</a>]]></dc:creator>", "Ann Author")]
    [InlineData("<atom:author><atom:name>Ann Author</atom:name></atom:author>", "Ann Author")]
    [InlineData("<author> </author>", "")]
    public void Author_OfAnRssItem_IsAName(string elements, string expected)
    {
        var feed = Read(
            "<rss xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd' xmlns:atom='http://www.w3.org/2005/Atom'><channel><item>" + elements + "</item></channel></rss>");

        Assert.Equal(expected, string.Join('|', feed.Entries.Single().Authors));
    }

    [Theory]
    [InlineData("\"author\":{\"name\":\"Ann Author\"}", "Ann Author")] // 1.0
    [InlineData("\"authors\":[{\"name\":\"Ann Author\"},{\"name\":\"Bob Writer\"}]", "Ann Author|Bob Writer")]
    [InlineData("\"authors\":[],\"author\":{\"name\":\"Ann Author\"}", "Ann Author")]
    [InlineData("\"author\":{\"name\":\"Old\"},\"authors\":[{\"name\":\"Ann Author\"}]", "Ann Author")]
    [InlineData("\"authors\":[{\"url\":\"https://example.com/ann\"}]", "Desk")]
    [InlineData("\"authors\":[{\"name\":\" Ann\\nAuthor \"},{\"name\":\"\"},{\"name\":\"Ann Author\"}]", "Ann Author")]
    [InlineData("\"author\":\"Ann Author\"", "Ann Author")]
    [InlineData("\"authors\":[\"Ann Author\"]", "Ann Author")]
    [InlineData("\"authors\":{\"name\":\"Ann Author\"}", "Ann Author")]
    [InlineData("\"authors\":null", "Desk")]
    public void Author_OfAJsonItem_IsItsOwnOrTheFeeds(string members, string expected) =>
        Assert.Equal(expected, string.Join('|', Read("{\"authors\":[{\"name\":\"Desk\"}],\"items\":[{\"id\":\"1\"," + members + "}]}").Entries.Single().Authors));

    [Theory]
    [InlineData("\"tags\":[\"a\",\" b \",\"a\",\"\",7,null]", "a|b|7")]
    [InlineData("\"tags\":\"a\"", "a")]
    [InlineData("\"tags\":{}", "")]
    public void Tags_OfAJsonItem_AreEachOnce(string members, string expected) =>
        Assert.Equal(expected, string.Join('|', Read("{\"items\":[{\"id\":\"1\"," + members + "}]}").Entries.Single().Categories));

    [Theory]
    [InlineData("<title>AT&amp;T</title>", "AT&T")]
    [InlineData("<title>AT&T &copy; 2026</title>", "AT&T \u00a9 2026")]
    [InlineData("<title>&lt;b&gt;Bold&lt;/b&gt; &amp;amp; more</title>", "Bold & more")]
    [InlineData("<title><![CDATA[5 < 6 & 7 > 6]]></title>", "5 < 6 & 7 > 6")]
    [InlineData("<title><b>Bold</b> move</title>", "Bold move")]
    [InlineData("<title>It&#146;s &#x2019;s</title>", "It\u2019s \u2019s")]
    [InlineData("<title>a&nbsp;b\n\t c</title>", "a b c")]
    [InlineData("<title/><media:title>Media</media:title>", "Media")]
    [InlineData("<media:title>Media</media:title><title>Own</title>", "Own")]
    [InlineData("<itunes:title>Podcast</itunes:title><title>Own</title>", "Own")]
    [InlineData("<title type='html'>&lt;i&gt;x&lt;/i&gt;</title>", "x")]
    [InlineData("<title><![CDATA[A]]> and <![CDATA[B]]></title>", "A and B")]
    [InlineData("<title><![CDATA[&#8220;Quoted&#8221;]]></title>", "\u201cQuoted\u201d")]
    [InlineData("<title>&quot;Quoted&quot; &apos;x&apos;</title>", "\"Quoted\" 'x'")]
    [InlineData("<source><title>Source</title></source><title>Own</title>", "Own")]
    [InlineData("<image><title>Image</title></image><title>Own</title>", "Own")]
    public void Title_OfAnRssItem_IsPlainText(string elements, string expected) => Assert.Equal(
        expected, Read("<rss xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><item>" + elements + "</item></channel></rss>").Entries.Single().Title);

    [Theory]
    [InlineData("<link rel=alternate type=application/rss+xml href=/a.xml>", "https://example.com/a.xml")]
    [InlineData("<LINK REL='Alternate' TYPE='Application/Atom+XML; charset=utf-8' HREF='a.xml'>", "https://example.com/section/a.xml")]
    [InlineData("<link href='/a.xml' rel='feed'>", "https://example.com/a.xml")]
    [InlineData("<base href='https://b.example/x/'><link rel=alternate type=application/feed+json href=a.json>", "https://b.example/x/a.json")]
    [InlineData("<link rel='alternate nofollow' type='application/rdf+xml' href='/a.rdf'/>", "https://example.com/a.rdf")]
    [InlineData("<link rel=alternate type=application/rss+xml href=/comments/feed title='Comments'><link rel=alternate type=application/rss+xml href=/feed>", "https://example.com/feed|https://example.com/comments/feed")]
    [InlineData("<link rel=alternate type=application/rss+xml href='feed://example.com/a.xml'>", "https://example.com/a.xml")]
    [InlineData("<link rel=alternate type=application/rss+xml href='feed:https://example.com/a.xml'>", "https://example.com/a.xml")]
    [InlineData("<link rel=alternate type=application/json href=/wp-json/wp/v2/posts/1><link rel=alternate type=application/json+oembed href=/oembed>", "")]
    [InlineData("<link rel=alternate hreflang=de href=/de/><link rel=alternate type=text/html href=/print>", "")]
    [InlineData("<!-- <link rel=alternate type=application/rss+xml href=/a.xml> -->", "")]
    [InlineData("<script>'<link rel=alternate type=application/rss+xml href=/a.xml>'</script>", "")]
    [InlineData("<link rel=alternate type=application/rss+xml href=''><link rel=alternate type=application/rss+xml>", "")]
    [InlineData("<link rel=alternate type=application/rss+xml href='javascript:x'>", "")]
    [InlineData("<a href='/rss/world.xml'>RSS</a>", "https://example.com/rss/world.xml")]
    [InlineData("<a href=/news/rss-explained.html>RSS explained</a>", "")]
    public void Discovery_OfAPage_NamesItsFeeds(string html, string expected) => Assert.Equal(
        expected, string.Join('|', FeedDiscovery.Find("<html><head>" + html + "</head><body></body></html>", new Uri("https://example.com/section/index.html"), withGuesses: false).Select(url => url.AbsoluteUri)));

    private static FeedDocument Read(string text) => FeedReader.Read(Encoding.UTF8.GetBytes(text), null, Url);
}
