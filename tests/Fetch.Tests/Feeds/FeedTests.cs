using Grpc.Core;
using Storyline.Fetch.V1;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Tests.Feeds;

public sealed class FeedTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Site _site = null!;
    private FetchHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        _host = await FetchHost.StartAsync(_folder.Path);
        _site.Page("/robots.txt", "User-agent: *\nDisallow: /denied", "text/plain");
        _site.Page("/a", "<p>a</p>");
        _site.Page("/b", "<p>b</p>");
        _site.Page("/feed", "<rss><channel><title>T</title>" + string.Concat(new[] { "/a", "/b", "/denied", "/missing", "/a#again" }.Select(path => $"<item><title>{path}</title><link>{path}</link></item>")) + "</channel></rss>", "text/xml");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task CreateFeed_ItsEntries_EachHaveOneOutcome()
    {
        var feed = await CreateAsync("/feed");

        var captured = new[] { await _host.NextFetchedAsync(), await _host.NextFetchedAsync() };
        var outcomes = await FetchHost.EventuallyAsync(
            async () => (await _host.Pipeline.ListOutcomesAsync(new ListOutcomesRequest(), cancellationToken: Cancellation)).Entries,
            entries => entries.Count(entry => entry.Outcome != Proto.Outcome.Pending) == 2);

        Assert.Equal(["/a", "/b"], captured.Select(fetched => new Uri(fetched.Url).AbsolutePath).Order(StringComparer.Ordinal));
        Assert.All(captured, fetched => Assert.Equal((feed.FeedId, new Uri(fetched.Url).AbsolutePath), (fetched.FeedId, fetched.Entry!.Title)));
        Assert.Equal(
            new Dictionary<string, Proto.Outcome>(StringComparer.Ordinal)
            {
                ["/a"] = Proto.Outcome.Pending, ["/b"] = Proto.Outcome.Pending, ["/denied"] = Proto.Outcome.RobotsDenied, ["/missing"] = Proto.Outcome.HttpError,
            },
            outcomes.ToDictionary(entry => new Uri(entry.Url).AbsolutePath, entry => entry.Outcome, StringComparer.Ordinal));
        Assert.Equal(4, outcomes.Select(entry => entry.TraceId).Distinct(StringComparer.Ordinal).Count());
        Assert.DoesNotContain("/denied", _site.Requests);
        var health = await _host.Feeds.GetFeedHealthAsync(new GetFeedHealthRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation);
        Assert.Equal((FeedState.Active, 5, 4L), (health.State, health.EntriesLastPoll, health.ArticlesSeen));
    }

    [Fact]
    public async Task CreateFeed_HtmlPage_FailsWithItsReason()
    {
        _site.Page("/page", "<!DOCTYPE html><html><body>Hello</body></html>");
        var feed = await CreateAsync("/page");

        var health = await FetchHost.EventuallyAsync(
            async () => await _host.Feeds.GetFeedHealthAsync(new GetFeedHealthRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation), health => health.State != FeedState.New);

        Assert.Equal((FeedState.Failing, "the document is an HTML page, not a feed", 1), (health.State, health.LastError, health.ConsecutiveFailures));
        Assert.NotNull(health.NextPollTime);
    }

    [Fact]
    public async Task CreateFeed_SameRequestOrSameUrl_IsAnsweredSo()
    {
        var request = new CreateFeedRequest { Feed = new Feed { Url = _site.Url("/feed") }, RequestId = "r" };
        var first = await _host.Feeds.CreateFeedAsync(request, cancellationToken: Cancellation);
        var again = await _host.Feeds.CreateFeedAsync(request, cancellationToken: Cancellation);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await CreateAsync("/feed"));

        Assert.Equal(first.Feed.FeedId, again.Feed.FeedId);
        Assert.Equal(StatusCode.AlreadyExists, error.StatusCode);
    }

    [Fact]
    public async Task Feed_PausedUpdatedResumedDeleted_IsAsTold()
    {
        var feed = await CreateAsync("/feed");
        await _host.NextFetchedAsync();

        var paused = (await _host.Feeds.PauseFeedAsync(new PauseFeedRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation)).Feed;
        var updated = (await _host.Feeds.UpdateFeedAsync(
            new UpdateFeedRequest { Feed = new Feed { FeedId = feed.FeedId, Title = "Mine", SourceId = "ignored" }, UpdateMask = new() { Paths = { "title" } } }, cancellationToken: Cancellation)).Feed;
        var resumed = (await _host.Feeds.ResumeFeedAsync(new ResumeFeedRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation)).Feed;
        await _host.Feeds.DeleteFeedAsync(new DeleteFeedRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Feeds.GetFeedAsync(new GetFeedRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation));

        Assert.Equal((FeedState.Paused, null), (paused.State, paused.NextPollTime));
        Assert.Equal(("Mine", "127.0.0.1"), (updated.Title, updated.SourceId));
        Assert.NotEqual(FeedState.Paused, resumed.State);
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task CheckFeed_DryRun_StoresNothing()
    {
        var check = await _host.Feeds.CheckFeedAsync(new CheckFeedRequest { Url = _site.Url("/feed") }, cancellationToken: Cancellation);

        Assert.Equal((FeedFormat.Rss, "T", true, 5), (check.Format, check.Title, check.RobotsAllowed, check.Entries.Count));
        Assert.Equal(["/denied"], check.Entries.Where(entry => !entry.RobotsAllowed).Select(entry => entry.Title));
        Assert.Empty((await _host.Pipeline.ListOutcomesAsync(new ListOutcomesRequest(), cancellationToken: Cancellation)).Entries);
    }

    [Fact]
    public async Task Opml_ExportedThenImported_IsKnown()
    {
        await CreateAsync("/feed");
        var opml = (await _host.Feeds.ExportOpmlAsync(new ExportOpmlRequest(), cancellationToken: Cancellation)).Opml;
        opml = opml.Replace("</body>", "<outline text='x'><outline text='New' xmlUrl='https://example.invalid/f'/><outline xmlUrl='nonsense'/></outline></body>", StringComparison.Ordinal);

        var response = await _host.Feeds.ImportOpmlAsync(new ImportOpmlRequest { Opml = opml }, cancellationToken: Cancellation);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Feeds.ImportOpmlAsync(new ImportOpmlRequest { Opml = "<!DOCTYPE x [<!ENTITY a 'b'>]><opml/>" }, cancellationToken: Cancellation));

        Assert.Equal((1, 1, 1), (response.Created, response.Existing, response.Errors.Count));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task ListFeeds_ByPages_GivesEachOnce()
    {
        for (var i = 0; i < 5; i++)
        {
            await CreateAsync("/feed" + i);
        }

        var urls = new List<string>();
        var token = "";
        do
        {
            var page = await _host.Feeds.ListFeedsAsync(new ListFeedsRequest { PageSize = 2, PageToken = token }, cancellationToken: Cancellation);
            urls.AddRange(page.Feeds.Select(feed => feed.Url));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(5, urls.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(5, urls.Count);
    }

    private async Task<Feed> CreateAsync(string path) =>
        (await _host.Feeds.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = _site.Url(path) } }, cancellationToken: Cancellation)).Feed;
}
