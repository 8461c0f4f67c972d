using System.Collections.Concurrent;

namespace Storyline.Search.Writing;

/// <summary>
/// Lets many handlers share one write transaction: whoever gets the turn writes everything that waits. A durable commit costs the
/// same for one message as for a hundred.
/// </summary>
/// <param name="write">Writes all items in one transaction, and returns one result per item in order.</param>
/// <param name="maxBatch">Items in one transaction at most.</param>
internal sealed class GroupCommit<TItem, TResult>(Func<IReadOnlyList<TItem>, Task<IReadOnlyList<TResult>>> write, int maxBatch) : IDisposable
{
    private readonly ConcurrentQueue<Entry> _queue = new();
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Completes when the item is committed.</summary>
    /// <param name="item">What to write.</param>
    /// <param name="cancellationToken">Ends the waiting; the item may be written all the same, which a redelivery then finds.</param>
    public async Task<TResult> WriteAsync(TItem item, CancellationToken cancellationToken)
    {
        var entry = new Entry(item);
        _queue.Enqueue(entry);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            while (!entry.Result.Task.IsCompleted)
            {
                await WriteBatchAsync();
            }
        }
        finally
        {
            _turn.Release();
        }

        return await entry.Result.Task;
    }

    public void Dispose() => _turn.Dispose();

    // Not cancelled by the caller whose turn it is: the batch is other callers' too.
    private async Task WriteBatchAsync()
    {
        var batch = new List<Entry>();
        while (batch.Count < maxBatch && _queue.TryDequeue(out var entry))
        {
            batch.Add(entry);
        }

        try
        {
            var results = await write([.. batch.Select(entry => entry.Item)]);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Result.TrySetResult(results[i]);
            }
        }
#pragma warning disable CA1031 // Each caller gets its own outcome, and one bad item must not fail the others.
        catch (Exception exception)
        {
            if (batch.Count == 1)
            {
                batch[0].Result.TrySetException(exception);
                return;
            }

            foreach (var entry in batch)
            {
                await WriteAloneAsync(entry);
            }
        }
    }

    private async Task WriteAloneAsync(Entry entry)
    {
        try
        {
            entry.Result.TrySetResult((await write([entry.Item]))[0]);
        }
        catch (Exception exception)
        {
            entry.Result.TrySetException(exception);
        }
#pragma warning restore CA1031
    }

    private sealed record Entry(TItem Item)
    {
        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
