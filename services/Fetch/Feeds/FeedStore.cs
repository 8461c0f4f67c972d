using System.Data.Common;
using Dapper;
using Storyline.Fetch.Ledger;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Feeds;

/// <summary>What a poll, or a push, leaves behind.</summary>
/// <param name="Feed">The feed as it is now; its URL is still the one that was asked.</param>
/// <param name="Announced">URLs that the ledger may not have.</param>
/// <param name="NewUrl">The URL that the feed takes, unless another feed has it; empty when it keeps its own.</param>
public sealed record PolledFeed(FeedRow Feed, IReadOnlyCollection<ArticleRow> Announced, string NewUrl = "")
{
    /// <summary>Digests of the entries that have no URL.</summary>
    public IReadOnlyCollection<string> Unusable { get; init; } = [];

    /// <summary>Children of a sitemap index that were read.</summary>
    public IReadOnlyList<SitemapChild> Sitemaps { get; init; } = [];

    /// <summary>It was pushed: nothing changes but what was new, for polls have their own schedule and validators.</summary>
    public bool IsPush { get; init; }
}

/// <summary>The table <c>feeds</c>.</summary>
public sealed class FeedStore : IAsyncDisposable
{
    // A poll that takes longer than this has died with its process.
    private static readonly TimeSpan PollLease = TimeSpan.FromMinutes(5);

    private const string Columns =
        "feed_id, url, source_id, title, state, format, created_at, next_poll_at, interval_ms, etag, last_modified, last_poll_at, last_success_at, failures, last_error, entries_last_poll, "
        + "articles_seen, without_url_last_poll, full_at, body_sha256, hint_ms, slow, recent, counted_at, counted_since, longest_gap_ms, newest_published_at, moved_to, moved_since, skip_hours, skip_days, folders";

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly GroupCommit<PolledFeed, IReadOnlySet<string>> _polls;

