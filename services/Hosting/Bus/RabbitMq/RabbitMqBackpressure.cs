using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace Storyline.Hosting.Bus.RabbitMq;

/// <summary>Asks the broker for the length of a queue, at most once a second each.</summary>
internal sealed partial class RabbitMqBackpressure(
    RabbitMqLink link, BusTopology topology, IOptions<BusOptions> options, TimeProvider time, ILogger<RabbitMqBackpressure> logger) : IBackpressure, IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (long Asked, uint Ready)> _known = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IChannel? _channel;

    public async Task WaitAsync(string queue, CancellationToken cancellationToken)
    {
        var name = topology.Queue(queue).Name;
        var logged = false;
        while (await ReadyAsync(name, cancellationToken) is var ready && ready > options.Value.HighWater)
        {
            if (!logged)
            {
                LogWaiting(name, ready);
                logged = true;
            }

            await Task.Delay(Freshness, time, cancellationToken);
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<uint> ReadyAsync(string queue, CancellationToken cancellationToken)
    {
        if (Fresh(queue) is { } known)
        {
            return known;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (Fresh(queue) is { } asked)
            {
                return asked;
            }

            if (_channel is not { IsOpen: true })
            {
                _channel = await link.OpenChannelAsync(cancellationToken);
            }

            var ready = (await _channel.QueueDeclarePassiveAsync(queue, cancellationToken)).MessageCount;
            _known[queue] = (time.GetTimestamp(), ready);
            return ready;
        }
        catch (Exception exception) when (exception is RabbitMQ.Client.Exceptions.RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException)
        {
            // No answer is no permission: producers pause over an outage too, rather than gather work that cannot be published.
            LogUnknown(queue, exception);
            return uint.MaxValue;
        }
        finally
        {
            _gate.Release();
        }
    }

    private uint? Fresh(string queue) =>
        _known.TryGetValue(queue, out var known) && time.GetElapsedTime(known.Asked) < Freshness ? known.Ready : null;

    [LoggerMessage(1, LogLevel.Information, "producers wait: {Queue} holds {Ready} ready messages")]
    private partial void LogWaiting(string queue, uint ready);

    [LoggerMessage(2, LogLevel.Warning, "the length of {Queue} is unknown")]
    private partial void LogUnknown(string queue, Exception exception);
}
