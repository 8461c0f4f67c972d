using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace Storyline.Hosting.Bus.RabbitMq;

/// <summary>
/// Declares exchanges, queues and bindings:
/// <code>
/// Storyline.Contracts:ArticleFetched (fanout) ──▶ parse.fetched ──delivery limit──▶ parse.fetched.quarantine
///                                                   ▲    └──attempt n failed──▶ parse.fetched.retry.10s …
///                                                   └──────────time to live──────────┘
/// </code>
/// All are quorum queues. Each queue has a ladder of its own: dead-lettering that is at least once stops at a target that refuses,
/// so with shared ladders one full queue would hold back the retries of all others; and a storm of failures fills only its own.
/// </summary>
internal static class RabbitMqTopology
{
    private const string DefaultExchange = "";

    private static readonly RabbitMqMessageNameFormatter ExchangeNames = new();

    /// <summary>Arguments of the queue itself; MassTransit declares the same ones. They cannot be changed once a queue exists.</summary>
    public static Dictionary<string, object?> Arguments(BusQueue queue) => new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        // A message that was returned this often has taken hosts down with it. Without a dead-letter target it would be dropped.
        ["x-delivery-limit"] = 20,
        ["x-dead-letter-exchange"] = DefaultExchange,
        ["x-dead-letter-routing-key"] = queue.Quarantine,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
        ["x-max-length"] = queue.MaxLength,
        ["x-max-length-bytes"] = queue.MaxBytes,
    };

    public static async Task DeclareAsync(IChannel channel, BusTopology topology, IReadOnlyList<TimeSpan> ladder, CancellationToken cancellationToken)
    {
        foreach (var queue in topology.Queues)
        {
            // Quarantine first: a queue's dead-letter target has to exist before the queue can need it.
            await DeclareAsync(queue.Quarantine, QuarantineArguments(queue));
            await DeclareAsync(queue.Name, Arguments(queue));
            foreach (var delay in ladder)
            {
                await DeclareAsync(queue.RetryQueue(delay), RetryArguments(queue, delay));
            }

            foreach (var type in queue.MessageTypes)
            {
                var exchange = ExchangeNames.GetMessageName(type);
                await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
                await channel.QueueBindAsync(queue.Name, exchange, "", cancellationToken: cancellationToken);
            }
        }

        Task DeclareAsync(string name, Dictionary<string, object?> arguments) =>
            channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
    }

    private static Dictionary<string, object?> QuarantineArguments(BusQueue queue) => new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        // Unlimited: the collector returns messages while its database is away, and there is no further place to put them.
        ["x-delivery-limit"] = -1,
        ["x-overflow"] = "reject-publish",
        ["x-max-length"] = queue.MaxLength,
        ["x-max-length-bytes"] = queue.MaxBytes,
    };

    private static Dictionary<string, object?> RetryArguments(BusQueue queue, TimeSpan delay) => new(StringComparer.Ordinal)
    {
        ["x-queue-type"] = "quorum",
        ["x-message-ttl"] = (long)delay.TotalMilliseconds,
        ["x-dead-letter-exchange"] = DefaultExchange,
        ["x-dead-letter-routing-key"] = queue.Name,
        ["x-dead-letter-strategy"] = "at-least-once",
        ["x-overflow"] = "reject-publish",
        ["x-max-length"] = queue.MaxLength,
        ["x-max-length-bytes"] = queue.MaxBytes,
    };
}
