using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Storyline.Search;

/// <summary>Spans of search.</summary>
internal static class SearchActivity
{
    public static readonly ActivitySource Source = new("Storyline.Search");
}

/// <summary>Meters of search; name <c>Storyline.Search</c>.</summary>
internal static class SearchMeters
{
    private static readonly Meter Meter = new("Storyline.Search");

    private static readonly Histogram<double> Freshness = Meter.CreateHistogram<double>(
        "storyline.search.freshness", "s", "Time from the start of an article's fetch until searches find it");

    private static readonly Histogram<double> ApplyDuration = Meter.CreateHistogram<double>(
        "storyline.search.index.apply.duration", "s", "Time to index one batch and make it visible");

    private static readonly Counter<long> Indexed = Meter.CreateCounter<long>(
        "storyline.search.index.articles", "{article}", "Articles put into this replica's index");

    private static readonly Histogram<double> QueryDuration = Meter.CreateHistogram<double>(
        "storyline.search.query.duration", "s", "Time the index took for one query");

    private static readonly Counter<long> CacheRequests = Meter.CreateCounter<long>(
        "storyline.search.cache.requests", "{request}", "Reads of the cache by result: hit, miss, bypassed");

    public static void Searchable(TimeSpan freshness) => Freshness.Record(Math.Max(0, freshness.TotalSeconds));

    public static void Applied(int articles, TimeSpan duration)
    {
        Indexed.Add(articles);
        ApplyDuration.Record(duration.TotalSeconds);
    }

    public static void Queried(string kind, TimeSpan duration) =>
        QueryDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("kind", kind));

    public static void CacheRead(string cache, string result) => CacheRequests.Add(1, new("cache", cache), new("result", result));
}
