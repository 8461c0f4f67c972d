using System.Text;
using Storyline.Contracts;

namespace Storyline.Parse.Tests;

/// <summary>Pages without an article, as sites really serve them: with their navigation, footer and some sentences.</summary>
public sealed class PageKindTests
{
    private const string Navigation = "<header><nav><ul><li><a href=\"/\">Home</a></li><li><a href=\"/city\">City</a></li><li><a href=\"/sea\">Sea</a></li><li><a href=\"/sport\">Sport</a></li></ul></nav></header>";

    private const string Footer = "<footer><p>© Harbour Post 2024. All rights reserved.</p><a href=\"/imprint\">Imprint</a> <a href=\"/privacy\">Privacy</a></footer>";

    private static ParseResult Parse(string title, string body, string url = "https://www.harbourpost.example/2024/05/03/bridge-4711.html", string head = "") => new DocumentParser().Parse(
        Encoding.UTF8.GetBytes($"<!DOCTYPE html><html lang=\"en\"><head><title>{title}</title>{head}</head><body>{Navigation}{body}{Footer}</body></html>"), "text/html", "utf-8", url, hint: null);

    private static string Teasers(string sentence) => string.Concat(Enumerable.Range(1, 24).Select(i => $"<article class=\"teaser\"><h3><a href=\"/a{i}\">Harbour story number {i} of the day</a></h3><p>{sentence} {i}.</p><a href=\"/a{i}\">Read more</a></article>"));

    private const string Wall = "<p>Harbour Post and its 214 partners store information on your device, such as cookies, and read it to show you personalised advertising and to measure how it does.</p>"
        + "<p>You may accept all cookies, or choose the purposes that you consent to one by one. You can change your choice whenever you like on the privacy page of our site.</p>"
        + "<p>Whoever would rather read without advertising and without tracking takes our ad-free subscription for four crowns a month, which can be cancelled at the end of every month.</p><button>Accept</button>";

    private const string GermanWall = "<p>Besuchen Sie hafenpost.example wie gewohnt mit Werbung und Tracking. Ihre Zustimmung können Sie auf der Seite zum Datenschutz jederzeit widerrufen.</p>"
        + "<p>Wir und unsere 214 Partner speichern Cookies auf Ihrem Endgerät und verarbeiten personenbezogene Daten, damit wir Ihnen passende Werbung und Inhalte zeigen und deren Wirkung messen können.</p>"
        + "<p>Oder lesen Sie mit dem Pur-Abo werbefrei und ohne Tracking, für vier Kronen im Monat und zum Ende eines jeden Monats kündbar.</p><button>Zustimmen</button>";

    private const string Report = "<h1>Council asks the ferry company about cookies</h1><p>The council of Port Elin wants to know from the ferry company why its ticket machines ask passengers to consent to cookies before they sell a ticket, a speaker said on Tuesday.</p>"
        + "<p>The company had put the machines up in spring, and passengers complained about them soon after. Some of them missed the last boat of the evening while they read through the list of partners on the screen.</p>"
        + "<p>The harbour office has asked for a report by the end of June. Until then the old machines at the northern pier are to be switched on again, and tickets can be bought on board for the same price.</p>";

