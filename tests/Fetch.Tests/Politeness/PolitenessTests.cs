using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Storyline.Fetch.Tests.Ledger;
using Storyline.Fetch.V1;
using Storyline.Hosting.Storage;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Tests.Politeness;

/// <summary>The whole service against sites that want to be treated with care.</summary>
public sealed class PolitenessTests : IAsyncLifetime
{
    private const string Article = "<html><body><p>A sentence.</p></body></html>";

    private readonly TemporaryFolder _folder = new();
    private Site _site = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _site = await Site.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Fetch_OtherSiteWhileOneHasTwentyThousandOwed_IsFetchedSoon()
    {
        await using var other = await Site.StartAsync();
        other.Page("/news", Article);
        await using var host = await FetchHost.StartAsync(_folder.Path, ("Fetch:HostInterval", "00:00:00.500"), ("Fetch:HostConcurrency", "1"), ("Fetch:MaxHostWait", "00:00:01"));
        var database = host.Services.GetRequiredKeyedService<Database>("fetch");
        await Owing.ManyAsync(database, _site.Url("/huge/"), 20_000, TimeProvider.System.GetUtcNow().AddHours(-1), Cancellation);
        await FetchHost.EventuallyAsync(() => Task.FromResult(_site.Requests.Count), count => count > 0);
        var began = Stopwatch.GetTimestamp();

        await host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = other.Url("/news") }, cancellationToken: Cancellation);
        var fetched = await host.NextFetchedAsync();

        Assert.Equal(other.Url("/news"), fetched.Url);
        var took = Stopwatch.GetElapsedTime(began);
        Assert.True(took < TimeSpan.FromSeconds(10), $"fetched after {took}");
        Assert.InRange(_site.Requests.Count, 1, 1 + (int)(took + TimeSpan.FromSeconds(15)).TotalSeconds * 2);
    }

    [Fact]
    public async Task Fetch_HostSaysTooManyRequests_IsLeftAloneAsAWhole()
    {
        _site.Map("/busy", context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        });
        _site.Page("/page", Article);
        await using var host = await FetchHost.StartAsync(_folder.Path);
        await host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url("/busy") }, cancellationToken: Cancellation);
        await FetchHost.EventuallyAsync(() => Task.FromResult(_site.Requests.Contains("/busy")), asked => asked);

        var page = (await host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url("/page") }, cancellationToken: Cancellation)).Submission;
        await using var other = await Site.StartAsync();
        other.Page("/page", Article);
        await host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = other.Url("/page") }, cancellationToken: Cancellation);

        Assert.Equal(other.Url("/page"), (await host.NextFetchedAsync()).Url);
        Assert.DoesNotContain("/page", _site.Requests);
        var pending = (await host.Ingest.GetSubmissionAsync(new GetSubmissionRequest { ArticleId = page.ArticleId }, cancellationToken: Cancellation)).Submission;
        Assert.Equal(Proto.Outcome.Pending, pending.Outcome);
    }

    [Fact]
    public async Task Fetch_CrawlDelay_IsKeptUpToTheLimit_ByRedirectsToo()
    {
        var times = new ConcurrentQueue<long>();
        _site.Page("/robots.txt", "User-agent: *\nCrawl-delay: 3600", "text/plain");
        _site.Map("/from", context =>
        {
            times.Enqueue(Stopwatch.GetTimestamp());
            context.Response.Redirect("/to");
            return Task.CompletedTask;
        });
        _site.Map("/to", context =>
        {
            times.Enqueue(Stopwatch.GetTimestamp());
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync(Article);
        });
        await using var host = await FetchHost.StartAsync(_folder.Path, ("Fetch:MaxCrawlDelay", "00:00:02.500"), ("Fetch:RequestTimeout", "00:00:02.400"));
        await host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url("/from") }, cancellationToken: Cancellation);
        await host.NextFetchedAsync();

        var asked = times.ToArray();
        Assert.Equal(2, asked.Length);

        // The gate's clock has milliseconds, and the server sees a request a moment after it has begun.
        Assert.InRange(Stopwatch.GetElapsedTime(asked[0], asked[1]), TimeSpan.FromMilliseconds(2400), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Fetch_Concurrency_IsThatOfTheOption()
    {
        var (running, most) = (0, 0);
        for (var i = 0; i < 12; i++)
        {
            _site.Map("/page" + i, async context =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await Task.Delay(50, context.RequestAborted);
                Interlocked.Decrement(ref running);
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync(Article + context.Request.Path);
            });
        }

        await using var host = await FetchHost.StartAsync(_folder.Path, ("Fetch:Concurrency", "2"));
        for (var i = 0; i < 12; i++)
        {
            await host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url("/page" + i) }, cancellationToken: Cancellation);
        }

        for (var i = 0; i < 12; i++)
        {
            await host.NextFetchedAsync();
        }

        Assert.InRange(most, 1, 2);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; seen < value && Interlocked.CompareExchange(ref target, value, seen) != seen; seen = target)
        {
            // Another one was faster.
        }
    }
}
