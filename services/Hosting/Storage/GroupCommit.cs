using System.Data.Common;
using System.Threading.Channels;

namespace Storyline.Hosting.Storage;

/// <summary>
/// Writes of many callers in one commit: whatever has come while the last commit ran goes into the next. One commit costs a disk flush, so this is
/// the difference between a hundred and thousands of acknowledged writes a second. A caller's task ends after its commit, or with its failure.
/// </summary>
/// <param name="commit">Writes a batch and returns one result per item, in order. Runs one at a time.</param>
/// <param name="maxBatch">Most items of one commit.</param>
public sealed class GroupCommit<TItem, TResult>(Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> commit, int maxBatch) : IAsyncDisposable
{
    private readonly Channel<(TItem Item, TaskCompletionSource<TResult> Done)> _waiting =
        Channel.CreateBounded<(TItem, TaskCompletionSource<TResult>)>(maxBatch * 4);

    private readonly Lock _start = new();
    private Task? _loop;

    /// <summary>Adds an item to the next commit. Cancelling gives up waiting; the item may be committed nevertheless.</summary>
    /// <exception cref="ChannelClosedException">The process is stopping.</exception>
    public async Task<TResult> AddAsync(TItem item, CancellationToken cancellationToken)
    {
        lock (_start)
        {
            if (_loop is null)
            {
                // The span of the first caller must not become the parent of every later commit.
                using (ExecutionContext.SuppressFlow())
                {
                    _loop = Task.Run(RunAsync, CancellationToken.None);
                }
            }
        }

        var done = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync((item, done), cancellationToken);
        return await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Commits what waits, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        if (_loop is not null)
        {
            await _loop;
        }
    }

    private async Task RunAsync()
    {
        var batch = new List<(TItem Item, TaskCompletionSource<TResult> Done)>(maxBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < maxBatch && _waiting.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            await CommitAsync(batch);
        }
    }

    private async Task CommitAsync(List<(TItem Item, TaskCompletionSource<TResult> Done)> batch)
    {
        try
        {
            var results = await commit([.. batch.Select(entry => entry.Item)]);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Done.SetResult(results[i]);
            }
        }
#pragma warning disable CA1031 // Every failure belongs to the callers whose items were in the batch.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // A database that is away fails each item alike: asking once for each would only keep their callers waiting longer.
            if (batch.Count == 1 || exception is DbException { IsTransient: true })
            {
                batch.ForEach(entry => entry.Done.TrySetException(exception));
                return;
            }

            // One item that cannot be written must not take the others with it.
            foreach (var entry in batch)
            {
                await CommitAsync([entry]);
            }
        }
    }
}
