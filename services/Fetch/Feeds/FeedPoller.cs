using Microsoft.Extensions.Options;

namespace Storyline.Fetch.Feeds;

/// <summary>Polls feeds whose time has come, a bounded number at once. Replicas share the work through the table.</summary>
public sealed partial class FeedPoller(
    FeedStore feeds, FeedPoll poll, IHostApplicationLifetime lifetime, IOptions<FetchOptions> options, TimeProvider time, ILogger<FeedPoller> logger) : BackgroundService
{
    private static readonly TimeSpan CountInterval = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private long? _countedAt;

    /// <summary>Looks for due feeds now rather than at the next interval.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake.
        }
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var slots = new SemaphoreSlim(options.Value.PollConcurrency);
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (lifetime.ApplicationStarted.Register(() => started.TrySetResult()))
            {
                await started.Task.WaitAsync(stoppingToken);
            }

            while (!stoppingToken.IsCancellationRequested)
            {
                await CountStatesAsync(stoppingToken);
                var due = await TakeAsync(options.Value.PollConcurrency * 2, stoppingToken);
                foreach (var feed in due)
                {
                    await slots.WaitAsync(stoppingToken);
                    _ = PollAsync(feed, slots, stoppingToken);
                }

                if (due.Count == 0)
                {
                    await _wake.WaitAsync(options.Value.SweepInterval, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; unfinished polls are taken up again when their lease ends.
        }

        for (var i = 0; i < options.Value.PollConcurrency; i++)
        {
            await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<FeedRow>> TakeAsync(int limit, CancellationToken stoppingToken)
    {
        try
        {
            return await feeds.TakeDueAsync(limit, stoppingToken);
        }
#pragma warning disable CA1031 // A database that is away must not end the loop.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotTaken(exception);
            return [];
        }
    }

    // Every replica tells the same numbers, for the table is one.
    private async Task CountStatesAsync(CancellationToken stoppingToken)
    {
        if (_countedAt is { } at && time.GetElapsedTime(at) < CountInterval)
        {
            return;
        }

        _countedAt = time.GetTimestamp();
        try
        {
            FetchTelemetry.FeedStates = await feeds.CountByStateAsync(stoppingToken);
        }
#pragma warning disable CA1031 // As below.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotTaken(exception);
        }
    }

    private async Task PollAsync(FeedRow feed, SemaphoreSlim slots, CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            await poll.RunAsync(feed, stoppingToken);
        }
#pragma warning disable CA1031 // One feed must not end the polling of all.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(feed.FeedId, feed.Url, exception);
        }
#pragma warning disable CA1031 // The host stops, and whatever a poll could still say, nobody hears it.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Its lease ends, and it is polled again.
        }
        finally
        {
            slots.Release();
        }
    }

    [LoggerMessage(1, LogLevel.Error, "feed {FeedId} at {Url} could not be polled")]
    private partial void LogFailed(string feedId, string url, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "due feeds could not be read")]
    private partial void LogNotTaken(Exception exception);
}
