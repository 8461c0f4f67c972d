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
        Assert.Equal(expected, PageHead.Read(Encoding.UTF8.GetBytes(html), "text/html", Page)!.CanonicalUrl);

    [Fact]
    public void Read_Title_IsTheSharedOneWhereThereIsOne()
    {
        var plain = Digest("<title> A  &amp; B\n</title>");
        Assert.Equal(plain, Digest("<meta property=og:title content='A &amp; B'><title>A & B | Example</title>"));
        Assert.NotEqual(plain, Digest("<title>A & C</title>"));
        Assert.Equal("", Digest("<title></title>"));
        Assert.Equal("", Digest("<p>no title"));
        Assert.Null(PageHead.Read("text"u8, "text/plain", Page));

        static string Digest(string html) => PageHead.Read(Encoding.UTF8.GetBytes(html), "text/html", Page)!.TitleDigest;
    }

    [Fact]
    public void Read_AnyMarkup_NeverThrows() => Gen.OneOf(
            Pick.From("<", ">", "</", "<!--", "-->", "<link ", "rel=canonical ", "href=", "'", "\"", "=", "/", " ", "<title>", "</title>", "<script>", "</script>", "<base ", "<meta ", "content=", "&#x110000;", "&amp;", "\u00e9"),
            Gen.String[0, 5])
        .Array[0, 40].Select(string.Concat)
        .Sample(html => { PageHead.Read(Encoding.UTF8.GetBytes(html), "text/html", Page); }, iter: 100_000);

    [Fact]
    public void Read_UnclosedTagsAsManyAsFit_TakesBoundedTime()
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var piece in new[] { "<title>", "<!--", "<script>", "<a '", "<link rel=canonical href=", "<meta a=b " })
        {
            PageHead.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 100_000))), "text/html", Page);
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
