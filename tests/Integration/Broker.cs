using System.Collections.Concurrent;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Storyline.Hosting.Bus;

namespace Storyline.Integration;

/// <summary>A message as it was on the wire, and where it was published.</summary>
internal sealed record WireMessage(string Exchange, BasicProperties Properties, byte[] Body);

/// <summary>A connection past our own bus code: sees what is published and publishes any bytes.</summary>
internal sealed class Broker : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private Broker(IConnection connection, IChannel channel)
    {
        _connection = connection;
        _channel = channel;
    }

    /// <summary>What was published to the exchanges since <see cref="ListenAsync"/>, in order.</summary>
    public ConcurrentQueue<WireMessage> Seen { get; } = new();

    public static async Task<Broker> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var connection = await new ConnectionFactory { Uri = address }.CreateConnectionAsync(cancellationToken);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true, new ThrottlingRateLimiter(64)), cancellationToken);
        return new Broker(connection, channel);
    }

    /// <summary>Binds a queue of its own to the exchanges of the record types.</summary>
    public async Task ListenAsync(IEnumerable<System.Type> records, CancellationToken cancellationToken)
    {
        var queue = (await _channel.QueueDeclareAsync(cancellationToken: cancellationToken)).QueueName;
        foreach (var record in records)
        {
            await _channel.QueueBindAsync(queue, ExchangeOf(record), "", cancellationToken: cancellationToken);
        }

        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            // The client takes the body's memory back when this handler returns.
            Seen.Enqueue(new WireMessage(delivery.Exchange, new BasicProperties(delivery.BasicProperties), delivery.Body.ToArray()));
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken);
    }

    /// <summary>How many of a record were published since <see cref="ListenAsync"/>.</summary>
    public int CountOf<T>() => Seen.Count(message => message.Exchange == ExchangeOf(typeof(T)));

    /// <summary>Publishes the same bytes with the same properties again; returns when the broker has them.</summary>
    public async Task PublishAsync(WireMessage message, CancellationToken cancellationToken) =>
        await _channel.BasicPublishAsync(message.Exchange, "", mandatory: true, message.Properties, message.Body, cancellationToken);

    /// <summary>Puts bytes straight on a queue.</summary>
    public async Task SendAsync(string queue, BasicProperties properties, byte[] body, CancellationToken cancellationToken) =>
        await _channel.BasicPublishAsync("", queue, mandatory: true, properties, body, cancellationToken);

    /// <summary>Ready messages in all queues of the pipeline; those in a handler's hands are not among them.</summary>
    public async Task<long> ReadyAsync(CancellationToken cancellationToken)
    {
        var ready = 0L;
        foreach (var queue in BusTopology.Pipeline.Queues)
        {
            ready += (await _channel.QueueDeclarePassiveAsync(queue.Name, cancellationToken)).MessageCount;
        }

        return ready;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static string ExchangeOf(System.Type record) => new MassTransit.RabbitMqTransport.RabbitMqMessageNameFormatter().GetMessageName(record);
}
