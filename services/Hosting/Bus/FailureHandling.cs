using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Storyline.Hosting.Bus;

/// <summary>
/// What becomes of a message whose handling failed, in place of MassTransit's <c>_error</c> and <c>_skipped</c> queues:
/// <code>
/// handler ──fails──▶ in-process retries ──▶ retry ladder (10 s, 1 min, 10 min, 1 h) ──▶ quarantine
///    └─ PermanentException, unreadable, nobody's type, too large to pass on ──────────────▲
/// </code>
/// The message is acknowledged once the broker has confirmed its copy in the ladder or in quarantine.
/// </summary>
internal sealed partial class FailureHandling(
    IFailedDeliveries deliveries, IOptions<BusOptions> options, TimeProvider time, ILogger<FailureHandling> logger)
{
    private static readonly TimeSpan PublishTimeout = TimeSpan.FromSeconds(30);

    public async Task FailedAsync(string queue, ReceiveContext context, Exception exception)
    {
        var delivery = FailedDelivery.From(queue, context, time.GetUtcNow());
        var error = $"{exception.GetType().Name}: {exception.Message}";
        var ladder = options.Value.Ladder;
        switch (exception)
        {
            case PermanentException permanent:
                await QuarantineAsync(delivery, permanent.Outcome, permanent.Message, exception);
                break;
            case System.Runtime.Serialization.SerializationException or System.Text.Json.JsonException or InvalidCastException when !context.IsFaulted:
                // Not marked as faulted: no consumer was reached, the bytes could not be read.
                await QuarantineAsync(delivery, "UNDECODABLE", error, exception);
                break;
            default:
                if (delivery.Attempts > ladder.Count)
                {
                    await QuarantineAsync(delivery, "RETRIES_EXHAUSTED", error, exception);
                }
                else
                {
                    var delay = ladder[delivery.Attempts - 1];
                    LogDelayed(delivery.MessageId, queue, delay, delivery.Attempts, exception);
                    using var timeout = new CancellationTokenSource(PublishTimeout, time);
                    await deliveries.DelayAsync(delivery, delay, timeout.Token);
                }

                break;
        }
    }

    public Task SkippedAsync(string queue, ReceiveContext context) => QuarantineAsync(
        FailedDelivery.From(queue, context, time.GetUtcNow()), "UNEXPECTED_TYPE", "no consumer of the queue takes this type of message", null);

    private async Task QuarantineAsync(FailedDelivery delivery, string outcome, string error, Exception? exception)
    {
        delivery.GiveUp(outcome, error);
        LogQuarantined(delivery.MessageId, delivery.Queue, outcome, delivery.Attempts, exception);
        using var timeout = new CancellationTokenSource(PublishTimeout, time);
        await deliveries.QuarantineAsync(delivery, timeout.Token);
    }

    [LoggerMessage(1, LogLevel.Warning, "message {MessageId} of {Queue} failed and waits {Delay} (attempt {Attempt})")]
    private partial void LogDelayed(string? messageId, string queue, TimeSpan delay, int attempt, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "message {MessageId} of {Queue} goes to quarantine: {Outcome} (attempt {Attempt})")]
    private partial void LogQuarantined(string? messageId, string queue, string outcome, int attempt, Exception? exception);
}

/// <summary>Ends the pipe of a message that failed.</summary>
internal sealed class FailedFilter(string queue, FailureHandling failures) : IFilter<ExceptionReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        // A stopping host cancels its handlers: that is no failure of the message, the broker shall give it to another host.
        context.CancellationToken.ThrowIfCancellationRequested();
        await failures.FailedAsync(queue, context, context.Exception);
        if (!context.IsFaulted)
        {
            // Otherwise the message counts as skipped also.
            await context.NotifyFaulted(context.Exception);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("storyline-failed");
}

/// <summary>Ends the pipe of a message that no consumer took.</summary>
internal sealed class SkippedFilter(string queue, FailureHandling failures) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => failures.SkippedAsync(queue, context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("storyline-skipped");
}

/// <summary>Around everything: waits for the next queues, and catches the cancellations that MassTransit would answer with an undelayed requeue.</summary>
internal sealed class DeliveryFilter(
    string queue, IReadOnlyList<string> next, FailureHandling failures, IBackpressure backpressure, IHostApplicationLifetime lifetime, Action completed)
    : IFilter<ReceiveContext>
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> pipe)
    {
        try
        {
            await WaitForNextAsync();
            await pipe.Send(context);
        }
        catch (OperationCanceledException exception)
            when (!context.CancellationToken.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await failures.FailedAsync(queue, context, new TimeoutException("the handler was cancelled at its time limit", exception));
        }
        finally
        {
            completed();
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("storyline-delivery");

    // Bounded below the broker's limit for an acknowledgement: after it the message is handled and the queue's own length limit has the say.
    private async Task WaitForNextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        limit.CancelAfter(LongestWait);
        try
        {
            foreach (var downstream in next)
            {
                await backpressure.WaitAsync(downstream, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
        }
    }
}
