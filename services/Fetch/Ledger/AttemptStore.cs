using Dapper;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>The table <c>attempts</c>: fetches that brought no capture, the newest of each article.</summary>
public sealed class AttemptStore : IAsyncDisposable
{
    /// <summary>Kept of one article.</summary>
    public const int MaxPerArticle = 20;

    private readonly Database _database;
    private readonly GroupCommit<AttemptRow, bool> _commits;

    public AttemptStore([FromKeyedServices(FetchModule.ServiceName)] Database database)
    {
        _database = database;
        _commits = new(CommitAsync, maxBatch: 256);
    }

    public Task AddAsync(AttemptRow attempt, CancellationToken cancellationToken) => _commits.AddAsync(attempt, cancellationToken);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AttemptRow>> ListAsync(string articleId, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<AttemptRow>(new CommandDefinition(
            "SELECT article_id, attempted_at, outcome, reason, duration_ms, redirects, trace_id FROM attempts WHERE article_id = @articleId ORDER BY attempted_at DESC",
            new { articleId }, cancellationToken: cancellationToken))];
    }

    public ValueTask DisposeAsync() => _commits.DisposeAsync();

    private Task<IReadOnlyList<bool>> CommitAsync(IReadOnlyList<AttemptRow> batch) =>
        _database.WriteAsync<IReadOnlyList<bool>>(
            async (connection, transaction) =>
            {
                foreach (var attempt in batch.OrderBy(row => row.ArticleId, StringComparer.Ordinal))
                {
                    await connection.ExecuteAsync(
                        """
                        INSERT INTO attempts (article_id, attempted_at, outcome, reason, duration_ms, redirects, trace_id)
                        VALUES (@ArticleId, @AttemptedAt, @Outcome, @Reason, @DurationMs, @Redirects, @TraceId)
                        ON CONFLICT (article_id, attempted_at) DO NOTHING
                        """,
                        attempt, transaction);
                    await connection.ExecuteAsync(
                        """
                        DELETE FROM attempts WHERE article_id = @ArticleId
                            AND attempted_at < (SELECT MIN(attempted_at) FROM (SELECT attempted_at FROM attempts WHERE article_id = @ArticleId ORDER BY attempted_at DESC LIMIT @kept) newest)
                        """,
                        new { attempt.ArticleId, kept = MaxPerArticle }, transaction);
                }

                return new bool[batch.Count];
            },
            CancellationToken.None);
}
