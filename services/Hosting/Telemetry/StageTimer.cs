using System.Diagnostics;
using System.Diagnostics.Metrics;
using MassTransit;
using Storyline.Contracts;

namespace Storyline.Hosting.Telemetry;

/// <summary>
/// Times one handler and adds its line to the article's trail. Metric <c>storyline.stage.duration</c> (seconds) by
/// <c>stage</c> and <c>outcome</c>.
/// </summary>
public sealed class StageTimer
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Storyline.Stages";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "storyline.stage.duration", "s", "Time one stage took for one article");
    private static readonly Histogram<double> Queued = Meter.CreateHistogram<double>(
        "storyline.stage.queued", "s", "Time one article waited for a stage");

    private readonly TimeProvider _time;
    private readonly Stage _stage;
    private readonly DateTimeOffset _startedAt;
    private readonly long _started;
    private readonly double _queuedMs;

    private StageTimer(TimeProvider time, Stage stage, DateTimeOffset? sentAt)
    {
        _time = time;
        _stage = stage;
        _startedAt = time.GetUtcNow();
        _started = time.GetTimestamp();
        _queuedMs = sentAt is { } sent ? Math.Max(0, (_startedAt - sent).TotalMilliseconds) : 0;
    }

    /// <summary>Starts timing; <paramref name="context"/> tells when the message was sent.</summary>
    public static StageTimer Start(TimeProvider time, Stage stage, MessageContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new(time, stage, context?.SentTime is { } sent ? new DateTimeOffset(DateTime.SpecifyKind(sent, DateTimeKind.Utc)) : null);
    }

    /// <summary>Ends timing: the trail with this stage's line at its end.</summary>
    /// <param name="trail">The trail so far.</param>
    /// <param name="rejected">The outcome when the article's way ends here; null when it goes on.</param>
    public StageRecord[] Complete(StageRecord[] trail, Outcome? rejected = null)
    {
        var elapsed = _time.GetElapsedTime(_started);
        var stage = _stage.ToString().ToLowerInvariant();
        Duration.Record(elapsed.TotalSeconds, new("stage", stage), new("outcome", rejected?.ToString() ?? "passed"));
        Queued.Record(_queuedMs / 1000, new KeyValuePair<string, object?>("stage", stage));
        Activity.Current?.SetTag("storyline.stage", stage);
        return [.. trail, new StageRecord(_stage, _startedAt, elapsed.TotalMilliseconds, _queuedMs)];
    }
}
