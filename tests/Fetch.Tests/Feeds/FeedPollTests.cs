using System.Collections.Concurrent;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Storyline.Fetch.Feeds;
using Storyline.Fetch.Politeness;
using Storyline.Fetch.V1;
using FeedState = Storyline.Fetch.Feeds.FeedState;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Tests.Feeds;

/// <summary>What one poll after another makes of a feed; the poller itself is kept asleep, each poll is run by the test.</summary>
public sealed class FeedPollTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<(string IfNoneMatch, string IfModifiedSince)> _validators = new();
    private Site _site = null!;
    private FetchHost? _host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private FeedStore Store => _host!.Services.GetRequiredService<FeedStore>();

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Poll_SecondTime_SendsValidatorsOfTheBodyThatWasRead()
    {
        await StartAsync();
        Serve(Rss("/a"), "\"1\"");
        var feed = await PollAsync(await AddAsync("/feed"));
        Serve("this is no feed", "\"2\"");
        feed = await PollAsync(feed);
        Serve(Rss("/a"), "\"1\"");
        feed = await PollAsync(feed);

        Assert.Equal(["", "\"1\"", "\"1\""], _validators.Select(validator => validator.IfNoneMatch));
        Assert.Equal(("\"1\"", FeedState.Active), (feed.Etag, feed.State));
    }

    [Fact]
    public async Task Poll_AfterFullPollInterval_AsksWithoutValidatorsAndReadsAFrozenFeed()
    {
        await StartAsync(("Fetch:FullPollInterval", "00:00:00"));
        Serve(Rss("/a"), "\"stale\"");
        var feed = await PollAsync(await AddAsync("/feed"));
        Serve(Rss("/b", "/a"), "\"stale\"");
        feed = await PollAsync(feed);

        Assert.Equal(["", ""], _validators.Select(validator => validator.IfNoneMatch));
        Assert.Equal(2, feed.ArticlesSeen);
    }

    [Fact]
    public async Task Poll_SameBodyWithAnotherValidator_IsUnchangedAndKeepsTheNewValidator()
    {
        await StartAsync();
        Serve(Rss("/a"), "\"1\"");
        var feed = await PollAsync(await AddAsync("/feed"));
        Serve(Rss("/a"), "\"2\"");
        feed = await PollAsync(feed);

        Assert.Equal(("\"2\"", 1L, 1), (feed.Etag, feed.ArticlesSeen, feed.EntriesLastPoll));
    }

    [Fact]
    public async Task Poll_MovedForGood_TakesTheNewUrlOnlyWhenItIsFree()
    {
        await StartAsync(("Fetch:MoveAfter", "00:00:00"));
        Serve(Rss("/a"), "\"1\"");
        Redirect("/old", "/feed", 301);
        Redirect("/older", "/feed", 308);
        Redirect("/temporary", "/feed", 302);

        var temporary = await PollAsync(await AddAsync("/temporary"));
        var moved = await PollAsync(await AddAsync("/old"));
        var late = await PollAsync(await AddAsync("/older"));

        Assert.Equal(["/temporary", "/feed", "/older"], new[] { temporary, moved, late }.Select(feed => new Uri(feed.Url).AbsolutePath));
    }

    [Fact]
    public async Task Poll_MovedForADay_KeepsItsUrlUntilThen()
    {
        await StartAsync();
        Serve(Rss("/a"), "\"1\"");
        Redirect("/old", "/feed", 301);

        var first = await PollAsync(await AddAsync("/old"));
        var second = await PollAsync(first);

        Assert.Equal(("/old", _site.Url("/feed"), first.MovedSince), (new Uri(second.Url).AbsolutePath, second.MovedTo, second.MovedSince));
        Assert.NotNull(second.MovedSince);
    }

    [Fact]
    public async Task Poll_GoneThenBack_WaitsADayThenIsAsBefore()
    {
        await StartAsync();
        _site.Map("/feed", context => { context.Response.StatusCode = 410; return Task.CompletedTask; });
        var gone = await PollAsync(await AddAsync("/feed"));
        Serve(Rss("/a"), "\"1\"");
        var back = await PollAsync(gone);

        Assert.Equal((FeedState.Failing, TimeSpan.FromHours(24), "HTTP status 410"), (gone.State, TimeSpan.FromMilliseconds(gone.IntervalMs), gone.LastError));
        Assert.Equal((FeedState.Active, 0, ""), (back.State, back.Failures, back.LastError));
        Assert.InRange(TimeSpan.FromMilliseconds(back.IntervalMs), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task Poll_FeedThatSkipsHours_IsPolledOutsideThem_AlsoWhenNothingIsNewOrItFails()
    {
        await StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var skipped = string.Concat(Enumerable.Range(0, 6).Select(i => $"<hour>{(now.Hour + i) % 24}</hour>"));
        Serve($"<rss><channel><skipHours>{skipped}</skipHours><item><link>/a</link></item></channel></rss>", "\"1\"");

        var first = await PollAsync(await AddAsync("/feed"));
        var unchanged = await PollAsync(first);
        _site.Map("/feed", context => { context.Response.StatusCode = 500; return Task.CompletedTask; });
        var failed = await PollAsync(unchanged);

        Assert.All(new[] { first, unchanged, failed }, feed => Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(feed.NextPollAt!.Value), now.AddHours(5), now.AddHours(6).AddMinutes(11)));
    }

    [Fact]
    public async Task Poll_FeedThatLosesItsEntries_IsEmptyUntilItHasSome()
    {
        await StartAsync();
        Serve(Rss(), "\"0\"");
        var never = await PollAsync(await AddAsync("/feed"));
        Serve(Rss("/a"), "\"1\"");
        var full = await PollAsync(never);
        Serve(Rss(), "\"2\"");
        var empty = await PollAsync(full);
        var unchanged = await PollAsync(empty);
        Serve(Rss("/b"), "\"3\"");
        var again = await PollAsync(unchanged);

        Assert.Equal([FeedState.Active, FeedState.Active, FeedState.Empty, FeedState.Empty, FeedState.Active], new[] { never, full, empty, unchanged, again }.Select(feed => feed.State));
        Assert.Equal(1L, (await Store.CountByStateAsync(Cancellation))[FeedState.Active]);
    }

    [Fact]
    public async Task Poll_LastEntryLongAgo_IsSilentAndHealthSaysSince()
    {
        await StartAsync();
        var last = TimeProvider.System.GetUtcNow().AddDays(-8);
        Serve(
            "<rss><channel>" + string.Concat(Enumerable.Range(0, 20).Select(i => $"<item><link>/{i}</link><pubDate>{last.AddHours(-i):R}</pubDate></item>")) + "</channel></rss>", "\"1\"");
        var feed = await PollAsync(await AddAsync("/feed"));
        var health = await HealthAsync(feed);

        Assert.Equal(V1.FeedState.Silent, health.State);
        Assert.InRange(health.LastNewEntryTime.ToDateTimeOffset(), last.AddSeconds(-1), last);
        Assert.InRange(health.EntriesPerDay, 15, 30);
        Assert.Equal((20L, 0d), (health.ArticlesLastDay, health.ExpectedArticlesPerDay));
    }

    [Fact]
    public async Task Poll_EntriesWithAndWithoutUsableUrl_AreEachAccountedForOnce()
    {
        await StartAsync();
        Serve(Rss("/a", "/a", "http://[broken", "", "https://example.invalid/" + new string('x', 3000)), "\"1\"");
        var feed = await PollAsync(await AddAsync("/feed"));
        var health = await HealthAsync(feed);
        var outcomes = (await _host!.Pipeline.ListOutcomesAsync(new ListOutcomesRequest { Outcome = Proto.Outcome.InvalidUrl }, cancellationToken: Cancellation)).Entries;

        Assert.Equal((5, 2L), (health.EntriesLastPoll, health.ArticlesSeen));
        Assert.Equal(2, health.EntriesWithoutUrlLastPoll);
        Assert.Single(outcomes);
    }

    [Fact]
    public async Task Poll_SitemapIndex_ReadsTheNewestChildrenAndOnlyThoseThatChange()
    {
        await StartAsync(("Fetch:SitemapChildren", "2"));
        var now = TimeProvider.System.GetUtcNow();
        Index(("/1.xml", now.AddHours(-3)), ("/2.xml", now.AddHours(-2)), ("/3.xml", now.AddHours(-1)), ("/archive.xml", now.AddYears(-1)));
        Sitemaps(1, 2, 3);

        var first = await PollAsync(await AddAsync("/feed"));
        var second = await PollAsync(first);
        var third = await PollAsync(second);
        Index(("/1.xml", now), ("/2.xml", now.AddHours(-2)), ("/3.xml", now.AddHours(-1)), ("/archive.xml", now.AddYears(-1)));
        var fourth = await PollAsync(third);

        Assert.Equal(["/3.xml", "/2.xml", "/1.xml", "/1.xml"], Asked());
        Assert.Equal([2L, 3, 3, 3], new[] { first, second, third, fourth }.Select(feed => feed.ArticlesSeen));
        Assert.Equal((TimeSpan.FromMinutes(5), FeedState.Active), (TimeSpan.FromMilliseconds(first.IntervalMs), third.State));
    }

    [Fact]
    public async Task Poll_SitemapsThatAllSayTheyChangedNow_AreReadInTurn()
    {
        await StartAsync(("Fetch:SitemapChildren", "1"));
        Sitemaps(1, 2, 3);
        var feed = await AddAsync("/feed");
        for (var poll = 0; poll < 4; poll++)
        {
            var now = TimeProvider.System.GetUtcNow();
            Index(("/1.xml", now), ("/2.xml", now), ("/3.xml", now));
            feed = await PollAsync(feed);
        }

        Assert.Equal(["/1.xml", "/2.xml", "/3.xml", "/1.xml"], Asked());
    }

    [Fact]
    public async Task Poll_IndexesInAnIndex_AreFollowedToWhereTheNewsIs_AFewEachPoll()
    {
        await StartAsync(("Fetch:SitemapChildren", "2"));
        var now = TimeProvider.System.GetUtcNow();
        Index(("/year.xml", now.AddHours(-1)), ("/old-year.xml", now.AddYears(-1)));
        IndexAt("/year.xml", ("/month.xml", now.AddHours(-1)), ("/old-month.xml", now.AddDays(-40)));
        IndexAt("/month.xml", ("/1.xml", now.AddHours(-3)), ("/2.xml", now.AddHours(-2)), ("/3.xml", now.AddHours(-1)), ("/old-day.xml", now.AddDays(-20)));
        Sitemaps(1, 2, 3);

        var first = await PollAsync(await AddAsync("/feed"));
        var second = await PollAsync(first);
        var third = await PollAsync(second);

        Assert.Equal(["/year.xml", "/month.xml", "/3.xml", "/2.xml", "/year.xml", "/month.xml", "/1.xml"], Asked());
        Assert.Equal([2L, 3, 3], new[] { first, second, third }.Select(feed => feed.ArticlesSeen));
        Assert.Equal((TimeSpan.FromMinutes(5), FeedState.Active, FeedState.Active), (TimeSpan.FromMilliseconds(first.IntervalMs), second.State, third.State));
    }

    [Fact]
    public async Task Poll_IndexesThatNameEachOther_EndsAndAsksForEachOnce()
    {
        await StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        Index(("/feed", now), ("/a.xml", now));
        IndexAt("/a.xml", ("/b.xml", now), ("/feed", now));
        IndexAt("/b.xml", ("/a.xml", now), ("/b.xml", now), ("/c.xml", now));
        IndexAt("/c.xml", ("/a.xml", now), ("/deeper.xml", now));

        var feed = await PollAsync(await AddAsync("/feed"));

        Assert.Equal(["/a.xml", "/b.xml", "/c.xml"], Asked());
        Assert.Equal(FeedState.Active, feed.State);
    }

    [Fact]
    public async Task Poll_IndexOfThousandsOfIndexes_AsksForTenOfThem()
    {
        await StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        Index([.. Enumerable.Range(0, 3000).Select(i => ($"/i{i}.xml", now))]);
        foreach (var i in Enumerable.Range(0, 100))
        {
            IndexAt($"/i{i}.xml", ("/archive.xml", now.AddYears(-1)));
        }

        await PollAsync(await AddAsync("/feed"));

        Assert.Equal(10, Asked().Count());
    }

    [Fact]
    public async Task Poll_SitemapsThatAreNotModified_DoNotMakeTheFeedEmpty()
    {
        await StartAsync();
        _site.Page("/feed", $"<sitemapindex><sitemap><loc>{_site.Url("/1.xml")}</loc></sitemap></sitemapindex>", "text/xml");
        _site.Map("/1.xml", async context =>
        {
            context.Response.Headers.ETag = "\"1\"";
            context.Response.StatusCode = context.Request.Headers.IfNoneMatch == "\"1\"" ? 304 : 200;
            if (context.Response.StatusCode == 200)
            {
                await context.Response.WriteAsync($"<urlset><url><loc>{_site.Url("/page")}</loc></url></urlset>");
            }
        });

        var second = await PollAsync(await PollAsync(await AddAsync("/feed")));

        Assert.Equal((FeedState.Active, 1, 2), (second.State, second.EntriesLastPoll, Asked().Count()));
    }

    [Fact]
    public async Task Poll_PageOfASite_BecomesTheFeedThatItNames()
    {
        await StartAsync();
        Serve(Rss("/a"), "\"1\"");
        _site.Page("/", "<!DOCTYPE html><html><head><link rel=alternate type='application/rss+xml' href='/feed'></head><body>Hello</body></html>");

        var page = await PollAsync(await AddAsync("/"));
        var feed = await PollAsync(page);

        Assert.Equal((FeedState.Failing, _site.Url("/feed"), $"the URL is a page's; its feed is {_site.Url("/feed")}"), (page.State, page.Url, page.LastError));
        Assert.Equal((FeedState.Active, 1L), (feed.State, feed.ArticlesSeen));
    }

    [Fact]
    public async Task CheckAndCreateFeed_PageOfASite_NameItsFeeds()
    {
        await StartAsync();
        Serve(Rss("/a"), "\"1\"");
        _site.Page("/sport.xml", Rss("/s", "/t"), "text/xml");
        _site.Page("/", "<!DOCTYPE html><html><head><link rel=alternate type='application/rss+xml' href='/feed'><link rel=alternate type='application/rss+xml' href='/sport.xml'><link rel=alternate type='application/rss+xml' href='/gone.xml'></head></html>");

        var check = await _host!.Feeds.CheckFeedAsync(new CheckFeedRequest { Url = _site.Url("/") }, cancellationToken: Cancellation);
        var created = await _host.Feeds.CreateFeedAsync(new CreateFeedRequest { Feed = new V1.Feed { Url = _site.Url("/") }, Discover = true }, cancellationToken: Cancellation);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Feeds.CreateFeedAsync(
            new CreateFeedRequest { Feed = new V1.Feed { Url = _site.Url("/none") }, Discover = true }, cancellationToken: Cancellation));

        Assert.Equal([("/feed", 1), ("/sport.xml", 2)], check.Candidates.Select(candidate => (new Uri(candidate.Url).AbsolutePath, candidate.EntryCount)));
        Assert.Equal(_site.Url("/feed"), created.Feed.Url);
        Assert.Equal((StatusCode.FailedPrecondition, "HTTP status 404"), (error.StatusCode, error.Status.Detail.Split(": ")[^1]));
    }

    [Fact]
    public async Task CheckFeed_PageThatNamesNoFeed_FindsTheSitemapsOfItsRobotsTxt()
    {
        _site.Page("/robots.txt", $"User-agent: *\nAllow: /\nSitemap: {_site.Url("/maps/all.xml")}\nSitemap: {_site.Url("/maps/news.xml")}\n", "text/plain");
        _site.Page("/maps/news.xml", $"<urlset><url><loc>{_site.Url("/n")}</loc></url></urlset>", "text/xml");
        _site.Page("/maps/all.xml", $"<sitemapindex><sitemap><loc>{_site.Url("/1.xml")}</loc></sitemap></sitemapindex>", "text/xml");
        _site.Page("/", "<!DOCTYPE html><html><body>Hello</body></html>");
        await StartAsync();

        var check = await _host!.Feeds.CheckFeedAsync(new CheckFeedRequest { Url = _site.Url("/") }, cancellationToken: Cancellation);

        Assert.Equal(["/maps/news.xml", "/maps/all.xml"], check.Candidates.Select(candidate => new Uri(candidate.Url).AbsolutePath));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CheckAndCreateFeed_HostBusyAfterThePage_IsWaitedForWithinTheDeadline(bool inTime)
    {
        await StartAsync(("Fetch:MaxHostWait", "00:00:00"));
        Serve(Rss("/a"), "\"1\"");
        _site.Page("/sport.xml", Rss("/s"), "text/xml");
        PageThatMakesItsHostBusy(inTime ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromHours(1));
        var deadline = TimeProvider.System.GetUtcNow().AddSeconds(20).UtcDateTime;
        if (inTime)
        {
            var check = await _host!.Feeds.CheckFeedAsync(new CheckFeedRequest { Url = _site.Url("/") }, deadline: deadline, cancellationToken: Cancellation);
            var created = await _host.Feeds.CreateFeedAsync(
                new CreateFeedRequest { Feed = new V1.Feed { Url = _site.Url("/") }, Discover = true }, deadline: deadline, cancellationToken: Cancellation);

            Assert.Equal(["/feed", "/sport.xml"], check.Candidates.Select(candidate => new Uri(candidate.Url).AbsolutePath));
            Assert.Equal(_site.Url("/feed"), created.Feed.Url);
            return;
        }

        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host!.Feeds.CheckFeedAsync(
            new CheckFeedRequest { Url = _site.Url("/") }, deadline: deadline, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.InRange(error.GetRpcStatus()!.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task CreateFeed_LikeliestCandidateIsOverloaded_DoesNotTakeTheSecondBest()
    {
        await StartAsync();
        _site.Map("/feed", Overloaded);
        _site.Page("/sport.xml", Rss("/s"), "text/xml");
        _site.Page("/", TwoFeeds);

        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host!.Feeds.CreateFeedAsync(
            new CreateFeedRequest { Feed = new V1.Feed { Url = _site.Url("/") }, Discover = true }, cancellationToken: Cancellation));

        Assert.Equal((StatusCode.Unavailable, true), (error.StatusCode, error.GetRpcStatus()!.GetDetail<RetryInfo>() is not null));
    }

    [Fact]
    public async Task Poll_PageWhoseFeedIsOverloaded_LooksForItAgain()
    {
        await StartAsync();
        _site.Map("/feed", Overloaded);
        _site.Page("/sport.xml", Rss("/s"), "text/xml");
        _site.Page("/", TwoFeeds);

        var busy = await PollAsync(await AddAsync("/"));
        Serve(Rss("/a"), "\"1\"");
        var page = await FetchHost.EventuallyAsync(() => PollAsync(busy), row => row.Url == _site.Url("/feed"));
        var feed = await PollAsync(page);

        Assert.Equal((FeedState.Failing, _site.Url("/"), "the URL is a page's; 127.0.0.1 was too busy to be asked for its feed"), (busy.State, busy.Url, busy.LastError));
        Assert.Equal((FeedState.Active, 1L), (feed.State, feed.ArticlesSeen));
    }

    [Fact]
    public async Task Poll_PageWhoseFeedIsAnotherRowsFeed_IsNotAskedAgainAtOnce()
    {
        await StartAsync();
        Serve(Rss("/a"), "\"1\"");
        _site.Page("/", TwoFeeds);
        await AddAsync("/feed");

        var second = await PollAsync(await PollAsync(await AddAsync("/")));

        Assert.Equal(_site.Url("/"), second.Url);
        Assert.True(second.NextPollAt > TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds(), $"next poll at {second.NextPollAt}");
    }

    private const string TwoFeeds =
        "<!DOCTYPE html><html><head><link rel=alternate type='application/rss+xml' href='/feed'><link rel=alternate type='application/rss+xml' href='/sport.xml'></head></html>";

    private static Task Overloaded(HttpContext context)
    {
        context.Response.StatusCode = 503;
        return Task.CompletedTask;
    }

    private void PageThatMakesItsHostBusy(TimeSpan wait) => _site.Map("/", async context =>
    {
        await _host!.Services.GetRequiredService<IHostGate>().PushBackAsync(_site.Address.Authority, wait, new BackOff(wait, wait), Cancellation);
        context.Response.ContentType = "text/html";
        await context.Response.WriteAsync(TwoFeeds);
    });

    // The poller has looked once and sleeps when a feed of its own has been polled.
    private async Task StartAsync(params (string Key, string Value)[] settings)
    {
        _host = await FetchHost.StartAsync(_folder.Path, [.. settings, ("Fetch:SweepInterval", "00:01:00")]);
        var own = (await _host.Feeds.CreateFeedAsync(new CreateFeedRequest { Feed = new V1.Feed { Url = _site.Url("/poller") } }, cancellationToken: Cancellation)).Feed;
        await FetchHost.EventuallyAsync(() => Store.FindAsync(own.FeedId, Cancellation), feed => feed!.LastPollAt is not null);
    }

    // Not through CreateFeed, which would wake the poller.
    private async Task<FeedRow> AddAsync(string path) =>
        (await Store.AddAsync(new FeedRow { Url = _site.Url(path), SourceId = "s" }, "", Cancellation)).Feed;

    private async Task<FeedRow> PollAsync(FeedRow feed)
    {
        await _host!.Services.GetRequiredService<FeedPoll>().RunAsync(feed, Cancellation);
        return (await Store.FindAsync(feed.FeedId, Cancellation))!;
    }

    private async Task<GetFeedHealthResponse> HealthAsync(FeedRow feed) =>
        await _host!.Feeds.GetFeedHealthAsync(new GetFeedHealthRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation);

    private void Serve(string body, string etag) => _site.Map("/feed", async context =>
    {
        _validators.Enqueue((context.Request.Headers.IfNoneMatch.ToString(), context.Request.Headers.IfModifiedSince.ToString()));
        context.Response.Headers.ETag = etag;
        if (context.Request.Headers.IfNoneMatch == etag)
        {
            context.Response.StatusCode = 304;
            return;
        }

        context.Response.ContentType = "text/xml";
        await context.Response.WriteAsync(body);
    });

    private void Redirect(string path, string target, int status) => _site.Map(path, context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    });

    private void Index(params (string Path, DateTimeOffset Modified)[] children) => IndexAt("/feed", children);

    private void IndexAt(string path, params (string Path, DateTimeOffset Modified)[] children) => _site.Page(
        path,
        "<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        + string.Concat(children.Select(child => $"<sitemap><loc>{_site.Url(child.Path)}</loc><lastmod>{child.Modified:O}</lastmod></sitemap>")) + "</sitemapindex>",
        "text/xml");

    private void Sitemaps(params int[] numbers)
    {
        foreach (var number in numbers)
        {
            _site.Page($"/{number}.xml", $"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{_site.Url("/page" + number)}</loc></url></urlset>", "text/xml");
        }
    }

    private IEnumerable<string> Asked() => _site.Requests.Where(path => path.EndsWith(".xml", StringComparison.Ordinal));

    private static string Rss(params string[] links) => "<rss><channel><title>T</title>" + string.Concat(links.Select(link => $"<item><link>{link}</link></item>")) + "</channel></rss>";
}
