using System.Globalization;
using System.Text;
using Storyline.Contracts;

namespace Storyline.Parse.Tests.Html;

/// <summary>What a page declares of its time against what it shows.</summary>
public sealed class PageTimesTests
{
    private const string Url = "https://www.harbourpost.example/city/harbour-bridge-opens-after-repair";

    private const string Headline = "<h1>Harbour bridge opens after repair</h1>";

    [Theory]
    [InlineData("Article", "2025-06-24", "<p>August 25, 2024</p>", "2024-08-25")] // the day of an import
    [InlineData("Article", "2025-06-24", "<div>Published <b>Aug 25, 2024</b></div>", "2024-08-25")]
    [InlineData("Article", "2024-05-03", "<p>August 25, 2024</p>", "2024-08-25")]
    [InlineData("NewsArticle", "2025-06-24", "<p>August 25, 2024</p>", "2025-06-24")] // a newsroom's own word
    [InlineData("Article", "2024-05-03", "<p>Updated: August 25, 2024</p>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<div><span>Last updated:</span> <time>August 25, 2024</time></div>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<div class=\"the-updated-at\">August 25, 2024</div>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<p>Stand: 28. April 2024, 18:00 Uhr</p>", "2024-04-28")] // nothing is changed before it is published
    [InlineData("Article", "2024-05-03", "<p>Termin: 25. August 2024</p>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<figure><img src=\"a.jpg\"><figcaption>The bridge on 25 April 2023</figcaption></figure>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<p>The campaign of the port is valid from now to 25 April 2023.</p>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<ul><li><time>25 April 2023</time> <a href=\"/b\">Ferries will run until the end of the month</a></li></ul>", "2024-05-03")] // another article's
    [InlineData("Article", "2024-05-03", "<div>25 April 2023 <h3><a href=\"/b\">Ferries will run until the end of the month</a></h3></div>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<aside>25 April 2023</aside>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<blockquote class=\"twitter-tweet\"><p>What a bridge!</p>— Ole (@ole) <a href=\"https://social.example/1\">April 25, 2023</a></blockquote>", "2024-05-03")]
    [InlineData("Article", "2024-05-03", "<div class=\"wp-caption\"><p class=\"wp-caption-text\">The bridge, 25 April 2023</p></div>", "2024-05-03")]
    public void Parse_DeclaredAndShownDiffer_AreWeighed(string type, string declared, string below, string expected) =>
        Assert.Equal(expected, Day(new TestPage { Head = Declared(type, declared), Heading = Headline + below }));

