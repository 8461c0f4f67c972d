using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Storyline.Hosting.Bus.RabbitMq;

/// <summary>Drains every quarantine queue into the sink; a message leaves the broker after the sink has it.</summary>
internal sealed partial class RabbitMqQuarantineCollector<TSink>(
    RabbitMqLink link, BusTopology topology, IServiceScopeFactory scopes, TimeProvider time, ILogger<RabbitMqQuarantineCollector<TSink>> logger) : BackgroundService
    where TSink : class, IQuarantineSink
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumeUntilClosedAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is RabbitMQ.Client.Exceptions.RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException or OperationCanceledException)
            {
                LogInterrupted(exception);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConsumeUntilClosedAsync(CancellationToken stoppingToken)
    {
        await using var channel = await link.OpenChannelAsync(stoppingToken);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.ChannelShutdownAsync += (_, _) =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await channel.BasicQosAsync(0, 4, global: false, stoppingToken);
        foreach (var queue in topology.Queues)
        {
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) => StoreAsync(channel, queue, delivery, stoppingToken);
            await channel.BasicConsumeAsync(queue.Quarantine, autoAck: false, consumer, stoppingToken);
        }

        await closed.Task.WaitAsync(stoppingToken);
    }

    private async Task StoreAsync(IChannel channel, BusQueue queue, BasicDeliverEventArgs delivery, CancellationToken stoppingToken)
    {
        try
        {
            var headers = FailedDelivery.Publishers(delivery.BasicProperties.Headers?.Where(header => header.Value is not null)
                .Select(header => KeyValuePair.Create(header.Key, header.Value!)) ?? []);
            // The client takes the body's memory back when this handler returns.
            var message = new FailedDelivery(
                    queue.Name, delivery.Body.ToArray(), delivery.BasicProperties.ContentType, delivery.BasicProperties.MessageId, headers)
                .ToQuarantined(time.GetUtcNow());
            await using (var scope = scopes.CreateAsyncScope())
            {
                await scope.ServiceProvider.GetRequiredService<TSink>().StoreAsync(message, stoppingToken);
            }

            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false, CancellationToken.None);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Unacknowledged, it comes again to the next collector.
        }
        catch (Exception exception) when (channel.IsOpen)
        {
            LogNotStored(queue.Quarantine, exception);
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await channel.BasicNackAsync(delivery.DeliveryTag, multiple: false, requeue: true, CancellationToken.None);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the quarantine collector lost the broker and tries again")]
    private partial void LogInterrupted(Exception exception);

    [LoggerMessage(2, LogLevel.Error, "a message of {Queue} could not be stored and stays there")]
    private partial void LogNotStored(string queue, Exception exception);
}
