using System.Diagnostics;
using Grpc.Core;
using StackExchange.Redis;
using Storyline.Fixtures;

namespace Storyline.Search.Tests.Stories;

/// <summary>The list of hot stories, in process and over Redis, with Redis stopped and with Redis silent.</summary>
public sealed class HotStoriesTests(RedisFixture redis) : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ListHotStories_OriginsSourcesAndAge_MakeTheScore()
    {
        await using var search = await RunningSearch.StartAsync(_folder.Path);
        var now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        await search.StoreAsync(Samples.Story(1, 1, [1, 2, 3], last: now, origins: 1));
        await search.StoreAsync(Samples.Story(2, 1, [4, 5, 6], last: now, origins: 3));
        await search.StoreAsync(Samples.Story(3, 1, [7, 8, 9], last: now.AddHours(-12), origins: 3));
        await search.StoreAsync(Samples.Story(4, 1, [10], language: "de", last: now.AddYears(-5)));

        var list = await search.Stories.ListHotStoriesAsync(new(), cancellationToken: Cancellation);

        Assert.Equal([Samples.Id(2), Samples.Id(1), Samples.Id(3), Samples.Id(4)], list.Stories.Select(hot => hot.Story.StoryId));
        var hottest = list.Stories[0];
        Assert.Equal(Math.Log(4), hottest.Origins, 6);
        Assert.Equal(Math.Log(4) / 2, hottest.Spread, 6);
        Assert.Equal(hottest.Recency * (hottest.Origins + hottest.Spread), hottest.Score, 6);
        Assert.InRange(list.Stories[2].Recency, 0.49, 0.5);
        Assert.Equal([Samples.Id(4)], (await search.Stories.ListHotStoriesAsync(new() { Language = "DE" }, cancellationToken: Cancellation)).Stories.Select(hot => hot.Story.StoryId));

        var first = await search.Stories.ListHotStoriesAsync(new() { PageSize = 3 }, cancellationToken: Cancellation);
        var second = await search.Stories.ListHotStoriesAsync(new() { PageSize = 3, PageToken = first.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal((3, 1, ""), (first.Stories.Count, second.Stories.Count, second.NextPageToken));
        var foreign = await Assert.ThrowsAsync<RpcException>(() => search.Stories.ListHotStoriesAsync(
            new() { Language = "de", PageToken = first.NextPageToken }, cancellationToken: Cancellation).ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, foreign.StatusCode);
    }

    [Fact]
    public async Task ListHotStories_TwoReplicasOnRedis_ShareOneListAndOutliveRedis()
    {
        redis.SkipIfUnavailable();
        var cache = redis.CreateDatabase();
        string[] settings = [$"--Cache:Redis={cache}", "--Search:CachePatience=00:00:02"];
        using var other = new TestFolder();
        await using var search = await RunningSearch.StartAsync(_folder.Path, [.. settings, "--Search:HotLifetime=00:05:00"]);
        await using var replica = await RunningSearch.StartAsync(other.Path, [.. settings, "--Search:HotLifetime=00:05:00"]);
        await search.StoreAsync(Samples.Story(1, 1, [1]));
        await replica.StoreAsync(Samples.Story(1, 1, [1]));

        // The list is answered before it is in Redis, and a first connection may be too slow to be used.
        await using var connection = await ConnectionMultiplexer.ConnectAsync(cache);
        await Eventually.GetAsync(
            "the list in Redis",
            async _ =>
            {
                await ListAsync(search);
                return await connection.GetServers()[0].DatabaseSizeAsync(connection.GetDatabase().Database);
            },
            size => size > 0,
            TimeSpan.FromSeconds(30),
            Cancellation);
        var computed = await ListAsync(search);
        var shared = await ListAsync(replica);
        Assert.Equal(computed.ScoreTime, shared.ScoreTime);
        Assert.Equal(Samples.Id(1), Assert.Single(shared.Stories).Story.StoryId);

        // Another language, so that neither process has it at hand.
        await redis.PauseAsync(Cancellation);
        Assert.Single((await ListAsync(search, "en")).Stories);
        await redis.UnpauseAsync(Cancellation);

        await redis.StopAsync(Cancellation);
        Assert.Single((await ListAsync(replica, "en")).Stories);
        Assert.Empty((await ListAsync(search, "fr")).Stories);
        await redis.StartAsync(Cancellation);
        Assert.Single((await ListAsync(replica)).Stories);
    }

    private static async Task<V1.ListHotStoriesResponse> ListAsync(RunningSearch search, string language = "")
    {
        var began = Stopwatch.GetTimestamp();
        var list = await search.Stories.ListHotStoriesAsync(
            new() { Language = language }, deadline: TimeProvider.System.GetUtcNow().AddSeconds(5).UtcDateTime, cancellationToken: Cancellation);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
        return list;
    }
}
