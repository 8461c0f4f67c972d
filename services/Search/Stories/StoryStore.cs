using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Hosting.Storage;
using Storyline.Search.Articles;
using Storyline.Search.Writing;

namespace Storyline.Search.Stories;

/// <summary>What the heat of a story is computed from.</summary>
/// <param name="StoryId">The story.</param>
/// <param name="Language">BCP 47 tag.</param>
/// <param name="OriginCount">Independent tellings.</param>
/// <param name="SourceCount">Publishers.</param>
/// <param name="LastPublishTime">Unix milliseconds of the latest telling.</param>
public sealed record StoryPulse(string StoryId, string Language, int OriginCount, int SourceCount, long LastPublishTime);

/// <summary>
/// The stories, each at the highest version heard of: older and repeated messages change nothing, whatever their order.
/// It also holds which articles tell which story, and moves articles in the index when that changes.
/// </summary>
public sealed class StoryStore : IAsyncDisposable
{
    /// <summary>A chain of merges longer than this is a loop.</summary>
    private const int MaxRedirects = 16;

    private readonly Database _database;
    private readonly GroupCommit<NewVersion, bool> _writes;

    public StoryStore([FromKeyedServices(SearchModule.ServiceName)] Database database, IOptions<SearchOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _database = database;
        _writes = new GroupCommit<NewVersion, bool>(WriteBatchAsync, options.Value.WriteBatch);
    }

    /// <summary>Stores a story's state. The result says whether it was newer than the one stored.</summary>
    public Task<bool> WriteAsync(StoryChanged story, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(story);
        return _writes.AddAsync(new NewVersion(story, CompressedJson.Write(story)), cancellationToken);
    }

    /// <summary>The story that stands for an id: the survivor of its merges. Null when the id is unknown.</summary>
    public async Task<StoryChanged?> FindAsync(string storyId, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        byte[]? payload = null;
        for (var i = 0; i < MaxRedirects; i++)
        {
            var row = await connection.QuerySingleOrDefaultAsync<(byte[]? Payload, string? MergedInto)>(new CommandDefinition(
                "SELECT payload, merged_into FROM stories WHERE story_id = @storyId", new { storyId }, cancellationToken: cancellationToken));
            if (row.Payload is null)
            {
                break;
            }

            payload = row.Payload;
            if (row.MergedInto is null)
            {
                break;
            }

            storyId = row.MergedInto;
        }

        // A survivor that is not here yet: what is known of the merged story is better than nothing.
        return payload is null ? null : CompressedJson.Read<StoryChanged>(payload);
    }

    /// <summary>Stories by id, without following merges; those not found are left out.</summary>
    public async Task<IReadOnlyDictionary<string, StoryChanged>> GetAsync(IReadOnlyCollection<string> storyIds, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string StoryId, byte[] Payload)>(new CommandDefinition(
            $"SELECT story_id, payload FROM stories WHERE story_id IN ({ArticleStore.Placeholders(storyIds.Count)})",
            ArticleStore.Parameters(storyIds),
            cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.StoryId, row => CompressedJson.Read<StoryChanged>(row.Payload), StringComparer.Ordinal);
    }

    /// <summary>The stories with the latest tellings, of one language or of all; neither merged nor retired.</summary>
    public async Task<IReadOnlyList<StoryPulse>> ListLatestAsync(string? language, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string, string, int, int, long)>(new CommandDefinition(
            $"""
            SELECT story_id, language, origin_count, source_count, last_publish_time FROM stories
            WHERE state NOT IN (@merged, @retired) {(language is null ? "" : "AND (lower(language) = @language OR lower(language) LIKE @regional)")}
            ORDER BY last_publish_time DESC LIMIT @limit
            """,
            new { merged = (int)StoryChange.Merged, retired = (int)StoryChange.Retired, language, regional = language + "-%", limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => new StoryPulse(row.Item1, row.Item2, row.Item3, row.Item4, row.Item5))];
    }

    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    private Task<IReadOnlyList<bool>> WriteBatchAsync(IReadOnlyList<NewVersion> batch) =>
        _database.WriteAsync<IReadOnlyList<bool>>(
            async (connection, transaction) =>
            {
                // Also where no article moves: it orders this transaction with those that look for an article's story.
                await connection.ExecuteScalarAsync<long>(ArticleStore.TakeSequence, new { count = 0 }, transaction);
                var results = new List<bool>(batch.Count);
                foreach (var version in batch)
                {
                    results.Add(await WriteOneAsync(connection, transaction, version));
                }

                return results;
            },
            CancellationToken.None);