    public static TheoryData<string, string, string, string, string> NoArticles => new()
    {
        { "soft 404", "Oops! Page not found | Harbour Post", "<main><h1>We looked everywhere</h1><p>The page that you asked for may have been moved or deleted, or it never was. Please try our search, or begin at our front page.</p><form><input type=\"search\"></form></main>", "", "" },
        { "soft 404 in German", "Seite nicht gefunden - Hafenpost", "<main><h1>Diese Seite gibt es nicht</h1><p>Die gesuchte Seite wurde verschoben oder gelöscht. Bitte nutzen Sie die Suche oder beginnen Sie auf unserer Startseite noch einmal von vorne.</p></main>", "", "" },
        { "robot check", "Just a moment...", "<main><h1>www.harbourpost.example</h1><p>Verifying that you are human. This may take a few seconds. www.harbourpost.example needs to review the security of your connection before proceeding.</p></main>", "", "" },
        { "block page", "Access denied", "<h1>Access denied</h1><p>You do not have permission to access this page on this server. Please contact the owner of the site and name the reference number that stands below this text.</p><p>Reference 18.2f3c1602.1714722930</p>", "", "" },
        { "login wall", "Sign in | Harbour Post", "<main><h1>Sign in to go on reading</h1><p>Enter your email address and your password to read on. If you have no account yet, you can make one for free in a minute.</p><form><input type=\"email\"><input type=\"password\"><button>Go</button></form></main>", "", "" },
        { "video page", "Watch: the first cars cross the bridge", "<main><h1>Watch: the first cars cross the bridge</h1><video src=\"x.mp4\"></video><p>The first cars cross the harbour bridge of Port Elin on Friday, filmed from the northern bank by a reader of ours who sent us this.</p></main>", "", "<meta property=\"og:type\" content=\"video.other\">" },
        { "video page by its data", "Watch: the first cars cross the bridge", "<main><h1>Watch: the first cars cross the bridge</h1><div id=\"player\"></div><p>The first cars cross the harbour bridge of Port Elin on Friday, filmed from the northern bank by a reader of ours who sent us this.</p></main>", "", "<script type=\"application/ld+json\">{\"@type\":\"VideoObject\",\"name\":\"The first cars\"}</script>" },
        { "front page", "Harbour Post", $"<main>{Teasers("Story")}</main>", "https://www.harbourpost.example/", "" },
        { "front page with teasers", "Harbour Post", $"<main>{Teasers("What the council decided on Tuesday night about the bridge, in short")}</main>", "https://www.harbourpost.example/", "" },
        { "section page", "City - Harbour Post", $"<main><h1>City</h1>{Teasers("City")}</main>", "https://www.harbourpost.example/city/", "" },
        { "section page with teasers", "City - Harbour Post", $"<main><h1>City</h1>{Teasers("What the council decided on Tuesday night about the bridge, in short")}</main>", "https://www.harbourpost.example/city/", "<meta property=\"og:type\" content=\"website\">" },
        { "consent wall", "Bridge opens again | Harbour Post", $"<div id=\"cookie-consent\"><h2>We value your privacy</h2>{Wall}</div>", "", "" },
        { "consent wall without a name", "Harbour Post", $"<div class=\"c1\"><h2>We value your privacy</h2>{Wall}</div>", "", "" },
        { "wall of ads or money, German", "Hafenpost", $"<div id=\"cookie-consent\"><h2>Weiterlesen mit Werbung</h2>{GermanWall}</div>", "", "<meta property=\"og:type\" content=\"article\">" },
        { "wall of ads or money without a name, German", "Hafenpost", $"<div><h2>Weiterlesen mit Werbung</h2>{GermanWall}</div>", "", "" },
        { "empty shell", "Harbour Post", "<div id=\"root\"></div>", "", "" },
    };

    [Theory]
    [MemberData(nameof(NoArticles))]
    public void Parse_PageOfAnotherKind_IsNoArticle(string kind, string title, string body, string url, string head)
    {
        var result = url.Length == 0 ? Parse(title, body, head: head) : Parse(title, body, url, head);
        Assert.True(result.Outcome == Outcome.NoArticle, $"{kind}: {result.Outcome} {result.Reason} {result.Content?.Body}");
    }

