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
    private readonly TimeProvider _time;
    private readonly GroupCommit<Waiting, int?> _commits;

    public CaptureLog(LedgerStore ledger, WarcArchive archive, ArticlePublisher publisher, TimeProvider time)
    {
        _time = time;
        _ledger = ledger;
        _archive = archive;
        _publisher = publisher;
        _commits = new(CommitAsync, maxBatch: 128);
    }

    /// <summary>Stores a capture and publishes it.</summary>
    /// <returns>Its number; null when its bytes equal those of the article's last capture, and at most a <c>revisit</c> was written.</returns>
    public async Task<int?> StoreAsync(Capture capture, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(capture);
        _ = capture.Sha256;
        var number = await _commits.AddAsync(new Waiting(capture, null, FetchTelemetry.Traceparent), cancellationToken);
        if (number is { } stored)
        {
            FetchTelemetry.Captured();
            await _publisher.PublishAsync(capture, stored, cancellationToken);
        }

        return number;
    }

    /// <summary>Writes into the archive that a page was asked for and had not changed.</summary>
    /// <param name="capture">What the ledger has of it.</param>
    /// <param name="sourceId">Its source.</param>
    /// <param name="exchange">The answer.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task RevisitAsync(CaptureRow capture, string sourceId, HttpExchange exchange, CancellationToken cancellationToken) =>
        _commits.AddAsync(new Waiting(null, Revisit(capture, sourceId, exchange, _time.GetUtcNow()), ""), cancellationToken);

    public ValueTask DisposeAsync() => _commits.DisposeAsync();

    private static WarcEntry Revisit(CaptureRow last, string sourceId, HttpExchange exchange, DateTimeOffset at)
    {
        // Captures of an earlier version do not tell which URL answered: it was the one that was asked for, or one like it.
        var original = new WarcOriginal(last.RecordId, last.FinalUrl.Length > 0 ? last.FinalUrl : exchange.Url, DateTimeOffset.FromUnixTimeMilliseconds(last.FetchedAt), last.Sha256);
        return new WarcEntry(sourceId, info => WarcRecord.WriteRevisit(exchange, at, original, info));
    }

    private async Task<IReadOnlyList<int?>> CommitAsync(IReadOnlyList<Waiting> batch)
    {
        // The ledger decides; looking first only spares the archive most of the bytes it has already.
        var known = await _ledger.FindAsync([.. batch.Select(item => item.Capture?.ArticleId).OfType<string>()], CancellationToken.None);
        var fresh = new List<(int Place, Capture Capture, string Traceparent)>(batch.Count);
        var entries = new List<WarcEntry>(batch.Count);
        var revisits = new List<WarcEntry>();
        for (var i = 0; i < batch.Count; i++)
        {
            var (capture, revisit, traceparent) = batch[i];
            if (revisit is not null)
            {
                revisits.Add(revisit);
            }
            else if (!known.TryGetValue(capture!.ArticleId, out var row) || row.Sha256 != capture.Sha256)
            {
                fresh.Add((i, capture, traceparent));
                entries.Add(new WarcEntry(capture.SourceId, info => WarcRecord.Write(capture, info)));
            }
            else if (capture.Http is { } http && await _ledger.FindCaptureAsync(row.ArticleId, row.Capture, CancellationToken.None) is { } last)
            {
                revisits.Add(Revisit(last, capture.SourceId, http, capture.FetchedAt));
            }
        }

        var results = new int?[batch.Count];
        if (entries.Count + revisits.Count == 0)
        {
            return results;
        }

        var positions = _archive.Append([.. entries, .. revisits]);
        if (fresh.Count == 0)
        {
            return results;
        }

        var numbers = await _ledger.AddCapturesAsync([.. fresh.Select((item, i) => (item.Capture, positions[i], item.Traceparent))], CancellationToken.None);
        for (var i = 0; i < numbers.Count; i++)
        {
            results[fresh[i].Place] = numbers[i];
        }

        return results;
    }

    private sealed record Waiting(Capture? Capture, WarcEntry? Revisit, string Traceparent);
}
