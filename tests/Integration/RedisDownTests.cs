using StackExchange.Redis;
using Storyline.Fixtures;
using Storyline.Search.V1;

namespace Storyline.Integration;

/// <summary>All that is in Redis can be made anew: without it the platform is slower, never wrong and never stuck.</summary>
public sealed class RedisDownTests(RedisFixture redis)
{
    [Fact]
    public async Task RedisStopped_SearchHotStoriesAndIngestAnswer_AndItIsUsedAgainAfterItsReturn()
    {
        redis.SkipIfUnavailable();
        var cancellationToken = TestContext.Current.CancellationToken;
        var cache = redis.CreateDatabase();
        await using var platform = await RunningPlatform.StartAsync(cancellationToken, $"--Cache:Redis={cache}", "--Search:HotLifetime=00:00:01");
        await platform.SubmitAsync(0, cancellationToken);
        await platform.SettledAsync(1, cancellationToken);
        await UsedAsync(platform, cache, cancellationToken);

        await redis.StopAsync(cancellationToken);
        try
        {
            // The first calls meet connections that have just broken; the next ones an address that refuses.
            for (var round = 1; round <= 3; round++)
            {
                await platform.SubmitAsync(round, cancellationToken);
                var found = await platform.Search.SearchArticlesAsync(new SearchArticlesRequest(), deadline: InSeconds(5), cancellationToken: cancellationToken);
                Assert.NotEmpty(found.Hits);
                var hot = await platform.Stories.ListHotStoriesAsync(new ListHotStoriesRequest(), deadline: InSeconds(5), cancellationToken: cancellationToken);
                Assert.NotEmpty(hot.Stories);
            }

            var stats = await platform.SettledAsync(4, cancellationToken);
            Assert.Equal(Type.V1.Outcome.Indexed, Assert.Single(stats.Outcomes).Outcome);
            using var client = new HttpClient();
            using var ready = await client.GetAsync(new Uri(platform.Http, "/health/ready"), cancellationToken);
            Assert.True(ready.IsSuccessStatusCode, await ready.Content.ReadAsStringAsync(cancellationToken));
        }
        finally
        {
            await redis.StartAsync(cancellationToken);
        }

        // It came back empty: what is in it then was put there after its return.
        await UsedAsync(platform, cache, cancellationToken);
        var after = await platform.Stories.ListHotStoriesAsync(new ListHotStoriesRequest(), deadline: InSeconds(5), cancellationToken: cancellationToken);
        Assert.Equal(4, after.Stories.Sum(story => story.Story.TellingCount));
        Assert.True(after.ScoreTime.ToDateTimeOffset() <= TimeProvider.System.GetUtcNow());
    }

    private static DateTime InSeconds(int seconds) => TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(seconds);

    /// <summary>Asks for the hot stories until they lie in Redis.</summary>
    private static async Task UsedAsync(RunningPlatform platform, string cache, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(cache);
        await Eventually.GetAsync(
            "the list of hot stories in Redis",
            async token =>
            {
                await platform.Stories.ListHotStoriesAsync(new ListHotStoriesRequest(), deadline: InSeconds(5), cancellationToken: token);
                return (long)await connection.GetDatabase().ExecuteAsync("DBSIZE");
            },
            keys => keys > 0,
            TimeSpan.FromSeconds(60),
            cancellationToken);
    }
}
