using System.Data.Common;
using Microsoft.Extensions.Options;

namespace Storyline.Partner.Delivery;

/// <summary>Keeps the logs within <see cref="PartnerOptions.KeepFor"/> and <see cref="PartnerOptions.KeepMessages"/>.</summary>
public sealed partial class LogTrimmer(DeliveryStore store, IOptions<PartnerOptions> options, TimeProvider time, ILogger<LogTrimmer> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.TrimInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TrimAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            var removed = await store.TrimAsync(options.Value.KeepFor, options.Value.KeepMessages, cancellationToken);
            LogTrimmed(removed);
        }
        catch (DbException exception)
        {
            LogTrimFailed(exception.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "{Removed} delivered messages removed from the partners' logs")]
    private partial void LogTrimmed(int removed);

    [LoggerMessage(2, LogLevel.Warning, "the partners' logs could not be trimmed, next attempt after the interval: {Error}")]
    private partial void LogTrimFailed(string error);
}
