using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Storyline.Platform.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Demo_Exit_EveryUrlHasAnOutcome()
    {
        var result = await _cli.RunAsync("demo", "--exit");

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("hot stories", result.Output, StringComparison.Ordinal);
        Assert.Contains("corrected: revision 2 of", result.Output, StringComparison.Ordinal);
        Assert.Contains("ROBOTS_DENIED", result.Output, StringComparison.Ordinal);
        Assert.Contains("NO_ARTICLE", result.Output, StringComparison.Ordinal);
        Assert.Contains("HTTP_ERROR", result.Output, StringComparison.Ordinal);
        Assert.Contains("0 on their way, 0 in quarantine", result.Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    public static TheoryData<string[], string> WrongCalls => new()
    {
        { ["story", "00000000000000000000000000000000"], "error: no story" },
        { ["trace", "00000000000000000000000000000000"], "error: no article" },
        { ["trace", "https://nowhere.example/x"], "error: no article" },
        { ["story", "not an id"], "error: " },
        { ["search", "(flood AND"], "error: query: " },
        { ["search", "title:"], "error: query: " },
        { ["search", "flood", "--size", "-1"], "error: page_size: " },
        { ["feeds", "add", "ftp://example.org/feed"], "error: feed.url: " },
        { ["feeds", "import", "nowhere.opml"], "error: no file" },
        { ["parse", "nowhere.html"], "error: no file or URL" },
        { ["parse", "http://127.0.0.1:9/x"], "error: http://127.0.0.1:9/x: " },
        { ["search", "flood", "--server", "elsewhere"], "error: --server 'elsewhere' is not a URL" },
        { ["search", "flood", "--server", "http://127.0.0.1:9"], "error: the server does not answer" },
        { ["serach", "flood"], "error: no command 'serach'" },
        { ["parse", "--bogus", "nowhere.html"], "error: no option '--bogus'" },
        { ["parse", "services"], "error: 'services' is a folder" },
        { ["feeds", "import", "services"], "error: '" },
        { ["replay", "--outcome", "Foo"], "error: 'Foo' is no outcome: they are " },
        { ["replay", "--from", "yesterday"], "error: 'yesterday' is not a time" },
        { ["replay", "--source", "nosuch"], "error: no source 'nosuch'" },
        { ["completeness", "--source", "nosuch"], "error: no source 'nosuch'" },
        { ["feeds", "update", "00000000000000000000000000000000"], "error: nothing to change" },
        { ["feeds", "pause", "00000000000000000000000000000000"], "error: no feed '00000000000000000000000000000000'" },
        { ["feeds", "delete", "00000000000000000000000000000000"], "error: no feed '00000000000000000000000000000000'" },
        { ["outcomes", "list", "--outcome", "Foo"], "error: 'Foo' is no outcome: they are " },
        { ["outcomes", "list", "--size", "-1"], "error: page_size: " },
        { ["replay", "--rate", "abc"], "error: Cannot parse argument 'abc' for option '--rate' as a whole number" },
        { ["parse", "global.json", "--url", "ftp://example.org/a"], "error: --url 'ftp://example.org/a' is not a URL" },
        { ["outcomes", "--storage", "global.json"], "error: the storage 'global.json' is a file" },
        { ["feeds", "lst"], "error: no command 'lst'" },
        { ["ingest", "services", "--sourc", "x"], "error: no option '--sourc'" },
        { ["ingest", "services", "--timeout", "-3"], "error: --timeout '-3' is not a number of seconds" },
        { ["ingest", "services", "--timeout", "soon"], "error: --timeout 'soon' is not a number of seconds" },
        { ["ingest", "services", "--url", "https://example.org/a"], "error: --url is for one file" },
        { ["ingest", "https://example.org/b", "--url", "https://example.org/a"], "error: --url is for one file" },
        { ["serve", "nonsense"], "error: 'nonsense' is not a setting" },
        { ["serve", "--Http:Nope=1"], "configuration: Http:Nope is not a setting" },
    };

    [Theory]
    [MemberData(nameof(WrongCalls))]
    public async Task WrongCall_IsOneLineAndNonZero(string[] arguments, string error)
    {
        var result = await _cli.RunAsync(arguments);

        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith(error, Assert.Single(Cli.Errors(result)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parse_File_ShowsTheArticleAndWhatItRestsOn()
    {
        var text = "<p>The ferry of Harwick sails again after four months of repair, the port authority said on Friday.</p>"
            + "<p>Nine thousand people a day had taken the long way round the bay since the pier was damaged in the storm.</p>";
        var file = await _cli.FileAsync("ferry.html", $"<html lang=\"en\"><head><title>Ferry sails again</title></head><body><nav><a href=\"/\">Harbour news</a></nav><article><h1>Ferry sails again</h1>{text}</article></body></html>");

        var result = await _cli.RunAsync("parse", file, "--explain");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith("Ferry sails again", result.Output, StringComparison.Ordinal);
        Assert.Contains("Nine thousand people a day", result.Output, StringComparison.Ordinal);
        Assert.Contains("h1: Ferry sails again", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^kept +0\.\d\d  Nine thousand people", result.Output);
        Assert.Matches(@"(?m)^dropped +0\.\d\d  Harbour news", result.Output);
        Assert.Empty(Cli.Errors(result));
    }

    [Fact]
    public async Task Parse_NoArticle_SaysWhyAndIsNonZero()
    {
        var result = await _cli.RunAsync("parse", await _cli.FileAsync("empty.html", "<html><body></body></html>"));

        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith("NO_ARTICLE: ", result.Output, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> WrongSettings => new()
    {
        { "Fetch__MaxRedirects", "-3", "Fetch:MaxRedirects" },
        { "Fetch__MaxRedirect", "3", "Fetch:MaxRedirect is not a setting" },
        { "Fetch__RequestTimeout", "soon", "RequestTimeout" },
        { "Http__Host", "localhost", "Http:Host is 'localhost'" },
        { "Bus__RabbitMq", "http://broker", "Bus:RabbitMq" },
        { "Database__PostgreSql", "nonsense", "Database:PostgreSql" },
    };

    [Theory]
    [MemberData(nameof(WrongSettings))]
    public async Task WrongSetting_StopsTheStartWithOneLine(string name, string value, string says)
    {
        var result = await _cli.RunWithAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { [name] = value }, "stories");

        Assert.Equal(78, result.ExitCode);
        var line = Assert.Single(Cli.Errors(result));
        Assert.StartsWith("configuration: ", line, StringComparison.Ordinal);
        Assert.Contains(says, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongSettings_AreAllToldAtOnce()
    {
        var result = await _cli.RunWithAsync(
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Fetch__MaxRedirects"] = "-3", ["Http__Host"] = "localhost", ["Bus__HighWater"] = "0" }, "stories");

        Assert.Equal(78, result.ExitCode);
        Assert.Contains("Fetch:MaxRedirects", result.Error, StringComparison.Ordinal);
        Assert.Contains("Http:Host", result.Error, StringComparison.Ordinal);
        Assert.Contains("Bus:HighWater", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FeedsAddAndList_NameTheFeed()
    {
        var added = await _cli.RunAsync("feeds", "add", "https://outlet.example/feed.xml");
        var again = await _cli.RunAsync("feeds", "add", "https://outlet.example/feed.xml");
        var listed = await _cli.RunAsync("feeds", "list");

        Assert.Equal(0, added.ExitCode);
        Assert.Equal(1, again.ExitCode);
        Assert.StartsWith("error: feed '", Assert.Single(Cli.Errors(again)), StringComparison.Ordinal);
        Assert.Contains("exists", again.Error, StringComparison.Ordinal);
        Assert.Contains("https://outlet.example/feed.xml", listed.Output, StringComparison.Ordinal);
        Assert.Contains("1 feed", listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feeds_CanBeChangedPausedResumedExportedAndDeleted()
    {
        await _cli.RunAsync("feeds", "add", "https://outlet.example/feed.xml");
        var id = (await _cli.JsonAsync("feeds", "list")).GetProperty("feeds")[0].GetProperty("feedId").GetString()!;

        var updated = await _cli.RunAsync("feeds", "update", id, "--title", "The Outlet", "--folder", "News/Europe", "--folder", "Ferries");
        var paused = await _cli.RunAsync("feeds", "pause", id);
        var listed = await _cli.RunAsync("feeds", "list");
        var resumed = await _cli.RunAsync("feeds", "resume", id);
        var exported = await _cli.RunAsync("feeds", "export");
        var deleted = await _cli.RunAsync("feeds", "delete", id);
        var none = await _cli.RunAsync("feeds", "list");

        Assert.Equal($"changed feed {id}  https://outlet.example/feed.xml", updated.Output.Trim());
        Assert.Equal($"paused feed {id}  https://outlet.example/feed.xml", paused.Output.Trim());
        Assert.Matches(@"PAUSED .*The Outlet  \[News/Europe\]  \[Ferries\]", listed.Output);
        Assert.Equal($"resumed feed {id}  https://outlet.example/feed.xml", resumed.Output.Trim());
        Assert.Equal(["Ferries", "Europe"], System.Xml.Linq.XDocument.Parse(exported.Output).Descendants("outline")
            .Where(outline => outline.Attribute("xmlUrl") is not null).Select(outline => outline.Parent!.Attribute("text")!.Value).OrderDescending(StringComparer.Ordinal));
        Assert.Equal($"deleted feed {id}", deleted.Output.Trim());
        Assert.Contains("0 feeds", none.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FeedsCheck_ShowsWhatAPollWouldFetchAndWhichFeedsAPageLeadsTo()
    {
        await using var site = WebApplication.CreateSlimBuilder().Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.MapGet("/robots.txt", () => "User-agent: *\nDisallow: /closed/");
        site.MapGet("/", () => Results.Content("<html><head><link rel=\"alternate\" type=\"application/rss+xml\" href=\"/feed\"></head><body>Harbour</body></html>", "text/html"));
        site.MapGet("/feed", () => Results.Content(
            "<rss version=\"2.0\"><channel><title>Harbour</title><item><title>Ferry</title><link>/open/ferry</link></item><item><title>Pier</title><link>/closed/pier</link></item></channel></rss>",
            "application/rss+xml"));
        await site.StartAsync(TestContext.Current.CancellationToken);
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Fetch__AllowPrivateAddresses"] = "true" };

        var feed = await _cli.RunWithAsync(settings, "feeds", "check", site.Urls.Single() + "/feed");
        var page = await _cli.RunWithAsync(settings, "feeds", "check", site.Urls.Single() + "/");

        Assert.Matches(@"(?m)^new +- +http://127.0.0.1:\d+/open/ferry  Ferry$", feed.Output);
        Assert.Matches(@"(?m)^denied +- +http://127.0.0.1:\d+/closed/pier  Pier$", feed.Output);
        Assert.Contains("RSS, 2 entries  Harbour", feed.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^RSS +2 entries +http://127.0.0.1:\d+/feed  Harbour$", page.Output);
        Assert.Contains("a page, with 1 feed", page.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutcomesList_NamesTheUrlsAndWhy()
    {
        await _cli.RunAsync("ingest", await _cli.FileAsync("empty.html", "<html><body></body></html>"), await _cli.FileAsync("page.txt", "Not much."));

        var all = await _cli.RunAsync("outcomes", "list");
        var one = await _cli.RunAsync("outcomes", "list", "--size", "1");
        var indexed = await _cli.RunAsync("outcomes", "list", "--outcome", "INDEXED");

        Assert.Contains("2 URLs", all.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^[0-9a-f]{32}  (NO_ARTICLE|TOO_SHORT) +submitted +urn:sha256:\S+  \S", all.Output);
        Assert.Contains("1 URL; there are more", one.Output, StringComparison.Ordinal);
        Assert.Contains("0 URLs", indexed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FeedsImport_AddsEveryOutlineAndCountsTheRest()
    {
        var file = await _cli.FileAsync("feeds.opml", """
            <?xml version="1.0"?><opml version="2.0"><head><title>Feeds</title></head><body>
            <outline text="A" type="rss" xmlUrl="https://a.example/feed"/><outline text="B" type="rss" xmlUrl="gopher://b.example/feed"/>
            <outline text="Group"><outline text="C" type="rss" xmlUrl="https://c.example/feed"/></outline></body></opml>
            """);

        var result = await _cli.RunAsync("feeds", "import", file);

        Assert.Equal("2 added, 0 known, 1 rejected", result.Output.Trim());
        Assert.Contains("gopher://b.example/feed", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Theory]
    [InlineData("utf-16", "<?xml version=\"1.0\" encoding=\"utf-16\"?>")]
    [InlineData("iso-8859-1", "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>")]
    public async Task FeedsImport_FileThatIsNotUtf8_KeepsTitlesAndFolders(string encoding, string declaration)
    {
        var text = declaration + "<opml version=\"2.0\"><body><outline text=\"Müll\"><outline text=\"Größe\" type=\"rss\" xmlUrl=\"https://a.example/feed\"/></outline></body></opml>";
        var codes = System.Text.Encoding.GetEncoding(encoding);
        var file = await _cli.FileAsync("feeds.opml", [.. codes.GetPreamble(), .. codes.GetBytes(text)]);

        var result = await _cli.RunAsync("feeds", "import", file);
        var feed = (await _cli.JsonAsync("feeds", "list")).GetProperty("feeds")[0];

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("Größe", feed.GetProperty("title").GetString());
        Assert.Equal("Müll", feed.GetProperty("folders")[0].GetString());
    }

    [Fact]
    public async Task FeedsImport_CutFile_SaysSo()
    {
        var file = await _cli.FileAsync("feeds.opml", "<opml><body><outline text='A' xmlUrl='https://a.example/feed'/><outline text='B' xmlUrl='https://b.exa");

        var result = await _cli.RunAsync("feeds", "import", file);

        Assert.Equal("1 added, 0 known, 1 rejected", result.Output.Trim());
        Assert.Contains("the document is cut", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task AnyCommand_WithoutAServer_SaysWhereItRunsOne()
    {
        var result = await _cli.RunAsync("outcomes");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal($"note: no platform runs on {_cli.Storage}: this command runs one there until it ends", result.Error.Trim());
    }

    [Fact]
    public async Task Parse_FileWithUrl_IsReadByTheRuleOfItsSite()
    {
        Directory.CreateDirectory(Path.Combine(_cli.Folder, "rules"));
        await _cli.FileAsync("rules/harbour.example.json", """{"host":"harbour.example","version":3,"title":[".headline"]}""");
        var page = await _cli.FileAsync("page.html", $"<html lang=\"en\"><head><title>Harbour</title></head><body><article><b class=\"headline\">Ferry sails again</b><p>The ferry of Harwick sails again after four months of repair, the port authority said on Friday.</p><p>Nine thousand people a day had taken the long way round the bay since the pier was damaged in the storm.</p></article></body></html>");
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Parse__PublisherRules"] = Path.Combine(_cli.Folder, "rules") };

        var result = await _cli.RunWithAsync(settings, "parse", page, "--url", "https://www.harbour.example/2026/03/14/ferry", "--json");

        Assert.Contains("+harbour.example/3", result.Output, StringComparison.Ordinal);
        Assert.Contains("2026-03-14", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_ServerThatTellsWhenToTryAgain_SaysWhen() => Assert.Equal(
        "a.example was asked a moment ago: try again in 3 s",
        Platform.Commands.CommandException.Describe(Hosting.Errors.RpcErrors.Unavailable("a.example was asked a moment ago", TimeSpan.FromSeconds(2.5))));
}
