using System.Text;
using CsCheck;
using Storyline.Fetch.Captures;

namespace Storyline.Fetch.Tests.Captures;

public sealed class PageHeadTests
{
    private static readonly Uri Page = new("https://www.example.com/news/a?x=1");

    [Theory]
    [InlineData("<link rel=canonical href=/news/a>", "https://www.example.com/news/a")]
    [InlineData("<LINK HREF=\"https://example.com/news/a?id=1&amp;utm_source=x\" REL='shortlink Canonical'>", "https://example.com/news/a?id=1")]
    [InlineData("<base href='https://m.example.com/x/'><link rel=\"canonical\" href=\"y\" />", "https://m.example.com/x/y")]
    [InlineData("<link rel=canonical href=/news/a><link rel=canonical href=/news/a>", "https://www.example.com/news/a")]
    [InlineData("<link rel=canonical href=/news/a><link rel=canonical href=/news/b>", null)]
    [InlineData("<link rel=canonical href=/>", null)]
    [InlineData("<link rel=canonical href=https://other.example/news/a>", null)]
    [InlineData("<link rel=canonical href=https://notexample.com/news/a>", null)]
    [InlineData("<link rel=canonical href='javascript:alert(1)'>", null)]
    [InlineData("<!-- <link rel=canonical href=/news/a> -->", null)]
    [InlineData("<script>var x = '<link rel=canonical href=/news/a>';</script>", null)]
    [InlineData("<meta content='a > b'><body><link rel=canonical href=/news/a>", null)]
    [InlineData("<link rel=canonical>", null)]
    [InlineData("", null)]
    public void Read_Canonical_IsBelievedByTheRules(string html, string? expected) =>
        Assert.Equal(expected, PageHead.Read(Encoding.UTF8.GetBytes(html), "text/html", Page, [])!.CanonicalUrl);

    [Theory]
    [InlineData("", "<https://example.com/news/a?utm_source=x>; rel=\"canonical\"", "https://example.com/news/a")]
    [InlineData("", "</news/a>; rel=canonical", "https://www.example.com/news/a")]
    [InlineData("<link rel=canonical href=/news/a>", "<https://www.example.com:443/news/./a>; rel=canonical", "https://www.example.com/news/a")] // one URL in two spellings
    [InlineData("<link rel=canonical href=/news/a>", "</news/b>; rel=canonical", null)]
    [InlineData("<link rel=canonical href=/news/a>", "</news/b>; rel=shortlink", "https://www.example.com/news/a")]
    [InlineData("<link rel=canonical href=''><link rel=canonical href='javascript:x'>", "</news/b>; rel=canonical", "https://www.example.com/news/b")]
    [InlineData("<base href='https://m.example.com/x/'>", "<b>; rel=canonical", "https://www.example.com/news/b")] // the page's base is not the header's
    [InlineData("", "</news/a>; rel=canonical, </news/b>; rel=canonical", null)]
    [InlineData("", "<https://other.example/a>; rel=canonical", null)]
    [InlineData("", "</>; rel=canonical", null)]
    [InlineData("", "</news/a>; rel=canonical; anchor=\"/news/other\"", null)]
    public void Read_CanonicalInTheHeader_CountsAsMuchAsThePages(string html, string header, string? expected) =>
        Assert.Equal(expected, PageHead.Read(Encoding.UTF8.GetBytes(html), "text/html", Page, Links(header))!.CanonicalUrl);

    [Theory]
    [InlineData("<a>; rel=x", "/news/a x")]
    [InlineData("<a>;rel=x;rel=y", "/news/a x")]
    [InlineData(" , ,<a> ; REL = \"X  y\" , <b>;rel=z,", "/news/a X y|/news/b z")]
    [InlineData("<a>; title=\"a, <c>; rel=canonical, \\\"b\"; rel=x", "/news/a x")]
    [InlineData("<a,b;c>; rel=x", "/news/a,b;c x")]
    [InlineData("<a>; title*=UTF-8''%e2%82%ac; crossorigin; rel=preload", "/news/a preload")]
    [InlineData("<a>; rel=x; anchor=\"#top\"", "/news/a x")]
    [InlineData("<a>; rel=x; anchor=\"\"", "/news/a x")]
    [InlineData("<a>", "")]
    [InlineData("<a; rel=x", "")]
    [InlineData("a; rel=x, <b>; rel=y", "/news/b y")]
    [InlineData("<a>; rel=\"x", "/news/a x")]
    [InlineData("<http://[>; rel=x, <b>; rel=y", "/news/b y")]
    public void ReadLinks_ByTheRfc_AndWhatIsBrokenIsSkipped(string header, string expected) =>
        Assert.Equal(expected, string.Join('|', Links(header).Select(link => link.Url.AbsolutePath + " " + string.Join(' ', link.Relations))));

    [Fact]
    public void ReadLinks_AnyHeader_EndsAndIsBounded() => Gen.OneOf(Pick.From("<", ">", ";", ",", "\"", "\\", "rel", "=", " ", "anchor", "a"), Gen.String[0, 3]).Array[0, 60].Select(string.Concat)
        .Sample(header => { Assert.InRange(Links(header).Count, 0, 100); }, iter: 50_000);

    [Fact]
    public void ReadLinks_AFlood_IsBounded() => Assert.Equal(100, Links(string.Concat(Enumerable.Repeat("<a>;rel=x,", 100_000))).Count);

    [Fact]
    public void Read_Title_IsTheSharedOneWhereThereIsOne()
    {
        var plain = Digest("<title> A  &amp; B\n</title>");
        Assert.Equal(plain, Digest("<meta property=og:title content='A &amp; B'><title>A & B | Example</title>"));
        Assert.NotEqual(plain, Digest("<title>A & C</title>"));
        Assert.Equal("", Digest("<title></title>"));
        Assert.Equal("", Digest("<p>no title"));
        Assert.Null(PageHead.Read("text"u8, "text/plain", Page, []));

        static string Digest(string html) => PageHead.Read(Encoding.UTF8.GetBytes(html), "text/html", Page, [])!.TitleDigest;
    }

    [Fact]
    public void Read_AnyMarkup_NeverThrows() => Gen.OneOf(
            Pick.From("<", ">", "</", "<!--", "-->", "<link ", "rel=canonical ", "href=", "'", "\"", "=", "/", " ", "<title>", "</title>", "<script>", "</script>", "<base ", "<meta ", "content=", "&#x110000;", "&amp;", "\u00e9"),
            Gen.String[0, 5])
        .Array[0, 40].Select(string.Concat)
        .Sample(html => { PageHead.Read(Encoding.UTF8.GetBytes(html), "text/html", Page, []); }, iter: 100_000);

    [Fact]
    public void Read_UnclosedTagsAsManyAsFit_TakesBoundedTime()
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var piece in new[] { "<title>", "<!--", "<script>", "<a '", "<link rel=canonical href=", "<meta a=b " })
        {
            PageHead.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 100_000))), "text/html", Page, []);
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static IReadOnlyList<HttpLink> Links(string header) => LinkHeader.Read(new HttpExchange(Page.AbsoluteUri, 200, "1.1", "", [KeyValuePair.Create("link", header)]));
}
