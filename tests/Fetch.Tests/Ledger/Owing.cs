using Dapper;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Tests.Ledger;

internal static class Owing
{
    /// <summary>Adds owed fetches of <c>prefix1</c>, <c>prefix2</c> … to the ledger.</summary>
    public static Task ManyAsync(Database database, string prefix, int count, DateTimeOffset due, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO articles (article_id, url, source_id, outcome, stage, discovered_at, updated_at, due_at)
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @count)
            SELECT @prefix || n, @prefix || n, 'test', 1, 1, @at, @at, @at FROM numbers
            """,
            new { prefix, count, at = due.ToUnixTimeMilliseconds() }, transaction),
        cancellationToken);
}
