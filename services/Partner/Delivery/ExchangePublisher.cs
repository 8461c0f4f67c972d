using System.Data.Common;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Storyline.Partner.Delivery;

/// <summary>
/// Publishes what the partners' logs hold and the broker does not have yet to the topic exchange, each partner's messages in the order of
/// their sequence numbers. A message counts as delivered when the broker has confirmed it. A failed attempt is repeated from the first
/// unconfirmed message on, so a partner may see a message twice, and after a refusal a higher number before a lower one.
/// </summary>
/// <param name="broker">AMQP address of the broker.</param>
/// <param name="store">The logs.</param>
/// <param name="signal">Set when one has grown.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
public sealed partial class ExchangePublisher(
    string broker, DeliveryStore store, DeliverySignal signal, IOptions<PartnerOptions> options, TimeProvider time,
    ILogger<ExchangePublisher> logger) : BackgroundService
{
    private readonly PartnerOptions _options = options.Value;
    private IConnection? _connection;
    private IChannel? _channel;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await PublishPendingAsync(stoppingToken);
                await signal.WaitAsync(_options.RetryDelay, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            await CloseAsync();
        }
    }

    /// <summary>Publishes until every partner's log is confirmed or an attempt has failed.</summary>
    private async Task PublishPendingAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var partnerId in await store.ListUnconfirmedPartnersAsync(cancellationToken))
            {
                // Connected before the log is locked: an absent broker must not keep anyone from the log.
                await ConnectAsync(cancellationToken);
                var more = true;
                while (more)
                {
                    more = false;
                    var complete = await store.PublishNextAsync(
                        partnerId, _options.MaxInFlight,
                        async messages =>
                        {
                            more = messages.Count == _options.MaxInFlight;
                            return await PublishAsync(partnerId, messages, cancellationToken);
                        },
                        cancellationToken);
                    more &= complete;
                }
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && exception is RabbitMQClientException or IOException or SocketException or DbException or TimeoutException or OperationCanceledException)
        {
            LogAttemptFailed(exception.Message, _options.RetryDelay);
            await CloseAsync();
        }
    }

    /// <returns>How many messages, from the first on, are confirmed.</returns>
    private async Task<int> PublishAsync(string partnerId, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.ConfirmTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

        // All on their way before the first confirm is awaited: the channel sends in the order of these calls.
        var confirms = messages.Select(message => PublishAsync(partnerId, message, either.Token)).ToList();
        var confirmed = 0;
        try
        {
            foreach (var confirm in confirms)
            {
                await confirm;
                confirmed++;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && exception is RabbitMQClientException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            LogNotConfirmed(partnerId, messages[confirmed].Sequence, exception.Message);
            await CloseAsync();
        }

        await Task.WhenAll(confirms).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        PartnerTelemetry.Confirmed(confirmed, messages.Count - confirmed);
        return confirmed;
    }

    private async Task PublishAsync(string partnerId, OutgoingMessage message, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(message.Ninjs);
        var parent = ActivityContext.TryParse(message.TraceParent, traceState: null, isRemote: true, out var article) ? article : default;

        // OpenTelemetry semantic conventions for messaging, RabbitMQ. The span is the child of the article's, so the partner's message is
        // part of the article's one trace.
        using var activity = PartnerTelemetry.Source.StartActivity($"publish {_options.Exchange}", ActivityKind.Producer, parent);
        activity?.SetTag("messaging.system", "rabbitmq");
        activity?.SetTag("messaging.operation.name", "publish");
        activity?.SetTag("messaging.operation.type", "send");
        activity?.SetTag("messaging.destination.name", $"{_options.Exchange}:{message.RoutingKey}");
        activity?.SetTag("messaging.rabbitmq.destination.routing_key", message.RoutingKey);
        activity?.SetTag("messaging.message.id", message.MessageId);
        activity?.SetTag("messaging.message.body.size", body.Length);
        activity?.SetTag("storyline.partner.id", partnerId);
        activity?.SetTag("storyline.partner.sequence", message.Sequence);

        var headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sequence"] = message.Sequence };
        if ((activity?.Id ?? message.TraceParent) is { } traceParent)
        {
            headers["traceparent"] = traceParent;
        }

        var properties = new BasicProperties
        {
            ContentType = "application/json",
            ContentEncoding = "utf-8",
            DeliveryMode = DeliveryModes.Persistent,
            MessageId = message.MessageId,
            Timestamp = new AmqpTimestamp(message.CreateTime / 1000),
            Headers = headers,
        };
        try
        {
            // Not mandatory: a partner that has not bound its queue yet reads the log.
            await _channel!.BasicPublishAsync(_options.Exchange, message.RoutingKey, mandatory: false, properties, body, cancellationToken);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            activity?.SetTag("error.type", exception.GetType().FullName);
            throw;
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true })
        {
            return;
        }

        await CloseAsync();
        var factory = new ConnectionFactory
        {
            Uri = new Uri(broker),
            ClientProvidedName = "storyline-partner (delivery)",
            // Opened anew by the next attempt, which begins at the first unconfirmed message.
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(10),
        };
        _connection = await factory.CreateConnectionAsync(cancellationToken);
        _channel = await _connection.CreateChannelAsync(
            new CreateChannelOptions(
                publisherConfirmationsEnabled: true,
                publisherConfirmationTrackingEnabled: true,
                // Named, because the default is none at all; MaxInFlight stays in the half that it lets pass without delay.
                outstandingPublisherConfirmationsRateLimiter: new ThrottlingRateLimiter(256)),
            cancellationToken);
        await _channel.ExchangeDeclareAsync(_options.Exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        LogConnected(_connection.Endpoint.HostName, _options.Exchange);
    }

    private async Task CloseAsync()
    {
        var (channel, connection) = (_channel, _connection);
        (_channel, _connection) = (null, null);
        if (channel is not null)
        {
            await channel.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    [LoggerMessage(1, LogLevel.Information, "connected to the broker at {Host}, partners' messages go to exchange {Exchange}")]
    private partial void LogConnected(string host, string exchange);

    [LoggerMessage(2, LogLevel.Warning, "delivery failed, next attempt in {Delay}: {Error}")]
    private partial void LogAttemptFailed(string error, TimeSpan delay);

    [LoggerMessage(3, LogLevel.Warning, "partner {PartnerId}: the broker did not confirm sequence {Sequence}: {Error}")]
    private partial void LogNotConfirmed(string partnerId, long sequence, string error);
}
