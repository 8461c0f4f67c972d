using Storyline.Fetch.Captures;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>
/// Takes captures in: archive, ledger, bus, in this order. What <see cref="StoreAsync"/> has returned for survives a power cut.
/// </summary>
public sealed class CaptureLog : IAsyncDisposable
{
    private readonly LedgerStore _ledger;
    private readonly WarcArchive _archive;
    private readonly ArticlePublisher _publisher;
    private readonly GroupCommit<Waiting, int?> _commits;

    public CaptureLog(LedgerStore ledger, WarcArchive archive, ArticlePublisher publisher)
    {
        _ledger = ledger;
        _archive = archive;
        _publisher = publisher;
        _commits = new(CommitAsync, maxBatch: 128);
    }

    /// <summary>Stores a capture and publishes it.</summary>
    /// <returns>Its number; null when its bytes equal those of the article's last capture, and nothing was stored.</returns>
    public async Task<int?> StoreAsync(Capture capture, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(capture);
        var waiting = new Waiting(capture, WarcRecord.Write(capture), FetchTelemetry.Traceparent);
        var number = await _commits.AddAsync(waiting, cancellationToken);
        if (number is { } stored)
        {
            FetchTelemetry.Captured();
            await _publisher.PublishAsync(capture, stored, cancellationToken);
        }

        return number;
    }

    public ValueTask DisposeAsync() => _commits.DisposeAsync();

    private async Task<IReadOnlyList<int?>> CommitAsync(IReadOnlyList<Waiting> batch)
    {
        // The ledger decides; looking first only spares the archive most of the bytes it has already.
        var known = await _ledger.FindAsync([.. batch.Select(item => item.Capture.ArticleId)], CancellationToken.None);
        var fresh = new List<Waiting>(batch.Count);
        var results = new int?[batch.Count];
        var places = new List<int>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            if (!known.TryGetValue(batch[i].Capture.ArticleId, out var row) || row.Sha256 != batch[i].Capture.Sha256)
            {
                fresh.Add(batch[i]);
                places.Add(i);
            }
        }

        if (fresh.Count == 0)
        {
            return results;
        }

        var positions = _archive.Append([.. fresh.Select(item => item.Record)]);
        var numbers = await _ledger.AddCapturesAsync(
            [.. fresh.Select((item, i) => (item.Capture, positions[i], item.Traceparent))], CancellationToken.None);
        for (var i = 0; i < numbers.Count; i++)
        {
            results[places[i]] = numbers[i];
        }

        return results;
    }

    private sealed record Waiting(Capture Capture, byte[] Record, string Traceparent);
}
