using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>
/// The tables <c>articles</c> and <c>captures</c>. Every statement can be repeated: a message that comes twice, late or out of order changes nothing.
/// Statements of one transaction go in the order of article ids, so that two replicas cannot wait for each other.
/// </summary>
public sealed class LedgerStore([FromKeyedServices(FetchModule.ServiceName)] Database database, TimeProvider time)
{
    /// <summary>A published FetchArticle that nobody finished within this time is published again.</summary>
    public static readonly TimeSpan FetchLease = TimeSpan.FromHours(1);

    /// <summary>A fetch that was taken and not published within this time is taken again: the process that took it has died, or the bus has failed it.</summary>
    public static readonly TimeSpan PublishLease = TimeSpan.FromMinutes(2);

    private const int MaxIdsPerQuery = 500;

    // Due fetches looked at together.
    private const int DueWindow = 5000;

    private const string ArticleColumns =
        "article_id, url, source_id, feed_id, outcome, stage, reason, capture, sha256, revision, story_id, discovered_at, updated_at, traceparent, trail, entry, duplicate_of, due_at, attempts, refetches, refetching";

    // Of a row that is new; the others have their defaults.
    private static readonly string[] DiscoveredColumns =
        ["article_id", "url", "source_id", "feed_id", "outcome", "stage", "reason", "discovered_at", "updated_at", "traceparent", "entry", "duplicate_of", "due_at"];

    // By the number of rows. Few enough for SQLite, which finds each parameter by looking at all.
    private const int RowsPerInsert = 8;

    private static readonly string[] DiscoverRows =
    [
        .. Enumerable.Range(0, RowsPerInsert + 1).Select(rows =>
            $"INSERT INTO articles ({string.Join(", ", DiscoveredColumns)}) VALUES "
            + string.Join(", ", Enumerable.Range(0, rows).Select(row => $"({string.Join(", ", DiscoveredColumns.Select((_, column) => "@" + Parameter(column, row)))})"))
            + " ON CONFLICT (article_id) DO NOTHING RETURNING article_id"),
    ];

    internal const string CaptureColumns =
        "article_id, capture, warc_file, warc_offset, warc_length, sha256, media_type, charset, etag, last_modified, body_length, fetched_at, traceparent, entry, trail, reservations, record_id, final_url, redirects";

    internal const string CaptureEndColumns =
        "outcome, stage, reason, ended_at, end_trail, parser_version, content_digest, body_digest, title, replay_id, base_capture";

    private const int MaxRedirectsLength = 8192;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public async Task<ArticleRow?> FindAsync(string articleId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<ArticleRow>(new CommandDefinition(
            $"SELECT {ArticleColumns} FROM articles WHERE article_id = @articleId", new { articleId }, cancellationToken: cancellationToken));
    }

    /// <summary>The rows of those ids that exist.</summary>
    public async Task<IReadOnlyDictionary<string, ArticleRow>> FindAsync(IReadOnlyCollection<string> articleIds, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, ArticleRow>(StringComparer.Ordinal);
        await using var connection = await database.OpenAsync(cancellationToken);
        foreach (var ids in articleIds.Distinct(StringComparer.Ordinal).Chunk(MaxIdsPerQuery))
        {
            var (list, parameters) = In(ids);
            foreach (var row in await connection.QueryAsync<ArticleRow>(new CommandDefinition(
                         $"SELECT {ArticleColumns} FROM articles WHERE article_id IN ({list})", parameters, cancellationToken: cancellationToken)))
            {
                found[row.ArticleId] = row;
            }
        }

        return found;
    }

    public async Task<CaptureRow?> FindCaptureAsync(string articleId, int capture, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<CaptureRow>(new CommandDefinition(
            $"SELECT {CaptureColumns} FROM captures WHERE article_id = @articleId AND capture = @capture",
            new { articleId, capture }, cancellationToken: cancellationToken));
    }

