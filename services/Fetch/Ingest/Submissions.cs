using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Ledger;
using Storyline.Hosting.Telemetry;

namespace Storyline.Fetch.Ingest;

/// <summary>A document that somebody hands in.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">As declared; empty when not.</param>
/// <param name="Url">Its URL; empty when it has none.</param>
/// <param name="SourceId">Its publisher; empty: the URL's host, or <c>submitted</c>.</param>
/// <param name="PublishTime">Its publish time, if the submitter knows.</param>
public sealed record SubmittedDocument(ReadOnlyMemory<byte> Content, string ContentType, string Url, string SourceId, DateTimeOffset? PublishTime);

/// <summary>
/// Takes in what is handed in. Whatever comes has a row in the ledger afterwards, with an outcome at once when it can go no further.
/// </summary>
public sealed class Submissions(LedgerStore ledger, CaptureLog captures, Redrive redrive, TimeProvider time)
{
    /// <summary>Stores a document; its row when it is on the disk.</summary>
    public async Task<ArticleRow> SubmitAsync(SubmittedDocument document, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
        var timer = StageTimer.Start(time, Stage.Fetch);
        var now = time.GetUtcNow();
        var article = Identify(document, now, out var refusal);
        var (mediaType, charset) = ("", (string?)null);
        refusal ??= Refuse(document, out mediaType, out charset);
        if (refusal is var (outcome, reason))
        {
            FetchTelemetry.Ended(outcome, Stage.Fetch);
            return await ledger.RefuseAsync(
                article with { Outcome = outcome, Reason = reason, Trail = LedgerJson.WriteTrail(timer.Complete([], outcome)) }, cancellationToken);
        }

        var capture = new Capture
        {
            ArticleId = article.ArticleId,
            Url = article.Url,
            SourceId = article.SourceId,
            FetchedAt = now,
            DiscoveredAt = now,
            MediaType = mediaType,
            Charset = charset,
            Body = document.Content,
            Entry = document.PublishTime is { } published ? new EntryHint(PublishTime: published) : null,
            Trail = timer.Complete([]),
        };
        var number = await captures.StoreAsync(capture, cancellationToken);
        return number is null
            ? await ledger.FindAsync(article.ArticleId, cancellationToken) ?? article
            : article with { Capture = number.Value };
    }

    /// <summary>Asks for a URL to be fetched; its row when that is noted on the disk.</summary>
    public async Task<ArticleRow> SubmitUrlAsync(string url, string sourceId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var article = Row(now) with { DueAt = now.ToUnixTimeMilliseconds() };
        if (!CanonicalUrl.TryCreate(url, out var canonical, out var error))
        {
            FetchTelemetry.Ended(Outcome.InvalidUrl, Stage.Fetch);
            return await ledger.RefuseAsync(InvalidUrl(article, url, sourceId, error), cancellationToken);
        }

        article = await ledger.RequestAsync(
            article with { ArticleId = ArticleId.OfUrl(canonical), Url = canonical, SourceId = SourceOf(sourceId, canonical) }, cancellationToken);
        redrive.Wake();
        return article;
    }

    private static ArticleRow Identify(SubmittedDocument document, DateTimeOffset now, out (Outcome, string)? refusal)
    {
        refusal = null;
        var row = Row(now);
        if (document.Url.Length == 0)
        {
            return row with
            {
                ArticleId = ArticleId.OfBytes(document.Content.Span),
                Url = ArticleId.UrnOfBytes(document.Content.Span),
                SourceId = document.SourceId.Length == 0 ? ArticleSource.Submitted : document.SourceId,
            };
        }

        if (CanonicalUrl.TryCreate(document.Url, out var canonical, out var error))
        {
            return row with { ArticleId = ArticleId.OfUrl(canonical), Url = canonical, SourceId = SourceOf(document.SourceId, canonical) };
        }

        refusal = (Outcome.InvalidUrl, error);
        return InvalidUrl(row, document.Url, document.SourceId, error);
    }

    private static (Outcome Outcome, string Reason)? Refuse(SubmittedDocument document, out string mediaType, out string? charset)
    {
        (mediaType, charset) = ("", null);
        if (document.Content.Length > FetchOptions.MaxDocumentBytes)
        {
            return (Outcome.TooLarge, $"the document has {document.Content.Length} bytes; at most {FetchOptions.MaxDocumentBytes} are taken");
        }

        if (MediaTypes.IsBlank(document.Content.Span))
        {
            return (Outcome.Empty, document.Content.Length == 0 ? "the document has no bytes" : "the document holds white space only");
        }

        return MediaTypes.TryAccept(document.ContentType, document.Content.Span, out mediaType, out charset)
            ? null
            : (Outcome.UnsupportedMediaType, $"the document is {mediaType}; HTML and plain text are taken");
    }

    private static ArticleRow Row(DateTimeOffset now) => new()
    {
        Outcome = Outcome.Pending,
        Stage = Stage.Fetch,
        DiscoveredAt = now.ToUnixTimeMilliseconds(),
        UpdatedAt = now.ToUnixTimeMilliseconds(),
        Traceparent = FetchTelemetry.Traceparent,
    };

    private static ArticleRow InvalidUrl(ArticleRow row, string url, string sourceId, string error)
    {
        var kept = url.Length <= CanonicalUrl.MaxLength ? url : url[..CanonicalUrl.MaxLength];
        return row with
        {
            ArticleId = ArticleId.OfUrl(url), Url = kept, SourceId = sourceId.Length == 0 ? ArticleSource.Submitted : sourceId, Outcome = Outcome.InvalidUrl, Reason = error, DueAt = null,
        };
    }

    private static string SourceOf(string sourceId, string canonical) => sourceId.Length == 0 ? new Uri(canonical).Host : sourceId;
}
