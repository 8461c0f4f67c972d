using System.Collections.Concurrent;

namespace Storyline.Enrich.Clustering;

/// <summary>
/// Lets handlers that wait at the same time share one transaction: whoever comes first commits for all that wait (group commit).
/// When a shared transaction fails, each of its captures is tried alone, so that one bad capture fails by itself.
/// </summary>
public sealed class ClusteringQueue(ClusteringStore store) : IDisposable
{
    private const int MaxBatch = 64;

    private readonly ConcurrentQueue<Waiting> _waiting = new();
    private readonly SemaphoreSlim _gate = new(1);

    /// <summary>Gives a capture its revision and story; returns when that is committed.</summary>
    public async Task<ClusteringResult> ClusterAsync(ClusteringRequest request, CancellationToken cancellationToken)
    {
        var own = new Waiting(request);
        _waiting.Enqueue(own);
        while (own.Result is null)
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                if (own.Result is null)
                {
                    await CommitAsync(own, cancellationToken);
                }
            }
            finally
            {
                _gate.Release();
            }
        }

        return own.Result;
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task CommitAsync(Waiting own, CancellationToken cancellationToken)
    {
        var batch = new List<Waiting>();
        while (!own.IsAlone && batch.Count < MaxBatch && _waiting.TryDequeue(out var next))
        {
            if (next.Result is null && !next.IsAlone)
            {
                batch.Add(next);
            }
        }

        if (own.IsAlone)
        {
            batch.Add(own);
        }

        if (batch.Count == 0)
        {
            return;
        }

        try
        {
            var results = await store.CommitAsync([.. batch.Select(w => w.Request)], cancellationToken);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Result = results[i];
            }
        }
        catch when (batch.Count > 1 || batch[0] != own)
        {
            // Their handlers stand at the gate and try alone.
            foreach (var waiting in batch)
            {
                waiting.IsAlone = true;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private sealed class Waiting(ClusteringRequest request)
    {
        public ClusteringRequest Request { get; } = request;

        public volatile ClusteringResult? Result;

        // Only touched by the holder of the gate.
        public bool IsAlone { get; set; }
    }
}
