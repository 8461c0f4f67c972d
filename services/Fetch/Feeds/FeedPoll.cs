using System.Diagnostics;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.Politeness;

namespace Storyline.Fetch.Feeds;

/// <summary>One poll of one feed: a conditional GET, its entries into the ledger, the next time.</summary>
public sealed class FeedPoll(
    FeedStore feeds, LedgerStore ledger, Redrive redrive, PoliteFetcher fetcher, IOptions<FetchOptions> options, TimeProvider time)
{
    private const string Accept =
        "application/atom+xml,application/rss+xml,application/feed+json,application/rdf+xml,application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,*/*;q=0.1";

    private const int MaxErrorLength = 200;

    /// <summary>Polls and stores what came of it.</summary>
    public async Task RunAsync(FeedRow feed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(feed);
        Activity.Current = null;
        using var activity = FetchTelemetry.Source.StartActivity("poll feed");
        activity?.SetTag("storyline.feed_id", feed.FeedId);
        var (document, etag, lastModified, error, wait) = await AskAsync(new Uri(feed.Url), feed.Etag, feed.LastModified, cancellationToken);
        if (wait is not null)
        {
            await feeds.StorePollAsync(feed with { NextPollAt = At(wait.Value) }, [], cancellationToken);
            return;
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (error is not null)
        {
            var failures = feed.Failures + 1;
            var interval = PollSchedule.AfterFailure(options.Value, failures, error.RetryAfter);
            activity?.SetStatus(ActivityStatusCode.Error, error.Reason);
            FetchTelemetry.Polled("failure");
            await feeds.StorePollAsync(
                feed with
                {
                    State = FeedState.Failing, Failures = failures, LastError = error.Reason.Length <= MaxErrorLength ? error.Reason : error.Reason[..MaxErrorLength], LastPollAt = now,
                    IntervalMs = (long)interval.TotalMilliseconds, NextPollAt = At(interval),
                },
                [], cancellationToken);
            return;
        }

        var articles = document is null ? [] : await DiscoverAsync(feed, document, cancellationToken);
        var next = PollSchedule.AfterSuccess(options.Value);
        var added = await feeds.StorePollAsync(
            feed with
            {
                State = FeedState.Active, Failures = 0, LastError = "", LastPollAt = now, LastSuccessAt = now,
                IntervalMs = (long)next.TotalMilliseconds, NextPollAt = At(PollSchedule.Jitter(next)),
                Format = document?.Format ?? feed.Format, Title = document?.Title ?? feed.Title, EntriesLastPoll = document?.Entries.Count ?? feed.EntriesLastPoll,
                Etag = document is null ? feed.Etag : etag, LastModified = document is null ? feed.LastModified : lastModified,
            },
            articles, cancellationToken);
        FetchTelemetry.Polled(document is null ? "not_modified" : "success");
        if (added.Count > 0)
        {
            redrive.Wake();
        }
    }

    /// <summary>Asks a feed once without storing anything.</summary>
    /// <returns>The document, or why there is none, or how long its host is busy.</returns>
    public async Task<(FeedDocument? Document, FetchResult.Failure? Error, TimeSpan? Busy)> CheckAsync(Uri url, CancellationToken cancellationToken)
    {
        var (document, _, _, error, busy) = await AskAsync(url, "", "", cancellationToken);
        return (document, error, busy);
    }

    private async Task<(FeedDocument? Document, string ETag, string LastModified, FetchResult.Failure? Error, TimeSpan? Busy)> AskAsync(
        Uri url, string etag, string lastModified, CancellationToken cancellationToken)
    {
        var request = new FetchRequest(url, FeedReader.MaxBytes, etag, lastModified, Accept);
        var (result, wait) = await fetcher.GetAsync(request, cancellationToken);
        switch (result)
        {
            case null:
                return (null, "", "", null, wait);
            case FetchResult.Failure failure:
                return (null, "", "", failure, null);
            case FetchResult.Success success:
                try
                {
                    _ = MediaTypes.TryAccept(success.ContentType, success.Body, out _, out var charset);
                    return (FeedReader.Read(success.Body, charset, new Uri(success.Exchange.Url)), success.Exchange.ETag, success.Exchange.LastModified, null, null);
                }
                catch (FeedFormatException exception)
                {
                    return (null, "", "", new(Outcome.UnsupportedMediaType, exception.Message, IsTransient: false), null);
                }

            default:
                return (null, "", "", null, null);
        }
    }

    /// <summary>Rows for the entries that the ledger does not have, each with a trace of its own that is linked to the poll's.</summary>
    private async Task<IReadOnlyCollection<ArticleRow>> DiscoverAsync(FeedRow feed, FeedDocument document, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var rows = new Dictionary<string, (FeedEntry Entry, ArticleRow Row)>(StringComparer.Ordinal);
        foreach (var entry in document.Entries.Where(entry => entry.Url is not null))
        {
            var isValid = CanonicalUrl.TryCreate(entry.Url, out var canonical, out var error);
            var url = canonical ?? entry.Url!;
            var id = ArticleId.OfUrl(url);
            rows.TryAdd(id, (entry, new ArticleRow
            {
                ArticleId = id,
                Url = url.Length <= CanonicalUrl.MaxLength ? url : url[..CanonicalUrl.MaxLength],
                SourceId = feed.SourceId,
                FeedId = feed.FeedId,
                Outcome = isValid ? Outcome.Pending : Outcome.InvalidUrl,
                Stage = Stage.Fetch,
                Reason = error ?? "",
                DiscoveredAt = now,
                UpdatedAt = now,
                DueAt = isValid ? now : null,
            }));
        }

        var known = await ledger.FindAsync(rows.Keys, cancellationToken);
        var poll = Activity.Current;
        try
        {
            return [.. rows.Where(row => !known.ContainsKey(row.Key)).Select(row => Trace(row.Value.Row, row.Value.Entry, poll))];
        }
        finally
        {
            Activity.Current = poll;
        }
    }

    private static ArticleRow Trace(ArticleRow row, FeedEntry entry, Activity? poll)
    {
        Activity.Current = null;
        using var activity = FetchTelemetry.Source.StartActivity(
            "feed entry", ActivityKind.Internal, parentContext: default, links: poll is null ? null : [new ActivityLink(poll.Context)]);
        activity?.SetTag("storyline.article_id", row.ArticleId);
        activity?.SetTag("storyline.feed_id", row.FeedId);
        return row with
        {
            Traceparent = FetchTelemetry.Traceparent,
            Entry = LedgerJson.WriteEntry(new EntryHint(entry.Title, entry.Published ?? entry.Updated, entry.Authors.Count == 0 ? null : [.. entry.Authors], entry.Language)),
        };
    }

    private long At(TimeSpan wait) => (time.GetUtcNow() + wait).ToUnixTimeMilliseconds();
}

/// <summary>When a feed is asked next.</summary>
public static class PollSchedule
{
    private const double JitterShare = 0.1;

    public static TimeSpan AfterSuccess(FetchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.PollInterval;
    }

    /// <summary>Each failure doubles the time, up to the longest; a server that asks for more gets it.</summary>
    public static TimeSpan AfterFailure(FetchOptions options, int failures, TimeSpan? retryAfter)
    {
        ArgumentNullException.ThrowIfNull(options);
        var doubled = options.PollInterval * Math.Pow(2, Math.Min(failures - 1, 20));
        var interval = doubled < options.MaxPollInterval ? doubled : options.MaxPollInterval;
        return retryAfter is { } asked && asked > interval ? asked : interval;
    }

    /// <summary>Up to a tenth more, so that feeds added together drift apart.</summary>
    public static TimeSpan Jitter(TimeSpan interval) => interval * (1 + (JitterShare * Random.Shared.NextDouble()));
}
