using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.Politeness;
using Storyline.Hosting.Telemetry;

namespace Storyline.Fetch.Captures;

/// <summary>
/// Fetches one owed URL politely, then stores a capture or an outcome. A failure that may pass is put off in the ledger
/// (<see cref="FetchOptions.RetryDelays"/>), because another site's trouble is not a fault of the message; the last one is the outcome.
/// </summary>
public sealed partial class ArticleFetcher(
    LedgerStore ledger, CaptureLog captures, PoliteFetcher fetcher, IOptions<FetchOptions> options, TimeProvider time, ILogger<ArticleFetcher> logger)
{
    /// <summary>Fetches the URL if the ledger says that a fetch is owed; a message that comes twice does nothing.</summary>
    public async Task FetchAsync(ArticleRow announced, StageTimer timer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(announced);
        ArgumentNullException.ThrowIfNull(timer);
        var article = await ledger.FindAsync(announced.ArticleId, cancellationToken) ?? await ledger.RequestAsync(announced, cancellationToken);
        if (article.DueAt is null)
        {
            return;
        }

        var last = article.Capture > 0 ? await ledger.FindCaptureAsync(article.ArticleId, article.Capture, cancellationToken) : null;
        var request = new FetchRequest(new Uri(article.Url), FetchOptions.MaxDocumentBytes, last?.Etag ?? "", last?.LastModified ?? "");
        var (result, busy) = await fetcher.GetAsync(request, cancellationToken);
        switch (result)
        {
            case null:
                await ledger.PostponeAsync(article.ArticleId, time.GetUtcNow() + busy!.Value, failure: null, cancellationToken);
                break;
            case FetchResult.NotModified:
                await EndUnchangedAsync(article, timer, cancellationToken);
                break;
            case FetchResult.Failure failure:
                await FailAsync(article, failure, timer, cancellationToken);
                break;
            case FetchResult.Success success:
                await TakeAsync(article, success, timer, cancellationToken);
                break;
        }
    }

    private async Task TakeAsync(ArticleRow article, FetchResult.Success success, StageTimer timer, CancellationToken cancellationToken)
    {
        if (MediaTypes.IsBlank(success.Body))
        {
            await EndAsync(article, Outcome.Empty, "the page has nothing in it", timer, cancellationToken);
            return;
        }

        if (!MediaTypes.TryAccept(success.ContentType, success.Body, out var mediaType, out var charset))
        {
            await EndAsync(article, Outcome.UnsupportedMediaType, $"the page is {mediaType}; HTML and plain text are taken", timer, cancellationToken);
            return;
        }

        if (CanonicalUrl.TryCreate(success.Exchange.Url, out var target, out _) && target != article.Url
            && await ledger.NoteRedirectAsync(article, target, cancellationToken) is { } owner)
        {
            await EndAsync(article with { DuplicateOf = owner }, Outcome.DuplicateUrl, $"leads to the URL of article {owner}", timer, cancellationToken);
            return;
        }

        var capture = new Capture
        {
            ArticleId = article.ArticleId,
            Url = article.Url,
            SourceId = article.SourceId,
            FeedId = article.FeedId,
            FetchedAt = time.GetUtcNow(),
            DiscoveredAt = DateTimeOffset.FromUnixTimeMilliseconds(article.DiscoveredAt),
            MediaType = mediaType,
            Charset = charset,
            Body = success.Body,
            Entry = article.EntryHint,
            Reservations = success.Reservations,
            Http = success.Exchange,
            Trail = timer.Complete([]),
        };
        if (await captures.StoreAsync(capture, cancellationToken) is null)
        {
            await EndUnchangedAsync(article, timer, cancellationToken);
        }
    }

    private async Task FailAsync(ArticleRow article, FetchResult.Failure failure, StageTimer timer, CancellationToken cancellationToken)
    {
        var retries = options.Value.Retries;
        if (!failure.IsTransient || article.Attempts >= retries.Count)
        {
            var reason = article.Attempts == 0 ? failure.Reason : $"{failure.Reason}, after {article.Attempts + 1} attempts";
            await EndAsync(article, failure.Outcome, reason, timer, cancellationToken);
            return;
        }

        var wait = failure.RetryAfter is { } asked && asked > retries[article.Attempts] ? asked : retries[article.Attempts];
        LogPutOff(article.ArticleId, wait, failure.Reason);
        await ledger.PostponeAsync(article.ArticleId, time.GetUtcNow() + wait, failure.Reason, cancellationToken);
    }

    private async Task EndUnchangedAsync(ArticleRow article, StageTimer timer, CancellationToken cancellationToken)
    {
        await ledger.EndUnchangedAsync(article.ArticleId, LedgerJson.WriteTrail(timer.Complete([], Outcome.NotModified)), cancellationToken);
        FetchTelemetry.Ended(Outcome.NotModified, Stage.Fetch);
    }

    private async Task EndAsync(ArticleRow article, Outcome outcome, string reason, StageTimer timer, CancellationToken cancellationToken)
    {
        await ledger.EndBeforeCaptureAsync(
            article with
            {
                Outcome = outcome,
                Stage = Stage.Fetch,
                Reason = reason.Length <= 200 ? reason : reason[..200],
                UpdatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                Trail = LedgerJson.WriteTrail(timer.Complete([], outcome)),
            },
            cancellationToken);
        FetchTelemetry.Ended(outcome, Stage.Fetch);
        LogEnded(article.ArticleId, outcome, reason);
    }

    [LoggerMessage(1, LogLevel.Debug, "article {ArticleId} is put off by {Wait}: {Reason}")]
    private partial void LogPutOff(string articleId, TimeSpan wait, string reason);

    [LoggerMessage(2, LogLevel.Debug, "article {ArticleId} ended with {Outcome}: {Reason}")]
    private partial void LogEnded(string articleId, Outcome outcome, string reason);
}
