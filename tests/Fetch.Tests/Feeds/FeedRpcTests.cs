using System.Net;
using System.Text;
using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Storyline.Fetch.V1;

namespace Storyline.Fetch.Tests.Feeds;

/// <summary>What callers of FeedService meet at its edges, over gRPC and JSON.</summary>
public sealed class FeedRpcTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private FetchHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await FetchHost.StartAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    public static TheoryData<string, Func<FeedService.FeedServiceClient, Task>> Wrong() => new()
    {
        { "feed", async client => await client.CreateFeedAsync(new CreateFeedRequest()) },
        { "feed.url", async client => await client.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = "ftp://example.org/" } }) },
        { "url", async client => await client.CheckFeedAsync(new CheckFeedRequest { Url = "" }) },
        { "feed.title", async client => await client.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = "https://example.org/", Title = new string('x', 201) } }) },
        { "request_id", async client => await client.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = "https://example.org/" }, RequestId = new string('x', 65) }) },
        { "page_size", async client => await client.ListFeedsAsync(new ListFeedsRequest { PageSize = -1 }) },
        { "page_token", async client => await client.ListFeedsAsync(new ListFeedsRequest { PageToken = "forged" }) },
        { "page_token", async client => await client.ListFeedsAsync(new ListFeedsRequest { PageToken = "!" }) },
        { "update_mask", async client => await client.UpdateFeedAsync(new UpdateFeedRequest { Feed = new Feed { FeedId = "x" } }) },
        { "update_mask", async client => await client.UpdateFeedAsync(new UpdateFeedRequest { Feed = new Feed { FeedId = "x" }, UpdateMask = new() { Paths = { "state" } } }) },
        { "feed.folders", async client => await client.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = "https://example.com/f", Folders = { "News//Europe" } } }) },
        { "feed.folders", async client => await client.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = "https://example.com/f", Folders = { Enumerable.Range(0, 17).Select(i => "f" + i) } } }) },
        { "opml", async client => await client.ImportOpmlAsync(new ImportOpmlRequest { Opml = "<rss/>" }) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task AnyRpc_WrongField_IsNamedInTheDetails(string field, Func<FeedService.FeedServiceClient, Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => call(_host.Feeds));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal([field], error.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations.Select(violation => violation.Field));
    }

    public static TheoryData<Func<FeedService.FeedServiceClient, Task>> Unknown() => new()
    {
        async client => await client.GetFeedAsync(new GetFeedRequest { FeedId = "none" }),
        async client => await client.UpdateFeedAsync(new UpdateFeedRequest { Feed = new Feed { FeedId = "none", Title = "t" }, UpdateMask = new() { Paths = { "title" } } }),
        async client => await client.DeleteFeedAsync(new DeleteFeedRequest { FeedId = "none" }),
        async client => await client.PauseFeedAsync(new PauseFeedRequest { FeedId = "none" }),
        async client => await client.ResumeFeedAsync(new ResumeFeedRequest { FeedId = "none" }),
        async client => await client.GetFeedHealthAsync(new GetFeedHealthRequest { FeedId = "none" }),
    };

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task AnyRpc_UnknownFeed_IsNotFoundWithItsName(Func<FeedService.FeedServiceClient, Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => call(_host.Feeds));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal(("feed", "none"), (error.GetRpcStatus()!.GetDetail<ResourceInfo>().ResourceType, error.GetRpcStatus()!.GetDetail<ResourceInfo>().ResourceName));
    }

    [Fact]
    public async Task UpdateFeed_UrlOfAnother_AlreadyExists()
    {
        var first = await CreateAsync("https://one.invalid/feed");
        var second = await CreateAsync("https://two.invalid/feed");

        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Feeds.UpdateFeedAsync(
            new UpdateFeedRequest { Feed = new Feed { FeedId = second.FeedId, Url = first.Url }, UpdateMask = new() { Paths = { "url" } } }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.AlreadyExists, error.StatusCode);
    }

    [Fact]
    public async Task CreateFeed_RequestIdOfAnotherFeed_IsToldSo()
    {
        var first = await _host.Feeds.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = "https://one.invalid/feed" }, RequestId = "r" }, cancellationToken: Cancellation);
        var other = new CreateFeedRequest { Feed = new Feed { Url = "https://two.invalid/feed" }, RequestId = "r" };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Feeds.CreateFeedAsync(other, cancellationToken: Cancellation));

        Assert.Equal(
            (StatusCode.AlreadyExists, $"feed '{first.Feed.FeedId}' exists: the request_id was used for it, and its URL is another one"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task Json_EveryRpc_AnswersAsGrpcDoes()
    {
        var (created, feed) = await SendAsync(HttpMethod.Post, "/v1/feeds?request_id=r", """{"url": "https://one.invalid/feed"}""");
        var id = feed.GetProperty("feed").GetProperty("feedId").GetString();
        var (repeated, again) = await SendAsync(HttpMethod.Post, "/v1/feeds?request_id=r", """{"url": "https://one.invalid/feed"}""");
        var (updated, patched) = await SendAsync(HttpMethod.Patch, $"/v1/feeds/{id}?update_mask=title", """{"title": "Mine"}""");
        var answers = new List<HttpStatusCode> { created, repeated, updated };
        foreach (var (method, path, body) in new (HttpMethod, string, string?)[]
                 {
                     (HttpMethod.Get, $"/v1/feeds/{id}", null), (HttpMethod.Get, "/v1/feeds?page_size=1", null), (HttpMethod.Post, $"/v1/feeds/{id}:pause", "{}"),
                     (HttpMethod.Post, $"/v1/feeds/{id}:resume", "{}"), (HttpMethod.Get, $"/v1/feeds/{id}/health", null), (HttpMethod.Get, "/v1/feeds:exportOpml", null),
                     (HttpMethod.Post, "/v1/feeds:importOpml", """{"opml": "<opml version='2.0'><body/></opml>"}"""), (HttpMethod.Delete, $"/v1/feeds/{id}", null),
                 })
        {
            answers.Add((await SendAsync(method, path, body)).Status);
        }

        var (gone, error) = await SendAsync(HttpMethod.Get, $"/v1/feeds/{id}", null);
        var (wrong, _) = await SendAsync(HttpMethod.Get, "/v1/feeds?page_size=-1", null);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer));
        Assert.Equal(id, again.GetProperty("feed").GetProperty("feedId").GetString());
        Assert.Equal("Mine", patched.GetProperty("feed").GetProperty("title").GetString());
        Assert.Equal((HttpStatusCode.NotFound, 5, HttpStatusCode.BadRequest), (gone, error.GetProperty("code").GetInt32(), wrong));
    }

    [Fact]
    public async Task Opml_Folders_AreKeptThroughImportUpdateAndExport()
    {
        const string Document = """
            <opml version="2.0"><body><outline text="News"><outline text="Europe"><outline text="A" xmlUrl="https://a.example/feed"/></outline><outline text="B" xmlUrl="https://b.example/feed"/></outline>
            <outline text="Daily"><outline text="A again" xmlUrl="https://A.example/feed#top"/></outline><outline text="C" xmlUrl="https://c.example/feed"/></body></opml>
            """;
        var imported = await _host.Feeds.ImportOpmlAsync(new ImportOpmlRequest { Opml = Document }, cancellationToken: Cancellation);
        var again = await _host.Feeds.ImportOpmlAsync(new ImportOpmlRequest { Opml = Document.Replace("Europe", "Asia", StringComparison.Ordinal) }, cancellationToken: Cancellation);
        var feeds = (await _host.Feeds.ListFeedsAsync(new ListFeedsRequest(), cancellationToken: Cancellation)).Feeds;
        var updated = (await _host.Feeds.UpdateFeedAsync(
            new UpdateFeedRequest { Feed = new Feed { FeedId = feeds[2].FeedId, Folders = { "Daily", "Daily" } }, UpdateMask = new() { Paths = { "folders" } } }, cancellationToken: Cancellation)).Feed;
        var exported = (await _host.Feeds.ExportOpmlAsync(new ExportOpmlRequest(), cancellationToken: Cancellation)).Opml;

        Assert.Equal((3, 0, 0, 3), (imported.Created, imported.Existing, again.Created, again.Existing));
        Assert.Equal(["A: News/Europe, Daily", "B: News", "C: "], feeds.Select(feed => $"{feed.Title}: {string.Join(", ", feed.Folders)}"));
        Assert.Equal(["Daily"], updated.Folders);
        Assert.Equal(
            ["A News/Europe", "A Daily", "B News", "C Daily"],
            Storyline.Fetch.Feeds.Opml.Read(exported).Outlines.OrderBy(outline => outline.Title, StringComparer.Ordinal).ThenByDescending(outline => outline.Folder, StringComparer.Ordinal).Select(outline => $"{outline.Title} {outline.Folder}"));
    }

    [Fact]
    public async Task ImportOpml_AsLargeAsAllowed_IsRead_AndALargerOneIsNamed()
    {
        string Document(int length)
        {
            const string Start = "<opml><body><outline text=\"A\" xmlUrl=\"https://a.example/feed\"/><!--", End = "--></body></opml>";
            return Start + new string('\u00e9', length - Start.Length - End.Length) + End;
        }

        var imported = await _host.Feeds.ImportOpmlAsync(new ImportOpmlRequest { Opml = Document(5 * 1024 * 1024) }, cancellationToken: Cancellation);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Feeds.ImportOpmlAsync(new ImportOpmlRequest { Opml = Document((5 * 1024 * 1024) + 1) }, cancellationToken: Cancellation));

        Assert.Equal((1, 0), (imported.Created, imported.Rejected));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal(["opml"], error.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations.Select(violation => violation.Field));
    }

    [Fact]
    public async Task ImportOpml_WhatIsNotKept_IsCountedWithItsReason()
    {
        var folders = string.Concat(Enumerable.Range(0, 18).Select(i => $"<outline text='f{i}'><outline xmlUrl='https://a.example/feed'/></outline>"));

        var imported = await _host.Feeds.ImportOpmlAsync(new ImportOpmlRequest { Opml = $"<opml><body>{folders}<outline text='B' type='rss'/><outline xmlUrl='gopher://c'/>" }, cancellationToken: Cancellation);

        Assert.Equal((1, 5, 5), (imported.Created, imported.Rejected, imported.Errors.Count));
        Assert.Contains(imported.Errors, error => error.Contains("'f17'", StringComparison.Ordinal));
        Assert.Contains(imported.Errors, error => error.Contains("the document is cut", StringComparison.Ordinal));
    }

    private async Task<Feed> CreateAsync(string url) =>
        (await _host.Feeds.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = url } }, cancellationToken: Cancellation)).Feed;

    private async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(_host.Http, path)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _http.SendAsync(request, Cancellation);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return (response.StatusCode, document.RootElement.Clone());
    }
}
