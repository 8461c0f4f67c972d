using Microsoft.Extensions.Options;

namespace Storyline.Fetch.Feeds;

/// <summary>Polls feeds whose time has come, a bounded number at once. Replicas share the work through the table.</summary>
public sealed partial class FeedPoller(
    FeedStore feeds, FeedPoll poll, IHostApplicationLifetime lifetime, IOptions<FetchOptions> options, ILogger<FeedPoller> logger) : BackgroundService
{
    private readonly SemaphoreSlim _wake = new(0, 1);

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
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (lifetime.ApplicationStarted.Register(() => started.TrySetResult()))
            {
                await started.Task.WaitAsync(stoppingToken);
            }

            var running = new HashSet<Task>();
            while (!stoppingToken.IsCancellationRequested)
            {
                running.RemoveWhere(task => task.IsCompleted);
                var free = options.Value.PollConcurrency - running.Count;
                var due = free > 0 ? await TakeAsync(free, stoppingToken) : [];
                foreach (var feed in due)
                {
                    running.Add(PollAsync(feed, stoppingToken));
                }

                if (due.Count == 0)
                {
                    await _wake.WaitAsync(options.Value.SweepInterval, stoppingToken);
                }
                else if (running.Count >= options.Value.PollConcurrency)
                {
                    await Task.WhenAny(running);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; unfinished polls are taken up again when their lease ends.
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

    private async Task PollAsync(FeedRow feed, CancellationToken stoppingToken)
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
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    [LoggerMessage(1, LogLevel.Error, "feed {FeedId} at {Url} could not be polled")]
    private partial void LogFailed(string feedId, string url, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "due feeds could not be read")]
    private partial void LogNotTaken(Exception exception);
}