    private static async Task<bool> WriteOneAsync(DbConnection connection, DbTransaction transaction, NewVersion version)
    {
        var story = version.Story;
        var written = await connection.ExecuteAsync(
            """
            INSERT INTO stories (story_id, version, state, merged_into, language, origin_count, source_count, last_publish_time, payload)
            VALUES (@StoryId, @Version, @state, @mergedInto, @Language, @IndependentOriginCount, @sources, @last, @payload)
            ON CONFLICT (story_id) DO UPDATE
            SET version = excluded.version, state = excluded.state, merged_into = excluded.merged_into, language = excluded.language,
                origin_count = excluded.origin_count, source_count = excluded.source_count,
                last_publish_time = excluded.last_publish_time, payload = excluded.payload
            WHERE stories.version < excluded.version
            """,
            new
            {
                story.StoryId,
                story.Version,
                state = (int)story.Change,
                mergedInto = story.Change == StoryChange.Merged ? story.MergedInto : null,
                story.Language,
                story.IndependentOriginCount,
                sources = CountSources(story),
                last = story.LastPublishTime.ToUnixTimeMilliseconds(),
                payload = version.Payload,
            },
            transaction);
        if (written == 0)
        {
            return false;
        }

        var before = (await connection.QueryAsync<(string ArticleId, int Role)>(
            "SELECT article_id, role FROM tellings WHERE story_id = @StoryId", new { story.StoryId }, transaction))
            .ToDictionary(row => row.ArticleId, row => row.Role, StringComparer.Ordinal);
        var after = story.Change == StoryChange.Merged
            ? new Dictionary<string, int>(StringComparer.Ordinal)
            : story.Tellings.DistinctBy(telling => telling.ArticleId, StringComparer.Ordinal).ToDictionary(telling => telling.ArticleId, telling => (int)telling.Role, StringComparer.Ordinal);
        foreach (var gone in before.Keys.Where(articleId => !after.ContainsKey(articleId)))
        {
            await connection.ExecuteAsync(
                "DELETE FROM tellings WHERE story_id = @StoryId AND article_id = @gone", new { story.StoryId, gone }, transaction);
        }

        foreach (var (articleId, role) in after.Where(entry => before.GetValueOrDefault(entry.Key, -1) != entry.Value))
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO tellings (story_id, article_id, role) VALUES (@StoryId, @articleId, @role)
                ON CONFLICT (story_id, article_id) DO UPDATE SET role = excluded.role
                """,
                new { story.StoryId, articleId, role },
                transaction);
        }

        var changed = before.Keys.Where(articleId => !after.ContainsKey(articleId))
            .Concat(after.Where(entry => before.GetValueOrDefault(entry.Key, -1) != entry.Value).Select(entry => entry.Key));
        foreach (var articleId in changed)
        {
            await MoveArticleAsync(connection, transaction, articleId);
        }

        return true;
    }

    /// <summary>
    /// Gives an article the story that tells it now. While the message of its new story is still on the way none does,
    /// and it keeps the old one.
    /// </summary>
    private static async Task MoveArticleAsync(DbConnection connection, DbTransaction transaction, string articleId)
    {
        var telling = await connection.QueryFirstOrDefaultAsync<(string? StoryId, int Role)>(
            "SELECT story_id, role FROM tellings WHERE article_id = @articleId ORDER BY story_id LIMIT 1", new { articleId }, transaction);
        if (telling.StoryId is null)
        {
            return;
        }

        var article = await connection.QuerySingleOrDefaultAsync<(string? StoryId, int Role)>(
            "SELECT story_id, role FROM articles WHERE article_id = @articleId", new { articleId }, transaction);
        if (article.StoryId is null || article == telling)
        {
            return;
        }

        if (string.Equals(article.StoryId, telling.StoryId, StringComparison.Ordinal))
        {
            // The role is not in the index.
            await connection.ExecuteAsync("UPDATE articles SET role = @Role WHERE article_id = @articleId", new { telling.Role, articleId }, transaction);
            return;
        }

        var sequence = await connection.ExecuteScalarAsync<long>(ArticleStore.TakeSequence, new { count = 1 }, transaction);
        await connection.ExecuteAsync(
            "UPDATE articles SET story_id = @StoryId, role = @Role, sequence = @sequence WHERE article_id = @articleId",
            new { telling.StoryId, telling.Role, sequence, articleId },
            transaction);
    }

    internal static int CountSources(StoryChanged story) =>
        story.Tellings.Select(telling => telling.SourceId).Distinct(StringComparer.Ordinal).Count();

    private sealed record NewVersion(StoryChanged Story, byte[] Payload);
}
