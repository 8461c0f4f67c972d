using Storyline.Parse.Fields;
using Storyline.Parse.Html;
using Storyline.Parse.Tests.Html;

namespace Storyline.Parse.Tests.Fields;

public sealed class AuthorCandidatesTests
{
    private const string Heading = "<h1>Harbour bridge opens after repair</h1>";

    private static string Named(TestPage sample)
    {
        var (page, blocks, judged) = HtmlArticleReader.Judged(sample.Html, TestPage.Url, FieldModel.Shipped);
        return string.Join('|', AuthorCandidates.Of(page, blocks, judged).Select(c => c.Value));
    }

    [Theory]
    [InlineData("<h4>Autor</h4><p>Jane Doe</p>", "Jane Doe")]
    [InlineData("<div>Auteur(s) :</div><div>Jane Doe</div>", "Jane Doe")]
    [InlineData("<p>Von Jane Doe Symbolbild: Nordpress</p>", "Jane Doe")]
    [InlineData("<p>Par Jane Doe le 3 mai</p>", "Jane Doe")]
    [InlineData("<p>By Jane DoeFriday, May 3</p>", "Jane Doe")]
    [InlineData("<p>© 2019 Jane Doe</p>", "")]
    public void Of_LineUnderTheHeadline_IsCutToTheName(string line, string expected) => Assert.Equal(expected, Named(new TestPage { Heading = Heading + line }));

    [Theory]
    [InlineData("<p>© 2019 Jane Doe</p>")]
    [InlineData("<p>Copyright (c) 2012-2020 Jane Doe. All rights reserved.</p>")]
    public void Of_CopyrightLineBelowTheText_NamesItsHolder(string line) => Assert.Equal("Jane Doe", Named(new TestPage { After = line }));

    [Theory]
    [InlineData("<span class=\"byline\"><a rel=\"author\" href=\"/author/happybridge\">happybridge</a></span>", "", "happybridge")]
    [InlineData("", "<meta name=\"author\" content=\"happybridge\">", "")]
    [InlineData("<span class=\"byline\"><a rel=\"author\" href=\"/author/happybridge\">happybridge</a></span>", "<script type=\"application/ld+json\">{\"@type\":\"Organization\",\"name\":\"happybridge\"}</script>", "")]
    public void Of_SiteThatIsCalledLikeItsAuthor_NamesThemWhereAMarkDoes(string mark, string head, string expected) =>
        Assert.Equal(expected, Named(new TestPage { Head = head + "<meta property=\"og:site_name\" content=\"HappyBridge\">", Heading = Heading + mark }));

    [Fact]
    public void Of_NewsOfASiteThatIsCalledLikeAPerson_IsThePersons() => Assert.Equal("Jane Doe", Named(new TestPage
    {
        Head = """<meta property="og:site_name" content="Jane Doe"><script type="application/ld+json">{"@type":"NewsArticle","headline":"Harbour bridge opens after repair","author":{"@type":"Person","name":"Jane Doe"}}</script>""",
    }));

    [Theory]
    [InlineData("<div><img src=\"a.jpg\"><span class=\"image-credit\">Jon Abel / Echo Pictures</span></div>", "")]
    [InlineData("<div class=\"wp-caption\"><img src=\"a.jpg\"><p class=\"wp-caption-text\">Jon Abel</p></div>", "")]
    [InlineData("<p>Jon Abel</p><div class=\"wp-caption\"><img src=\"a.jpg\"><p class=\"wp-caption-text\">Jon Abel</p></div>", "Jon Abel")]
    [InlineData("<blockquote class=\"twitter-tweet\"><a rel=\"author\" href=\"/jon\">Jon Abel</a></blockquote>", "")]
    public void Of_CreditOfAPictureOrPost_NamesNoAuthor(string below, string expected) => Assert.Equal(expected, Named(new TestPage { Heading = Heading + below }));

    [Fact]
    public void Of_PersonMarkedAsTheAuthorOfAComment_IsNone() =>
        Assert.DoesNotContain("Ole Dahl", Named(new TestPage { After = "<div id=\"comments\"><div itemprop=\"author\">Ole Dahl</div><p>I was there, too, said nobody.</p></div>" }), StringComparison.Ordinal);
}
