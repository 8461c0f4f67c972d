using Dapper;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>When an article is asked for again, in search of corrections.</summary>
public static class RefetchSchedule
{
    /// <summary>The next time after a fetch.</summary>
    /// <param name="options"><see cref="FetchOptions.RefetchDelays"/>.</param>
    /// <param name="done">How often it was fetched again already.</param>
    /// <param name="now">When the last fetch was.</param>
    /// <returns>Null after the last one.</returns>
    public static DateTimeOffset? Next(FetchOptions options, int done, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        var delays = options.Refetches;
        return done >= delays.Count ? null : now + delays[done] - (done == 0 ? TimeSpan.Zero : delays[done - 1]);
    }
}

/// <summary>
/// Fetches that look for corrections, in the table <c>articles</c>. One that is taken is owed like any other, after all others; it ends with a
/// capture, or here. Each counts, whatever came of it, so an article has a bounded number of them.
/// </summary>
public sealed class RefetchStore([FromKeyedServices(FetchModule.ServiceName)] Database database, IOptions<FetchOptions> options, TimeProvider time)
{
    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// Makes fetches owed whose time has come: of each source as many as <see cref="FetchOptions.RefetchesPerSource"/> lets be under way. What never became an
    /// article, and what was withdrawn, is not asked for again.
    /// </summary>
    /// <returns>How many.</returns>
    public Task<int> TakeAsync(int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var parameters = new { Now, limit, perSource = options.Value.RefetchesPerSource, pending = Outcome.Pending, withdrawn = Outcome.Withdrawn };
                await connection.ExecuteAsync(
                    "UPDATE articles SET refetch_at = NULL WHERE refetch_at <= @Now AND ((revision = 0 AND outcome <> @pending) OR outcome = @withdrawn)", parameters, transaction);
                return await connection.ExecuteAsync(
                    """
                    UPDATE articles SET due_at = @Now, queued = 0, attempts = 0, refetching = 1, refetch_at = NULL
                    WHERE due_at IS NULL AND refetch_at <= @Now AND article_id IN (
                        SELECT article_id FROM (
                            SELECT a.article_id, a.refetch_at,
                                ROW_NUMBER() OVER (PARTITION BY a.source_id ORDER BY a.refetch_at)
                                    + (SELECT COUNT(*) FROM articles b WHERE b.source_id = a.source_id AND b.refetching = 1) AS place
                            FROM articles a
                            WHERE a.refetch_at <= @Now AND a.due_at IS NULL AND a.revision > 0 AND a.outcome <> @pending) due
                        WHERE place <= @perSource ORDER BY refetch_at LIMIT @limit)
                    """,
                    parameters, transaction);
            },
            cancellationToken, lockName: "refetch");

    /// <summary>Ends one that brought nothing new; the article's outcome stays.</summary>
    /// <param name="articleId">The article.</param>
    /// <param name="next">When it is asked again; null: not any more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task EndAsync(string articleId, DateTimeOffset? next, CancellationToken cancellationToken) => SetAsync(articleId, next, counts: 1, cancellationToken);

    /// <summary>Puts one off that was not made, because its host is busy or wants to be left alone.</summary>
    public Task PutOffAsync(string articleId, DateTimeOffset until, CancellationToken cancellationToken) => SetAsync(articleId, until, counts: 0, cancellationToken);

    private Task<int> SetAsync(string articleId, DateTimeOffset? next, int counts, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                """
                UPDATE articles SET due_at = NULL, queued = 0, attempts = 0, refetching = 0, refetches = refetches + @counts, refetch_at = @next
                WHERE article_id = @articleId AND refetching = 1
                """,
                new { articleId, counts, next = next?.ToUnixTimeMilliseconds() }, transaction),
            cancellationToken);
}
