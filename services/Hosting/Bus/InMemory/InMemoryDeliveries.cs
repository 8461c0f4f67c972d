using System.Net.Mime;
using System.Threading.Channels;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Storyline.Hosting.Bus.InMemory;

/// <summary>
/// Failed messages of the in-memory bus: they wait on a timer, then go back as they were. Like all the in-memory bus holds, they are gone when
/// the process ends; the ledger drives unfinished captures again at the next start.
/// </summary>
internal sealed partial class InMemoryDeliveries(
    Func<IBus> bus, BusTopology topology, InMemoryDepth depth, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<InMemoryDeliveries> logger)
    : IFailedDeliveries, IMessageRequeuer
{
    private readonly Channel<QuarantinedMessage> _quarantined = Channel.CreateUnbounded<QuarantinedMessage>();

    public ChannelReader<QuarantinedMessage> Quarantined => _quarantined.Reader;

    public Task DelayAsync(FailedDelivery delivery, TimeSpan delay, CancellationToken cancellationToken)
    {
        _ = ReturnAsync(delivery, delay);
        return Task.CompletedTask;
    }

    public Task QuarantineAsync(FailedDelivery delivery, CancellationToken cancellationToken) =>
        _quarantined.Writer.WriteAsync(delivery.ToQuarantined(time.GetUtcNow()), cancellationToken).AsTask();

    public Task RequeueAsync(QuarantinedMessage message, CancellationToken cancellationToken) => SendAsync(
        topology.Queue(message.Queue).Name,
        new FailedDelivery(message.Queue, message.Body, message.ContentType, message.MessageId, message.Headers.ToDictionary(StringComparer.Ordinal)),
        cancellationToken);

    private async Task ReturnAsync(FailedDelivery delivery, TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, time, lifetime.ApplicationStopping);
            await SendAsync(delivery.Queue, delivery, lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
        catch (Exception exception)
        {
            // Nobody awaits this task; the only place left to tell is the log.
            LogLost(delivery.MessageId, delivery.Queue, exception);
        }
    }

    private async Task SendAsync(string queue, FailedDelivery delivery, CancellationToken cancellationToken)
    {
        depth.Added(queue);
        var endpoint = await bus().GetSendEndpoint(new Uri("queue:" + queue));
        await endpoint.Send(
            new Returned(),
            Pipe.Execute<SendContext<Returned>>(context =>
            {
                context.Serializer = new CopyBodySerializer(
                    delivery.ContentType is { } type ? new ContentType(type) : SystemTextJsonMessageSerializer.JsonContentType, new BytesMessageBody(delivery.Body));
                context.MessageId = Guid.TryParse(delivery.MessageId, out var id) ? id : null;
                foreach (var (name, value) in delivery.Headers)
                {
                    context.Headers.Set(name, value);
                }
            }),
            cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Error, "message {MessageId} could not be put back on {Queue} and is lost")]
    private partial void LogLost(string? messageId, string queue, Exception exception);

    /// <summary>Stands for the message when it is sent; the body is copied, so it is never serialised.</summary>
    internal sealed record Returned;
}
