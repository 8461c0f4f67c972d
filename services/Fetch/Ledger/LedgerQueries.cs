using Dapper;
using Storyline.Contracts;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>Totals of the ledger.</summary>
/// <param name="Outcomes">URLs by outcome.</param>
/// <param name="InFlight">Captures without an outcome.</param>
/// <param name="OldestInFlightAt">When the oldest of them was taken.</param>
public sealed record LedgerTotals(IReadOnlyDictionary<Outcome, long> Outcomes, long InFlight, long? OldestInFlightAt);

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
            SELECT article_id, url, source_id, feed_id, outcome, stage, reason, capture, revision, story_id, discovered_at, updated_at, traceparent
            FROM articles
            WHERE (@outcome = 0 OR outcome = @outcome) AND (@sourceId = '' OR source_id = @sourceId)
                AND (updated_at < @beforeTime OR (updated_at = @beforeTime AND article_id < @beforeId))
            ORDER BY updated_at DESC, article_id DESC LIMIT @limit
            """,
            new { outcome, sourceId, beforeTime, beforeId, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>Counts, as of one moment.</summary>
    public async Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var outcomes = await connection.QueryAsync<(int Outcome, long Count)>(new CommandDefinition(
            "SELECT outcome, COUNT(*) FROM articles GROUP BY outcome ORDER BY outcome", cancellationToken: cancellationToken));
        var (count, oldest) = await connection.QuerySingleAsync<(long, long?)>(new CommandDefinition(
            "SELECT COUNT(*), MIN(fetched_at) FROM captures WHERE done = 0", cancellationToken: cancellationToken));
        return new LedgerTotals(outcomes.ToDictionary(row => (Outcome)row.Outcome, row => row.Count), count, oldest);
    }
}