    /// <summary>Every capture with the end of its way, newest first; at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<CaptureRow>> ListCapturesAsync(string articleId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<CaptureRow>(new CommandDefinition(
            $"SELECT {CaptureColumns}, {CaptureEndColumns} FROM captures WHERE article_id = @articleId ORDER BY COALESCE(ended_at, fetched_at) DESC, capture DESC LIMIT @limit",
            new { articleId, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>
    /// Adds captures that lie in the archive already. One result per capture, in order: its number, or null when its bytes equal the last one's.
    /// </summary>
    public Task<IReadOnlyList<int?>> AddCapturesAsync(
        IReadOnlyList<(Capture Capture, WarcPosition Position, string Traceparent)> captures, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<int?>>(
            async (connection, transaction) =>
            {
                var numbers = new int?[captures.Count];
                foreach (var index in Enumerable.Range(0, captures.Count).OrderBy(i => captures[i].Capture.ArticleId, StringComparer.Ordinal))
                {
                    var (capture, position, traceparent) = captures[index];
                    numbers[index] = await AddCaptureAsync(connection, transaction, capture, position, traceparent);
                }

                return numbers;
            },
            cancellationToken);

    /// <summary>Sets an outcome that came before any capture (refused, denied, failed). A row is made for a URL that has none.</summary>
    /// <returns>The row as it is now.</returns>
    public Task<ArticleRow> EndBeforeCaptureAsync(ArticleRow article, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (connection, transaction) => connection.QuerySingleAsync<ArticleRow>(
                $"""
                INSERT INTO articles ({ArticleColumns})
                VALUES (@ArticleId, @Url, @SourceId, @FeedId, @Outcome, @Stage, @Reason, 0, '', 0, '', @DiscoveredAt, @UpdatedAt, @Traceparent, @Trail, @Entry, @DuplicateOf, NULL, 0, 0, 0)
                ON CONFLICT (article_id) DO UPDATE SET outcome = excluded.outcome, stage = excluded.stage, reason = excluded.reason,
                    updated_at = excluded.updated_at, trail = excluded.trail, duplicate_of = excluded.duplicate_of, due_at = NULL, attempts = 0
                RETURNING {ArticleColumns}
                """,
                article, transaction),
            cancellationToken);

    /// <summary>
    /// Notes a submission that was refused. A URL that is searchable or on its way keeps its row: a refused document says nothing about the
    /// article that is there.
    /// </summary>
    /// <returns>The row that the submitter is told.</returns>
    public Task<ArticleRow> RefuseAsync(ArticleRow article, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) => await connection.QuerySingleOrDefaultAsync<ArticleRow>(
                $"""
                INSERT INTO articles ({ArticleColumns})
                VALUES (@ArticleId, @Url, @SourceId, @FeedId, @Outcome, @Stage, @Reason, 0, '', 0, '', @DiscoveredAt, @UpdatedAt, @Traceparent, @Trail, @Entry, @DuplicateOf, NULL, 0, 0, 0)
                ON CONFLICT (article_id) DO UPDATE SET outcome = excluded.outcome, stage = excluded.stage, reason = excluded.reason,
                    updated_at = excluded.updated_at, trail = excluded.trail
                    WHERE articles.revision = 0 AND articles.outcome <> {(int)Outcome.Pending}
                RETURNING {ArticleColumns}
                """,
                article, transaction) ?? article,
            cancellationToken);

    /// <summary>
    /// Ends an owed fetch that brought nothing new: NOT_MODIFIED, unless the last capture is still on its way; where that one led to no article, the same bytes lead to none
    /// again, for the same reason. The stages are those of the last capture that has ended.
    /// </summary>
    public Task EndUnchangedAsync(string articleId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var parameters = new
                {
                    articleId, pending = Outcome.Pending, notModified = Outcome.NotModified, quarantined = Outcome.Quarantined, fetch = Stage.Fetch, Now,
                };
                await connection.ExecuteAsync(
                    """
                    UPDATE articles SET due_at = NULL, attempts = 0,
                        outcome = CASE WHEN outcome = @pending AND EXISTS (SELECT 1 FROM captures c WHERE c.article_id = articles.article_id AND c.done = 0)
                            THEN outcome ELSE @notModified END,
                        stage = @fetch, reason = '', updated_at = @Now,
                        trail = COALESCE((
                            SELECT c.end_trail FROM captures c WHERE c.article_id = articles.article_id AND c.capture > 0 AND c.done = 1 AND c.end_trail <> '[]'
                            ORDER BY c.ended_at DESC, c.capture DESC LIMIT 1), trail)
                    WHERE article_id = @articleId
                    """,
                    parameters, transaction);

                // A replay that failed says nothing of the bytes; what was before it does.
                await connection.ExecuteAsync(
                    """
                    UPDATE articles SET outcome = CASE WHEN c.replay_id <> '' AND c.outcome = @quarantined THEN c.prior_outcome ELSE c.outcome END,
                        stage = CASE WHEN c.replay_id <> '' AND c.outcome = @quarantined THEN c.prior_stage ELSE c.stage END,
                        reason = CASE WHEN c.replay_id <> '' AND c.outcome = @quarantined THEN c.prior_reason ELSE c.reason END
                    FROM captures c
                    WHERE articles.article_id = @articleId AND articles.outcome = @notModified AND articles.revision = 0
                        AND c.article_id = articles.article_id AND c.capture = articles.capture AND c.done = 1 AND c.outcome <> 0
                        AND NOT (c.replay_id <> '' AND c.outcome = @quarantined AND c.prior_outcome = 0)
                    """,
                    parameters, transaction);
            },
            cancellationToken);

