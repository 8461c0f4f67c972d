namespace Storyline.Fetch.Ledger;

/// <summary>
/// Moves running replays on, a step a second: in each the ledger takes as many captures as the replay's rate and its room in flight allow. A process that
/// dies leaves them to another, or to its next start.
/// </summary>
public sealed partial class ReplayRunner(ReplayStore replays, Redrive redrive, TimeProvider time, ILogger<ReplayRunner> logger) : BackgroundService
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Step, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The position is in the database.
        }
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Leased for less than a step, so that the rate holds over all replicas.
            foreach (var replay in await replays.TakeAsync(Step * 0.9, stoppingToken))
            {
                if (await replays.AdvanceAsync(replay, stoppingToken) > 0)
                {
                    redrive.Wake();
                }
            }
        }
#pragma warning disable CA1031 // A database that is away must not end the loop.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(exception);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "replays could not be moved on and are tried again")]
    private partial void LogFailed(Exception exception);
}
