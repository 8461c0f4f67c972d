using System.Text;
using Storyline.Contracts;

namespace Storyline.Parse.Tests.Html;

public sealed class HtmlArticleTests
{
    [Fact]
    public void Parse_Page_FindsTheArticleAndNothingElse()
    {
        var content = new TestPage().Content();
        Assert.Equal("Harbour bridge opens after repair", content.Title);
        Assert.Equal(TestPage.Body, content.Body);
        Assert.Equal("en", content.Language);
    }

    [Fact]
    public void Parse_TypedBlocks_KeepsKindsAndLeavesCaptionsOutOfTheBody()
    {
        var p = TestPage.Paragraphs;
        var content = new TestPage
        {
            Article = $"""
                <p>{p[0]}</p><figure><img src="b.jpg"><figcaption>The bridge at dawn on Friday</figcaption></figure>
                <h2>What was broken</h2><p>{p[1]}</p><blockquote><p>{p[2]}</p></blockquote>
                <ul><li>The second pillar was rebuilt from the sea bed up.</li><li>Both road decks were laid anew before winter ended.</li></ul>
                <table><tr><th>Month</th><th>Ferries</th></tr><tr><td>March</td><td>412</td></tr></table><p>{p[3]}</p><p>{p[4]}</p>
                """,
        }.Content();
        Assert.Equal(
            [BlockKind.Paragraph, BlockKind.Caption, BlockKind.Heading, BlockKind.Paragraph, BlockKind.Quote, BlockKind.ListItem, BlockKind.ListItem, BlockKind.Table, BlockKind.Paragraph, BlockKind.Paragraph],
            content.Blocks.Select(b => b.Kind));
        Assert.DoesNotContain("at dawn", content.Body, StringComparison.Ordinal);
        Assert.Contains("Month | Ferries\nMarch | 412", content.Body, StringComparison.Ordinal);
        Assert.Equal(string.Join("\n\n", content.Blocks.Where(b => b.Kind != BlockKind.Caption).Select(b => b.Text)), content.Body);
    }

    [Fact]
    public void Parse_DeclarationsCutInsideAnEmojiAndASiteNameWithoutEnd_AreReadAllTheSame()
    {
        var content = new TestPage
        {
            Head = $$$"""
                <meta property="og:site_name" content="{{{new string('x', 40_000)}}}">
                <script type="application/ld+json">{"@type":"NewsArticle","description":"cut \ud83d","keywords":["\udc00","C:\\ud800"],"articleSection":"Sea","publisher":{"name":"Harbour Post"}}</script>
                """,
        }.Content();

        Assert.Equal(("Sea", "Harbour Post"), (content.Section, content.SiteName));
        Assert.Contains(@"C:\ud800", content.PublisherKeywords);
    }

    [Fact]
    public void Parse_FurnitureInsideTheArticle_IsGone()
    {
        var p = TestPage.Paragraphs;
        var content = new TestPage
        {
            Article = $"""
                <p>{p[0]}</p><div class="newsletter-box"><p>Sign up for our harbour letter</p><input type="email"></div><p>{p[1]}</p>
                <p><a href="/x">Read more: Ferries were full all winter</a></p><p>{p[2]}</p><div class="related-articles"><a href="/1">Old pillar story</a><a href="/2">Court story</a></div>
                <p>{p[3]}</p><p>{p[4]}</p><div id="comments" class="comments-area"><p>Leave a Reply</p><p>I drove over it today and it was lovely, well done everyone involved in this.</p></div>
                """,
        }.Content();
        Assert.Equal(TestPage.Body, content.Body);
    }

    /// <summary>A widespread content system calls its components so: cmp-text, cmp-container.</summary>
    [Fact]
    public void Parse_ArticleInComponents_IsNoConsentDialog()
    {
        var content = new TestPage { Article = string.Concat(TestPage.Paragraphs.Select(p => $"<div class=\"cmp-container\"><div class=\"cmp-text\"><p>{p}</p></div></div>\n")) }.Content();
        Assert.Equal(TestPage.Paragraphs, content.Blocks.Select(b => b.Text));
    }

