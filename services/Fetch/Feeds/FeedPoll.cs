using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.Politeness;
using Storyline.Fetch.Robots;

namespace Storyline.Fetch.Feeds;

/// <summary>What a dry run of a poll found.</summary>
/// <param name="Document">The feed; null when there is none.</param>
/// <param name="Error">Why there is none.</param>
/// <param name="Busy">The host that was busy for longer than could be waited, so that nothing is known; else null.</param>
/// <param name="Candidates">The feeds that a page led to.</param>
public sealed record CheckedFeed(FeedDocument? Document, FetchResult.Failure? Error, (string Host, TimeSpan RetryAfter)? Busy, IReadOnlyList<(string Url, FeedDocument Document)> Candidates);

/// <summary>One poll of one feed: a conditional GET, its entries into the ledger, the next time.</summary>
public sealed class FeedPoll(
    FeedStore feeds, SubscriptionStore subscriptions, SitemapIndex sitemaps, LedgerStore ledger, Redrive redrive, PoliteFetcher fetcher, RobotsCache robots, IOptions<FetchOptions> options,
    TimeProvider time)
{
    private const string Accept =
        "application/atom+xml,application/rss+xml,application/feed+json,application/rdf+xml,application/xml;q=0.9,text/xml;q=0.9,application/json;q=0.8,*/*;q=0.1";

    private const int MaxErrorLength = 200;

    // A feed of nothing but entries without URLs is counted as far as this.
    private const int MaxUnusable = 1000;

    // Candidates of a site's page that are asked for: those it names come first, guesses last.
    private const int MaxProbes = 12;

    // A poll waits this long in all for the host of the feeds that a page names: the longest Crawl-delay that is kept fits in, and its lease is far longer.
    private static readonly TimeSpan PollPatience = TimeSpan.FromMinutes(1);

    /// <summary>Polls and stores what came of it.</summary>
    public async Task RunAsync(FeedRow feed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(feed);
        Activity.Current = null;
        using var activity = FetchTelemetry.Source.StartActivity("poll feed");
        activity?.SetTag("storyline.feed_id", feed.FeedId);
        var now = time.GetUtcNow();
        var subscription = options.Value.WebSubCallback is null ? null : await subscriptions.FindAsync(feed.FeedId, cancellationToken);

        // An index says little of whether its children changed.
        var isFull = feed.Format == FeedFormat.SitemapIndex || feed.FullAt is not { } full || now - DateTimeOffset.FromUnixTimeMilliseconds(full) >= options.Value.FullPollInterval;
        var (result, wait) = await AskAsync(new Uri(feed.Url), isFull ? "" : feed.Etag, isFull ? "" : feed.LastModified, cancellationToken);
        var polled = result switch
        {
            null => new PolledFeed(feed with { NextPollAt = At(wait!.Value) }, []),
            FetchResult.Failure failure => Failed(feed, failure),
            FetchResult.Success success => await ReadAsync(feed, success, isFull, subscription, cancellationToken),
            _ => Unchanged(feed, result, subscription),
        };
        if (polled.Feed.Failures > feed.Failures)
        {
            activity?.SetStatus(ActivityStatusCode.Error, polled.Feed.LastError);
        }

        if ((await feeds.StorePollAsync(polled, cancellationToken)).Count > 0)
        {
            redrive.Wake();
        }

        if (subscription?.IsLive(now) == true && polled.Feed.CountedAt > feed.CountedAt)
        {
            await subscriptions.NoteMissedAsync(feed.FeedId, cancellationToken);
        }
    }

    /// <summary>Takes what a hub pushed: the same way into the ledger as a poll's.</summary>
    /// <returns>False when it is no feed.</returns>
    public async Task<bool> PushAsync(FeedRow feed, string contentType, byte[] body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(feed);
        Activity.Current = null;
        using var activity = FetchTelemetry.Source.StartActivity("push feed");
        activity?.SetTag("storyline.feed_id", feed.FeedId);
        if (Read(contentType, body, new Uri(feed.Url)).Document is not { } document)
        {
            return false;
        }

        var articles = await DiscoverAsync(feed, document, cancellationToken);
        var (rhythm, _, newest) = Count(feed, document, articles.Count, time.GetUtcNow());
        if ((await feeds.StorePollAsync(new PolledFeed((feed with { NewestPublishedAt = newest }).With(rhythm), articles) { IsPush = true }, cancellationToken)).Count > 0)
        {
            redrive.Wake();
        }

        return true;
    }

    /// <summary>Asks for a feed without storing anything; of a page that is none, for the feeds that it leads to.</summary>
    /// <param name="url">The feed, or the page.</param>
    /// <param name="until">How long a busy host may be waited for.</param>
    /// <param name="most">Most feeds of a page that are looked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CheckedFeed> CheckAsync(Uri url, DateTimeOffset until, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        var (result, busy) = await AskPatientlyAsync(url, until, cancellationToken);
        if (result is not FetchResult.Success success)
        {
            return new CheckedFeed(null, result as FetchResult.Failure, busy is { } wait ? (url.Host, wait) : null, []);
        }

        var (document, error) = Read(success);
        if (document is not null)
        {
            return new CheckedFeed(document, null, null, []);
        }

        var (found, busyHost) = await FindAsync(success, most, withGuesses: true, until, cancellationToken);
        return new CheckedFeed(null, error, busyHost, found);
    }

    /// <summary>The feeds that a page leads to, each asked for and read; the likeliest first.</summary>
    /// <returns>They; or the host that was too busy to say whether a candidate is one, for a less likely one must not take its place.</returns>
    private async Task<(IReadOnlyList<(string Url, FeedDocument Document)> Found, (string Host, TimeSpan RetryAfter)? Busy)> FindAsync(
        FetchResult.Success page, int most, bool withGuesses, DateTimeOffset until, CancellationToken cancellationToken)
    {
        _ = MediaTypes.TryAccept(page.ContentType, page.Body, out var mediaType, out _);
        var found = new List<(string Url, FeedDocument Document)>();
        if (mediaType is not ("text/html" or "application/xhtml+xml"))
        {
            return (found, null);
        }

        // The addresses in a page are ASCII, whatever its text is.
        var address = new Uri(page.Exchange.Url);
        var named = withGuesses ? (await robots.AskAsync(address, cancellationToken)).Sitemaps : [];
        foreach (var candidate in FeedDiscovery.Find(Encoding.UTF8.GetString(page.Body), address, withGuesses, named).Take(MaxProbes))
        {
            if (found.Count == most)
            {
                break;
            }

            if (!CanonicalUrl.TryCreate(candidate.AbsoluteUri, out var url, out _))
            {
                continue;
            }

            var (result, busy) = await AskPatientlyAsync(new Uri(url), until, cancellationToken);
            if (busy is null && result is FetchResult.Failure { StatusCode: 429 or 503 } overloaded)
            {
                // It says as little of what lies there as a host that was not asked.
                busy = overloaded.RetryAfter ?? options.Value.HostBackOff;
            }

            if (busy is { } wait)
            {
                return ([], (candidate.Host, wait));
            }

            if (result is FetchResult.Success success && Read(success).Document is { } document)
            {
                found.Add((url, document));
            }
        }

        return (found, null);
    }

    // Waits for a busy host as long as there is time.
    private async Task<(FetchResult? Result, TimeSpan? Busy)> AskPatientlyAsync(Uri url, DateTimeOffset until, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (result, busy) = await AskAsync(url, "", "", cancellationToken);
            if (busy is not { } wait || time.GetUtcNow() + wait >= until)
            {
                return (result, busy);
            }

            await Task.Delay(wait, time, cancellationToken);
        }
    }

    private Task<(FetchResult? Result, TimeSpan? Busy)> AskAsync(Uri url, string etag, string lastModified, CancellationToken cancellationToken) =>
        fetcher.GetAsync(new FetchRequest(url, FeedReader.MaxBytes, etag, lastModified, Accept), cancellationToken);

    internal static (FeedDocument? Document, FetchResult.Failure? Error) Read(FetchResult.Success success) =>
        Read(success.ContentType, success.Body, new Uri(success.Exchange.Url));

    private static (FeedDocument? Document, FetchResult.Failure? Error) Read(string contentType, byte[] body, Uri url)
    {
        try
        {
            _ = MediaTypes.TryAccept(contentType, body, out _, out var charset);
            return (FeedReader.Read(body, charset, url), null);
        }
        catch (FeedFormatException exception)
        {
            return (null, new FetchResult.Failure(Outcome.UnsupportedMediaType, exception.Message, IsTransient: false));
        }
    }

    // What was known of the feed stays: its validators belong to the last body that could be read, and are still true of that one.
    private PolledFeed Failed(FeedRow feed, FetchResult.Failure failure)
    {
        var failures = feed.Failures + 1;
        var interval = PollSchedule.AfterFailure(options.Value, failures, failure);
        FetchTelemetry.Polled("failure");
        return new PolledFeed(
            feed with
            {
                State = FeedState.Failing, Failures = failures, LastError = failure.Reason.Length <= MaxErrorLength ? failure.Reason : failure.Reason[..MaxErrorLength], LastPollAt = At(TimeSpan.Zero),
                IntervalMs = (long)interval.TotalMilliseconds, NextPollAt = Next(feed, interval),
            },
            []);
    }

    private PolledFeed Unchanged(FeedRow feed, FetchResult result, WebSubSubscription? subscription)
    {
        FetchTelemetry.Polled("not_modified");
        return Succeeded(feed, result, [], subscription, overflown: null);
    }

    // The page of a site that was added as a feed: its polls look for the feed that it names, and the next one reads it. Guesses are for people to confirm.
    private async Task<PolledFeed> LookForFeedAsync(FeedRow feed, FetchResult.Success page, FetchResult.Failure error, CancellationToken cancellationToken)
    {
        if (feed.LastSuccessAt is not null)
        {
            return Failed(feed, error);
        }

        var (found, busy) = await FindAsync(page, 1, withGuesses: false, time.GetUtcNow() + PollPatience, cancellationToken);
        if (busy is var (host, retryAfter))
        {
            // A failure, so that a host that stays busy is asked for the page ever more seldom.
            return Failed(feed, new FetchResult.Failure(Outcome.Unreachable, $"the URL is a page's; {host} was too busy to be asked for its feed", IsTransient: true) { RetryAfter = retryAfter });
        }

        if (found is not [var (url, _)])
        {
            return Failed(feed, error);
        }

        var polled = Failed(feed, new FetchResult.Failure(Outcome.UnsupportedMediaType, $"the URL is a page's; its feed is {url}", IsTransient: false));

        // When another feed has the URL, this one keeps the page's, and there is nothing to ask for at once.
        return polled.Feed.LastError == feed.LastError ? polled : polled with { Feed = polled.Feed with { NextPollAt = At(TimeSpan.Zero) }, NewUrl = url };
    }

    private async Task<PolledFeed> ReadAsync(FeedRow feed, FetchResult.Success success, bool isFull, WebSubSubscription? subscription, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var digest = Convert.ToHexStringLower(SHA256.HashData(success.Body));
        if (digest == feed.BodySha256 && !isFull)
        {
            // The same bytes under another validator, or from a server that knows none.
            return Unchanged(feed with { Etag = success.Exchange.ETag, LastModified = success.Exchange.LastModified, FullAt = now.ToUnixTimeMilliseconds() }, success, subscription);
        }

        var (document, error) = Read(success);
        if (document is null)
        {
            return await LookForFeedAsync(feed, success, error!, cancellationToken);
        }

        var (entries, children, hasMore) = document.Format == FeedFormat.SitemapIndex ? await sitemaps.ReadAsync(feed, document, cancellationToken) : (document.Entries, [], false);
        document = document with { Entries = entries };
        if (options.Value.WebSubCallback is not null)
        {
            await FollowHubAsync(feed, success.Exchange, document, subscription, cancellationToken);
        }

        var articles = await DiscoverAsync(feed, document, cancellationToken);
        var (rhythm, fresh, newest) = Count(feed, document, articles.Count, now);
        FetchTelemetry.Polled("success");
        return Succeeded(
            (feed with
            {
                Format = document.Format, Title = document.Title, EntriesLastPoll = document.Format == FeedFormat.SitemapIndex && document.Entries.Count == 0 ? feed.EntriesLastPoll : document.Entries.Count,
                WithoutUrlLastPoll = document.Entries.Count(entry => entry.Url is null),
                Etag = success.Exchange.ETag, LastModified = success.Exchange.LastModified, FullAt = now.ToUnixTimeMilliseconds(), BodySha256 = digest,
                HintMs = (long)Longer(PollSchedule.Freshness(success.Exchange), document.UpdateInterval ?? TimeSpan.Zero).TotalMilliseconds, NewestPublishedAt = newest,
                SkipHours = document.Skipped.Hours, SkipDays = document.Skipped.Days,
            }).With(rhythm),
            success, articles, subscription,
            overflown: hasMore ? TimeSpan.Zero
                : feed.LastSuccessAt is { } last && feed.CountedAt is not null && fresh > 0 && fresh >= document.Entries.Count ? now - DateTimeOffset.FromUnixTimeMilliseconds(last) : null)
            with { Sitemaps = children, Unusable = [.. document.Entries.Where(entry => entry.Url is null).Take(MaxUnusable).Select(Digest).Distinct(StringComparer.Ordinal)] };
    }

    // What tells such an entry from others when the feed comes again.
    private static string Digest(FeedEntry entry) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(entry.Id + "\n" + entry.Title)).AsSpan(0, 16));

    private async Task FollowHubAsync(FeedRow feed, HttpExchange exchange, FeedDocument document, WebSubSubscription? subscription, CancellationToken cancellationToken)
    {
        if (WebSubLinks.Find(exchange, document) is var (hub, topic))
        {
            if (subscription is null || subscription.Hub != hub.AbsoluteUri || subscription.Topic != topic)
            {
                await subscriptions.OfferAsync(feed.FeedId, hub.AbsoluteUri, topic, cancellationToken);
            }
        }
        else if (subscription is not null)
        {
            await subscriptions.WithdrawAsync(feed.FeedId, cancellationToken);
        }
    }

    private PolledFeed Succeeded(FeedRow feed, FetchResult result, IReadOnlyCollection<ArticleRow> articles, WebSubSubscription? subscription, TimeSpan? overflown)
    {
        var now = time.GetUtcNow();
        var next = PollSchedule.AfterSuccess(options.Value, feed.Rhythm, now, TimeSpan.FromMilliseconds(feed.HintMs), overflown);
        next = subscription?.IsLive(now) == true ? Longer(next, options.Value.WebSubPollInterval) : next;
        var movedTo = result.MovedTo is { } target && CanonicalUrl.TryCreate(target.AbsoluteUri, out var canonical, out _) && canonical != feed.Url ? canonical : "";
        var movedSince = movedTo.Length == 0 ? (long?)null : movedTo == feed.MovedTo ? feed.MovedSince : now.ToUnixTimeMilliseconds();
        var hasMoved = movedSince is { } since && now - DateTimeOffset.FromUnixTimeMilliseconds(since) >= options.Value.MoveAfter;
        return new PolledFeed(
            feed with
            {
                State = State(feed, now), Failures = 0, LastError = "", LastPollAt = now.ToUnixTimeMilliseconds(), LastSuccessAt = now.ToUnixTimeMilliseconds(),
                IntervalMs = (long)next.TotalMilliseconds, NextPollAt = Next(feed, next), MovedTo = movedTo, MovedSince = movedSince,
            },
            articles,
            hasMoved ? movedTo : "");
    }

    // A news sitemap holds two days only, so an empty one means no more than silence.
    private FeedState State(FeedRow feed, DateTimeOffset now)
    {
        var isSilent = feed.Rhythm?.IsSilent(now, options.Value.SilentAfter) == true;
        var isEmpty = feed.EntriesLastPoll == 0 && feed.CountedAt is not null;
        return isEmpty && (isSilent || feed.Format != FeedFormat.Sitemap) ? FeedState.Empty : isSilent ? FeedState.Silent : FeedState.Active;
    }

    /// <summary>
    /// How many entries are new to this feed: new to the ledger, or published after everything that was seen here, which counts what another feed announced first.
    /// The entries of the first poll are history.
    /// </summary>
    private static (FeedRhythm? Rhythm, int Fresh, long? Newest) Count(FeedRow feed, FeedDocument document, int unknown, DateTimeOffset now)
    {
        var published = document.Entries.Select(entry => entry.Published ?? entry.Updated).OfType<DateTimeOffset>().Where(at => at <= now).ToList();
        var newest = published.Count == 0 ? feed.NewestPublishedAt : Math.Max(published.Max().ToUnixTimeMilliseconds(), feed.NewestPublishedAt ?? long.MinValue);
        if (feed.Rhythm is not { } rhythm)
        {
            return document.Entries.Count == 0 ? (null, 0, newest) : (FeedRhythm.FromHistory(published, now), document.Entries.Count, newest);
        }

        var later = feed.NewestPublishedAt is { } before ? published.Count(at => at.ToUnixTimeMilliseconds() > before) : 0;
        var fresh = Math.Max(later, unknown);
        return (fresh == 0 ? rhythm : rhythm.Arrive(now, fresh), fresh, newest);
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

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private long Next(FeedRow feed, TimeSpan interval)
    {
        var now = time.GetUtcNow();
        return PollSchedule.NotSkipped(now, now + PollSchedule.Jitter(interval), feed.SkippedTimes).ToUnixTimeMilliseconds();
    }

    private long At(TimeSpan wait) => (time.GetUtcNow() + wait).ToUnixTimeMilliseconds();
}
