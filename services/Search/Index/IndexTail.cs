using System.Diagnostics;
using Microsoft.Extensions.Options;
using Storyline.Search.Articles;

namespace Storyline.Search.Index;

/// <summary>
/// Keeps the index abreast of the database: on demand, when a handler waits for its article, and every now and then, because other
/// replicas write too. Commits are rarer than refreshes; after a crash the tail is read again from the last commit.
/// </summary>
public sealed class IndexTail(
    ArticleStore articles, ArticleIndex index, IOptions<SearchOptions> options, TimeProvider time, ILogger<IndexTail> logger) : BackgroundService
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly TaskCompletionSource _caughtUpOnce = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SearchOptions _options = options.Value;
    private long _visible;

    /// <summary>Completes when the index first had everything that the database held at the start.</summary>
    public Task CaughtUpOnce => _caughtUpOnce.Task;

    /// <summary>Completes when searches find everything up to a sequence number.</summary>
    public Task CaughtUpAsync(long sequence, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (sequence <= _visible)
            {
                return Task.CompletedTask;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter, sequence);
            if (_wanted.CurrentCount == 0)
            {
                _wanted.Release();
            }
        }

        return waiter.Task.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isOpen = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isOpen)
                {
                    var (databaseId, last) = await articles.GetPositionAsync(stoppingToken);
                    index.Open(databaseId, last);
                    Publish();
                    isOpen = true;
                }

                await FollowAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // Whatever it was (database away, disk full, a writer that Lucene closed): the index is opened again at its last commit.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                IndexTailLog.Interrupted(logger, index.CommittedSequence, exception);
                isOpen = false;
                await Task.Delay(_options.RetryInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (isOpen && index.Sequence > index.CommittedSequence)
        {
            index.Commit();
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var committedAt = time.GetTimestamp();
        while (true)
        {
            var batch = await articles.ReadAfterAsync(index.Sequence, _options.IndexBatch, cancellationToken);
            if (batch.Count > 0)
            {
                var began = Stopwatch.GetTimestamp();
                index.Apply([.. batch.Select(entry => (entry.Article, entry.StoryId))], batch[^1].Sequence);
                SearchMeters.Applied(batch.Count, Stopwatch.GetElapsedTime(began));
                Publish();
            }

            var uncommitted = index.Sequence - index.CommittedSequence;
            if (uncommitted >= _options.CommitEvery || (uncommitted > 0 && time.GetElapsedTime(committedAt) >= _options.CommitInterval))
            {
                index.Commit();
                committedAt = time.GetTimestamp();
            }

            if (batch.Count < _options.IndexBatch)
            {
                _caughtUpOnce.TrySetResult();
                await _wanted.WaitAsync(_options.PollInterval, cancellationToken);
            }
        }
    }

    private void Publish()
    {
        lock (_gate)
        {
            _visible = index.Sequence;
            while (_waiting.TryPeek(out var waiter, out var sequence) && sequence <= _visible)
            {
                _waiting.Dequeue();
                waiter.TrySetResult();
            }
        }
    }
}

internal static partial class IndexTailLog
{
    [LoggerMessage(EventId = 1, EventName = "IndexTailInterrupted", Level = LogLevel.Error, Message = "indexing was interrupted and begins again after {Sequence}")]
    public static partial void Interrupted(ILogger logger, long sequence, Exception exception);
}
