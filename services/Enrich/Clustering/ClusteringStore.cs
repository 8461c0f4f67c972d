using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Enrich.Entities;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Stories;
using Storyline.Enrich.Storage;
using Storyline.Hosting.Storage;

namespace Storyline.Enrich.Clustering;

/// <summary>
/// The one writer of articles, stories and entities: each batch is one transaction under the lock "clustering", which replicas share.
/// <para>
/// The window in memory is a copy of the active stories. Before a batch it takes in what other replicas wrote since (stories with a greater
/// sequence number); after a failed transaction it is thrown away and read again. Not thread-safe: batches come one at a time.
/// </para>
/// </summary>
public sealed class ClusteringStore(
    [FromKeyedServices(EnrichModule.ServiceName)] Database database, IOptions<StoryOptions> options, DocumentFrequencies background)
{
    /// <summary>Name of the lock that the one writer holds.</summary>
    public const string LockName = "clustering";

    private const int StoriesPerRead = 512;

    private StoryClusterer _clusterer = new(options.Value, background);
    private long _seq;

    /// <summary>Handles a batch; the results are in its order.</summary>
    public async Task<IReadOnlyList<ClusteringResult>> CommitAsync(IReadOnlyList<ClusteringRequest> batch, CancellationToken cancellationToken)
    {
        try
        {
            return await database.WriteAsync((connection, transaction) => CommitAsync(batch, connection, transaction, cancellationToken), cancellationToken, LockName);
        }
        catch
        {
            // What the window holds was not committed.
            _clusterer = new StoryClusterer(options.Value, background);
            _seq = 0;
            throw;
        }
    }

    private async Task<ClusteringResult[]> CommitAsync(
        IReadOnlyList<ClusteringRequest> batch, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await CatchUpAsync(connection, transaction, cancellationToken);
        var ids = batch.Select(r => r.Article.ArticleId).Distinct(StringComparer.Ordinal).ToArray();
        var rows = (await RowStore.QueryAsync<ArticleRow>(
            connection, transaction,
            """
            SELECT article_id, capture, enriched_capture, revision, digest, story_id, story_order, features, message, affected_stories
            FROM articles WHERE article_id IN ({keys})
            """,
            ids, cancellationToken)).ToDictionary(r => r.ArticleId, StringComparer.Ordinal);
        foreach (var storyId in rows.Values.Select(r => r.StoryId).Distinct(StringComparer.Ordinal).Where(s => _clusterer.Find(s) is null).ToList())
        {
            // A revision of an article whose story has left the window.
            await LoadAsync(connection, transaction, await StoriesAsync(connection, transaction, "story_id = @storyId", new { storyId }, cancellationToken), cancellationToken);
        }

        var entities = await EntitiesAsync(connection, transaction, batch, cancellationToken);
        var clustering = new ClusteringBatch(_clusterer, entities, rows);
        var results = new ClusteringResult?[batch.Count];
        for (var i = 0; i < batch.Count; i++)
        {
            results[i] = clustering.Handle(batch[i], ref _seq);
        }

        var states = await SaveAsync(connection, transaction, clustering, cancellationToken);
        await SaveEntitiesAsync(connection, transaction, entities, cancellationToken);
        await SaveArticlesAsync(connection, transaction, clustering, cancellationToken);
        await AddMessagesAsync(connection, transaction, batch, rows, results, states, cancellationToken);
        _clusterer.Evict();
        return results!;
    }

    private async Task CatchUpAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var latest = await connection.QuerySingleAsync<(long Seq, long ActiveAt)>(new CommandDefinition(
            "SELECT COALESCE(MAX(last_seq), 0), COALESCE(MAX(active_at), 0) FROM stories", transaction: transaction, cancellationToken: cancellationToken));
        if (latest.Seq == _seq)
        {
            return;
        }

        _clusterer.Advance(DateTimeOffset.FromUnixTimeMilliseconds(latest.ActiveAt));
        var cutoff = _clusterer.Cutoff == DateTimeOffset.MinValue ? long.MinValue : _clusterer.Cutoff.ToUnixTimeMilliseconds();
        var changed = await StoriesAsync(
            connection, transaction, "last_seq > @seq AND (active_at >= @cutoff OR merged_into IS NOT NULL)", new { seq = _seq, cutoff }, cancellationToken);

        // The quietest are read first; those that would not fit are not read at all.
        var articles = 0;
        var fitting = changed.TakeWhile(s => (articles += s.MergedInto is null ? s.Articles : 0) <= options.Value.MaxArticles).Reverse().ToList();
        await LoadAsync(connection, transaction, fitting, cancellationToken);
        _clusterer.Evict();
        _seq = latest.Seq;
    }

    private static async Task<List<StoryRow>> StoriesAsync(
        DbConnection connection, DbTransaction transaction, string condition, object parameters, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<StoryRow>(new CommandDefinition(
            $"SELECT story_id, founded_order, version, last_seq, articles, merged_into FROM stories WHERE {condition} ORDER BY last_seq DESC",
            parameters, transaction, cancellationToken: cancellationToken))).AsList();

    private async Task LoadAsync(DbConnection connection, DbTransaction transaction, List<StoryRow> stories, CancellationToken cancellationToken)
    {
        foreach (var chunk in stories.Chunk(StoriesPerRead))
        {
            var ids = chunk.Where(s => s.MergedInto is null).Select(s => s.StoryId).ToArray();
            var members = (await RowStore.QueryAsync<(string StoryId, long Order, byte[] Features)>(
                connection, transaction, "SELECT story_id, story_order, features FROM articles WHERE story_id IN ({keys}) ORDER BY story_order",
                ids, cancellationToken)).ToLookup(m => m.StoryId, StringComparer.Ordinal);
            foreach (var story in chunk)
            {
                if (story.MergedInto is not null)
                {
                    _clusterer.Forget(story.StoryId);
                }
                else
                {
                    _clusterer.Load(
                        story.StoryId, story.FoundedOrder, story.Version, story.LastSeq,
                        members[story.StoryId].Select(m => (StoredJson.Read<ArticleFeatures>(m.Features), m.Order)));
                }
            }
        }
    }

    private static async Task<EntityDirectory> EntitiesAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<ClusteringRequest> batch, CancellationToken cancellationToken)
    {
        var directory = new EntityDirectory();
        var keys = batch.SelectMany(r => r.Features.Entities).Select(e => e.Key).Distinct(StringComparer.Ordinal);
        foreach (var entity in await EntityStore.WithKeysAsync(connection, transaction, keys, cancellationToken))
        {
            directory.Add(entity);
        }

        return directory;
    }

    private async Task<Dictionary<string, StoryChanged>> SaveAsync(
        DbConnection connection, DbTransaction transaction, ClusteringBatch clustering, CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, StoryChanged>(StringComparer.Ordinal);
        var rows = new List<object?[]>();
        foreach (var (story, change) in clustering.ChangedStories)
        {
            var state = states[story.StoryId] = StorySummary.Of(story, change);
            rows.Add([story.StoryId, story.FoundedOrder, story.Version, story.LastSeq, story.ActiveAt.ToUnixTimeMilliseconds(), story.Members.Count, null, StoredJson.Write(state)]);
        }

        foreach (var (storyId, survivor) in clustering.Merged)
        {
            var final = survivor;
            while (clustering.Merged.TryGetValue(final, out var next))
            {
                final = next;
            }

            var stored = await connection.QuerySingleOrDefaultAsync<byte[]>(new CommandDefinition(
                "SELECT state FROM stories WHERE story_id = @storyId", new { storyId }, transaction, cancellationToken: cancellationToken));
            var heir = states[final];
            var last = stored is null ? heir with { StoryId = storyId, Tellings = [] } : StoredJson.Read<StoryChanged>(stored);
            var state = states[storyId] = StorySummary.Merged(last, last.Version + 1, final);
            rows.Add([storyId, 0L, state.Version, _clusterer.Find(final)!.LastSeq, heir.LastPublishTime.ToUnixTimeMilliseconds(), 0, final, StoredJson.Write(state)]);
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE articles SET story_id = @final WHERE story_id = @storyId", new { final, storyId }, transaction, cancellationToken: cancellationToken));
        }

        await RowStore.InsertAsync(
            connection, transaction,
            "INSERT INTO stories (story_id, founded_order, version, last_seq, active_at, articles, merged_into, state)",
            """
            ON CONFLICT (story_id) DO UPDATE SET version = excluded.version, last_seq = excluded.last_seq, active_at = excluded.active_at,
            articles = excluded.articles, merged_into = excluded.merged_into, state = excluded.state
            """,
            rows, cancellationToken);
        return states;
    }

    private static Task SaveArticlesAsync(DbConnection connection, DbTransaction transaction, ClusteringBatch clustering, CancellationToken cancellationToken) => RowStore.InsertAsync(
        connection, transaction,
        "INSERT INTO articles (article_id, capture, enriched_capture, revision, digest, story_id, story_order, features, message, affected_stories)",
        """
        ON CONFLICT (article_id) DO UPDATE SET capture = excluded.capture, enriched_capture = excluded.enriched_capture, revision = excluded.revision,
        digest = excluded.digest, story_id = excluded.story_id, features = excluded.features, message = excluded.message, affected_stories = excluded.affected_stories
        """,
        [.. clustering.ChangedArticles.Select(r => new object?[]
        {
            r.ArticleId, r.Capture, r.EnrichedCapture, r.Revision, r.Digest, r.StoryId, r.StoryOrder, r.Features, r.Message, r.AffectedStories,
        })],
        cancellationToken);

    private static async Task SaveEntitiesAsync(DbConnection connection, DbTransaction transaction, EntityDirectory entities, CancellationToken cancellationToken)
    {
        await RowStore.InsertAsync(
            connection, transaction,
            "INSERT INTO entities (entity_id, type, name, articles)",
            "ON CONFLICT (entity_id) DO UPDATE SET name = excluded.name, articles = excluded.articles",
            [.. entities.Changed.Select(e => new object?[] { e.EntityId, (int)e.Type, e.Name, e.Articles })],
            cancellationToken);
        await RowStore.InsertAsync(
            connection, transaction,
            "INSERT INTO spellings (entity_id, text, spelling_key, articles)",
            "ON CONFLICT (entity_id, text) DO UPDATE SET articles = excluded.articles",
            [.. entities.Changed.SelectMany(e => e.ChangedSpellings.Select(s => new object?[] { e.EntityId, s, EntityDirectory.SpellingKey(e.Type, s), e.Spellings[s] }))],
            cancellationToken);
    }

    // The last capture of the batch that touched a story publishes its state; a capture that comes again publishes what is stored.
    private static async Task AddMessagesAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<ClusteringRequest> batch, Dictionary<string, ArticleRow> rows,
        ClusteringResult?[] results, Dictionary<string, StoryChanged> states, CancellationToken cancellationToken)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        for (var i = batch.Count - 1; i >= 0; i--)
        {
            var row = rows.GetValueOrDefault(batch[i].Article.ArticleId);
            var again = results[i] is null;
            if (row is null || results[i] is { Enriched: null })
            {
                continue;
            }

            var stories = new List<StoryChanged>();
            foreach (var storyId in row.AffectedStories.Split(' '))
            {
                if (states.TryGetValue(storyId, out var state))
                {
                    if (told.Add(storyId) || again)
                    {
                        stories.Add(state);
                    }
                }
                else
                {
                    stories.Add(StoredJson.Read<StoryChanged>(await connection.QuerySingleAsync<byte[]>(new CommandDefinition(
                        "SELECT state FROM stories WHERE story_id = @storyId", new { storyId }, transaction, cancellationToken: cancellationToken))));
                }
            }

            results[i] = new ClusteringResult(results[i]?.Enriched ?? StoredJson.Read<ArticleEnriched>(row.Message), null, stories);
        }
    }

    private sealed record StoryRow
    {
        public required string StoryId { get; init; }

        public required long FoundedOrder { get; init; }

        public required long Version { get; init; }

        public required long LastSeq { get; init; }

        public required int Articles { get; init; }

        public string? MergedInto { get; init; }
    }
}
