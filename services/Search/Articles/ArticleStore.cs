using System.Data.Common;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Hosting.Storage;
using Storyline.Search.Writing;

namespace Storyline.Search.Articles;

/// <summary>What became of a revision that was stored, now or before.</summary>
/// <param name="Sequence">An index that has come so far has the article's current revision.</param>
/// <param name="IndexTime">When this revision was first stored.</param>
public sealed record StoredRevision(long Sequence, DateTimeOffset IndexTime);

/// <summary>An article revision as it is stored.</summary>
/// <param name="Article">As enriched, without its trail.</param>
/// <param name="StoryId">Its story now; that of the current revision also for older ones.</param>
/// <param name="Role">Its role there now.</param>
/// <param name="IndexTime">When it was first stored.</param>
public sealed record StoredArticle(ArticleEnriched Article, string StoryId, TellingRole Role, DateTimeOffset IndexTime);

/// <summary>The columns of a revision that a list shows.</summary>
public sealed record ArticleRow
{
    public required string ArticleId { get; init; }

    public required int Revision { get; init; }

    public required string Url { get; init; }

    public required string SourceId { get; init; }

    public required string Title { get; init; }

    public required string Language { get; init; }

    /// <summary>JSON array.</summary>
    public required string Authors { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long? PublishTime { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public required long IndexTime { get; init; }

    public required string StoryId { get; init; }

    public required int Role { get; init; }

    public string? TraceId { get; init; }

    /// <summary>The whole record, compressed; null where a list does not need it.</summary>
    public byte[]? Payload { get; init; }

    public string[] AuthorNames => JsonSerializer.Deserialize<string[]>(Authors) ?? [];

    public StoredArticle Read() => new(
        CompressedJson.Read<ArticleEnriched>(Payload ?? throw new InvalidOperationException("the payload was not read")),
        StoryId, (TellingRole)Role, DateTimeOffset.FromUnixTimeMilliseconds(IndexTime));
}

/// <summary>
/// The articles: every revision, and which one is current. Each change of a current revision or of its story takes the next
/// sequence number, which the index follows.
/// </summary>
public sealed class ArticleStore : IAsyncDisposable
{
    /// <summary>Moves the sequence by a count and returns its new value. The first statement of a transaction: see the migration.</summary>
    internal const string TakeSequence = "UPDATE index_position SET sequence = sequence + @count WHERE id = 1 RETURNING sequence";

    private const string Columns =
        "r.article_id, r.revision, r.url, r.source_id, r.title, r.language, r.authors, r.publish_time, r.index_time, a.story_id, a.role, r.trace_id";

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly GroupCommit<NewRevision, StoredRevision> _writes;

    public ArticleStore([FromKeyedServices(SearchModule.ServiceName)] Database database, IOptions<SearchOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _time = time;
        _writes = new GroupCommit<NewRevision, StoredRevision>(WriteBatchAsync, options.Value.WriteBatch);
    }

    /// <summary>Stores a revision. One that is stored already stays as it is; one below the current does not become current.</summary>
    public Task<StoredRevision> WriteAsync(ArticleEnriched article, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(article);
        return _writes.AddAsync(new NewRevision(article, CompressedJson.Write(article with { Trail = [] })), cancellationToken);
    }

    /// <summary>The database's own id and its last sequence number.</summary>
    public async Task<(string DatabaseId, long Sequence)> GetPositionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await connection.QuerySingleAsync<(string, long)>(
            Command("SELECT database_id, sequence FROM index_position WHERE id = 1", null, cancellationToken));
    }

    /// <summary>Current revisions that changed after a sequence number, in order.</summary>
    public async Task<IReadOnlyList<(long Sequence, ArticleEnriched Article, string StoryId)>> ReadAfterAsync(
        long sequence, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(long Sequence, string StoryId, byte[] Payload)>(Command(
            """
            SELECT a.sequence, a.story_id, r.payload
            FROM articles a JOIN revisions r ON r.article_id = a.article_id AND r.revision = a.revision
            WHERE a.sequence > @sequence ORDER BY a.sequence LIMIT @limit
            """,
            new { sequence, limit },
            cancellationToken));
        return [.. rows.Select(row => (row.Sequence, CompressedJson.Read<ArticleEnriched>(row.Payload), row.StoryId))];
    }

    /// <summary>Current revisions with their payloads, in no order; those not found are left out.</summary>
    public async Task<IReadOnlyList<ArticleRow>> GetAsync(IReadOnlyCollection<string> articleIds, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<ArticleRow>(Command(
            $"""
            SELECT {Columns}, r.payload
            FROM articles a JOIN revisions r ON r.article_id = a.article_id AND r.revision = a.revision
            WHERE a.article_id IN ({Placeholders(articleIds.Count)})
            """,
            Parameters(articleIds),
            cancellationToken))).AsList();
    }

