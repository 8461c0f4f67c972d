using System.Text;
using System.Text.Json;
using CsCheck;
using Storyline.Contracts;
using Storyline.Parse.Tests.Html;

namespace Storyline.Parse.Tests;

/// <summary>Bad input: every document has an outcome, none an exception.</summary>
public sealed class DocumentParserTests
{
    private static ParseResult Parse(byte[] bytes, string? mediaType = "text/html", string? charset = null) =>
        new DocumentParser().Parse(bytes, mediaType, charset, url: null, hint: null);

    private static ParseResult Parse(string text, string? mediaType = "text/html") => Parse(Encoding.UTF8.GetBytes(text), mediaType);

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t \n")]
    public void Parse_NothingInIt_IsEmpty(string text) => Assert.Equal(Outcome.Empty, Parse(text).Outcome);

    [Theory]
    [InlineData("%PDF-1.7\n1 0 obj", "text/html")]
    [InlineData("\r\n%PDF-1.4\n1 0 obj", "text/html; charset=utf-8")]
    [InlineData("GIF89a....", "text/html")]
    [InlineData("plain words", "application/pdf")]
    [InlineData("plain words", "image/png")]
    [InlineData("<?xml version=\"1.0\"?><rss><channel><title>t</title></channel></rss>", "text/xml")]
    [InlineData("{\"title\": \"t\"}", "text/plain")]
    public void Parse_NotADocument_IsUnsupported(string text, string mediaType) => Assert.Equal(Outcome.UnsupportedMediaType, Parse(text, mediaType).Outcome);

    [Fact]
    public void Parse_Binary_IsUndecodable()
    {
        var bytes = new byte[20_000];
        new Random(7).NextBytes(bytes);
        Assert.Equal(Outcome.Undecodable, Parse(bytes).Outcome);
    }

    [Fact]
    public void Parse_OverTenMebibytes_IsTooLarge() => Assert.Equal(Outcome.TooLarge, Parse(new byte[(10 * 1024 * 1024) + 1]).Outcome);

    [Fact]
    public void Parse_FiftyMegabytes_IsTooLargeWithoutReading() => Assert.Equal(Outcome.TooLarge, Parse(new byte[50_000_000]).Outcome);

    [Fact]
    public void Parse_FiveMegabytesOfScript_FindsTheArticle()
    {
        var script = "<script>var data = [" + string.Concat(Enumerable.Repeat("\"<div><p>not text</p>\",", 230_000)) + "];</script>";
        Assert.Equal(TestPage.Body, new TestPage { After = script }.Content().Body);
    }

    [Fact]
    public void Parse_TwoHundredNestedTables_FindsTheArticle()
    {
        var html = "<html><body>" + string.Concat(Enumerable.Repeat("<table><tr><td>", 200))
            + string.Concat(TestPage.Paragraphs.Select(p => $"<p>{p}</p>")) + string.Concat(Enumerable.Repeat("</td></tr></table>", 200)) + "</body></html>";
        Assert.Equal(TestPage.Body, TestPage.Parse(html).Content!.Body);
    }

    [Theory]
    [InlineData("<div>")]
    [InlineData("<b>")]
    [InlineData("<a href=x><span>")]
    [InlineData("<svg><g>")]
    public void Parse_NestedWithoutEnd_IsTooLarge(string tag) =>
        Assert.Equal(Outcome.TooLarge, Parse("<html><body>" + string.Concat(Enumerable.Repeat(tag, 50_000)) + "text").Outcome);

    [Theory]
    [InlineData("<p><li>")]
    [InlineData("<td><p>")]
    [InlineData("</p>")]
    [InlineData("<table><tr><td></table>")]
    public void Parse_ThousandsOfUnclosedTags_HasAnOutcome(string tag) =>
        Assert.NotEqual(Outcome.Unspecified, Parse("<html><body>" + string.Concat(Enumerable.Repeat(tag, 15_000))).Outcome);