    /// <summary>Puts a fetch off.</summary>
    /// <param name="articleId">The article.</param>
    /// <param name="dueAt">When it is due again.</param>
    /// <param name="failure">Why, when it was tried and failed, which counts as an attempt; null when it was not tried.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task PostponeAsync(string articleId, DateTimeOffset dueAt, string? failure, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                "UPDATE articles SET due_at = @due, queued = 0, attempts = attempts + @failed, reason = @reason WHERE article_id = @articleId AND due_at IS NOT NULL",
                new { articleId, due = dueAt.ToUnixTimeMilliseconds(), failed = failure is null ? 0 : 1, reason = failure ?? "" }, transaction),
            cancellationToken);

    /// <summary>
    /// Notes URLs that were announced. A URL that the ledger has stays as it is.
    /// </summary>
    /// <returns>Ids of the rows that are new.</returns>
    public static async Task<IReadOnlySet<string>> DiscoverAsync(DbConnection connection, DbTransaction transaction, IEnumerable<ArticleRow> articles)
    {
        var added = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rows in articles.OrderBy(row => row.ArticleId, StringComparer.Ordinal).Chunk(RowsPerInsert))
        {
            var parameters = new DynamicParameters();
            for (var i = 0; i < rows.Length; i++)
            {
                var row = rows[i];
                object?[] values =
                [
                    row.ArticleId, row.Url, row.SourceId, row.FeedId, (int)row.Outcome, (int)row.Stage, row.Reason, row.DiscoveredAt, row.UpdatedAt, row.Traceparent, row.Entry, row.DuplicateOf,
                    row.DueAt,
                ];
                for (var column = 0; column < values.Length; column++)
                {
                    parameters.Add(Parameter(column, i), values[column], values[column] is null ? DbType.Int64 : null);
                }
            }

            added.UnionWith(await connection.QueryAsync<string>(DiscoverRows[rows.Length], parameters, transaction));
        }

        return added;
    }

    /// <summary>Notes feed entries that have no URL to fetch; one that comes again with the next poll counts once.</summary>
    public static async Task NoteUnusableAsync(DbConnection connection, DbTransaction transaction, string sourceId, IEnumerable<string> entryDigests, long announcedAt)
    {
        foreach (var entryDigest in entryDigests.Order(StringComparer.Ordinal))
        {
            await connection.ExecuteAsync(
                "INSERT INTO unusable_entries (source_id, entry_digest, announced_at) VALUES (@sourceId, @entryDigest, @announcedAt) ON CONFLICT (source_id, entry_digest) DO NOTHING",
                new { sourceId, entryDigest, announcedAt }, transaction);
        }
    }

    /// <summary>Asks for a URL to be fetched: adds it, or makes a fetch owed again when its last way has ended.</summary>
    public Task<ArticleRow> RequestAsync(ArticleRow article, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var added = await DiscoverAsync(connection, transaction, [article]);
                if (added.Count == 0)
                {
                    await connection.ExecuteAsync(
                        """
                        UPDATE articles SET outcome = @Outcome, stage = @Stage, reason = '', due_at = @DueAt, attempts = 0, updated_at = @UpdatedAt, traceparent = @Traceparent
                        WHERE article_id = @ArticleId AND due_at IS NULL AND outcome <> @Outcome AND outcome <> @withdrawn
                        """,
                        new { article.ArticleId, article.Outcome, article.Stage, article.DueAt, article.UpdatedAt, article.Traceparent, withdrawn = Outcome.Withdrawn }, transaction);
                }

                return await connection.QuerySingleAsync<ArticleRow>(
                    $"SELECT {ArticleColumns} FROM articles WHERE article_id = @ArticleId", new { article.ArticleId }, transaction);
            },
            cancellationToken);

    /// <summary>
    /// Notes that an article's URL led to another one, which is then known as its duplicate.
    /// </summary>
    /// <returns>The article that answers for the target: null when it is <paramref name="article"/> itself.</returns>
    public Task<string?> NoteRedirectAsync(ArticleRow article, string targetUrl, CancellationToken cancellationToken)
    {
        var target = article with
        {
            ArticleId = ArticleId.OfUrl(targetUrl), Url = targetUrl, Outcome = Outcome.DuplicateUrl, Stage = Stage.Fetch,
            Reason = "is where " + article.Url + " leads to", DuplicateOf = article.ArticleId, DueAt = null, DiscoveredAt = Now, UpdatedAt = Now,
        };
        return database.WriteAsync(
            async (connection, transaction) =>
            {
                if ((await DiscoverAsync(connection, transaction, [target])).Count > 0)
                {
                    return null;
                }

                var owner = await connection.ExecuteScalarAsync<string>(
                    "SELECT CASE WHEN duplicate_of = '' THEN article_id ELSE duplicate_of END FROM articles WHERE article_id = @ArticleId", new { target.ArticleId }, transaction);
                return owner == article.ArticleId ? null : owner;
            },
            cancellationToken);
    }

    /// <summary>The broker has these messages.</summary>
    public Task MarkPublishedAsync(IReadOnlyList<(string ArticleId, int Capture)> captures, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                foreach (var (articleId, capture) in captures.Order())
                {
                    await connection.ExecuteAsync(
                        "UPDATE captures SET published = 1 WHERE article_id = @articleId AND capture = @capture", new { articleId, capture }, transaction);
                }
            },
            cancellationToken);

    /// <summary>
    /// Applies reports of later stages. The first report of a capture counts; one of a capture that is no longer the last leaves the row's outcome
    /// alone, and only its revision and story are taken when they are newer.
    /// </summary>
    /// <returns>For each report the time its URL was discovered when it set the outcome of something that came from outside, else null.</returns>
    public Task<IReadOnlyList<DateTimeOffset?>> ApplyAsync(IReadOnlyList<OutcomeReport> reports, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<DateTimeOffset?>>(
            async (connection, transaction) =>
            {
                var applied = new DateTimeOffset?[reports.Count];
                foreach (var index in Enumerable.Range(0, reports.Count).OrderBy(i => reports[i].ArticleId, StringComparer.Ordinal))
                {
                    applied[index] = await ApplyAsync(connection, transaction, reports[index]);
                }

                return applied;
            },
            cancellationToken);

    /// <summary>
    /// Fetches that are due, of one host after the other and of none more than it may have handed out; each is taken for <see cref="PublishLease"/>, so that
    /// one replica publishes it and then marks it. What else is due of a host that has more is put off to when its turn can come, so that a
    /// publisher with a hundred thousand URLs stands in nobody's way, here or on the bus. Fetches that look for corrections come after all others.
    /// </summary>
    /// <param name="limit">Most that are taken.</param>
    /// <param name="share">What one host may have.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those taken, and whether there may be more.</returns>
    public Task<(IReadOnlyList<ArticleRow> Taken, bool More)> TakeDueAsync(int limit, HostShare share, CancellationToken cancellationToken) =>
        database.WriteAsync<(IReadOnlyList<ArticleRow>, bool)>(
            async (connection, transaction) =>
            {
                // The oldest due ones, each with its place in its host's line; held: how many of the host are handed out already. Only these hosts are counted,
                // for there may be far more fetches on the bus than are due.
                const string Due =
                    """
                    (WITH oldest AS MATERIALIZED (SELECT article_id, host, due_at, refetching FROM articles WHERE due_at <= @Now ORDER BY due_at LIMIT @DueWindow),
                     held AS (SELECT host, COUNT(*) AS held FROM articles WHERE queued = 1 AND due_at > @Now AND host IN (SELECT host FROM oldest) GROUP BY host)
                     SELECT d.article_id, d.due_at, d.refetching, ROW_NUMBER() OVER (PARTITION BY d.host ORDER BY d.refetching, d.due_at, d.article_id) AS place, COALESCE(h.held, 0) AS held
                     FROM oldest d LEFT JOIN held h ON h.host = d.host) due
                    """;
                var parameters = new
                {
                    lease = Now + (long)PublishLease.TotalMilliseconds, Now, limit, DueWindow, share.HandedOut, spacing = Math.Max(1, (long)share.Interval.TotalMilliseconds),
                };
                var taken = await connection.QueryAsync<ArticleRow>(
                    $"""
                    UPDATE articles SET due_at = @lease, queued = 1
                    WHERE due_at <= @Now AND article_id IN (SELECT article_id FROM {Due} WHERE place + held <= @HandedOut ORDER BY refetching, place, due_at LIMIT @limit)
                    RETURNING {ArticleColumns}
                    """,
                    parameters, transaction);
                IReadOnlyList<ArticleRow> rows = [.. taken];
                if (rows.Count == limit)
                {
                    // Nobody stands in the way of these.
                    return (rows, true);
                }

                var putOff = await connection.ExecuteAsync(
                    $"""
                    UPDATE articles SET due_at = @Now + later.place * @spacing
                    FROM (SELECT article_id, place FROM {Due} WHERE place > @HandedOut) later
                    WHERE articles.article_id = later.article_id AND articles.due_at <= @Now
                    """,
                    parameters, transaction);
                return (rows, putOff > DueWindow / 2);
            },
            cancellationToken,
            lockName: "due");

    /// <summary>The broker has the messages of these fetches, as they were taken; those that ended meanwhile stay so.</summary>
    public Task MarkFetchesPublishedAsync(IReadOnlyList<ArticleRow> taken, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var lease = Now + (long)FetchLease.TotalMilliseconds;
                foreach (var article in taken.OrderBy(row => row.ArticleId, StringComparer.Ordinal))
                {
                    await connection.ExecuteAsync(
                        "UPDATE articles SET due_at = @lease WHERE article_id = @ArticleId AND due_at = @DueAt", new { lease, article.ArticleId, article.DueAt }, transaction);
                }
            },
            cancellationToken);

    /// <summary>Makes every fetch due again whose message is on a bus that has forgotten it.</summary>
    /// <returns>How many.</returns>
    public Task<int> ForgetQueuedAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                "UPDATE articles SET due_at = @Now, queued = 0 WHERE queued = 1 AND due_at IS NOT NULL", new { Now }, transaction),
            cancellationToken);

    /// <summary>Captures whose message the broker may not have, taken before <paramref name="before"/>, oldest first, after one of them.</summary>
    public Task<IReadOnlyList<CaptureRow>> UnpublishedAsync(DateTimeOffset before, CaptureRow? after, int limit, CancellationToken cancellationToken) =>
        CapturesAsync("published = 0 AND done = 0 AND fetched_at < @before", before.ToUnixTimeMilliseconds(), after, limit, cancellationToken);

    /// <summary>Captures without an outcome, oldest first, after one of them.</summary>
    public Task<IReadOnlyList<CaptureRow>> UnfinishedAsync(CaptureRow? after, int limit, CancellationToken cancellationToken) =>
        CapturesAsync("done = 0", 0, after, limit, cancellationToken);

    // Dapper's own list expansion makes an array of it on PostgreSQL, which IN does not take.
    internal static (string List, DynamicParameters Parameters) In(IEnumerable<string> values)
    {
        var parameters = new DynamicParameters();
        var names = new List<string>();
        foreach (var value in values)
        {
            names.Add("@in" + names.Count.ToString(CultureInfo.InvariantCulture));
            parameters.Add(names[^1], value);
        }

        return (string.Join(',', names), parameters);
    }

    internal static string JoinUrls(IEnumerable<string> urls) => string.Join(' ', urls) is { Length: <= MaxRedirectsLength } all ? all : "";

    private static string Parameter(int column, int row) => string.Create(CultureInfo.InvariantCulture, $"{DiscoveredColumns[column]}{row}");

    private async Task<IReadOnlyList<CaptureRow>> CapturesAsync(string where, long before, CaptureRow? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<CaptureRow>(new CommandDefinition(
            $"""
            SELECT {CaptureColumns} FROM captures
            WHERE {where} AND (fetched_at > @time OR (fetched_at = @time AND (article_id > @id OR (article_id = @id AND capture > @number))))
            ORDER BY fetched_at, article_id, capture LIMIT @limit
            """,
            new { before, limit, time = after?.FetchedAt ?? long.MinValue, id = after?.ArticleId ?? "", number = after?.Capture ?? int.MinValue }, cancellationToken: cancellationToken))];
    }

    private static async Task<int?> AddCaptureAsync(
        DbConnection connection, DbTransaction transaction, Capture capture, WarcPosition position, string traceparent)
    {
        var fetchedAt = capture.FetchedAt.ToUnixTimeMilliseconds();
        var entry = LedgerJson.WriteEntry(capture.Entry);
        var number = await connection.ExecuteScalarAsync<int?>(
            $"""
            INSERT INTO articles ({ArticleColumns}, refetch_at)
            VALUES (@ArticleId, @Url, @SourceId, @FeedId, @pending, @fetch, '', 1, @Sha256, 0, '', @discoveredAt, @fetchedAt, @traceparent, '[]', @entry, '', NULL, 0, 0, 0, @refetchAt)
            ON CONFLICT (article_id) DO UPDATE SET capture = articles.capture + 1, sha256 = excluded.sha256, outcome = excluded.outcome, stage = excluded.stage,
                reason = '', updated_at = excluded.updated_at, traceparent = excluded.traceparent, due_at = NULL, attempts = 0,
                refetch_at = excluded.refetch_at, refetches = articles.refetches + articles.refetching, refetching = 0
            WHERE articles.sha256 <> excluded.sha256
            RETURNING capture
            """,
            new
            {
                capture.ArticleId, capture.Url, capture.SourceId, capture.FeedId, capture.Sha256, fetchedAt, traceparent, entry,
                pending = Outcome.Pending, fetch = Stage.Fetch, discoveredAt = capture.DiscoveredAt.ToUnixTimeMilliseconds(),
                refetchAt = capture.RefetchAt?.ToUnixTimeMilliseconds(),
            },
            transaction);
        if (number is null)
        {
            return null;
        }

        await connection.ExecuteAsync(
            $"""
            INSERT INTO captures ({CaptureColumns})
            VALUES (@ArticleId, @number, @File, @Offset, @Length, @Sha256, @MediaType, @charset, @etag, @lastModified, @bodyLength, @fetchedAt, @traceparent, @entry, @trail, @reservations, @recordId, @finalUrl, @redirects)
            """,
            new
            {
                capture.ArticleId, number, position.File, position.Offset, position.Length, capture.Sha256, capture.MediaType, charset = capture.Charset ?? "",
                etag = capture.Http?.ETag ?? "", lastModified = capture.Http?.LastModified ?? "", bodyLength = capture.Body.Length, fetchedAt, traceparent, entry,
                reservations = LedgerJson.WriteReservations(capture.Reservations),
                trail = LedgerJson.WriteTrail(capture.Trail), recordId = capture.RecordId.ToString(), finalUrl = capture.Http?.Url ?? "",
                redirects = capture.Http is { } http ? JoinUrls(http.Redirects) : "",
            },
            transaction);
        return number;
    }

    private async Task<DateTimeOffset?> ApplyAsync(DbConnection connection, DbTransaction transaction, OutcomeReport report)
    {
        var ended = await connection.QuerySingleOrDefaultAsync<CaptureRow>(
            """
            UPDATE captures SET done = 1, published = 1, outcome = @Outcome, stage = @Stage, reason = @Reason, ended_at = @Now, end_trail = @Trail,
                parser_version = @ParserVersion, content_digest = @ContentDigest, body_digest = @BodyDigest, title = @Title
            WHERE article_id = @ArticleId AND capture = @Capture AND done = 0
            RETURNING article_id, capture, outcome, parser_version, content_digest, body_digest, title, replay_id, base_capture
            """,
            new
            {
                report.ArticleId, report.Capture, report.Outcome, report.Stage, report.Reason, report.Trail, Now, ParserVersion = report.Parsed?.ParserVersion ?? "",
                ContentDigest = report.Parsed?.ContentDigest ?? "", BodyDigest = report.Parsed?.BodyDigest ?? "", Title = report.Parsed?.Title ?? "",
            },
            transaction);
        var first = ended is not null;
        if (ended is { ReplayId.Length: > 0, Outcome: Outcome.Quarantined })
        {
            await ReplayStore.FailAsync(connection, transaction, report.ArticleId, report.Capture, Now);
            return null;
        }

        if (ended is { ReplayId.Length: > 0 })
        {
            await ReplayStore.CompareAsync(connection, transaction, ended);
        }

        var parameters = new
        {
            report.ArticleId, report.Capture, report.Outcome, report.Stage, report.Reason, report.Revision, report.StoryId, report.Trail,
            now = Now, first = first ? 1 : 0, quarantined = Outcome.Quarantined, withdrawn = Outcome.Withdrawn,
        };
        if (report.Revision > 0)
        {
            await connection.ExecuteAsync(
                "UPDATE articles SET revision = @Revision, story_id = @StoryId WHERE article_id = @ArticleId AND revision < @Revision", parameters, transaction);
        }

        // What was quarantined has ended, but a person may have sent it on since.
        var discovered = await connection.ExecuteScalarAsync<long?>(
            """
            UPDATE articles SET outcome = @Outcome, stage = @Stage, reason = @Reason, trail = @Trail, updated_at = @now
            WHERE article_id = @ArticleId AND capture <= @Capture AND outcome <> @withdrawn
                AND (@first = 1 OR (outcome = @quarantined AND @Outcome <> @quarantined))
            RETURNING discovered_at
            """,
            parameters, transaction);
        return discovered is { } milliseconds && ended is not { ReplayId.Length: > 0 } ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
    }
}

/// <summary>What one host may have of the fetching.</summary>
/// <param name="HandedOut">Owed URLs on the bus or being fetched at the same time.</param>
/// <param name="Interval">Time between two requests to it.</param>
public sealed record HostShare(int HandedOut, TimeSpan Interval);
