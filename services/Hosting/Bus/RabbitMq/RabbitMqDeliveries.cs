using RabbitMQ.Client;

namespace Storyline.Hosting.Bus.RabbitMq;

/// <summary>Moves messages between queues, bytes and headers unchanged, each move confirmed by the broker.</summary>
internal sealed class RabbitMqDeliveries(RabbitMqLink link, BusTopology topology) : IFailedDeliveries, IMessageRequeuer
{
    public Task DelayAsync(FailedDelivery delivery, TimeSpan delay, CancellationToken cancellationToken) =>
        PublishAsync(topology.Queue(delivery.Queue).RetryQueue(delay), delivery, cancellationToken);

    public Task QuarantineAsync(FailedDelivery delivery, CancellationToken cancellationToken) =>
        PublishAsync(topology.Queue(delivery.Queue).Quarantine, delivery, cancellationToken);

    public Task RequeueAsync(QuarantinedMessage message, CancellationToken cancellationToken) => PublishAsync(
        topology.Queue(message.Queue).Name,
        new FailedDelivery(message.Queue, message.Body, message.ContentType, message.MessageId, message.Headers.ToDictionary(StringComparer.Ordinal)),
        cancellationToken);

    private Task PublishAsync(string queue, FailedDelivery delivery, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            ContentType = delivery.ContentType,
            MessageId = delivery.MessageId,
            Headers = delivery.Headers.ToDictionary(header => header.Key, header => (object?)header.Value, StringComparer.Ordinal),
        };
        return link.PublishAsync(queue, properties, delivery.Body, cancellationToken);
    }
}
