using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Storyline.Fixtures;

namespace Storyline.Platform.Tests.Commands;

public sealed class IngestTests : IDisposable
{
    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Ingest_SeedDocuments_AreOneStory()
    {
        var seeds = Directory.GetFiles(SharedData.Path("seeds"), "*.txt").Order(StringComparer.Ordinal).ToArray();

        var result = await _cli.RunAsync(["ingest", .. seeds]);

        Assert.Equal("5 documents, 1 story, 5 tellings, 0 rejected", LastLine(result.Output));
        Assert.Empty(Cli.Errors(result));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Ingest_SameFilesTwice_ChangesNothing()
    {
        for (var i = 0; i < 5; i++)
        {
            await _cli.FileAsync($"{i}.html", GeneratedNews.Html(i));
        }

        var first = await _cli.JsonAsync("ingest", _cli.Folder);
        var second = await _cli.JsonAsync("ingest", _cli.Folder);

        Assert.Equal(5, first.GetProperty("tellings").GetInt32());
        Assert.Equal(
            first.GetProperty("submissions").EnumerateArray().Select(s => (s.GetProperty("article_id").GetString(), s.GetProperty("story_id").GetString(), 1)),
            second.GetProperty("submissions").EnumerateArray().Select(s => (s.GetProperty("article_id").GetString(), s.GetProperty("story_id").GetString(), s.GetProperty("revision").GetInt32())));
        var search = await _cli.JsonAsync("search", "");
        Assert.Equal("5", search.GetProperty("totalSize").GetString());
    }

    [Fact]
    public async Task Ingest_ThenSearchStoryAndTrace_AnswerInAnotherProcess()
    {
        await _cli.FileAsync("a.txt", GeneratedNews.Text(0));
        var ingested = await _cli.JsonAsync("ingest", _cli.Folder);
        var submission = ingested.GetProperty("submissions")[0];

        var search = await _cli.RunAsync("search", GeneratedNews.Title(0));
        var story = await _cli.RunAsync("story", submission.GetProperty("story_id").GetString()!);
        var stories = await _cli.RunAsync("stories");
        var trace = await _cli.RunAsync("trace", submission.GetProperty("article_id").GetString()!);

        Assert.Contains(GeneratedNews.Title(0), search.Output, StringComparison.Ordinal);
        Assert.Equal("1 article", LastLine(search.Output));
        Assert.Contains("1 telling", story.Output, StringComparison.Ordinal);
        Assert.Contains(GeneratedNews.Title(0), stories.Output, StringComparison.Ordinal);
        Assert.Contains("INDEXED", trace.Output, StringComparison.Ordinal);
        foreach (var stage in new[] { "FETCH", "PARSE", "ENRICH", "INDEX" })
        {
            Assert.Contains(stage, trace.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ingest_SavedPageWithUrl_IsThatUrlsArticle()
    {
        var ingested = await _cli.RunAsync("ingest", await _cli.FileAsync("page.html", GeneratedNews.Html(0)), "--url", "https://outlet.example/news/1");
        var trace = await _cli.RunAsync("trace", "https://outlet.example/news/1");

        Assert.Matches("(?m)^article [0-9a-f]{32}  .*page.html$", ingested.Output);
        Assert.Contains("INDEXED", trace.Output, StringComparison.Ordinal);
        Assert.Contains("source outlet.example", trace.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ingest_SiteThatDoesNotAnswer_EndsByItsTimeoutAndNamesTheUrl()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Fetch__AllowPrivateAddresses"] = "true" };

        var result = await _cli.RunWithAsync(settings, "ingest", "http://127.0.0.1:9/news", "--timeout", "3");

        Assert.Equal(1, result.ExitCode);
        Assert.Matches("(?m)^pending http://127.0.0.1:9/news: (on its way|robots.txt cannot be read)", result.Error);
        Assert.Contains("error: 1 of 1 have no outcome after 3 s", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_PublisherThatReservesItsUse_SaysSo()
    {
        await using var site = WebApplication.CreateSlimBuilder().Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.MapGet("/bridge", (HttpContext context) =>
        {
            context.Response.Headers["tdm-reservation"] = "1";
            return Results.Text(GeneratedNews.Text(0), "text/plain");
        });
        await site.StartAsync(TestContext.Current.CancellationToken);
        var url = site.Urls.Single() + "/bridge";
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Fetch__AllowPrivateAddresses"] = "true" };

        var ingested = await _cli.RunWithAsync(settings, "ingest", url);
        var trace = await _cli.RunWithAsync(settings, "trace", url);

        Assert.Equal(0, ingested.ExitCode);
        Assert.Contains("    reserved: header:tdm-reservation=1", trace.Output, StringComparison.Ordinal);
        Assert.Contains("asked again for corrections", trace.Output, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BadDocuments => new()
    {
        { "empty.txt", "EMPTY" },
        { "blank.html", "EMPTY" },
        { "binary.html", "UNSUPPORTED_MEDIA_TYPE" },
        { "report.pdf.html", "UNSUPPORTED_MEDIA_TYPE" },
        { "index.html", "NO_ARTICLE" },
        { "short.txt", "TOO_SHORT" },
        { "large.html", "TOO_LARGE" },
    };

    [Theory]
    [MemberData(nameof(BadDocuments))]
    public async Task Ingest_BadDocument_IsRejectedWithItsOutcomeAndTheOthersGoOn(string name, string outcome)
    {
        var bad = await _cli.FileAsync(name, Content(name));
        var good = await _cli.FileAsync("good.txt", GeneratedNews.Text(0));

        var result = await _cli.RunAsync("ingest", bad, good);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("2 documents, 1 story, 1 telling, 1 rejected", LastLine(result.Output));
        var line = Assert.Single(Cli.Errors(result));
        Assert.StartsWith($"rejected {bad}: {outcome}: ", line, StringComparison.Ordinal);

        // And the ledger has it.
        var outcomes = await _cli.RunAsync("outcomes");
        Assert.Contains(outcome, outcomes.Output, StringComparison.Ordinal);
        Assert.Contains("2  URLs", outcomes.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ingest_InvalidUtf8AndNoTitle_AreStillArticles()
    {
        var invalid = Encoding.Latin1.GetBytes(GeneratedNews.Text(0).Replace("said", "säid", StringComparison.Ordinal));
        var broken = Encoding.UTF8.GetBytes(GeneratedNews.Text(7)).Concat(new byte[] { 0xC3, 0x28, 0xFF }).ToArray();
        await _cli.FileAsync("latin.txt", invalid);
        await _cli.FileAsync("broken.txt", broken);
        await _cli.FileAsync("untitled.html", GeneratedNews.Html(20).Replace(GeneratedNews.Title(20), "", StringComparison.Ordinal));

        var result = await _cli.RunAsync("ingest", _cli.Folder);

        Assert.EndsWith("3 tellings, 0 rejected", LastLine(result.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ingest_MissingFile_IsOneLineAndStoresNothing()
    {
        var good = await _cli.FileAsync("good.txt", GeneratedNews.Text(0));

        var result = await _cli.RunAsync("ingest", good, "nowhere.txt");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("error: no file, folder or URL 'nowhere.txt'", Assert.Single(Cli.Errors(result)));
        Assert.Contains("0  URLs", (await _cli.RunAsync("outcomes")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ingest_PrivateAddress_IsDeniedWithItsOutcome()
    {
        var result = await _cli.RunAsync("ingest", "http://127.0.0.1:9/secret");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("ADDRESS_DENIED", result.Error, StringComparison.Ordinal);
        Assert.Equal("1 document, 0 stories, 0 tellings, 1 rejected", LastLine(result.Output));
    }

    private static string LastLine(string output) => output.TrimEnd().Split('\n')[^1].TrimEnd();

    private static byte[] Content(string name) => name switch
    {
        "empty.txt" => [],
        "blank.html" => "  \r\n\t "u8.ToArray(),
        "binary.html" => [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 31))],
        "report.pdf.html" => "%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"u8.ToArray(),
        "index.html" => Encoding.UTF8.GetBytes(
            "<html><head><title>News</title></head><body><ul>" + string.Concat(Enumerable.Range(0, 60).Select(i => $"<li><a href=\"/{i}\">{GeneratedNews.Title(i)}</a></li>")) + "</ul></body></html>"),
        "short.txt" => "Storm warning\n\nThe coast guard has warned of a storm this evening."u8.ToArray(),
        "large.html" => Encoding.UTF8.GetBytes("<html><body><p>" + new string('x', 50 * 1024 * 1024) + "</p></body></html>"),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };
}
