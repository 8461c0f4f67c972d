using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Storyline.Hosting.Bus.InMemory;

/// <summary>Hands quarantined messages to the sink, one after the other, each until the sink has it.</summary>
internal sealed partial class InMemoryQuarantineCollector<TSink>(
    InMemoryDeliveries deliveries, IServiceScopeFactory scopes, TimeProvider time, ILogger<InMemoryQuarantineCollector<TSink>> logger) : BackgroundService
    where TSink : class, IQuarantineSink
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var message in deliveries.Quarantined.ReadAllAsync(stoppingToken))
        {
            while (!await TryStoreAsync(message, stoppingToken))
            {
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task<bool> TryStoreAsync(QuarantinedMessage message, CancellationToken stoppingToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<TSink>().StoreAsync(message, stoppingToken);
            return true;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogNotStored(message.MessageId, message.Queue, exception);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "quarantined message {MessageId} of {Queue} could not be stored and is tried again")]
    private partial void LogNotStored(string? messageId, string queue, Exception exception);
}
