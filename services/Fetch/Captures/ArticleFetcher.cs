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
    LedgerStore ledger, RefetchStore refetches, AttemptStore attempts, CanonicalClaimStore claims, CaptureLog captures, PoliteFetcher fetcher, IOptions<FetchOptions> options,
    TimeProvider time, ILogger<ArticleFetcher> logger)
{
    // A host that is busy with new articles, or has asked for a pause, is not asked for old ones for this long.
    private static readonly TimeSpan RefetchPause = TimeSpan.FromMinutes(10);

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

        var fetch = new Fetch(article, timer, time.GetUtcNow());
        var last = article.Capture > 0 ? await ledger.FindCaptureAsync(article.ArticleId, article.Capture, cancellationToken) : null;
        var request = new FetchRequest(new Uri(article.Url), FetchOptions.MaxDocumentBytes, last?.Etag ?? "", last?.LastModified ?? "") { Hops = fetch.Redirects, WithReservations = true };
        var (result, busy) = await fetcher.GetAsync(request, cancellationToken);
        switch (result)
        {
            case null:
                await PutOffAsync(fetch, busy!.Value, cancellationToken);
                break;
            case FetchResult.NotModified unchanged:
                await captures.RevisitAsync(last!, article.SourceId, unchanged.Exchange, cancellationToken);
                await EndUnchangedAsync(fetch, "the publisher says so", cancellationToken);
                break;
            case FetchResult.Failure failure:
                await FailAsync(fetch, failure, cancellationToken);
                break;
            case FetchResult.Success success:
                await TakeAsync(fetch, success, cancellationToken);
                break;
        }
    }

    private async Task TakeAsync(Fetch fetch, FetchResult.Success success, CancellationToken cancellationToken)
    {
        var article = fetch.Article;
        if (MediaTypes.IsBlank(success.Body))
        {
            await EndAsync(fetch, Outcome.Empty, "the page has nothing in it", cancellationToken);
            return;
        }

        if (!MediaTypes.TryAccept(success.ContentType, success.Body, out var mediaType, out var charset))
        {
            await EndAsync(fetch, Outcome.UnsupportedMediaType, $"the page is {mediaType}; HTML and plain text are taken", cancellationToken);
            return;
        }

        if (CanonicalUrl.TryCreate(success.Exchange.Url, out var target, out _) && target != article.Url
            && await ledger.NoteRedirectAsync(article, target, cancellationToken) is { } owner)
        {
            await EndAsync(fetch with { Article = article with { DuplicateOf = owner } }, Outcome.DuplicateUrl, $"leads to the URL of article {owner}", cancellationToken);
            return;
        }

        if (PageHead.Read(success.Body, mediaType, new Uri(success.Exchange.Url), LinkHeader.Read(success.Exchange)) is { TitleDigest.Length: > 0 } head)
        {
            // An article that has been captured keeps its id, whatever its page says later.
            var first = await claims.ClaimAsync(article.ArticleId, ArticleId.OfUrl(head.CanonicalUrl ?? article.Url), head.TitleDigest, cancellationToken);
            if (first != article.ArticleId && article.Capture == 0)
            {
                await EndAsync(
                    fetch with { Article = article with { DuplicateOf = first } }, Outcome.DuplicateUrl, $"has the canonical URL and the title of article {first}", cancellationToken);
                return;
            }
        }

        var now = time.GetUtcNow();
        var capture = new Capture
        {
            ArticleId = article.ArticleId,
            Url = article.Url,
            SourceId = article.SourceId,
            FeedId = article.FeedId,
            FetchedAt = now,
            DiscoveredAt = DateTimeOffset.FromUnixTimeMilliseconds(article.DiscoveredAt),
            MediaType = mediaType,
            Charset = charset,
            Body = success.Body,
            Entry = article.EntryHint,
            Reservations = success.Reservations,
            Http = success.Exchange with { Redirects = fetch.Redirects },
            Trail = fetch.Timer.Complete([]),
            RefetchAt = RefetchSchedule.Next(options.Value, article.Refetches + article.Refetching, now),
        };
        if (await captures.StoreAsync(capture, cancellationToken) is null)
        {
            await EndUnchangedAsync(fetch, "its bytes equal those of the last capture", cancellationToken);
        }
    }

    private async Task FailAsync(Fetch fetch, FetchResult.Failure failure, CancellationToken cancellationToken)
    {
        var article = fetch.Article;
        var retries = options.Value.Retries;
        if (article.IsRefetch || !failure.IsTransient || article.Attempts >= retries.Count)
        {
            var reason = article.Attempts == 0 ? failure.Reason : $"{failure.Reason}, after {article.Attempts + 1} attempts";
            await EndAsync(fetch, failure.Outcome, reason, cancellationToken, failure.RetryAfter);
            return;
        }

        var wait = failure.RetryAfter is { } asked && asked > retries[article.Attempts] ? asked : retries[article.Attempts];
        LogPutOff(article.ArticleId, wait, failure.Reason);
        await NoteAsync(fetch, failure.Outcome, failure.Reason, cancellationToken);
        await ledger.PostponeAsync(article.ArticleId, time.GetUtcNow() + wait, failure.Reason, cancellationToken);
    }

    private Task PutOffAsync(Fetch fetch, TimeSpan wait, CancellationToken cancellationToken) => fetch.Article.IsRefetch
        ? refetches.PutOffAsync(fetch.Article.ArticleId, time.GetUtcNow() + (wait > RefetchPause ? wait : RefetchPause), cancellationToken)
        : ledger.PostponeAsync(fetch.Article.ArticleId, time.GetUtcNow() + wait, failure: null, cancellationToken);

    private async Task EndUnchangedAsync(Fetch fetch, string reason, CancellationToken cancellationToken)
    {
        await NoteAsync(fetch, Outcome.NotModified, reason, cancellationToken);
        FetchTelemetry.Ended(Outcome.NotModified, Stage.Fetch);
        if (fetch.Article.IsRefetch)
        {
            await EndRefetchAsync(fetch, retryAfter: null, cancellationToken);
            return;
        }

        await ledger.EndUnchangedAsync(fetch.Article.ArticleId, cancellationToken);
    }

    private async Task EndAsync(Fetch fetch, Outcome outcome, string reason, CancellationToken cancellationToken, TimeSpan? retryAfter = null)
    {
        await NoteAsync(fetch, outcome, reason, cancellationToken);
        LogEnded(fetch.Article.ArticleId, outcome, reason);
        if (fetch.Article.IsRefetch)
        {
            // The article that is searchable stays so: a page that fails, or is gone, takes nothing back.
            await EndRefetchAsync(fetch, retryAfter, cancellationToken);
            return;
        }

        await ledger.EndBeforeCaptureAsync(
            fetch.Article with
            {
                Outcome = outcome,
                Stage = Stage.Fetch,
                Reason = Cut(reason),
                UpdatedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                Trail = LedgerJson.WriteTrail(fetch.Timer.Complete([], outcome)),
            },
            cancellationToken);
        FetchTelemetry.Ended(outcome, Stage.Fetch);
    }

    private Task EndRefetchAsync(Fetch fetch, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var next = RefetchSchedule.Next(options.Value, fetch.Article.Refetches + 1, now);
        return refetches.EndAsync(fetch.Article.ArticleId, next is { } at && retryAfter is { } asked && now + asked > at ? now + asked : next, cancellationToken);
    }

    private Task NoteAsync(Fetch fetch, Outcome outcome, string reason, CancellationToken cancellationToken) => attempts.AddAsync(
        new AttemptRow
        {
            ArticleId = fetch.Article.ArticleId,
            AttemptedAt = fetch.StartedAt.ToUnixTimeMilliseconds(),
            Outcome = outcome,
            Reason = Cut(reason),
            DurationMs = (long)(time.GetUtcNow() - fetch.StartedAt).TotalMilliseconds,
            Redirects = LedgerStore.JoinUrls(fetch.Redirects),
            TraceId = System.Diagnostics.Activity.Current?.TraceId.ToHexString() ?? "",
        },
        cancellationToken);

    private static string Cut(string reason) => reason.Length <= 200 ? reason : reason[..200];

    private sealed record Fetch(ArticleRow Article, StageTimer Timer, DateTimeOffset StartedAt)
    {
        /// <summary>URLs that we were sent on to.</summary>
        public List<string> Redirects { get; } = [];
    }

    [LoggerMessage(1, LogLevel.Debug, "article {ArticleId} is put off by {Wait}: {Reason}")]
    private partial void LogPutOff(string articleId, TimeSpan wait, string reason);

    [LoggerMessage(2, LogLevel.Debug, "article {ArticleId} ended with {Outcome}: {Reason}")]
    private partial void LogEnded(string articleId, Outcome outcome, string reason);
}
