using Dapper;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>The table <c>canonical_claims</c>: which article was the first whose page had a canonical URL and a title.</summary>
public sealed class CanonicalClaimStore : IAsyncDisposable
{
    private readonly Database _database;
    private readonly GroupCommit<(string ArticleId, string CanonicalId, string TitleDigest), string> _commits;

    public CanonicalClaimStore([FromKeyedServices(FetchModule.ServiceName)] Database database)
    {
        _database = database;
        _commits = new(CommitAsync, maxBatch: 256);
    }

    /// <summary>Notes that an article's page has a canonical URL, given as the id that it would have, and a title.</summary>
    /// <returns>Id of the first article that had both.</returns>
    public Task<string> ClaimAsync(string articleId, string canonicalId, string titleDigest, CancellationToken cancellationToken) =>
        _commits.AddAsync((articleId, canonicalId, titleDigest), cancellationToken);

    public ValueTask DisposeAsync() => _commits.DisposeAsync();

    private Task<IReadOnlyList<string>> CommitAsync(IReadOnlyList<(string ArticleId, string CanonicalId, string TitleDigest)> batch) =>
        _database.WriteAsync<IReadOnlyList<string>>(
            async (connection, transaction) =>
            {
                var first = new string[batch.Count];
                foreach (var index in Enumerable.Range(0, batch.Count).OrderBy(i => batch[i].CanonicalId, StringComparer.Ordinal).ThenBy(i => batch[i].TitleDigest, StringComparer.Ordinal))
                {
                    var (articleId, canonicalId, titleDigest) = batch[index];
                    first[index] = await connection.QuerySingleAsync<string>(
                        """
                        INSERT INTO canonical_claims (canonical_id, title_digest, article_id) VALUES (@canonicalId, @titleDigest, @articleId)
                        ON CONFLICT (canonical_id, title_digest) DO UPDATE SET article_id = canonical_claims.article_id
                        RETURNING article_id
                        """,
                        new { articleId, canonicalId, titleDigest }, transaction);
                }

                return first;
            },
            CancellationToken.None);
}
