using System.Data.Common;
using Dapper;
using Storyline.Contracts;
using Storyline.Enrich.Names;
using Storyline.Enrich.Storage;
using Storyline.Enrich.Text;
using Storyline.Hosting.Storage;

namespace Storyline.Enrich.Entities;

/// <summary>Reads the entities that the platform knows.</summary>
public sealed class EntityStore([FromKeyedServices(EnrichModule.ServiceName)] Database database, NameMatcher matcher)
{
    private const int MaxSimilar = 2000;

    /// <summary>One entity with its spellings; null when there is none.</summary>
    public async Task<KnownEntity?> FindAsync(string entityId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return (await ReadAsync(connection, null, [entityId], cancellationToken)).FirstOrDefault();
    }

    /// <summary>The entities that have one of the keys, with all their spellings.</summary>
    public async Task<IReadOnlyList<KnownEntity>> WithKeysAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await WithKeysAsync(connection, null, keys, cancellationToken);
    }

    /// <summary>The entity that a name most likely means and how well it fits, 0 to 1; null when none does.</summary>
    public async Task<(KnownEntity Entity, double Score)?> ResolveAsync(string name, EntityType type, CancellationToken cancellationToken)
    {
        string[] keys = [.. new[] { EntityDirectory.SpellingKey(EntityType.Person, name), Words.Fold(name) }.Distinct(StringComparer.Ordinal)];
        await using var connection = await database.OpenAsync(cancellationToken);
        var exact = (await WithKeysAsync(connection, null, keys, cancellationToken)).Where(e => type == EntityType.Unspecified || e.Type == type).ToList();
        if (exact.Count > 0)
        {
            var best = exact.OrderByDescending(e => e.Articles).ThenBy(e => e.EntityId, StringComparer.Ordinal).First();
            return (best, best.Spellings.ContainsKey(name) ? 1 : 0.99);
        }

        var key = keys[0];
        var prefix = key[..Math.Min(2, key.Length)];
        var similar = await connection.QueryAsync<(string EntityId, string Spelling, int Type, long Articles)>(new CommandDefinition(
            """
            SELECT s.entity_id, s.text, e.type, e.articles FROM spellings s JOIN entities e ON e.entity_id = s.entity_id
            WHERE s.spelling_key >= @prefix AND s.spelling_key < @end AND s.articles > 0 ORDER BY e.articles DESC, s.entity_id LIMIT @limit
            """,
            new { prefix, end = prefix + char.MaxValue, limit = MaxSimilar }, cancellationToken: cancellationToken));
        var nearest = similar
            .Where(s => type == EntityType.Unspecified || s.Type == (int)type)
            .Select(s => (s.EntityId, s.Articles, Score: matcher.Score((EntityType)s.Type, name, s.Spelling)))
            .Where(s => s.Score > 0)
            .OrderByDescending(s => s.Score).ThenByDescending(s => s.Articles)
            .FirstOrDefault();
        return nearest.EntityId is null ? null : ((await ReadAsync(connection, null, [nearest.EntityId], cancellationToken))[0], Math.Round(nearest.Score, 4));
    }

    /// <summary>Entities with a spelling that begins with a prefix, most mentioned first.</summary>
    public async Task<IReadOnlyList<KnownEntity>> SuggestAsync(string prefix, int limit, CancellationToken cancellationToken)
    {
        var folded = Words.Fold(prefix);
        await using var connection = await database.OpenAsync(cancellationToken);
        var ids = await connection.QueryAsync<string>(new CommandDefinition(
            """
            SELECT e.entity_id FROM entities e
            WHERE e.articles > 0 AND e.entity_id IN (SELECT entity_id FROM spellings WHERE spelling_key >= @folded AND spelling_key < @end AND articles > 0)
            ORDER BY e.articles DESC, e.entity_id LIMIT @limit
            """,
            new { folded, end = folded + char.MaxValue, limit }, cancellationToken: cancellationToken));
        return [.. (await ReadAsync(connection, null, [.. ids], cancellationToken)).OrderByDescending(e => e.Articles).ThenBy(e => e.EntityId, StringComparer.Ordinal)];
    }

    internal static async Task<List<KnownEntity>> WithKeysAsync(
        DbConnection connection, DbTransaction? transaction, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var ids = await RowStore.QueryAsync<string>(
            connection, transaction, "SELECT DISTINCT entity_id FROM spellings WHERE spelling_key IN ({keys})", [.. keys], cancellationToken);
        return await ReadAsync(connection, transaction, [.. ids.Distinct(StringComparer.Ordinal)], cancellationToken);
    }

    private static async Task<List<KnownEntity>> ReadAsync(
        DbConnection connection, DbTransaction? transaction, string[] ids, CancellationToken cancellationToken)
    {
        var entities = new Dictionary<string, KnownEntity>(StringComparer.Ordinal);
        foreach (var (id, type, name, articles) in await RowStore.QueryAsync<(string, int, string, long)>(
            connection, transaction, "SELECT entity_id, type, name, articles FROM entities WHERE entity_id IN ({keys})", ids, cancellationToken))
        {
            entities[id] = new KnownEntity(id, (EntityType)type, name, articles);
        }

        foreach (var (id, text, articles) in await RowStore.QueryAsync<(string, string, long)>(
            connection, transaction, "SELECT entity_id, text, articles FROM spellings WHERE entity_id IN ({keys})", ids, cancellationToken))
        {
            entities[id].Spellings[text] = articles;
        }

        return [.. entities.Values];
    }
}
