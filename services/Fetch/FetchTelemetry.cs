using System.Diagnostics;
using System.Diagnostics.Metrics;
using Storyline.Contracts;
using Storyline.Fetch.Feeds;

namespace Storyline.Fetch;

/// <summary>Spans and meters of fetch, both named <c>Storyline.Fetch</c>.</summary>
internal static class FetchTelemetry
{
    public const string Name = "Storyline.Fetch";

    public static readonly ActivitySource Source = new(Name);

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> CaptureCount = Meter.CreateCounter<long>(
        "storyline.captures", "{capture}", "Captures stored");

    private static readonly Counter<long> OutcomeCount = Meter.CreateCounter<long>(
        "storyline.outcomes", "{article}", "Outcomes set in the ledger, by outcome and stage");

    private static readonly Histogram<double> Freshness = Meter.CreateHistogram<double>(
        "storyline.freshness", "s", "From the discovery of a URL to its article being searchable");

    private static readonly Counter<long> PollCount = Meter.CreateCounter<long>(
        "storyline.feed.polls", "{poll}", "Feed polls, by result");

    /// <summary>Feeds by state, as last counted.</summary>
    public static IReadOnlyDictionary<FeedState, long> FeedStates { get; set; } = new Dictionary<FeedState, long>();

    private static readonly ObservableGauge<long> FeedStateCount = Meter.CreateObservableGauge(
        "storyline.feed.states", Measure, "{feed}", "Feeds by state, of all replicas together");

    private static readonly Counter<long> QuarantinedCount = Meter.CreateCounter<long>(
        "storyline.quarantined", "{message}", "Messages put into quarantine, by queue");

    private static readonly Counter<long> PushCount = Meter.CreateCounter<long>(
        "storyline.feed.pushes", "{push}", "WebSub pushes, by result");

    public static void Captured() => CaptureCount.Add(1);

    public static void Ended(Outcome outcome, Stage stage) => OutcomeCount.Add(
        1, new("outcome", outcome.ToString()), new("stage", stage.ToString().ToLowerInvariant()));

    public static void Searchable(TimeSpan sinceDiscovery) => Freshness.Record(sinceDiscovery.TotalSeconds);

    public static void Polled(string result) => PollCount.Add(1, new KeyValuePair<string, object?>("result", result));

    public static void Quarantined(string queue) => QuarantinedCount.Add(1, new KeyValuePair<string, object?>("queue", queue));

    public static void Pushed(string result) => PushCount.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>The W3C traceparent to store with an article, so that work taken up later continues its trace; empty when untraced.</summary>
    public static string Traceparent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id ?? "" : "";

    /// <summary>A span that continues a stored traceparent; a new trace when there is none.</summary>
    public static Activity? Continue(string name, string traceparent, ActivityKind kind = ActivityKind.Internal)
    {
        _ = ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent);
        return Source.StartActivity(name, kind, parent);
    }

    /// <summary>The trace id in a traceparent, 32 hex digits; empty for an empty one.</summary>
    public static string TraceId(string traceparent) =>
        ActivityContext.TryParse(traceparent, null, out var context) ? context.TraceId.ToHexString() : "";

    // Every state, for one that no feed is in yet must be there to be compared with.
    private static IEnumerable<Measurement<long>> Measure() => FeedStates.Count == 0 ? [] : Enum.GetValues<FeedState>().Where(state => state != FeedState.Unspecified)
        .Select(state => new Measurement<long>(FeedStates.GetValueOrDefault(state), new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant())));
}
