using System.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Storyline.Search.Stories;

/// <summary>How hot one story is, and why.</summary>
/// <param name="StoryId">The story.</param>
/// <param name="Score"><c>Recency · (Origins + Spread)</c>.</param>
/// <param name="Recency">1 at the latest telling, half of it every 12 hours.</param>
/// <param name="Origins"><c>ln(1 + independent origins)</c>.</param>
/// <param name="Spread"><c>ln(1 + sources) / 2</c>: copies count, but less.</param>
public sealed record Heat(string StoryId, double Score, double Recency, double Origins, double Spread);

/// <summary>The hot stories of one moment.</summary>
/// <param name="Time">When they were computed.</param>
/// <param name="Stories">Hottest first.</param>
public sealed record HotList(DateTimeOffset Time, Heat[] Stories);

/// <summary>
/// The list of hot stories, computed once every few seconds for all replicas and read from the cache. A cache that is away or
/// slow is left alone for a while, and each replica computes the list for itself.
/// </summary>
/// <param name="stories">Where the list is computed from.</param>
/// <param name="cache">In process, over Redis when that is configured.</param>
/// <param name="redis">Empty when no Redis is configured.</param>
/// <param name="options">Lifetimes.</param>
/// <param name="time">The clock that recency is measured by.</param>
/// <param name="logger">Log.</param>
public sealed class HotStories(
    StoryStore stories, HybridCache cache, IEnumerable<IConnectionMultiplexer> redis, IOptions<SearchOptions> options, TimeProvider time, ILogger<HotStories> logger)
{
    /// <summary>Stories in a list at most.</summary>
    public const int MaxStories = 500;

    /// <summary>The latest of all stories, among which the hottest are: an older one has lost its heat.</summary>
    private const int Candidates = 5_000;

    private static readonly TimeSpan HalfLife = TimeSpan.FromHours(12);
    private static readonly TimeSpan BypassTime = TimeSpan.FromSeconds(5);

    private readonly IConnectionMultiplexer? _redis = redis.FirstOrDefault();
    private long _bypassUntil;

    /// <param name="language">Primary subtag or whole tag in lower case; null for all.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<HotList> GetAsync(string? language, CancellationToken cancellationToken)
    {
        using var activity = SearchActivity.Source.StartActivity("cache hot_stories", ActivityKind.Client);
        activity?.SetTag("db.system.name", _redis is null ? "memory" : "redis");
        if (_redis is not null && (!_redis.IsConnected || time.GetTimestamp() < Volatile.Read(ref _bypassUntil)))
        {
            return await BypassAsync(language, activity, cancellationToken);
        }

        var isHit = true;
        var lifetime = options.Value.HotLifetime;
        var read = cache.GetOrCreateAsync(
            "search:hot:1:" + (language ?? "*"),
            async token =>
            {
                isHit = false;
                return await ComputeAsync(language, token);
            },
            new HybridCacheEntryOptions { Expiration = lifetime, LocalCacheExpiration = lifetime / 5 },
            cancellationToken: cancellationToken).AsTask();
        try
        {
            var list = _redis is null ? await read : await read.WaitAsync(options.Value.CachePatience, time, cancellationToken);
            activity?.SetTag("storyline.cache.hit", isHit);
            SearchMeters.CacheRead("hot_stories", isHit ? "hit" : "miss");
            return list;
        }
        catch (TimeoutException)
        {
            Volatile.Write(ref _bypassUntil, time.GetTimestamp() + (long)(BypassTime.TotalSeconds * time.TimestampFrequency));
            HotStoriesLog.CacheSlow(logger, options.Value.CachePatience);
            Observe(read);
            return await BypassAsync(language, activity, cancellationToken);
        }
    }

    /// <summary>Scores the latest stories. Ties, and scores so old that they are 0, go by time.</summary>
    public async Task<HotList> ComputeAsync(string? language, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var latest = await stories.ListLatestAsync(language, Candidates, cancellationToken);
        var hottest = latest
            .Select(pulse => (Heat: HeatOf(pulse, now), pulse.LastPublishTime))
            .OrderByDescending(entry => entry.Heat.Score)
            .ThenByDescending(entry => entry.LastPublishTime)
            .ThenBy(entry => entry.Heat.StoryId, StringComparer.Ordinal)
            .Take(MaxStories)
            .Select(entry => entry.Heat);
        return new HotList(now, [.. hottest]);
    }

    private static Heat HeatOf(StoryPulse pulse, DateTimeOffset now)
    {
        var age = now - DateTimeOffset.FromUnixTimeMilliseconds(pulse.LastPublishTime);
        var recency = Math.Min(1, Math.Pow(0.5, age / HalfLife));
        var origins = Math.Log(1 + pulse.OriginCount);
        var spread = Math.Log(1 + pulse.SourceCount) / 2;
        return new Heat(pulse.StoryId, recency * (origins + spread), recency, origins, spread);
    }

    private Task<HotList> BypassAsync(string? language, Activity? activity, CancellationToken cancellationToken)
    {
        activity?.SetTag("storyline.cache.bypassed", true);
        SearchMeters.CacheRead("hot_stories", "bypassed");
        return ComputeAsync(language, cancellationToken);
    }

    // Nobody awaits it any more; its failure is expected and must not count as unobserved.
    private static void Observe(Task read) =>
        _ = read.ContinueWith(task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
}

internal static partial class HotStoriesLog
{
    [LoggerMessage(EventId = 1, EventName = "CacheSlow", Level = LogLevel.Warning, Message = "the cache did not answer within {Patience}; it is left alone for a while")]
    public static partial void CacheSlow(ILogger logger, TimeSpan patience);
}