    public FeedStore([FromKeyedServices(FetchModule.ServiceName)] Database database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _polls = new(StorePollsAsync, maxBatch: 128);
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Adds a feed; the one that has its URL, or was made by the same request, when there is one.</summary>
    public Task<(FeedRow Feed, bool IsNew)> AddAsync(FeedRow feed, string requestId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(feed);
        var row = feed with
        {
            FeedId = Guid.CreateVersion7(_time.GetUtcNow()).ToString("n"), State = FeedState.New, CreatedAt = Now, NextPollAt = Now,
        };
        return _database.WriteAsync(
            async (connection, transaction) =>
            {
                var request = requestId.Length == 0 ? null : requestId;
                var earlier = await connection.QueryFirstOrDefaultAsync<FeedRow>(
                    $"SELECT {Columns} FROM feeds WHERE request_id = @request OR url = @Url ORDER BY CASE WHEN request_id = @request THEN 0 ELSE 1 END LIMIT 1",
                    new { request, row.Url }, transaction);
                if (earlier is not null)
                {
                    return (earlier, false);
                }

                await connection.ExecuteAsync(
                    $"""
                    INSERT INTO feeds (feed_id, url, source_id, title, state, format, created_at, next_poll_at, interval_ms, folders, request_id)
                    VALUES (@FeedId, @Url, @SourceId, @Title, @State, @Format, @CreatedAt, @NextPollAt, @IntervalMs, @Folders, @request)
                    """,
                    new { row.FeedId, row.Url, row.SourceId, row.Title, row.State, row.Format, row.CreatedAt, row.NextPollAt, row.IntervalMs, row.Folders, request }, transaction);
                return (row, true);
            },
            cancellationToken, lockName: "feeds");
    }

    public async Task<FeedRow?> FindAsync(string feedId, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<FeedRow>(new CommandDefinition(
            $"SELECT {Columns} FROM feeds WHERE feed_id = @feedId", new { feedId }, cancellationToken: cancellationToken));
    }

    /// <summary>The feed that a request made.</summary>
    public async Task<string?> FindByRequestAsync(string requestId, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT feed_id FROM feeds WHERE request_id = @requestId", new { requestId }, cancellationToken: cancellationToken));
    }

    /// <summary>Feeds in the order of creation, after a feed id.</summary>
    public async Task<IReadOnlyList<FeedRow>> ListAsync(string after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<FeedRow>(new CommandDefinition(
            $"SELECT {Columns} FROM feeds WHERE feed_id > @after ORDER BY feed_id LIMIT @limit", new { after, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>Changes url, source, title and folders. With another URL the feed is new: its validators and format go.</summary>
    /// <returns>The feed as stored; null when it does not exist. False when another feed has the URL.</returns>
    public Task<(FeedRow? Feed, bool UrlIsFree)> UpdateAsync(string feedId, string? url, string? sourceId, string? title, string? folders, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            async (connection, transaction) =>
            {
                if (url is not null && await connection.ExecuteScalarAsync<string?>("SELECT feed_id FROM feeds WHERE url = @url AND feed_id <> @feedId", new { url, feedId }, transaction) is not null)
                {
                    return ((FeedRow?)null, false);
                }

                var row = await connection.QuerySingleOrDefaultAsync<FeedRow>(
                    $"""
                    UPDATE feeds SET
                        etag = CASE WHEN @hasUrl = 1 AND url <> @url THEN '' ELSE etag END,
                        last_modified = CASE WHEN @hasUrl = 1 AND url <> @url THEN '' ELSE last_modified END,
                        body_sha256 = CASE WHEN @hasUrl = 1 AND url <> @url THEN '' ELSE body_sha256 END,
                        next_poll_at = CASE WHEN @hasUrl = 1 AND url <> @url AND next_poll_at IS NOT NULL THEN @Now ELSE next_poll_at END,
                        url = CASE WHEN @hasUrl = 1 THEN @url ELSE url END,
                        source_id = CASE WHEN @hasSource = 1 THEN @source ELSE source_id END,
                        title = CASE WHEN @hasTitle = 1 THEN @title ELSE title END,
                        folders = CASE WHEN @hasFolders = 1 THEN @folders ELSE folders END
                    WHERE feed_id = @feedId RETURNING {Columns}
                    """,
                    new
                    {
                        feedId, Now, url = url ?? "", source = sourceId ?? "", title = title ?? "", hasUrl = url is null ? 0 : 1, hasSource = sourceId is null ? 0 : 1, hasTitle = title is null ? 0 : 1,
                        folders = folders ?? "", hasFolders = folders is null ? 0 : 1,
                    },
                    transaction);
                return (row, true);
            },
            cancellationToken, lockName: "feeds");

    public Task<bool> DeleteAsync(string feedId, CancellationToken cancellationToken) => _database.WriteAsync(
        async (connection, transaction) =>
        {
            await SubscriptionStore.LeaveAsync(connection, transaction, feedId, Now);
            await connection.ExecuteAsync(
                "DELETE FROM feed_subscriptions WHERE feed_id = @feedId; DELETE FROM sitemap_children WHERE feed_id = @feedId", new { feedId }, transaction);
            return await connection.ExecuteAsync("DELETE FROM feeds WHERE feed_id = @feedId", new { feedId }, transaction) > 0;
        },
        cancellationToken);

    /// <summary>Pauses, or resumes with a poll at once. A feed that is so already stays as it is.</summary>
    public Task<FeedRow?> SetPausedAsync(string feedId, bool paused, CancellationToken cancellationToken) => _database.WriteAsync(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync(
                paused
                    ? "UPDATE feeds SET state = @paused, next_poll_at = NULL WHERE feed_id = @feedId AND state <> @paused"
                    : "UPDATE feeds SET state = CASE WHEN failures > 0 THEN @failing WHEN last_success_at IS NULL THEN @new ELSE @active END, next_poll_at = @Now WHERE feed_id = @feedId AND state = @paused",
                new { feedId, Now, paused = FeedState.Paused, failing = FeedState.Failing, active = FeedState.Active, @new = FeedState.New }, transaction);
            return await connection.QuerySingleOrDefaultAsync<FeedRow>($"SELECT {Columns} FROM feeds WHERE feed_id = @feedId", new { feedId }, transaction);
        },
        cancellationToken);

    /// <summary>Feeds whose time has come; each is given to one caller.</summary>
    public Task<IReadOnlyList<FeedRow>> TakeDueAsync(int limit, CancellationToken cancellationToken) =>
        _database.WriteAsync<IReadOnlyList<FeedRow>>(
            async (connection, transaction) =>
            [
                .. await connection.QueryAsync<FeedRow>(
                    $"""
                    UPDATE feeds SET next_poll_at = @lease
                    WHERE next_poll_at <= @Now AND feed_id IN (SELECT feed_id FROM feeds WHERE next_poll_at <= @Now ORDER BY next_poll_at LIMIT @limit)
                    RETURNING {Columns}
                    """,
                    new { lease = Now + (long)PollLease.TotalMilliseconds, Now, limit }, transaction),
            ],
            cancellationToken);

    /// <summary>
    /// Stores a poll and what it announced in one transaction, so that validators are never newer than the entries they stand for; polls that end together share a commit.
    /// A feed that was paused or deleted meanwhile stays so.
    /// </summary>
    /// <returns>Ids of the articles that are new to the ledger.</returns>
    public Task<IReadOnlySet<string>> StorePollAsync(PolledFeed polled, CancellationToken cancellationToken) => _polls.AddAsync(polled, cancellationToken);

    /// <summary>How many feeds are in each state.</summary>
    public async Task<IReadOnlyDictionary<FeedState, long>> CountByStateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(int State, long Count)>(new CommandDefinition(
            "SELECT state, COUNT(*) FROM feeds GROUP BY state", cancellationToken: cancellationToken));
        return rows.ToDictionary(row => (FeedState)row.State, row => row.Count);
    }

    /// <summary>Articles that the ledger first saw in this feed, within a time.</summary>
    public async Task<long> CountArticlesAsync(string feedId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT COUNT(*) FROM articles WHERE feed_id = @feedId AND feed_id <> '' AND discovered_at >= @from AND discovered_at < @to",
            new { feedId, from = from.ToUnixTimeMilliseconds(), to = to.ToUnixTimeMilliseconds() }, cancellationToken: cancellationToken));
    }

    /// <summary>The children of a sitemap index that were read before, by URL.</summary>
    public async Task<IReadOnlyDictionary<string, SitemapChild>> SitemapChildrenAsync(string feedId, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<SitemapChild>(new CommandDefinition(
            "SELECT url, announced, etag, last_modified, read_at FROM sitemap_children WHERE feed_id = @feedId", new { feedId }, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Url, StringComparer.Ordinal);
    }

    public ValueTask DisposeAsync() => _polls.DisposeAsync();

    private Task<IReadOnlyList<IReadOnlySet<string>>> StorePollsAsync(IReadOnlyList<PolledFeed> polls) =>
        _database.WriteAsync<IReadOnlyList<IReadOnlySet<string>>>(
            async (connection, transaction) =>
            {
                // Feeds that announce the same URL in one commit: the first one found it.
                var finders = new Dictionary<string, int>(StringComparer.Ordinal);
                for (var i = 0; i < polls.Count; i++)
                {
                    foreach (var article in polls[i].Announced)
                    {
                        finders.TryAdd(article.ArticleId, i);
                    }
                }

                var added = await LedgerStore.DiscoverAsync(
                    connection, transaction, polls.SelectMany((polled, i) => polled.Announced.Where(article => finders[article.ArticleId] == i)));
                foreach (var polled in polls.OrderBy(polled => polled.Feed.SourceId, StringComparer.Ordinal))
                {
                    await LedgerStore.NoteUnusableAsync(connection, transaction, polled.Feed.SourceId, polled.Unusable, Now);
                }

                var results = new IReadOnlySet<string>[polls.Count];
                foreach (var i in Enumerable.Range(0, polls.Count).OrderBy(i => polls[i].Feed.FeedId, StringComparer.Ordinal))
                {
                    results[i] = polls[i].Announced.Select(article => article.ArticleId).Where(id => added.Contains(id) && finders[id] == i).ToHashSet(StringComparer.Ordinal);
                    await (polls[i].IsPush ? StorePushAsync(connection, transaction, polls[i].Feed, results[i].Count) : StorePollAsync(connection, transaction, polls[i], results[i].Count));
                    foreach (var child in polls[i].Sitemaps)
                    {
                        await connection.ExecuteAsync(
                            """
                            INSERT INTO sitemap_children (feed_id, url, announced, etag, last_modified, read_at) VALUES (@FeedId, @Url, @Announced, @Etag, @LastModified, @ReadAt)
                            ON CONFLICT (feed_id, url) DO UPDATE SET announced = excluded.announced, etag = excluded.etag, last_modified = excluded.last_modified, read_at = excluded.read_at
                            """,
                            new { polls[i].Feed.FeedId, child.Url, child.Announced, child.Etag, child.LastModified, child.ReadAt }, transaction);
                    }
                }

                return results;
            },
            CancellationToken.None);

    private static Task<int> StorePushAsync(DbConnection connection, DbTransaction transaction, FeedRow feed, int added) => connection.ExecuteAsync(
        """
        UPDATE feeds SET articles_seen = articles_seen + @added, slow = @Slow, recent = @Recent, counted_at = @CountedAt, counted_since = @CountedSince, longest_gap_ms = @LongestGapMs,
            newest_published_at = @NewestPublishedAt, state = CASE WHEN state = @silent THEN @active ELSE state END
        WHERE feed_id = @FeedId
        """,
        new
        {
            feed.FeedId, feed.Slow, feed.Recent, feed.CountedAt, feed.CountedSince, feed.LongestGapMs, feed.NewestPublishedAt, added, silent = FeedState.Silent, active = FeedState.Active,
        },
        transaction);

    private static Task<int> StorePollAsync(DbConnection connection, DbTransaction transaction, PolledFeed polled, int added)
    {
        var feed = polled.Feed;
        return connection.ExecuteAsync(
            """
            UPDATE feeds SET state = CASE WHEN state = @paused THEN state ELSE @State END,
                next_poll_at = CASE WHEN state = @paused THEN NULL ELSE @NextPollAt END,
                title = CASE WHEN title = '' THEN @Title ELSE title END, format = @Format, interval_ms = @IntervalMs, etag = @Etag, last_modified = @LastModified,
                last_poll_at = @LastPollAt, last_success_at = @LastSuccessAt, failures = @Failures, last_error = @LastError,
                entries_last_poll = @EntriesLastPoll, articles_seen = articles_seen + @added, without_url_last_poll = @WithoutUrlLastPoll, full_at = @FullAt, body_sha256 = @BodySha256,
                hint_ms = @HintMs, slow = @Slow, recent = @Recent, counted_at = @CountedAt, counted_since = @CountedSince,
                longest_gap_ms = @LongestGapMs, newest_published_at = @NewestPublishedAt, moved_to = @MovedTo, moved_since = @MovedSince,
                skip_hours = @SkipHours, skip_days = @SkipDays,
                url = CASE WHEN @NewUrl <> '' AND NOT EXISTS (SELECT 1 FROM feeds other WHERE other.url = @NewUrl) THEN @NewUrl ELSE url END
            WHERE feed_id = @FeedId AND url = @Url
            """,
            new
            {
                feed.State, feed.NextPollAt, feed.Title, feed.Format, feed.IntervalMs, feed.Etag, feed.LastModified, feed.LastPollAt, feed.LastSuccessAt, feed.Failures,
                feed.LastError, feed.EntriesLastPoll, feed.WithoutUrlLastPoll, feed.FullAt, feed.BodySha256, feed.HintMs, feed.Slow, feed.Recent, feed.CountedAt, feed.CountedSince,
                feed.LongestGapMs, feed.NewestPublishedAt, feed.MovedTo, feed.MovedSince, feed.SkipHours, feed.SkipDays, polled.NewUrl, feed.FeedId, feed.Url, added, paused = FeedState.Paused,
            },
            transaction);
    }
}