    [Theory]
    [InlineData("consent wall")]
    [InlineData("consent wall without a name")]
    [InlineData("wall of ads or money, German")]
    [InlineData("wall of ads or money without a name, German")]
    public void Parse_ConsentWall_SaysThatItIsOne(string kind)
    {
        var (_, title, body, _, head) = NoArticles.Single(row => row.Data.Item1 == kind).Data;
        Assert.StartsWith("a consent wall", Parse(title, body, head: head).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<body>", "<div id=\"cookie-consent\"><h2>We value your privacy</h2>{0}</div>")]
    [InlineData("<body>", "<div class=\"c1\"><h2>We value your privacy</h2>{0}</div>")]
    [InlineData("<body><div><h2>We value your privacy</h2><p>We and our partners use cookies.</p><button>Accept</button></div>", "")]
    [InlineData("<body class=\"cookie-consent-open\">", "")]
    public void Parse_ReportOnConsentUnderADialog_IsAnArticleWithoutTheDialog(string bodyTag, string dialog)
    {
        var page = $"<!DOCTYPE html><html lang=\"en\"><head><title>Council asks the ferry company about cookies</title></head>{bodyTag}{Navigation}<div>{Report}</div>{dialog.Replace("{0}", Wall, StringComparison.Ordinal)}{Footer}</body></html>";
        var result = new DocumentParser().Parse(Encoding.UTF8.GetBytes(page), "text/html", "utf-8", "https://www.harbourpost.example/2024/05/03/ferry-4712.html", hint: null);
        Assert.True(result.Content is not null, result.Reason);
        Assert.Contains("old machines at the northern pier", result.Content.Body, StringComparison.Ordinal);
    }

    public static TheoryData<string> Cards =>
    [
        "<div class=\"card\"><h3><a href=\"/a{0}\">{1}</a></h3><p>{2}</p></div>",
        "<div class=\"card\"><span class=\"topic\">City</span><h3><a href=\"/a{0}\">{1}</a></h3><p>{2}</p><time datetime=\"2024-05-03\">3 May</time> <a href=\"/a{0}\">Read more</a></div>",
        "<section><a href=\"/a{0}\"><h2>{1}</h2></a><p>{2}</p></section>",
        "<section><a href=\"/a{0}\"><h2>{1}</h2><p>{2}</p></a></section>",
        "<li><a href=\"/a{0}\">{1}</a><p>{2}</p></li>",
        "<li><a href=\"/a{0}\">{1}</a> {2}</li>",
        "<div class=\"card\"><div class=\"t\"><a href=\"https://www.harbourpost.example/a{0}\">{1}</a></div><div class=\"s\">{2}</div></div>",
    ];

    private static readonly string[] Places = ["bridge", "northern pier", "fish market", "old lighthouse", "tram depot", "city library", "ferry terminal", "botanical garden", "town hall", "swimming bath", "shipyard", "opera"];

