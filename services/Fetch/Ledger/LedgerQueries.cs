using Dapper;
using Storyline.Contracts;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>Totals of the ledger.</summary>
/// <param name="Outcomes">URLs by outcome.</param>
/// <param name="InFlight">Captures without an outcome.</param>
/// <param name="OldestInFlightAt">When the oldest of them was taken.</param>
public sealed record LedgerTotals(IReadOnlyDictionary<Outcome, long> Outcomes, long InFlight, long? OldestInFlightAt);

/// <summary>What became of the URLs that one source announced on one day.</summary>
/// <param name="SourceId">The source.</param>
/// <param name="Day">First millisecond of the day, UTC.</param>
/// <param name="Outcomes">URLs by outcome.</param>
/// <param name="Indexed">URLs with a searchable revision.</param>
/// <param name="EntriesWithoutUrl">Feed entries that had no URL to fetch.</param>
public sealed record SourceDay(string SourceId, long Day, IReadOnlyDictionary<Outcome, long> Outcomes, long Indexed, long EntriesWithoutUrl)
{
    public long Announced => Outcomes.Values.Sum();
}

/// <summary>What operators ask of the ledger.</summary>
public sealed class LedgerQueries([FromKeyedServices(FetchModule.ServiceName)] Database database)
{
    /// <summary>Rows, newest change first, before a position.</summary>
    public async Task<IReadOnlyList<ArticleRow>> ListAsync(
        Outcome outcome, string sourceId, long beforeTime, string beforeId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<ArticleRow>(new CommandDefinition(
            """
            SELECT article_id, url, source_id, feed_id, outcome, stage, reason, capture, revision, story_id, discovered_at, updated_at, traceparent, duplicate_of
            FROM articles
            WHERE (@outcome = 0 OR outcome = @outcome) AND (@sourceId = '' OR source_id = @sourceId)
                AND (updated_at < @beforeTime OR (updated_at = @beforeTime AND article_id < @beforeId))
            ORDER BY updated_at DESC, article_id DESC LIMIT @limit
            """,
            new { outcome, sourceId, beforeTime, beforeId, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>When an owed fetch that is not handed out is due, and when an article is asked for again in search of corrections.</summary>
    public async Task<(long? DueAt, long? RefetchAt)> NextFetchesAsync(string articleId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<(long?, long?)>(new CommandDefinition(
            "SELECT CASE WHEN queued = 0 THEN due_at END, CASE WHEN revision > 0 THEN refetch_at END FROM articles WHERE article_id = @articleId",
            new { articleId }, cancellationToken: cancellationToken));
    }

    /// <summary>Days of sources on which something was announced, by source and then day, after a position.</summary>
    /// <param name="sourceId">Only this one; empty: all.</param>
    /// <param name="from">First millisecond of the first day.</param>
    /// <param name="to">First millisecond after the last day.</param>
    /// <param name="afterSource">Source of the last row before.</param>
    /// <param name="afterDay">Its day.</param>
    /// <param name="limit">Most rows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<SourceDay>> CompletenessAsync(
        string sourceId, long from, long to, string afterSource, long afterDay, int limit, CancellationToken cancellationToken)
    {
        const string After = "(@sourceId = '' OR source_id = @sourceId) AND (source_id > @afterSource OR (source_id = @afterSource AND {0} / 86400000 * 86400000 > @afterDay))";
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(string SourceId, long Day, int Outcome, long Count, long Indexed)>(new CommandDefinition(
            $"""
            SELECT source_id, discovered_at / 86400000 * 86400000 AS day, outcome, COUNT(*), SUM(CASE WHEN revision > 0 THEN 1 ELSE 0 END)
            FROM articles WHERE discovered_at >= @from AND discovered_at < @to AND {After.Replace("{0}", "discovered_at", StringComparison.Ordinal)}
            GROUP BY source_id, discovered_at / 86400000 * 86400000, outcome ORDER BY 1, 2 LIMIT @rows
            """,
            // No day has more rows than there are outcomes.
            new { sourceId, from, to, afterSource, afterDay, rows = limit * Enum.GetValues<Outcome>().Length }, cancellationToken: cancellationToken))).ToList();
        var unusable = (await connection.QueryAsync<(string SourceId, long Day, long Count)>(new CommandDefinition(
            $"""
            SELECT source_id, announced_at / 86400000 * 86400000 AS day, COUNT(*)
            FROM unusable_entries WHERE announced_at >= @from AND announced_at < @to AND {After.Replace("{0}", "announced_at", StringComparison.Ordinal)}
            GROUP BY source_id, announced_at / 86400000 * 86400000 ORDER BY 1, 2 LIMIT @limit
            """,
            new { sourceId, from, to, afterSource, afterDay, limit }, cancellationToken: cancellationToken))).ToDictionary(row => (row.SourceId, row.Day), row => row.Count);
        return
        [
            .. rows.Select(row => (row.SourceId, row.Day)).Concat(unusable.Keys).Distinct()
                .OrderBy(key => key.SourceId, StringComparer.Ordinal).ThenBy(key => key.Day).Take(limit)
                .GroupJoin(rows, key => key, row => (row.SourceId, row.Day), (key, counts) => new SourceDay(
                    key.SourceId, key.Day, counts.ToDictionary(row => (Outcome)row.Outcome, row => row.Count), counts.Sum(row => row.Indexed), unusable.GetValueOrDefault(key))),
        ];
    }

    /// <summary>Whether a source has a URL or a feed.</summary>
    public async Task<bool> HasSourceAsync(string sourceId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            SELECT CASE WHEN EXISTS (SELECT 1 FROM articles WHERE source_id = @sourceId) OR EXISTS (SELECT 1 FROM feeds WHERE source_id = @sourceId) THEN 1 ELSE 0 END
            """,
            new { sourceId }, cancellationToken: cancellationToken)) == 1;
    }

    /// <summary>Sources with URLs whose name is close to one: it holds that name, or is the domain that it lies in.</summary>
    public async Task<IReadOnlyList<string>> SourcesLikeAsync(string sourceId, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sourceId);
        var name = sourceId.ToLowerInvariant();
        var bare = name.StartsWith("www.", StringComparison.Ordinal) ? name[4..] : name;
        var like = "%" + bare.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
        await using var connection = await database.OpenAsync(cancellationToken);

        // From name to name over the index: the ledger has many URLs of few sources.
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            """
            WITH RECURSIVE sources (source_id) AS (
                SELECT MIN(source_id) FROM articles
                UNION ALL
                SELECT (SELECT MIN(a.source_id) FROM articles a WHERE a.source_id > sources.source_id) FROM sources WHERE sources.source_id IS NOT NULL)
            SELECT source_id FROM sources
            WHERE source_id <> '' AND (source_id LIKE @like ESCAPE '\' OR @name LIKE '%.' || source_id)
            ORDER BY source_id LIMIT @limit
            """,
            new { like, name, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>Counts, as of one moment.</summary>
    public async Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var outcomes = await connection.QueryAsync<(int Outcome, long Count)>(new CommandDefinition(
            "SELECT outcome, COUNT(*) FROM articles GROUP BY outcome ORDER BY outcome", cancellationToken: cancellationToken));
        var (count, oldest) = await connection.QuerySingleAsync<(long, long?)>(new CommandDefinition(
            "SELECT COUNT(*), MIN(CASE WHEN replay_id = '' THEN fetched_at END) FROM captures WHERE done = 0", cancellationToken: cancellationToken));
        return new LedgerTotals(outcomes.ToDictionary(row => (Outcome)row.Outcome, row => row.Count), count, oldest);
    }
}
