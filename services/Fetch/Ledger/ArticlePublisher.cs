using System.IO.Compression;
using System.Text.Json;
using MassTransit;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>
/// Puts captures and owed fetches on the bus after they are committed. What it cannot publish stays marked in the ledger, and
/// <see cref="Redrive"/> comes back to it.
/// </summary>
public sealed partial class ArticlePublisher : IAsyncDisposable
{
    // Brotli 3 is the level where it still keeps up with the disk; the message is a third of the page.
    private const int BrotliQuality = 3;
    private const int BrotliWindow = 22;

    private readonly IBus _bus;
    private readonly LedgerStore _ledger;
    private readonly WarcArchive _archive;
    private readonly ILogger<ArticlePublisher> _logger;
    private readonly GroupCommit<(string ArticleId, int Capture), bool> _marks;

    public ArticlePublisher(IBus bus, LedgerStore ledger, WarcArchive archive, ILogger<ArticlePublisher> logger)
    {
        _bus = bus;
        _ledger = ledger;
        _archive = archive;
        _logger = logger;
        _marks = new(
            async captures =>
            {
                await ledger.MarkPublishedAsync(captures, CancellationToken.None);
                return new bool[captures.Count];
            },
            maxBatch: 512);
    }

    /// <summary>Publishes a capture that was just committed. A failure is logged, not thrown: the capture is safe.</summary>
    public async Task PublishAsync(Capture capture, int number, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(capture);
        try
        {
            await PublishAsync(
                new ArticleFetched
                {
                    ArticleId = capture.ArticleId,
                    Capture = number,
                    Url = capture.Url,
                    SourceId = capture.SourceId,
                    FeedId = capture.FeedId.Length == 0 ? null : capture.FeedId,
                    // As the ledger keeps it, so that the message made again from there is the same.
                    FetchedAt = DateTimeOffset.FromUnixTimeMilliseconds(capture.FetchedAt.ToUnixTimeMilliseconds()),
                    MediaType = capture.MediaType,
                    Charset = capture.Charset,
                    BodyBrotli = Compress(capture.Body.Span),
                    BodyLength = capture.Body.Length,
                    BodySha256 = capture.Sha256,
                    Entry = capture.Entry,
                    Reservations = [.. capture.Reservations],
                    Trail = capture.Trail,
                },
                cancellationToken);
        }
#pragma warning disable CA1031 // Whatever the bus throws, the capture is committed and is published again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotPublished(capture.ArticleId, number, exception);
        }
    }

    /// <summary>Publishes a capture again, from the archive, in its own trace.</summary>
    public async Task RepublishAsync(CaptureRow capture, ArticleRow article, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(capture);
        ArgumentNullException.ThrowIfNull(article);
        using var activity = FetchTelemetry.Continue("redrive capture", capture.Traceparent);
        var body = await _archive.ReadAsync(capture.Position, cancellationToken);
        await PublishAsync(
            new ArticleFetched
            {
                ArticleId = capture.ArticleId,
                Capture = capture.Capture,
                Url = article.Url,
                SourceId = article.SourceId,
                FeedId = article.FeedId.Length == 0 ? null : article.FeedId,
                FetchedAt = DateTimeOffset.FromUnixTimeMilliseconds(capture.FetchedAt),
                MediaType = capture.MediaType,
                Charset = capture.Charset.Length == 0 ? null : capture.Charset,
                BodyBrotli = Compress(body),
                BodyLength = body.Length,
                BodySha256 = capture.Sha256,
                Entry = LedgerJson.ReadEntry(capture.Entry),
                Reservations = LedgerJson.ReadReservations(capture.Reservations),
                CompareOnly = capture.Capture < 0,
                Trail = JsonSerializer.Deserialize<StageRecord[]>(capture.Trail) ?? [],
            },
            cancellationToken);
    }

    /// <summary>Publishes an owed fetch, in its own trace.</summary>
    public async Task PublishFetchAsync(ArticleRow article, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(article);
        using var activity = FetchTelemetry.Continue("request fetch", article.Traceparent);
        await _bus.Publish(
            new FetchArticle
            {
                ArticleId = article.ArticleId,
                Url = article.Url,
                SourceId = article.SourceId,
                FeedId = article.FeedId.Length == 0 ? null : article.FeedId,
                Entry = article.EntryHint,
                DiscoveredAt = DateTimeOffset.FromUnixTimeMilliseconds(article.DiscoveredAt),
            },
            cancellationToken);
    }

    public ValueTask DisposeAsync() => _marks.DisposeAsync();

    private async Task PublishAsync(ArticleFetched message, CancellationToken cancellationToken)
    {
        await _bus.Publish(message, cancellationToken);
        _ = MarkAsync(message);
    }

    // Nobody waits for the mark: without it the message is published once more, and that changes nothing.
    private async Task MarkAsync(ArticleFetched message)
    {
        try
        {
            await _marks.AddAsync((message.ArticleId, message.Capture), CancellationToken.None);
        }
#pragma warning disable CA1031
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotMarked(message.ArticleId, message.Capture, exception);
        }
    }

    private static byte[] Compress(ReadOnlySpan<byte> body)
    {
        var buffer = new byte[BrotliEncoder.GetMaxCompressedLength(body.Length)];
        return BrotliEncoder.TryCompress(body, buffer, out var written, BrotliQuality, BrotliWindow)
            ? buffer[..written]
            : throw new InvalidOperationException("a buffer of the largest possible size was too small for Brotli");
    }

    [LoggerMessage(1, LogLevel.Warning, "capture {Capture} of article {ArticleId} is stored but could not be published yet")]
    private partial void LogNotPublished(string articleId, int capture, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "capture {Capture} of article {ArticleId} is published but not marked so, and will be published again")]
    private partial void LogNotMarked(string articleId, int capture, Exception exception);
}