    [Fact]
    public void Parse_ManyTags_IsTooLarge() =>
        Assert.Equal(Outcome.TooLarge, Parse("<html><body>" + string.Concat(Enumerable.Repeat("<i>a</i>", 250_000))).Outcome);

    [Fact]
    public void Parse_NoBodyElement_FindsTheArticle() =>
        Assert.Equal(TestPage.Body, TestPage.Parse("<title>Harbour bridge</title>" + new TestPage().Article).Content!.Body);

    [Fact]
    public void Parse_XhtmlAsPlainText_IsReadAsMarkup()
    {
        var xhtml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"x\">" + new TestPage().Html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal);
        Assert.Equal(TestPage.Body, Parse(xhtml, "text/plain").Content!.Body);
    }

    [Fact]
    public void Parse_PlainTextAsHtml_IsReadAsText() =>
        Assert.Equal(TestPage.Body, Parse("Harbour bridge opens after repair\n\n" + TestPage.Body, "text/html").Content!.Body);

    [Theory]
    [InlineData("windows-1252", "iso-8859-1")]
    [InlineData("windows-1252", "utf-8")] // declared wrongly
    [InlineData("windows-1252", null)]
    [InlineData("utf-8", "iso-8859-1")] // declared wrongly
    [InlineData("utf-16", null)]
    public void Parse_AnyCharset_ReadsTheLetters(string actual, string? declared)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Encoding.GetEncoding(actual);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(new TestPage().Html)];
        Assert.Contains("Marta Oldén, who led", Parse(bytes, "text/html", declared).Content!.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iso-8859-1")]
    [InlineData("windows-1252")]
    public void Parse_EncodedTwice_ReadsTheLetters(string between)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var text = Encoding.GetEncoding(between).GetString(Encoding.UTF8.GetBytes(TestPage.Body));
        Assert.NotEqual(TestPage.Body, text);
        var html = new TestPage().Html.Replace("</article>", "<p>" + string.Join("</p><p>", text.Split("\n\n")).Replace("harbour", "port", StringComparison.Ordinal) + "</p></article>", StringComparison.Ordinal);
        var body = Parse(Encoding.UTF8.GetBytes(html)).Content!.Body;
        Assert.Contains("“We have tested every weld twice, and we are satisfied with what we saw,” said Marta Oldén", body, StringComparison.Ordinal);
        Assert.DoesNotContain("â", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Ã", body, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OneQuoteEncodedTwice_LeavesTheRestAsItIs()
    {
        var html = new TestPage().Html.Replace(TestPage.Paragraphs[4], "The owner of the «CAFÉ» greeted the first cars, and itâ\u0080\u0099s said that “the coffee was free” for all the drivers.", StringComparison.Ordinal);
        Assert.EndsWith("The owner of the «CAFÉ» greeted the first cars, and it’s said that “the coffee was free” for all the drivers.", Parse(Encoding.UTF8.GetBytes(html)).Content!.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SomeInvalidUtf8_KeepsTheRest()
    {
        var bytes = Encoding.UTF8.GetBytes(new TestPage().Html).ToList();
        bytes.InsertRange(bytes.Count / 2, [0xC3, 0x28, 0xFF]);
        Assert.Contains("Marta Oldén, who led", Parse([.. bytes], "text/html", "utf-8").Content!.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NoTitleAnywhere_TakesTheFirstWords()
    {
        var result = Parse("<html><body>" + string.Concat(TestPage.Paragraphs.Select(p => $"<p>{p}</p>")) + "</body></html>");
        Assert.StartsWith("The harbour bridge of Port Elin opened", result.Content!.Title, StringComparison.Ordinal);
        Assert.True(result.Content.Title.Length <= 101);
    }

    [Theory]
    [InlineData("Page not found", "<h1>404</h1><p>We could not find the page that you asked for. Perhaps it was moved.</p>")]
    [InlineData("Just a moment...", "<p>Please wait while we check that your browser is what it says, this takes five seconds.</p>")]
    [InlineData("Log in", "<form><p>Log in to read on, or create an account with your email address today.</p><input type=\"password\"></form>")]
    [InlineData("Harbour Post", "")]
    public void Parse_PageWithoutArticle_IsNoArticle(string title, string body)
    {
        var result = TestPage.Parse($"<html><head><title>{title}</title></head><body>{body}</body></html>");
        Assert.Equal(Outcome.NoArticle, result.Outcome);
        Assert.NotEqual("", result.Reason);
        Assert.Null(result.Content);
    }

    [Fact]
    public void Parse_VideoPage_IsNoArticle() => Assert.Equal(
        Outcome.NoArticle,
        new TestPage { Head = "<meta property=\"og:type\" content=\"video.other\">", Article = "<video src=\"x.mp4\"></video><p>The first cars cross the harbour bridge of Port Elin on Friday, filmed from the northern bank.</p>" }.Parse().Outcome);

    [Fact]
    public void Parse_PageOfAPlayerAlone_IsNoArticle() => Assert.Equal(
        (Outcome.NoArticle, "no running text on the page"),
        TestPage.Parse("<html><head><title>The bridge from the air</title></head><body><h1>The bridge from the air</h1><div class=\"player\"><p>please wait</p><p>No source for this player yet</p><p>0:00 0:48</p></div></body></html>") is var result
            ? (result.Outcome, result.Reason) : default);

    [Fact]
    public void Parse_FrontPage_IsNoArticle()
    {
        var teasers = string.Concat(Enumerable.Range(1, 30).Select(i => $"<article><h3><a href=\"/a{i}\">Harbour story number {i} of the day</a></h3><p>City, {i} comments</p></article>"));
        var result = new DocumentParser().Parse(Encoding.UTF8.GetBytes($"<html><head><title>Harbour Post</title></head><body><main>{teasers}</main></body></html>"), "text/html", null, "https://www.harbourpost.example/", null);
        Assert.Equal(Outcome.NoArticle, result.Outcome);
    }

    [Fact]
    public void Parse_OneSentence_IsTooShort() =>
        Assert.Equal(Outcome.TooShort, new TestPage { Article = "<p>The harbour bridge of the old town opened to all traffic on Friday morning at last.</p>" }.Parse().Outcome);

    [Fact]
    public void Parse_Twice_GivesEqualBytes()
    {
        var page = new TestPage();
        Assert.Equal(JsonSerializer.Serialize(page.Parse()), JsonSerializer.Serialize(page.Parse()));
        Assert.Equal(page.Parse().ContentDigest, page.Parse().ContentDigest);
        Assert.Equal(64, page.Parse().ContentDigest.Length);
    }

    [Fact]
    public void Parse_FurnitureChanges_KeepsTheDigest() =>
        Assert.Equal(new TestPage().Parse().ContentDigest, new TestPage { After = "<aside class=\"trending\"><a href=\"/n\">New today</a></aside>" }.Parse().ContentDigest);

    [Fact]
    public void Parse_MutatedPage_NeverThrows()
    {
        var page = new TestPage { Head = "<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"headline\":\"H\",\"author\":[{\"name\":\"A B\"}]}</script>" }.Html;
        string[] pieces = ["<", ">", "</", "<p", "<table>", "<!--", "]]>", "\"", "&#x110000;", "&amp", "\0", "\uFFFF", "<svg><title>", "<script>", "{\"@id\":", "<h1>", "<br><br>", "𝔘", "\u202E", "<template>", "<frameset>"];
        Gen.Select(Gen.Int[0, page.Length - 1], Gen.Int[0, 60], Gen.Int[0, pieces.Length - 1]).Array[1, 6].Sample(
            edits =>
            {
                var mutated = page;
                foreach (var (at, cut, which) in edits)
                {
                    var start = Math.Min(at, mutated.Length);
                    mutated = mutated[..start] + pieces[which] + mutated[Math.Min(start + cut, mutated.Length)..];
                }

                var result = Parse(mutated);
                Assert.Equal(result.Outcome == Outcome.Unspecified, result.Content is not null);
            },
            iter: 400);
    }
}