    private static string Grid(string card, string teaser) => string.Concat(Enumerable.Range(0, 24).Select(i => card.Replace("{0}", $"{i}", StringComparison.Ordinal)
        .Replace("{1}", $"{(i < 12 ? "Council votes on the future of the" : "Neighbours write an open letter about the")} {Places[i % 12]}", StringComparison.Ordinal)
        .Replace("{2}", teaser.Replace("{0}", Places[i % 12], StringComparison.Ordinal).Replace("{1}", $"{i + 3}", StringComparison.Ordinal), StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Cards))]
    public void Parse_SectionPageOfCards_IsAnIndex(string card)
    {
        var grid = Grid(card, "The plan for the {0} would cost the city {1} million crowns and is to be discussed again in June, the mayor said.");
        var result = Parse("Latest news - Harbour Post", $"<main><h1>Latest news</h1>{(card.StartsWith("<li", StringComparison.Ordinal) ? $"<ul>{grid}</ul>" : grid)}</main>", "https://www.harbourpost.example/latest");
        Assert.True(result.Outcome == Outcome.NoArticle, $"{result.Outcome} {result.Reason} {result.Content?.Body}");
        Assert.StartsWith("an index page", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cards))]
    public void Parse_ReportAboveCards_IsAnArticle(string card)
    {
        var grid = Grid(card, "The plan for the {0} would cost the city {1} million crowns and is to be discussed again in June, the mayor said.");
        Assert.Equal(Outcome.Unspecified, Parse("Council asks the ferry company about cookies", $"<main>{Report}<div class=\"more\">{grid}</div></main>").Outcome);
    }

    /// <summary>Where a paragraph or two stand under each linked heading, the page is a list to be read, not a way to other pages; so it is where headings lead to places on the page.</summary>
    [Theory]
    [InlineData("/a{0}", "<p>The {0} stands third on our list of places to see this summer, and for a good reason: nobody who comes to Port Elin by boat can miss it, and hardly anybody knows what is behind its {1} doors.</p><p>Whoever goes there in the morning has it to themselves, because the first boat from the islands comes in at ten. A ticket costs {1} crowns, children go free, and the keeper likes to tell of the winter when the harbour froze.</p>")]
    [InlineData("#a{0}", "<p>The {0} is open from {1} in the morning, and on Sundays from noon until the last boat leaves.</p>")]
    public void Parse_ListOfLinkedHeadingsWithTheirText_IsAnArticle(string address, string text)
    {
        var list = string.Concat(Enumerable.Range(0, 12).Select(i => $"<h3><a href=\"{address.Replace("{0}", $"{i}", StringComparison.Ordinal)}\">What you find at the {Places[i]}</a></h3>{text.Replace("{0}", Places[i], StringComparison.Ordinal).Replace("{1}", $"{i + 3}", StringComparison.Ordinal)}"));
        var result = Parse("Twelve places to see in Port Elin", $"<main><h1>Twelve places to see in Port Elin</h1><p>We asked our readers where they send their guests, and more than four hundred of them wrote to us. These are the places that they named most often.</p>{list}</main>");
        Assert.True(result.Content is not null, result.Reason);
    }

    [Theory]
    [InlineData("<main><h1>Bridge opens again</h1><p>The harbour bridge is open again. Cars may use it from Friday.</p></main>")]
    [InlineData("<main><h1>Bridge opens again</h1><p>The harbour bridge is open again.</p><p>Cars may use it from Friday.</p></main>")]
    [InlineData("<div><h2>Bridge opens again</h2><div>The harbour bridge of Port Elin is open again after eleven months of repair. Cars may use it from Friday.</div></div>")]
    public void Parse_HeadlineAndTwoSentences_IsTooShortAndSaysHowShort(string body)
    {
        var result = Parse("Bridge opens again", body);
        Assert.Equal(Outcome.TooShort, result.Outcome);
        Assert.Matches("^[1-9][0-9]+ characters of text", result.Reason);
    }

    [Fact]
    public void Parse_NotFoundWithoutSentences_SaysSo() => Assert.StartsWith("soft 404", Parse("404 Not Found", "<h1>404</h1><img src=\"x.png\">").Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("an RSS feed", "<?xml version=\"1.0\"?><!-- ours --><rss version=\"2.0\"><channel><title>Harbour Post</title>{0}</channel></rss>")]
    [InlineData("an RSS feed", "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\">{0}</rdf:RDF>")]
    [InlineData("an Atom feed", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Harbour Post</title>{0}</feed>")]
    [InlineData("a sitemap", "<?xml version=\"1.0\"?><?xml-stylesheet href=\"x.xsl\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>https://www.harbourpost.example/a</loc></url></urlset>")]
    public void Parse_Feed_SaysThatItIsOne(string format, string document)
    {
        var items = "<item><title>Bridge opens again</title><description>&lt;p&gt;The harbour bridge is open again.&lt;/p&gt;</description><content><p>Cars may use it from Friday.</p></content></item>";
        foreach (var mediaType in (string[])["text/html", "text/xml", "text/plain", ""])
        {
            var result = new DocumentParser().Parse(Encoding.UTF8.GetBytes(document.Replace("{0}", items, StringComparison.Ordinal)), mediaType, "utf-8", "https://www.harbourpost.example/feed", hint: null);
            Assert.Equal((Outcome.UnsupportedMediaType, $"the document is {format}, not an article"), (result.Outcome, result.Reason));
        }
    }
}
