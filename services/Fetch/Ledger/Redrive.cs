using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Hosting.Bus;

namespace Storyline.Fetch.Ledger;

/// <summary>
/// Drives what the ledger says is unfinished: fetches that are due, and captures whose message the broker may not have. On the in-memory bus, which forgets
/// with its process, everything unfinished is driven again at start.
/// </summary>
public sealed partial class Redrive(
    LedgerStore ledger, RefetchStore refetches, ArticlePublisher publisher, IBackpressure backpressure, IConfiguration configuration, IHostApplicationLifetime lifetime,
    IOptions<FetchOptions> options, TimeProvider time, ILogger<Redrive> logger) : BackgroundService
{
    private const int Batch = 200;

    // A publication that takes longer than this has failed or will; publishing twice is harmless.
    private static readonly TimeSpan Unconfirmed = TimeSpan.FromSeconds(30);

    // Below new articles: looked for now and then, and put after whatever else is due.
    private static readonly TimeSpan RefetchInterval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private long _lookedForRefetches;

    /// <summary>Looks for due work now rather than at the next interval.</summary>
    public void Wake()
    {
        if (_wake.CurrentCount == 0)
        {
            try
            {
                _wake.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another caller woke it first.
            }
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
            await StartedAsync(stoppingToken);
            if (string.IsNullOrWhiteSpace(configuration["Bus:RabbitMq"]))
            {
                while (!await TryAsync(RedriveAllAsync, stoppingToken))
                {
                    await Task.Delay(Pause, time, stoppingToken);
                }
            }

            while (!stoppingToken.IsCancellationRequested)
            {
                await TryAsync(SweepAsync, stoppingToken);
                await _wake.WaitAsync(options.Value.SweepInterval, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; what is left is driven by another replica or at the next start.
        }
    }

    // The bus may be published to when the host has started.
    private async Task StartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(stoppingToken);
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work(stoppingToken);
            return true;
        }
#pragma warning disable CA1031 // A database or broker that is away must not end the loop.
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(exception);
            return false;
        }
    }

    private async Task RedriveAllAsync(CancellationToken stoppingToken)
    {
        var count = await ledger.ForgetQueuedAsync(stoppingToken);
        CaptureRow? last = null;
        while (await ledger.UnfinishedAsync(last, Batch, stoppingToken) is { Count: > 0 } captures)
        {
            count += captures.Count;
            await PublishAsync(captures, stoppingToken);
            last = captures[^1];
        }

        if (count > 0)
        {
            LogRedriven(count);
        }
    }

    /// <summary>One look through the ledger.</summary>
    public async Task SweepAsync(CancellationToken stoppingToken)
    {
        await PublishAllDueAsync(stoppingToken);
        if (time.GetElapsedTime(_lookedForRefetches) >= RefetchInterval)
        {
            _lookedForRefetches = time.GetTimestamp();
            if (await refetches.TakeAsync(Batch, stoppingToken) > 0)
            {
                await PublishAllDueAsync(stoppingToken);
            }
        }

        // All of them in one look, however long the bus was away; new fetches get their turn in between.
        CaptureRow? last = null;
        var before = time.GetUtcNow() - Unconfirmed;
        while (await ledger.UnpublishedAsync(before, last, Batch, stoppingToken) is { Count: > 0 } captures)
        {
            await PublishAsync(captures, stoppingToken);
            last = captures[^1];
            await PublishAllDueAsync(stoppingToken);
        }
    }

    private async Task PublishAllDueAsync(CancellationToken stoppingToken)
    {
        while (await PublishDueAsync(stoppingToken))
        {
            // There may be more.
        }
    }

    private async Task<bool> PublishDueAsync(CancellationToken stoppingToken)
    {
        // Room on the queue first: the lease is only as long as a publication takes.
        await backpressure.WaitAsync("fetch.article", stoppingToken);
        var (fetches, more) = await ledger.TakeDueAsync(Batch, new HostShare(options.Value.HostBacklog, options.Value.HostInterval), stoppingToken);
        foreach (var article in fetches)
        {
            await publisher.PublishFetchAsync(article, stoppingToken);
        }

        if (fetches.Count > 0)
        {
            await ledger.MarkFetchesPublishedAsync(fetches, stoppingToken);
        }

        return more;
    }

    private async Task PublishAsync(IReadOnlyList<CaptureRow> captures, CancellationToken stoppingToken)
    {
        var articles = await ledger.FindAsync([.. captures.Select(capture => capture.ArticleId)], stoppingToken);
        foreach (var capture in captures)
        {
            await backpressure.WaitAsync("parse.fetched", stoppingToken);
            try
            {
                await publisher.RepublishAsync(capture, articles[capture.ArticleId], stoppingToken);
            }
            catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException or DirectoryNotFoundException or PermanentException)
            {
                // The archive lost what the ledger has, or the bus will never take it: nothing is left to drive, and the captures after it must not wait.
                LogUndrivable(capture.ArticleId, capture.Capture, exception);
                var reason = exception is PermanentException ? exception.Message : "its capture cannot be read from the archive";
                await ledger.ApplyAsync(
                    [new OutcomeReport(capture.ArticleId, capture.Capture, Outcome.Quarantined, Stage.Fetch, reason, 0, "", capture.Trail, time.GetUtcNow())],
                    stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A disk that fails now: this one is tried again by the next look.
                LogUnreadable(capture.ArticleId, capture.Capture, exception);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} unfinished fetches and captures were driven again")]
    private partial void LogRedriven(int count);

    [LoggerMessage(2, LogLevel.Warning, "the ledger could not be swept and is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(3, LogLevel.Error, "capture {Capture} of article {ArticleId} can never be driven again and is given up")]
    private partial void LogUndrivable(string articleId, int capture, Exception exception);

    [LoggerMessage(4, LogLevel.Warning, "capture {Capture} of article {ArticleId} cannot be read from the archive now")]
    private partial void LogUnreadable(string articleId, int capture, Exception exception);
}
