using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Storyline.Hosting.Bus;

namespace Storyline.Hosting.Tests.Bus;

/// <summary>What holds on either transport.</summary>
public abstract class BusTests
{
    private static readonly EndpointSettings NoRetries = new() { Retries = 0 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<Uri?> BrokerAsync(CancellationToken cancellationToken);

    [Fact]
    public async Task Publish_ManyMessages_EachHandledAndPassedOn()
    {
        await using var host = await StartAsync();
        host.Probe.Handle = context => context.Publish(new WorkDone(context.Message.Number), context.CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(n => host.Bus.Publish(new Work(n), Cancel)));

        await host.Probe.UntilAsync("chain", () => host.Probe.Done.Count >= 200, Cancel);
        Assert.Equal(Enumerable.Range(0, 200), host.Probe.Done.Order());
    }

    [Fact]
    public async Task Consume_FailsOnce_RetriedInProcess()
    {
        await using var host = await StartAsync();
        host.Probe.Handle = _ => host.Probe.Seen.Count < 2 ? throw new IOException("first time") : Task.CompletedTask;

        await host.Bus.Publish(new Work(1), Cancel);

        await host.Probe.UntilAsync("retry", () => host.Probe.Seen.Count >= 2, Cancel);
        Assert.Empty(host.Probe.Quarantined);
    }

    [Fact]
    public async Task Consume_FailsAlways_ClimbsTheLadderThenQuarantined()
    {
        await using var host = await StartAsync();
        host.Probe.Handle = _ => throw new IOException("line one\nline two " + new string('x', 300));

        await host.Bus.Publish(new Work(7), Cancel);

        await host.Probe.UntilAsync("quarantine", () => !host.Probe.Quarantined.IsEmpty, Cancel);
        var message = Assert.Single(host.Probe.Quarantined);
        Assert.Equal("one.work", message.Queue);
        Assert.Equal("one", message.Stage);
        Assert.Equal("Work", message.MessageType);
        Assert.Equal("RETRIES_EXHAUSTED", message.Outcome);
        Assert.StartsWith("IOException: line one line two", message.Error, StringComparison.Ordinal);
        Assert.Equal(200, message.Error.Length);
        Assert.Equal(3, message.Attempts);
        Assert.NotNull(message.MessageId);
        // Three taken up, each with three in-process retries.
        Assert.Equal(3 * 4, host.Probe.Seen.Count);
    }

    [Fact]
    public async Task Consume_PermanentException_QuarantinedAtOnce()
    {
        await using var host = await StartAsync();
        host.Probe.Handle = _ => throw new PermanentException("UNDECODABLE", "bytes of no known encoding");

        await host.Bus.Publish(new Work(7), Cancel);

        await host.Probe.UntilAsync("quarantine", () => !host.Probe.Quarantined.IsEmpty, Cancel);
        var message = Assert.Single(host.Probe.Quarantined);
        Assert.Equal(("UNDECODABLE", "bytes of no known encoding", 1), (message.Outcome, message.Error, message.Attempts));
        Assert.Single(host.Probe.Seen);
    }

    [Fact]
    public async Task Consume_OverItsTimeLimit_CountsAsTransient()
    {
        await using var host = await StartAsync(NoRetries with { HandlerTimeout = TimeSpan.FromMilliseconds(200) });
        host.Probe.Handle = async context =>
        {
            // A linked token, as an HTTP client makes one: the exception carries another token than the handler's.
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
            await Task.Delay(Timeout.Infinite, linked.Token);
        };

        await host.Bus.Publish(new Work(7), Cancel);

        await host.Probe.UntilAsync("quarantine", () => !host.Probe.Quarantined.IsEmpty, Cancel);
        var message = Assert.Single(host.Probe.Quarantined);
        Assert.Equal(("RETRIES_EXHAUSTED", 3), (message.Outcome, message.Attempts));
        Assert.Equal(3, host.Probe.Seen.Count);
    }

    [Fact]
    public async Task Requeue_Quarantined_HandledAgainWithAttemptsAtZero()
    {
        await using var host = await StartAsync();
        host.Probe.Handle = _ => throw new PermanentException("UNDECODABLE", "no");
        await host.Bus.Publish(new Work(7, "text"), Cancel);
        await host.Probe.UntilAsync("quarantine", () => host.Probe.Quarantined.Count == 1, Cancel);

        Assert.True(host.Probe.Quarantined.TryPeek(out var first));
        await host.Services.GetRequiredService<IMessageRequeuer>().RequeueAsync(first, Cancel);

        await host.Probe.UntilAsync("quarantine again", () => host.Probe.Quarantined.Count == 2, Cancel);
        var second = host.Probe.Quarantined.Last();
        Assert.Equal(first.Body, second.Body);
        Assert.Equal((first.MessageId, 1), (second.MessageId, second.Attempts));
        Assert.All(host.Probe.Seen, work => Assert.Equal(new Work(7, "text"), work));
    }

    [Fact]
    public async Task Quarantine_SinkFails_StoredOnALaterTry()
    {
        await using var host = await StartAsync();
        var tries = 0;
        host.Probe.Store = _ => Interlocked.Increment(ref tries) == 1 ? throw new IOException("no database") : Task.CompletedTask;
        host.Probe.Handle = _ => throw new PermanentException("UNDECODABLE", "no");

        await host.Bus.Publish(new Work(7), Cancel);

        await host.Probe.UntilAsync("stored", () => host.Probe.Quarantined.Count == 1, Cancel);
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task Publish_RecordWithoutAQueue_Throws()
    {
        await using var host = await StartAsync();
        var error = await Assert.ThrowsAsync<PermanentException>(() => host.Bus.Publish(new Unbound(1), Cancel));
        Assert.Equal(("UNROUTABLE", "no queue of the bus topology takes Unbound"), (error.Outcome, error.Message));
    }

    [Fact]
    public async Task Publish_TooLarge_ThrowsAndQuarantinesTheHandledMessage()
    {
        await using var host = await StartAsync(configure: settings => settings["Bus:MaxMessageBytes"] = "4096");
        var error = await Assert.ThrowsAsync<PermanentException>(() => host.Bus.Publish(new Work(1, new string('x', 5000)), Cancel));
        Assert.Equal("TOO_LARGE", error.Outcome);
        Assert.Matches("Work takes [0-9]+ bytes on the bus; the limit is 4096", error.Message);

        host.Probe.Handle = context => context.Publish(new Work(2, new string('x', 5000)), context.CancellationToken);
        await host.Bus.Publish(new Work(1), Cancel);
        await host.Probe.UntilAsync("quarantine", () => host.Probe.Quarantined.Count == 1, Cancel);
        Assert.Equal("TOO_LARGE", host.Probe.Quarantined.Single().Outcome);
        Assert.Single(host.Probe.Seen);
    }

    [Fact]
    public async Task Trace_ThroughLadderAndQuarantine_StaysOne()
    {
        using var source = new ActivitySource("Storyline.Tests");
        using var listener = new ActivityListener
        {
            ShouldListenTo = candidate => candidate.Name is "Storyline.Tests" or "MassTransit",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        await using var host = await StartAsync(NoRetries);
        var traces = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        host.Probe.Handle = _ =>
        {
            traces.Enqueue(Activity.Current?.TraceId.ToHexString());
            throw new IOException("no");
        };

        string trace;
        using (var activity = source.StartActivity("submit")!)
        {
            trace = activity.TraceId.ToHexString();
            await host.Bus.Publish(new Work(7), Cancel);
        }

        await host.Probe.UntilAsync("quarantine", () => host.Probe.Quarantined.Count == 1, Cancel);
        Assert.Equal(trace, host.Probe.Quarantined.Single().TraceId);
        Assert.All(traces, seen => Assert.Equal(trace, seen));
        Assert.Equal(3, traces.Count);
    }

    [Fact]
    public async Task Backpressure_QueueOverHighWater_ProducerWaitsUntilItIsDrained()
    {
        var settings = NoRetries with { Prefetch = 1, Concurrency = 1 };
        await using var host = await StartAsync(settings, configure: options => options["Bus:HighWater"] = "5");
        var release = new TaskCompletionSource();
        host.Probe.Handle = _ => release.Task;
        var backpressure = host.Services.GetRequiredService<IBackpressure>();
        await backpressure.WaitAsync("one.work", Cancel);
        for (var n = 0; n < 20; n++)
        {
            await host.Bus.Publish(new Work(n), Cancel);
        }

        await host.Probe.UntilAsync("first in hand", () => !host.Probe.Seen.IsEmpty, Cancel);
        using (var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            impatient.CancelAfter(TimeSpan.FromSeconds(3));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                // What the broker answered a moment ago may stand for a second.
                while (true)
                {
                    await backpressure.WaitAsync("one.work", impatient.Token);
                    await Task.Delay(100, impatient.Token);
                }
            });
        }

        var waiting = backpressure.WaitAsync("one.work", Cancel);
        Assert.False(waiting.IsCompleted);
        release.SetResult();
        await waiting.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task Health_Running_BusIsHealthyAndTaggedReady()
    {
        await using var host = await StartAsync();
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"), Cancel);
        Assert.Equal(HealthStatus.Healthy, report.Entries["bus"].Status);
    }

    protected async Task<BusHost> StartAsync(EndpointSettings? settings = null, Action<Dictionary<string, string?>>? configure = null) => await BusHost.StartAsync(
        await BrokerAsync(Cancel), settings is null ? null : BusHost.Consume(settings), configure: configure, cancellationToken: Cancel);
}

public sealed class InMemoryBusTests : BusTests
{
    protected override Task<Uri?> BrokerAsync(CancellationToken cancellationToken) => Task.FromResult<Uri?>(null);
}