    [Theory]
    [InlineData("NewsArticle", "2099-01-01T00:00:00Z", "<p>May 3, 2024</p>", "2024-05-03")]
    [InlineData("Article", "2024-05-03T07:30:00Z", "<p>January 1, 2099</p>", "2024-05-03")]
    [InlineData("Article", "2024-05-04T20:00:00Z", "<p>May 3, 2024</p>", "2024-05-03")] // shown, not declared
    [InlineData("NewsArticle", "2024-05-04T20:00:00Z", "<p>May 3, 2024</p>", "2024-05-04")] // a clock that is ahead
    [InlineData("Article", "", "<p>03/05/2024</p>", "2024-05-03")]
    [InlineData("Article", "", "<p>04/06/2024</p>", "2024-04-06")] // past in this order only
    [InlineData("Article", "2099-01-01T00:00:00Z", "", null)]
    public void Parse_DateLaterThanTheFetch_IsNoEvidence(string type, string declared, string below, string? expected)
    {
        var html = new TestPage { Head = Declared(type, declared), Heading = Headline + below }.Html;
        var content = new DocumentParser().Parse(Encoding.UTF8.GetBytes(html), "text/html", "utf-8", Url, hint: null, fetchedAt: new DateTimeOffset(2024, 5, 3, 9, 0, 0, TimeSpan.Zero)).Content;
        Assert.Equal(expected, content?.PublishTime?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Parse_FeedsDateLaterThanTheFetch_IsNoEvidence()
    {
        var hint = new EntryHint("Harbour bridge opens after repair", new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero), [], "en");
        var (fetched, page) = (new DateTimeOffset(2024, 5, 3, 9, 0, 0, TimeSpan.Zero), Encoding.UTF8.GetBytes(new TestPage().Html));
        Assert.Null(new DocumentParser().Parse(page, "text/html", "utf-8", Url, hint, fetchedAt: fetched).Content?.PublishTime);
        Assert.Equal(hint.PublishTime, new DocumentParser().Parse(page, "text/html", "utf-8", Url, hint).Content?.PublishTime);
        var text = Encoding.UTF8.GetBytes("Harbour bridge opens after repair\n\nJanuary 1, 2099\n\n" + TestPage.Body);
        Assert.Null(new DocumentParser().Parse(text, "text/plain", "utf-8", Url, hint, fetchedAt: fetched).Content?.PublishTime);
    }

    [Fact]
    public void Parse_ShownIsTheDeclaredChange_IsNoPublication()
    {
        const string Head = """<meta property="article:published_time" content="2024-05-03T07:30:00+02:00"><meta property="article:modified_time" content="2024-08-25T07:30:00+02:00">""";
        Assert.Equal("2024-05-03", Day(new TestPage { Head = Head, Heading = Headline + "<p>August 25, 2024</p>" }));
    }

    [Theory]
    [InlineData("<p>August 25, 2024</p>", "2024-05-03")]
    [InlineData("<p>Published August 25, 2024</p>", "2024-08-25")]
    [InlineData("<p>May 1, 2024</p>", "2024-05-01")]
    public void Parse_ShownAfterThePublicationOfOpenGraph_IsAChangeUnlessSaidOtherwise(string below, string expected) =>
        Assert.Equal(expected, Day(new TestPage { Head = """<meta property="article:published_time" content="2024-05-03T07:30:00+02:00">""", Heading = Headline + below }));

    [Fact]
    public void Parse_OnlyAChangeIsShown_IsTheModifiedTimeAndForWantOfBetterThePublication()
    {
        var content = Content(new TestPage { Heading = Headline + "<p>Updated: August 25, 2024</p>" });
        Assert.Equal(new DateTime(2024, 8, 25), content.ModifiedTime?.Date);
        Assert.Equal(new DateTime(2024, 8, 25), content.PublishTime?.Date);
        Assert.True(content.PublishTimeConfidence < 0.5);
    }

    [Fact]
    public void Parse_OnlyAChangeIsDeclared_StandsInWithLittleConfidence()
    {
        var content = Content(new TestPage { Head = """<meta property="article:modified_time" content="2024-08-25T07:30:00+02:00">""" });
        Assert.Equal(content.ModifiedTime, content.PublishTime);
        Assert.Equal(0.2, content.PublishTimeConfidence);
    }

    [Fact]
    public void Parse_ShownDisagrees_ExplanationSaysSo()
    {
        var html = new TestPage { Head = Declared("Article", "2025-06-24"), Heading = Headline + "<p>August 25, 2024</p>" }.Html;
        var evidence = new DocumentParser().Parse(Encoding.UTF8.GetBytes(html), "text/html", "utf-8", Url, hint: null, explain: true).Evidence;
        Assert.Equal(
            [("2024-08-25", "shown by the headline"), ("2025-06-24", "json-ld datePublished, not what the page shows")],
            evidence.Where(e => e.Field == "publish_time").Select(e => (e.Value, e.Source)));
    }

    [Fact]
    public void Parse_FeedConfirmsWhatIsDeclared_StandsAgainstTheDateShown()
    {
        var time = new DateTimeOffset(2024, 8, 25, 9, 0, 0, TimeSpan.Zero);
        var page = new TestPage { Head = Declared("Article", "2024-08-25T09:00:00+00:00"), Heading = Headline + "<p>May 3, 2024</p>" };
        Assert.Equal(time, page.Content(new EntryHint("Harbour bridge opens after repair", time, [], "en")).PublishTime);
    }

    [Theory]
    [InlineData("<div><span>Port Elin, 3 May 2024</span>" + Headline + "</div>", "2024-05-03")] // above the headline
    [InlineData("<div class=\"page page--with-sidebar\">" + Headline + "<div class=\"posted\"><time class=\"entry-date\" datetime=\"2024-05-03T09:00:00+02:00\">3 May</time></div></div>", "2024-05-03")]
    [InlineData(Headline + "<time class=\"updated\" datetime=\"2024-05-09T09:00:00+02:00\">9 May</time><time class=\"entry-date published\" datetime=\"2024-05-03T09:00:00+02:00\">3 May</time>", "2024-05-03")]
    [InlineData(Headline + "<span class=\"post-date\" title=\"2024-05-03T18:52:11+00:00\">last week</span>", "2024-05-03")]
    [InlineData("<ul><li class=\"date\"><time datetime=\"2022-08-02T12:00:00Z\">2 August</time></li></ul>" + Headline + "<time datetime=\"2024-05-03T12:00:00Z\">3 May</time>", "2024-05-03")]
    [InlineData("<h2>Harbour bridge opens after repair</h2><p>3 May 2024</p>", "2024-05-03")]
    public void Parse_NothingDeclared_TakesTheDateByTheHeadline(string heading, string expected) =>
        Assert.Equal(expected, Day(new TestPage { Before = "<div>Saturday, 11 May 2024</div>", Heading = heading }));

    [Theory]
    [InlineData("<p>Letzte Änderung: 02.05.2024 Erschienen am: 03.05.2024 Lesungen: 61 © bei der Autorin und Harbour Post</p>", "2024-05-03")]
    [InlineData("<p>This entry was posted on Friday, May 3rd, 2024 at 3:04 pm and is filed under Harbour, Bridges.</p>", "2024-05-03")]
    [InlineData("<p>„Die Brücke“ wurde am <nobr>3. Mai 2024</nobr> um 23:03 Uhr gepostet und unter Hafen abgelegt, mit einem Bild.</p>", "2024-05-03")]
    [InlineData("<p>According to a publication of the institute for welding of the university in Port Elin on May 3, 2024 the pillar is safe.</p>", "2024-05-11")]
    public void Parse_TheEndOfThePageSaysWhenItWasPublished_BeatsADateThatNothingIsSaidOf(string after, string expected) =>
        Assert.Equal(expected, Day(new TestPage { Before = "<div>11.05.2024</div>", After = after }));

    [Theory]
    [InlineData("", "<meta name=\"date\" content=\"11/01/2023 12:43:42\">", "<p>Erstellt am: 01.11.2023</p>", "2023-11-01")]
    [InlineData("", "<meta name=\"date\" content=\"11/01/2023 12:43:42\">", "", "2023-01-11")]
    [InlineData("", "<meta property=\"article:published_time\" content=\"03-09-2024\">", "<p>Published March 9, 2024</p>", "2024-03-09")]
    [InlineData("en-US", "", "<p>3/9/2024</p>", "2024-03-09")]
    [InlineData("en-US", "<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"headline\":\"Harbour bridge opens\",\"datePublished\":\"3/9/2024 10:00 AM\"}</script>", "", "2024-03-09")]
    [InlineData("en-US", "<meta property=\"article:modified_time\" content=\"2024-09-03T10:00:00Z\">", "<p>3/9/2024</p>", "2024-09-03")]
    [InlineData("en-GB", "", "<p>3/9/2024</p>", "2024-09-03")]
    [InlineData("en-US", "", "<p>3.9.2024</p>", "2024-09-03")]
    public void Parse_DayAndMonthUnsure_IsReadAsThePageAndItsCountryWrite(string language, string head, string below, string expected)
    {
        var page = new TestPage { Head = head, Heading = Headline + below };
        var html = language.Length == 0 ? page.Html : page.Html.Replace("lang=\"en\"", $"lang=\"{language}\"", StringComparison.Ordinal);
        Assert.Equal(expected, Day(html));
    }

    [Theory]
    [InlineData("<meta name=\"published-date\" content=\"2024-05-03\">")]
    [InlineData("<meta name=\"citation_publication_date\" content=\"2024 May 3\">")]
    [InlineData("<meta name=\"dc.date\" content=\"unknown\"><meta name=\"date\" content=\"2024-05-03\">")]
    [InlineData("<meta property=\"og:article:published_time\" content=\"Fri May 03 14:57:21 CEST 2024\">")]
    public void Parse_MetaDates_AreRead(string head) => Assert.Equal("2024-05-03", Day(new TestPage { Head = head }));

    [Fact]
    public void Parse_ReviewOfWhatThePageIsAbout_IsNotThePagesArticle()
    {
        const string Head = """<script type="application/ld+json">{"@type":"Recipe","name":"Harbour cake","review":[{"@type":"Review","author":"Lena Vik","datePublished":"2025-06-24"}]}</script>""";
        Assert.Equal("2024-05-03", Day(new TestPage { Head = Head, After = "<small>30 min 03.05.2024 4512 kcal</small>" }));
    }

    private static string Declared(string type, string published) => $$"""<script type="application/ld+json">{"@type":"{{type}}","headline":"Harbour bridge opens after repair","datePublished":"{{published}}"}</script>""";

    private static string? Day(TestPage page) => Day(page.Html);

    private static string? Day(string html) => Content(html).PublishTime?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static ArticleContent Content(TestPage page) => Content(page.Html);

    private static ArticleContent Content(string html) => new DocumentParser().Parse(Encoding.UTF8.GetBytes(html), "text/html", "utf-8", Url, hint: null).Content!;
}