    [Fact]
    public void Parse_ReadersCommentsBelowTheArticle_AreGone()
    {
        const string Comment = "<li class=\"comment\"><p>I drove over it today and it was lovely, said my wife, well done everyone who was involved in this.</p></li>";
        var content = new TestPage { Article = string.Concat(TestPage.Paragraphs.Select(p => $"<p>{p}</p>")) + $"<div id=\"comments\"><ol>{string.Concat(Enumerable.Repeat(Comment, 4))}</ol></div>" }.Content();
        Assert.Equal(TestPage.Body, content.Body);
    }

    [Fact]
    public void Parse_ConsentDialogLongerThanTheArticle_IsNotTheArticle()
    {
        var consent = string.Concat(Enumerable.Repeat("<p>We and our partners store information on your device, such as cookies, and process personal data, to measure audiences.</p>", 20));
        var content = new TestPage { After = $"<div id=\"onetrust-consent-sdk\" class=\"cookie-consent\">{consent}</div>" }.Content();
        Assert.Equal(TestPage.Body, content.Body);
    }

    [Fact]
    public void Parse_TeaserUnderTheHeadline_BeginsTheBody()
    {
        const string Teaser = "Four months of ferries are over for nine thousand commuters of Port Elin";
        var content = new TestPage { Before = $"<header><h1>Harbour bridge opens after repair</h1><p class=\"article__standfirst\">{Teaser}</p></header>", Heading = "" }.Content();
        Assert.StartsWith(Teaser + "\n\n" + TestPage.Paragraphs[0], content.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_DeclaredBodyThatThePageHides_IsTaken()
    {
        var declared = string.Join("\\n", TestPage.Paragraphs.Select(p => p.Replace("\"", "\\\"", StringComparison.Ordinal)));
        var content = new TestPage
        {
            Head = $$"""<script type="application/ld+json">{"@type":"NewsArticle","headline":"Harbour bridge opens after repair","articleBody":"{{declared}}"}</script>""",
            Article = "<p>This text is for subscribers of the Harbour Post only, and an offer of ours is waiting for you at the counter today.</p>",
        }.Content();
        Assert.Equal(TestPage.Body, content.Body);
    }

    [Fact]
    public void Parse_NextArticleAppended_EndsWithTheDeclaredBody()
    {
        var declared = string.Join("\\n", TestPage.Paragraphs);
        var content = new TestPage
        {
            Head = $$"""<script type="application/ld+json">{"@type":"NewsArticle","headline":"Harbour bridge opens after repair","articleBody":"{{declared}}"}</script>""",
            Article = string.Concat(TestPage.Paragraphs.Select(p => $"<p>{p}</p>")) + "<p>A library in the old customs house will lend boats next summer, the council decided late on Tuesday, after a long debate.</p>",
        }.Content();
        Assert.Equal(TestPage.Body, content.Body);
    }

    [Fact]
    public void Parse_AmpPage_FindsTheArticleAndNothingElse()
    {
        var p = TestPage.Paragraphs;
        var html = $$"""
            <!doctype html><html amp lang="en"><head><meta charset="utf-8"><title>Harbour bridge opens after repair</title><link rel="canonical" href="{{TestPage.Url}}"></head><body>
            <amp-sidebar id="menu" layout="nodisplay"><ul><li><a href="/">Home</a></li></ul><p>The newsroom of the Harbour Post answers your questions every day, from morning to late at night.</p></amp-sidebar>
            <amp-consent layout="nodisplay" id="consent"><div><p>We and our partners store information on your device, such as cookies, and process personal data, to measure audiences.</p></div></amp-consent>
            <article><h1>Harbour bridge opens after repair</h1><amp-img src="a.jpg" width="4" height="3" layout="responsive"><noscript><img src="a.jpg"></noscript></amp-img>
            <p>{{p[0]}}</p><amp-ad width="300" height="250"><div fallback>Advertisement, which goes on for a while and ends as a sentence does, by a full stop.</div></amp-ad><p>{{p[1]}}</p><amp-social-share type="email"></amp-social-share>
            <p>{{p[2]}}</p><amp-accordion><section><h4>What the insurer says</h4><p>{{p[3]}}</p></section></amp-accordion><p>{{p[4]}}</p></article>
            <amp-list src="/more.json"><template type="amp-mustache"><p>Read more about this and other things in our other article on the harbour.</p></template></amp-list></body></html>
            """;
        var content = TestPage.Parse(html).Content!;
        Assert.Equal([p[0], p[1], p[2], "What the insurer says", p[3], p[4]], content.Blocks.Select(b => b.Text));
    }

    [Fact]
    public void Parse_MicrodataBody_IsTheArticleBesideMuchOtherText()
    {
        var body = string.Concat(TestPage.Paragraphs.Select(p => $"<div>{p}</div>"));
        var comments = string.Concat(TestPage.Paragraphs.Take(2).Select(p => $"<div><a href=\"/r\">Visitor</a><div>I was there, too, and I saw it in another way, my friends: {p}</div></div>"));
        var content = TestPage.Parse($"""
            <html><head><title>Harbour bridge opens after repair</title></head><body><div itemscope itemtype="https://schema.org/NewsArticle"><h1 itemprop="headline">Harbour bridge opens after repair</h1>
            <div itemprop="articleBody">{body}</div></div><div>{comments}</div></body></html>
            """).Content!;
        Assert.Equal(TestPage.Body, content.Body);
    }

    [Fact]
    public void Parse_Metadata_IsReadFromWhatThePageDeclares()
    {
        var result = new TestPage
        {
            Title = "Harbour bridge opens after repair | Harbour Post",
            Head = """
                <link rel="canonical" href="/city/harbour-bridge"><meta property="og:site_name" content="Harbour Post"><meta property="og:image" content="/img/bridge.jpg">
                <script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"Person","@id":"#a1","name":"Ines Falk"},
                {"@type":"NewsArticle","headline":"Harbour bridge opens after repair","datePublished":"2024-05-03T09:30:00+02:00","dateModified":"2024-05-03T11:00:00+02:00",
                "author":[{"@id":"#a1"},{"@type":"Person","name":"Tomás Ribeiro"},{"@type":"Organization","name":"Reuters"}],"articleSection":"City","keywords":["bridge","port"],"isAccessibleForFree":false,
                "publisher":{"@type":"Organization","name":"Harbour Post"},},]}</script>
                """,
        }.Parse();
        var content = result.Content!;
        Assert.Equal("Harbour bridge opens after repair", content.Title);
        Assert.Equal(["Ines Falk", "Tomás Ribeiro"], content.Authors);
        Assert.Equal(["Reuters"], content.WireCredits);
        Assert.Equal(new DateTimeOffset(2024, 5, 3, 9, 30, 0, TimeSpan.FromHours(2)), content.PublishTime);
        Assert.Equal(TimeSpan.FromHours(2), content.PublishTime!.Value.Offset);
        Assert.True(content.PublishTimeConfidence > 0.9);
        Assert.Equal(new DateTimeOffset(2024, 5, 3, 11, 0, 0, TimeSpan.FromHours(2)), content.ModifiedTime);
        Assert.Equal("City", content.Section);
        Assert.Equal(["bridge", "port"], content.PublisherKeywords);
        Assert.Equal("https://www.harbourpost.example/img/bridge.jpg", content.ImageUrl);
        Assert.Equal("Harbour Post", content.SiteName);
        Assert.True(content.IsPaywalled);
        Assert.Equal("https://www.harbourpost.example/city/harbour-bridge", result.CanonicalUrl);
    }

    [Theory]
    [InlineData("Harbour bridge opens again", "Harbour bridge opens after repair", "Harbour bridge opens after repair")]
    [InlineData("Harbour bridge opens again", "Ferries run until June", "Harbour bridge opens again")]
    public void Parse_NewsDeclaredTwice_HasTheHeadlineThatIsShown(string richer, string other, string expected)
    {
        var page = new TestPage
        {
            Title = "Bridge news",
            Head = $$"""
                <script type="application/ld+json">{"@type":"NewsArticle","headline":"{{other}}"}</script>
                <script type="application/ld+json">{"@type":"NewsArticle","headline":"{{richer}}","datePublished":"2024-05-03T09:30:00+02:00","description":"The bridge."}</script>
                """,
        };
        Assert.Equal(expected, page.Content().Title);
    }

    [Fact]
    public void Parse_NamesInCommentsCaptionsAndTeasers_AreNoAuthors()
    {
        var page = new TestPage
        {
            Heading = """<h1>Harbour bridge opens after repair</h1><figure><img src="a.jpg"><figcaption>The bridge <span itemprop="author">Per Holm</span></figcaption></figure>""",
            After = """
                <div class="related-articles"><a rel="author" href="/author/x">Nils Berg</a></div>
                <div id="comments"><div itemprop="author">Ole Dahl</div><cite class="fn author">Siv Lund</cite></div>
                """,
        };

        Assert.Empty(page.Content().Authors);
    }

    [Theory]
    [InlineData("<p class=\"byline\"><span>By</span> <a href=\"/x\">Jane Doe</a> <span>and</span> <a href=\"/y\">Per Holm</a><time>Friday, May 3</time></p>")]
    [InlineData("<div class=\"author-2\">Jane Doe</div><div class=\"author-3\">Per Holm</div>")]
    [InlineData("<p>By Jane Doe and Per Holm</p>")]
    [InlineData("<p itemprop=\"author\"><span itemprop=\"name\">Jane Doe</span></p><p itemprop=\"author\"><span itemprop=\"name\">Per Holm</span></p>")]
    [InlineData("<p>Posted by Jane Doe &amp; Per Holm on 3 May 2024</p>")]
    [InlineData("<p>Text: Jane Doe und Per Holm</p>")]
    [InlineData("<p class=\"author\">Jane Doe, Per Holm, Frankfurt</p>")]
    public void Parse_BylineUnderTheHeadline_GivesItsPersons(string byline) =>
        Assert.Equal(["Jane Doe", "Per Holm"], new TestPage { Heading = "<h1>Harbour bridge opens after repair</h1>" + byline }.Content().Authors);

    [Theory]
    [InlineData("<meta name=\"author\" content=\"jdoe\">", "", "")]
    [InlineData("<meta name=\"author\" content=\"Jane Doe\">", "<p>Text: JANE DOE</p>", "Jane Doe")]
    [InlineData("<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"author\":{\"@type\":\"Person\",\"name\":\"Jane Doe\"}}</script>", "", "Jane Doe")]
    public void Parse_DeclaredNameThatNobodySees_IsTheAuthorOnlyOfNews(string head, string shown, string expected) =>
        Assert.Equal(expected, string.Join(", ", new TestPage { Head = head, Heading = "<h1>Harbour bridge opens after repair</h1>" + shown }.Content().Authors));

    [Fact]
    public void Parse_AuthorMarkFarBeforeTheHeadline_IsOfAnotherArticle()
    {
        var links = string.Concat(Enumerable.Range(1, 100).Select(i => $"<div><a href=\"/t/{i}\">Topic {i}</a></div>"));
        var page = new TestPage { Before = $"<div><span itemprop=\"author\">Ines Falk</span></div>{links}" };
        Assert.Empty(page.Content().Authors);
    }

    [Fact]
    public void Parse_RightsAndReservations_AreReadFromThePage()
    {
        var content = new TestPage
        {
            Head = """
                <meta name="robots" content="index, noai, noimageai"><meta name="tdm-reservation" content="1"><link rel="license" href="https://creativecommons.org/licenses/by/4.0/">
                <script type="application/ld+json">{"@type":"LiveBlogPosting","headline":"Harbour bridge opens after repair"}</script>
                """,
        }.Content();

        Assert.Equal(["meta:robots=noai", "meta:robots=noimageai", "meta:tdm-reservation=1"], content.Reservations);
        Assert.Equal("https://creativecommons.org/licenses/by/4.0/", content.Rights);
        Assert.True(content.IsLiveBlog);
    }

    [Fact]
    public void Parse_NothingDeclared_TakesTheDayFromTheUrlAndInventsNoAuthor()
    {
        var content = new TestPage().Content();
        Assert.Equal(new DateTimeOffset(2024, 5, 3, 0, 0, 0, TimeSpan.Zero), content.PublishTime);
        Assert.True(content.PublishTimeConfidence < 0.5);
        Assert.Empty(content.Authors);
        Assert.Empty(content.WireCredits);
    }

    [Fact]
    public void Parse_FeedEntrySaysWhatThePageDoesNot_IsUsed()
    {
        var time = new DateTimeOffset(2024, 5, 3, 8, 0, 0, TimeSpan.Zero);
        var content = new TestPage { Title = "", Heading = "" }.Content(new EntryHint("Bridge open again", time, ["Ines Falk"], "en"));
        Assert.Equal("Bridge open again", content.Title);
        Assert.Equal(time, content.PublishTime);
        Assert.Equal(["Ines Falk"], content.Authors);
    }

    [Theory]
    [InlineData("", "<h2>Bridge open again at last</h2>", "Bridge open again at last")]
    [InlineData("", "", "Harbour bridge opens after repair")] // the slug
    public void Parse_NoTitle_TakesTheNextBestName(string title, string heading, string expected) =>
        Assert.Equal(expected, new TestPage { Title = title, Heading = heading }.Content().Title);

    [Fact]
    public void Parse_TodaysDateAboveTheHeadline_IsNotTheArticles()
    {
        var page = new TestPage { Before = "<div>Saturday, 11 May 2024</div>", Heading = "<h1>Harbour bridge opens after repair</h1><div>3 May 2024</div>" };
        var content = new DocumentParser().Parse(Encoding.UTF8.GetBytes(page.Html), "text/html", "utf-8", "https://www.harbourpost.example/bridge", hint: null).Content;
        Assert.Equal(new DateTime(2024, 5, 3), content?.PublishTime?.Date);
    }

    /// <summary>Who asks why a piece was dropped is told the one cause, not a list of them.</summary>
    [Theory]
    [InlineData("in a consent dialog", "<div id=\"cookie-consent\"><p>We and our partners keep cookies on your device, so that we can show you advertising that suits you.</p></div>", "We and our partners keep cookies on your device, so that we can show you advertising that suits you.")]
    [InlineData("a repetition", "<p>Ferries that had carried about nine thousand commuters a day will keep running until the end of the month – so that nobody has to change plans at once.</p>", "Ferries that had carried about nine thousand commuters a day will keep running until the end of the month – so that nobody has to change plans at once.")]
    public void Explain_DroppedPiece_TellsTheOneCause(string reason, string piece, string text)
    {
        var page = new TestPage { Article = string.Concat(TestPage.Paragraphs.Take(4).Select(p => $"<p>{p}</p>")) + piece + $"<p>{TestPage.Paragraphs[4]}</p>" };
        var result = new DocumentParser().Parse(Encoding.UTF8.GetBytes(page.Html), "text/html", "utf-8", TestPage.Url, hint: null, explain: true);
        var block = Assert.Single(result.Blocks, b => b.Text == text);
        Assert.Equal((false, reason), (block.IsKept, block.Reason));
    }
}
