using Microsoft.Extensions.Options;

namespace Storyline.Fetch.Feeds;

/// <summary>Asks hubs when a subscription is new or its lease nears its end.</summary>
public sealed partial class WebSubRenewal(WebSub webSub, IOptions<FetchOptions> options, TimeProvider time, ILogger<WebSubRenewal> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.WebSubCallback is not null && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await webSub.AskDueAsync(stoppingToken) == 0)
                {
                    await Task.Delay(options.Value.SweepInterval, time, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A database that is away must not end the loop.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogFailed(exception);
                await Task.Delay(options.Value.SweepInterval, time, CancellationToken.None);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "due subscriptions could not be asked for")]
    private partial void LogFailed(Exception exception);
}
