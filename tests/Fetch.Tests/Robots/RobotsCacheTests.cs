using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Politeness;
using Storyline.Fetch.Robots;

namespace Storyline.Fetch.Tests.Robots;

public sealed class RobotsCacheTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private Site _site = null!;
    private HttpFetcher _fetcher = null!;
    private RobotsCache _robots = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        var options = Options.Create(new FetchOptions { AllowPrivateAddresses = true, HostInterval = TimeSpan.Zero, MaxCrawlDelay = TimeSpan.FromSeconds(60), HostBackOff = TimeSpan.FromMilliseconds(1) });
        _fetcher = new HttpFetcher(options, _time);
        _robots = new RobotsCache(_fetcher, new LocalHostGate(_time), options, _time, NullLogger<RobotsCache>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        _fetcher.Dispose();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData(404, RobotsAnswer.Allowed)]
    [InlineData(401, RobotsAnswer.Allowed)]
    [InlineData(403, RobotsAnswer.Allowed)]
    [InlineData(410, RobotsAnswer.Allowed)]
    [InlineData(429, RobotsAnswer.Unknown)]
    [InlineData(500, RobotsAnswer.Unknown)]
    [InlineData(503, RobotsAnswer.Unknown)]
    public async Task Ask_ServerAnswersWithoutAFile_IsTakenAsTheRfcSays(int status, RobotsAnswer expected)
    {
        Answer(status);

        Assert.Equal(expected, (await AskAsync("/a")).Answer);
    }

    [Fact]
    public async Task Ask_WithinADay_ReadsOnce()
    {
        _site.Page("/robots.txt", "User-agent: *\nDisallow: /a\nCrawl-delay: 600", "text/plain");

        Assert.Equal((RobotsAnswer.Denied, RobotsAnswer.Allowed), ((await AskAsync("/a")).Answer, (await AskAsync("/b")).Answer));
        Assert.Equal(TimeSpan.FromSeconds(60), (await AskAsync("/b")).CrawlDelay);
        Assert.Single(_site.Requests);

        _time.Advance(TimeSpan.FromHours(24));
        await AskAsync("/a");
        Assert.Equal(2, _site.Requests.Count);
    }

    [Fact]
    public async Task Ask_NoLongerReadable_KeepsTheLastCopyForThirtyDays()
    {
        _site.Page("/robots.txt", "User-agent: *\nDisallow: /a", "text/plain");
        await AskAsync("/a");
        Answer(500);

        for (var day = 1; day < 30; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            Assert.Equal((RobotsAnswer.Denied, RobotsAnswer.Allowed), ((await AskAsync("/a")).Answer, (await AskAsync("/b")).Answer));
        }

        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(RobotsAnswer.Unknown, (await AskAsync("/b")).Answer);

        _site.Page("/robots.txt", "", "text/plain");
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(RobotsAnswer.Allowed, (await AskAsync("/a")).Answer);
    }

    [Fact]
    public async Task Ask_FiveRedirectsAway_FollowsThem()
    {
        for (var i = 0; i < 5; i++)
        {
            var next = i == 4 ? "/last" : "/r" + (i + 1);
            _site.Map(i == 0 ? "/robots.txt" : "/r" + i, context =>
            {
                context.Response.Redirect(next);
                return Task.CompletedTask;
            });
        }

        _site.Page("/last", "User-agent: *\nDisallow: /a", "text/plain");

        Assert.Equal(RobotsAnswer.Denied, (await AskAsync("/a")).Answer);
    }

    [Fact]
    public async Task Ask_ManyAtOnce_ReadOnce()
    {
        _site.Page("/robots.txt", "User-agent: *\nDisallow: /a", "text/plain");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AskAsync("/a")));

        Assert.All(answers, answer => Assert.Equal(RobotsAnswer.Denied, answer.Answer));
        Assert.Single(_site.Requests);
    }

    private Task<RobotsDecision> AskAsync(string path) => _robots.AskAsync(new Uri(_site.Url(path)), Cancellation);

    private void Answer(int status) => _site.Map("/robots.txt", context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });
}