    /// <summary>One revision with its payload; null when there is none.</summary>
    public async Task<ArticleRow?> GetRevisionAsync(string articleId, int revision, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<ArticleRow>(Command(
            $"SELECT {Columns}, r.payload FROM revisions r JOIN articles a ON a.article_id = r.article_id WHERE r.article_id = @articleId AND r.revision = @revision",
            new { articleId, revision },
            cancellationToken));
    }

    /// <summary>Every revision without its payload, newest first.</summary>
    public async Task<IReadOnlyList<ArticleRow>> ListRevisionsAsync(string articleId, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        return (await connection.QueryAsync<ArticleRow>(Command(
            $"SELECT {Columns} FROM revisions r JOIN articles a ON a.article_id = r.article_id WHERE r.article_id = @articleId ORDER BY r.revision DESC",
            new { articleId },
            cancellationToken))).AsList();
    }

    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    /// <summary>@p0, @p1 … — the one form of a list that both databases take.</summary>
    internal static string Placeholders(int count) =>
        count == 0 ? "NULL" : string.Join(", ", Enumerable.Range(0, count).Select(i => $"@p{i}"));

    internal static DynamicParameters Parameters(IEnumerable<string> values)
    {
        var parameters = new DynamicParameters();
        foreach (var (i, value) in values.Index())
        {
            parameters.Add($"p{i}", value);
        }

        return parameters;
    }

    private static CommandDefinition Command(string sql, object? parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, cancellationToken: cancellationToken);

    private Task<IReadOnlyList<StoredRevision>> WriteBatchAsync(IReadOnlyList<NewRevision> batch) =>
        _database.WriteAsync<IReadOnlyList<StoredRevision>>(
            async (connection, transaction) =>
            {
                var last = await connection.ExecuteScalarAsync<long>(TakeSequence, new { count = batch.Count }, transaction);
                var results = new List<StoredRevision>(batch.Count);
                foreach (var (i, revision) in batch.Index())
                {
                    results.Add(await WriteOneAsync(connection, transaction, revision, last - batch.Count + 1 + i));
                }

                return results;
            },
            CancellationToken.None);

    private async Task<StoredRevision> WriteOneAsync(DbConnection connection, DbTransaction transaction, NewRevision revision, long sequence)
    {
        var article = revision.Article;
        var now = _time.GetUtcNow();
        var inserted = await connection.ExecuteAsync(
            """
            INSERT INTO revisions (article_id, revision, capture, url, source_id, title, language, authors, publish_time, index_time, trace_id, payload)
            VALUES (@ArticleId, @Revision, @Capture, @Url, @SourceId, @title, @language, @authors, @published, @now, @TraceId, @payload)
            ON CONFLICT (article_id, revision) DO NOTHING
            """,
            new
            {
                article.ArticleId,
                article.Revision,
                article.Capture,
                article.Url,
                article.SourceId,
                title = article.Content.Title,
                language = article.Content.Language,
                authors = JsonSerializer.Serialize(article.Content.Authors),
                published = article.Content.PublishTime?.ToUnixTimeMilliseconds(),
                now = now.ToUnixTimeMilliseconds(),
                article.TraceId,
                payload = revision.Payload,
            },
            transaction);
        if (inserted == 1)
        {
            // The story may have been heard of first, and may have changed since this message was made.
            var telling = await connection.QueryFirstOrDefaultAsync<(string? StoryId, int Role)>(
                "SELECT story_id, role FROM tellings WHERE article_id = @ArticleId ORDER BY story_id LIMIT 1", new { article.ArticleId }, transaction);
            await connection.ExecuteAsync(
                """
                INSERT INTO articles (article_id, revision, sequence, story_id, role) VALUES (@ArticleId, @Revision, @sequence, @storyId, @role)
                ON CONFLICT (article_id) DO UPDATE
                SET revision = excluded.revision, sequence = excluded.sequence, story_id = excluded.story_id, role = excluded.role
                WHERE articles.revision < excluded.revision
                """,
                new
                {
                    article.ArticleId,
                    article.Revision,
                    sequence,
                    storyId = telling.StoryId ?? article.StoryId,
                    role = telling.StoryId is null ? (int)article.Telling.Role : telling.Role,
                },
                transaction);
        }

        var (current, indexTime) = await connection.QuerySingleAsync<(long, long)>(
            """
            SELECT a.sequence, r.index_time FROM articles a JOIN revisions r ON r.article_id = a.article_id
            WHERE r.article_id = @ArticleId AND r.revision = @Revision
            """,
            new { article.ArticleId, article.Revision },
            transaction);
        return new StoredRevision(current, DateTimeOffset.FromUnixTimeMilliseconds(indexTime));
    }

    private sealed record NewRevision(ArticleEnriched Article, byte[] Payload);
}
