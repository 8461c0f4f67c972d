using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Storyline.Hosting.Bus.RabbitMq;

/// <summary>
/// The bus's own connection, beside MassTransit's: it declares the topology, and carries failed messages, quarantine and queue lengths,
/// which concern bytes and queues rather than records. Reconnects on the next use; each new connection declares the topology again.
/// </summary>
internal sealed partial class RabbitMqLink(
    IOptions<BusOptions> options, BusTopology topology, IHostEnvironment environment, ILogger<RabbitMqLink> logger) : IAsyncDisposable
{
    private static readonly CreateChannelOptions Confirming = new(
        publisherConfirmationsEnabled: true,
        publisherConfirmationTrackingEnabled: true,
        // Without a limiter of its own such a channel lets any number of unconfirmed messages pile up.
        outstandingPublisherConfirmationsRateLimiter: new ThrottlingRateLimiter(256));

    private readonly SemaphoreSlim _gate = new(1, 1);
    private IConnection? _connection;
    private IChannel? _publishing;

    /// <summary>Publishes to a queue and returns when the broker has it; throws when it does not take it.</summary>
    public async Task PublishAsync(string queue, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var channel = await PublishingAsync(cancellationToken);
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, body, cancellationToken);
    }

    /// <summary>A channel that the caller owns.</summary>
    public async Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken);
        return await connection.CreateChannelAsync(cancellationToken: cancellationToken);
    }

    public async Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await ConnectLockedAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _gate.Dispose();
    }

    private async Task<IChannel> PublishingAsync(CancellationToken cancellationToken)
    {
        if (_publishing is { IsOpen: true } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_publishing is not { IsOpen: true })
            {
                var connection = await ConnectLockedAsync(cancellationToken);
                _publishing = await connection.CreateChannelAsync(Confirming, cancellationToken);
            }

            return _publishing;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<IConnection> ConnectLockedAsync(CancellationToken cancellationToken)
    {
        if (_connection is { IsOpen: true })
        {
            return _connection;
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            _connection = null;
        }

        var factory = new ConnectionFactory
        {
            Uri = options.Value.Broker!,
            // Reopened here on demand, with the topology declared anew; recovery behind our back would race with that.
            AutomaticRecoveryEnabled = false,
            ClientProvidedName = $"{environment.ApplicationName} (topology)",
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
        };
        var connection = await factory.CreateConnectionAsync(cancellationToken);
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            await RabbitMqTopology.DeclareAsync(channel, topology, options.Value.Ladder, cancellationToken);
            await channel.CloseAsync(cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        LogConnected(connection.Endpoint.HostName, topology.Queues.Count);
        return _connection = connection;
    }

    [LoggerMessage(1, LogLevel.Information, "connected to the broker at {Host}, {Queues} queues declared")]
    private partial void LogConnected(string host, int queues);
}
