using System.Data.Common;
using System.Text.Json;
using Dapper;
using Storyline.Contracts;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>
/// The table <c>replays</c>, and the captures that replays add. A replayed capture is a new capture with the bytes of an earlier one, so every rule of
/// captures holds for it: it is published from the archive, counts once, and a later one is never overtaken. See docs/adr/0010.
/// </summary>
public sealed class ReplayStore([FromKeyedServices(FetchModule.ServiceName)] Database database, TimeProvider time)
{
    /// <summary>Replays kept; with an older one its comparisons go.</summary>
    public const int MaxKept = 50;

    private const int ExamplesPerChange = 5;
    private const string Columns =
        "replay_id, filter, compare_only, rate_per_second, max_in_flight, state, position, selected, created_at, updated_at";

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Starts a replay; the one that the same request started, when there is one.</summary>
    public Task<ReplayRow> StartAsync(ReplayRow replay, string requestId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var request = requestId.Length == 0 ? null : requestId;
                if (request is not null && await connection.QuerySingleOrDefaultAsync<ReplayRow>($"SELECT {Columns} FROM replays WHERE request_id = @request", new { request }, transaction) is { } earlier)
                {
                    return earlier;
                }

                var row = replay with { ReplayId = Guid.CreateVersion7(time.GetUtcNow()).ToString("n"), State = ReplayState.Running, CreatedAt = Now, UpdatedAt = Now };
                await connection.ExecuteAsync(
                    $"""
                    INSERT INTO replays ({Columns}, request_id)
                    VALUES (@ReplayId, @Filter, @CompareOnly, @RatePerSecond, @MaxInFlight, @State, '', 0, @CreatedAt, @UpdatedAt, @request)
                    """,
                    new { row.ReplayId, row.Filter, row.CompareOnly, row.RatePerSecond, row.MaxInFlight, row.State, row.CreatedAt, row.UpdatedAt, request }, transaction);
                foreach (var old in (await connection.QueryAsync<string>(
                             "SELECT replay_id FROM replays ORDER BY created_at DESC, replay_id DESC LIMIT @all OFFSET @kept", new { all = int.MaxValue, kept = MaxKept }, transaction)).ToList())
                {
                    await connection.ExecuteAsync("DELETE FROM captures WHERE replay_id = @old AND capture < 0", new { old }, transaction);
                    await connection.ExecuteAsync("DELETE FROM replays WHERE replay_id = @old", new { old }, transaction);
                }

                return row;
            },
            cancellationToken, lockName: "replays");

    /// <summary>Stops taking captures; those on their way go on. One that has ended stays as it is.</summary>
    public Task<bool> CancelAsync(string replayId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync(
                    "UPDATE replays SET state = @cancelled, updated_at = @Now WHERE replay_id = @replayId AND state = @running",
                    new { replayId, Now, cancelled = ReplayState.Cancelled, running = ReplayState.Running }, transaction);
                return await connection.ExecuteScalarAsync<string?>("SELECT replay_id FROM replays WHERE replay_id = @replayId", new { replayId }, transaction) is not null;
            },
            cancellationToken);

    /// <summary>Running replays, each given to one caller for <paramref name="lease"/>.</summary>
    public Task<IReadOnlyList<ReplayRow>> TakeAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<ReplayRow>>(
            async (connection, transaction) =>
            [
                .. await connection.QueryAsync<ReplayRow>(
                    $"UPDATE replays SET leased_until = @until WHERE state = @running AND leased_until <= @Now RETURNING {Columns}",
                    new { Now, until = Now + (long)lease.TotalMilliseconds, running = ReplayState.Running }, transaction),
            ],
            cancellationToken);

    /// <summary>
    /// Takes the next captures of a replay, in one transaction with its position; the ledger's sweeper publishes them. Takes none while the replay has
    /// enough on their way, and ends it when there are no more and the last one has ended.
    /// </summary>
    /// <returns>How many.</returns>
    public Task<int> AdvanceAsync(ReplayRow replay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replay);
        return database.WriteAsync(
            async (connection, transaction) =>
            {
                var inFlight = await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM captures WHERE replay_id = @ReplayId AND done = 0", replay, transaction);
                var room = Math.Min(replay.RatePerSecond, replay.MaxInFlight - inFlight);
                var current = room <= 0 ? null : await connection.QuerySingleOrDefaultAsync<ReplayRow>(
                    $"SELECT {Columns} FROM replays WHERE replay_id = @ReplayId AND state = @running", new { replay.ReplayId, running = ReplayState.Running }, transaction);
                if (current is null)
                {
                    return 0;
                }

                var found = await NextAsync(connection, transaction, current, room);
                var taken = 0;
                foreach (var capture in found)
                {
                    taken += await AddAsync(connection, transaction, current, capture);
                }

                var isDone = found.Count < room && inFlight == 0 && taken == 0;
                await connection.ExecuteAsync(
                    "UPDATE replays SET position = @position, selected = selected + @taken, state = @state, updated_at = @Now WHERE replay_id = @ReplayId",
                    new
                    {
                        current.ReplayId, taken, Now, position = found.Count == 0 ? current.Position : found[^1].ArticleId, state = isDone ? ReplayState.Done : ReplayState.Running,
                    },
                    transaction);
                return taken;
            },
            cancellationToken, lockName: "replay " + replay.ReplayId);
    }

    /// <summary>A replay and what it has found so far; null when there is none.</summary>
    public async Task<ReplayReport?> FindAsync(string replayId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<ReplayRow>(new CommandDefinition(
            $"SELECT {Columns} FROM replays WHERE replay_id = @replayId", new { replayId }, cancellationToken: cancellationToken));
        if (row is null)
        {
            return null;
        }

        var counts = (await connection.QueryAsync<(int Done, int Change, long Count)>(new CommandDefinition(
            "SELECT done, change, COUNT(*) FROM captures WHERE replay_id = @replayId GROUP BY done, change", new { replayId }, cancellationToken: cancellationToken))).ToList();
        var examples = new List<ReplayExample>();
        foreach (var change in counts.Where(count => count.Done == 1 && (ReplayChange)count.Change != ReplayChange.Unchanged).Select(count => count.Change))
        {
            examples.AddRange(await connection.QueryAsync<ReplayExample>(new CommandDefinition(
                """
                SELECT c.article_id, a.url, c.change, b.outcome AS old_outcome, c.outcome AS new_outcome, b.title AS old_title, c.title AS new_title, c.reason
                FROM captures c
                JOIN articles a ON a.article_id = c.article_id
                JOIN captures b ON b.article_id = c.article_id AND b.capture = c.base_capture
                WHERE c.replay_id = @replayId AND c.change = @change AND c.done = 1 ORDER BY c.article_id LIMIT @limit
                """,
                new { replayId, change, limit = ExamplesPerChange }, cancellationToken: cancellationToken)));
        }

        var after = await VersionsAsync("SELECT DISTINCT parser_version FROM captures WHERE replay_id = @replayId AND parser_version <> '' AND change <> @failed LIMIT 10");
        var before = await VersionsAsync(
            """
            SELECT DISTINCT b.parser_version FROM captures c JOIN captures b ON b.article_id = c.article_id AND b.capture = c.base_capture
            WHERE c.replay_id = @replayId AND b.parser_version <> '' LIMIT 10
            """);
        return new ReplayReport(
            row, counts.Where(count => count.Done == 0).Sum(count => count.Count),
            counts.Where(count => count.Done == 1).ToDictionary(count => (ReplayChange)count.Change, count => count.Count), (before, after), examples);

        async Task<string[]> VersionsAsync(string sql) =>
            [.. (await connection.QueryAsync<string>(new CommandDefinition(sql, new { replayId, failed = ReplayChange.Failed }, cancellationToken: cancellationToken))).Order(StringComparer.Ordinal)];
    }

    /// <summary>Notes what changed in a replayed capture whose way has ended.</summary>
    internal static async Task CompareAsync(DbConnection connection, DbTransaction transaction, CaptureRow after)
    {
        var before = await connection.QuerySingleAsync<CaptureRow>(
            "SELECT outcome, parser_version, content_digest, body_digest, title FROM captures WHERE article_id = @ArticleId AND capture = @BaseCapture", after, transaction);
        await connection.ExecuteAsync(
            "UPDATE captures SET change = @change WHERE article_id = @ArticleId AND capture = @Capture", new { change = Compare(before, after), after.ArticleId, after.Capture }, transaction);
    }

    /// <summary>
    /// A replay has failed, and takes nothing back: its article stands as before, unless something else has ended it since, and what the parser last made of the article
    /// stays what the next replay compares with. Nothing happens to a capture that is no replay's.
    /// </summary>
    /// <returns>Whether it is a replay's.</returns>
    internal static async Task<bool> FailAsync(DbConnection connection, DbTransaction transaction, string articleId, int capture, long now)
    {
        // One that was on its way when priors were not yet kept has none.
        var parameters = new { articleId, capture, now, failed = ReplayChange.Failed, pending = Outcome.Pending, notModified = Outcome.NotModified, fetch = Stage.Fetch };
        var isReplay = await connection.ExecuteAsync(
            """
            UPDATE captures SET change = @failed, parser_version = b.parser_version, content_digest = b.content_digest, body_digest = b.body_digest, title = b.title
            FROM captures b
            WHERE captures.article_id = @articleId AND captures.capture = @capture AND captures.replay_id <> '' AND b.article_id = captures.article_id AND b.capture = captures.base_capture
            """,
            parameters, transaction) > 0;
        await connection.ExecuteAsync(
            """
            UPDATE articles SET outcome = CASE WHEN c.prior_outcome = 0 THEN @notModified ELSE c.prior_outcome END, stage = CASE WHEN c.prior_stage = 0 THEN @fetch ELSE c.prior_stage END,
                reason = c.prior_reason, updated_at = @now
            FROM captures c
            WHERE articles.article_id = @articleId AND articles.capture = @capture AND articles.outcome = @pending
                AND c.article_id = articles.article_id AND c.capture = @capture AND c.replay_id <> ''
            """,
            parameters, transaction);
        return isReplay;
    }

    /// <summary>A person sends a failed replay's message on: it is on its way again.</summary>
    internal static async Task ReopenAsync(DbConnection connection, DbTransaction transaction, string articleId, int capture, long now)
    {
        var parameters = new { articleId, capture, now, failed = ReplayChange.Failed, pending = Outcome.Pending, fetch = Stage.Fetch, withdrawn = Outcome.Withdrawn };
        var reopened = await connection.ExecuteAsync(
            """
            UPDATE captures SET done = 0, outcome = 0, stage = 0, reason = '', ended_at = NULL, change = 0, parser_version = '', content_digest = '', body_digest = '', title = '',
                prior_outcome = a.outcome, prior_stage = a.stage, prior_reason = a.reason
            FROM articles a
            WHERE captures.article_id = @articleId AND captures.capture = @capture AND captures.change = @failed AND a.article_id = captures.article_id AND a.outcome <> @pending
            """,
            parameters, transaction);
        if (reopened > 0)
        {
            await connection.ExecuteAsync(
                "UPDATE articles SET outcome = @pending, stage = @fetch, reason = '', updated_at = @now WHERE article_id = @articleId AND capture = @capture AND outcome <> @withdrawn",
                parameters, transaction);
        }
    }

    internal static ReplayChange Compare(CaptureRow before, CaptureRow after) => (before.ContentDigest.Length > 0, after.ContentDigest.Length > 0) switch
    {
        _ when before.ParserVersion.Length == 0 || after.ParserVersion.Length == 0 => ReplayChange.NotComparable,
        (false, false) => before.Outcome == after.Outcome ? ReplayChange.Unchanged : ReplayChange.OtherRejection,
        (false, true) => ReplayChange.NewlyArticle,
        (true, false) => ReplayChange.NewlyRejected,
        _ when before.ContentDigest == after.ContentDigest => ReplayChange.Unchanged,
        _ when before.BodyDigest == after.BodyDigest => ReplayChange.Title,
        _ => before.Title == after.Title ? ReplayChange.Body : ReplayChange.TitleAndBody,
    };

    private static async Task<List<CaptureRow>> NextAsync(DbConnection connection, DbTransaction transaction, ReplayRow replay, int limit)
    {
        var filter = JsonSerializer.Deserialize<ReplayFilter>(replay.Filter) ?? new ReplayFilter();
        var (list, parameters) = LedgerStore.In(filter.ArticleIds);
        parameters.AddDynamicParams(new
        {
            replay.Position, limit, filter.SourceId, from = filter.From ?? long.MinValue, to = filter.To ?? long.MaxValue, filter.Outcome, filter.ParserVersion, withdrawn = Outcome.Withdrawn,
        });
        return [.. await connection.QueryAsync<CaptureRow>(
            $"""
            SELECT c.article_id, c.capture, c.outcome, c.stage, c.reason FROM articles a JOIN captures c ON c.article_id = a.article_id AND c.capture = a.capture
            WHERE a.article_id > @Position AND c.done = 1 AND a.outcome <> @withdrawn {(filter.ArticleIds.Length == 0 ? "" : $"AND a.article_id IN ({list})")}
                AND (@SourceId = '' OR a.source_id = @SourceId) AND c.fetched_at >= @from AND c.fetched_at < @to
                AND (@Outcome = 0 OR a.outcome = @Outcome) AND (@ParserVersion = '' OR c.parser_version = @ParserVersion OR substr(c.parser_version, 1, length(@ParserVersion) + 1) = @ParserVersion || '+')
            ORDER BY a.article_id LIMIT @limit
            """,
            parameters, transaction)];
    }

    private async Task<int> AddAsync(DbConnection connection, DbTransaction transaction, ReplayRow replay, CaptureRow capture)
    {
        // One that only compares is outside the order of captures: below zero, where no report about it reaches the article.
        var next = replay.CompareOnly == 1
            ? new ArticleRow
            {
                Capture = await connection.ExecuteScalarAsync<int>(
                    "SELECT CASE WHEN MIN(capture) < 0 THEN MIN(capture) ELSE 0 END - 1 FROM captures WHERE article_id = @ArticleId", capture, transaction),
            }
            : await connection.QuerySingleOrDefaultAsync<ArticleRow>(
                "UPDATE articles SET capture = capture + 1, updated_at = @Now WHERE article_id = @ArticleId AND capture = @Capture RETURNING capture, outcome, stage, reason",
                new { capture.ArticleId, capture.Capture, Now }, transaction);
        if (next is null)
        {
            return 0;
        }

        if (replay.CompareOnly == 0)
        {
            await connection.ExecuteAsync(
                "UPDATE articles SET outcome = @pending, stage = @fetch, reason = '' WHERE article_id = @ArticleId",
                new { capture.ArticleId, pending = Outcome.Pending, fetch = Stage.Fetch }, transaction);
        }

        // An article that is owed a fetch goes back to what its last capture said, for that fetch may end meanwhile.
        var (priorOutcome, priorStage, priorReason) = next.Outcome != Outcome.Pending ? (next.Outcome, next.Stage, next.Reason)
            : capture.Outcome != Outcome.Unspecified ? (capture.Outcome, capture.Stage, capture.Reason)
            : (Outcome.NotModified, Stage.Fetch, "");
        return await connection.ExecuteAsync(
            $"""
            INSERT INTO captures ({LedgerStore.CaptureColumns}, replay_id, base_capture, prior_outcome, prior_stage, prior_reason)
            SELECT article_id, @number, warc_file, warc_offset, warc_length, sha256, media_type, charset, etag, last_modified, body_length, fetched_at, traceparent, entry, trail, reservations,
                record_id, final_url, redirects, @ReplayId, capture, @priorOutcome, @priorStage, @priorReason
            FROM captures WHERE article_id = @ArticleId AND capture = @Capture
            """,
            new { number = next.Capture, replay.ReplayId, capture.ArticleId, capture.Capture, priorOutcome, priorStage, priorReason }, transaction);
    }
}
