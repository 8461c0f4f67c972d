using Storyline.Contracts;
using Storyline.Enrich.Names;
using Storyline.Enrich.Stories;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Entities;

/// <summary>An entity with the spellings under which articles name it.</summary>
public sealed class KnownEntity(string entityId, EntityType type, string name, long articles)
{
    /// <summary>One id for all spellings.</summary>
    public string EntityId { get; } = entityId;

    /// <summary>What it is.</summary>
    public EntityType Type { get; } = type;

    /// <summary>The canonical name.</summary>
    public string Name { get; private set; } = name;

    /// <summary>Articles that name it.</summary>
    public long Articles { get; set; } = articles;

    /// <summary>Articles by spelling.</summary>
    public Dictionary<string, long> Spellings { get; } = new(StringComparer.Ordinal);

    /// <summary>Spellings whose counts changed.</summary>
    public HashSet<string> ChangedSpellings { get; } = new(StringComparer.Ordinal);

    /// <summary>Sets the canonical name: a whole name before a surname, then the most frequent, then the longest spelling.</summary>
    public void Rename(string proposed)
    {
        if (Type is EntityType.Place)
        {
            return;
        }

        Name = Spellings.Where(s => s.Value > 0 && EntityDirectory.SpellingKey(Type, s.Key) is { Length: > 0 } key && (Type != EntityType.Person || key.Contains(' ', StringComparison.Ordinal)))
            .OrderByDescending(s => s.Value).ThenByDescending(s => s.Key.Length).ThenBy(s => s.Key, StringComparer.Ordinal)
            .Select(s => s.Key).FirstOrDefault() ?? proposed;
    }
}

/// <summary>
/// The entities that one batch of articles may name, with what the batch changes. A name means, in this order: an entity of the same
/// story that it spells or misspells; the entity best known under the spelling; a new one.
/// </summary>
public sealed class EntityDirectory
{
    private const int StoryMembers = 24;
    private const double Dominance = 0.8;
    private const int MinSurnameArticles = 3;

    private readonly Dictionary<string, KnownEntity> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<KnownEntity>> _byKey = new(StringComparer.Ordinal);

    /// <summary>Entities whose counts or names the batch changed.</summary>
    public HashSet<KnownEntity> Changed { get; } = [];

    /// <summary>The form in which spellings are looked up: a person's first and last name without honorifics and initials, folded.</summary>
    public static string SpellingKey(EntityType type, string spelling)
    {
        if (type != EntityType.Person)
        {
            return Words.Fold(spelling);
        }

        var parts = NameSimilarity.PersonParts(string.Join(' ', spelling.Split(' ').SkipWhile(w => NameLexicon.Honorifics.Contains(w) || NameLexicon.Roles.Contains(w))));
        return parts.Length switch
        {
            0 => Words.Fold(spelling),
            1 => parts[0],
            _ => $"{parts[0]} {parts[^1]}",
        };
    }

    /// <summary>Adds an entity that the store knows.</summary>
    public void Add(KnownEntity entity)
    {
        if (!_entities.TryAdd(entity.EntityId, entity))
        {
            return;
        }

        foreach (var spelling in entity.Spellings.Keys)
        {
            Index(entity, SpellingKey(entity.Type, spelling));
        }

        Index(entity, SpellingKey(entity.Type, entity.Name));
    }

    /// <summary>The features with every entity and speaker resolved.</summary>
    public ArticleFeatures Resolve(ArticleFeatures features, Story story)
    {
        var near = story.Members.TakeLast(StoryMembers).SelectMany(m => m.Features.Entities).Where(e => e.EntityId.Length > 0).ToList();
        var entities = features.Entities.Select(e => e with { EntityId = IdOf(e, near) }).ToArray();
        return features with { Entities = entities };
    }

    /// <summary>The id that a name has in the platform: its entity's where it is known, else the one that it would get.</summary>
    public string IdOf(NamedEntity entity, IReadOnlyList<NamedEntity> near)
    {
        var isSurname = entity.Type == EntityType.Person && !entity.Key.Contains(' ', StringComparison.Ordinal);
        if (entity.Type == EntityType.Person && InStory(entity, near) is { } neighbour)
        {
            return neighbour;
        }

        var known = (_byKey.GetValueOrDefault(entity.Key) ?? []).Where(e => e.Type == entity.Type).ToList();
        if (known.Count > 0)
        {
            var best = known.OrderByDescending(e => e.Articles).ThenBy(e => e.EntityId, StringComparer.Ordinal).First();
            if (!isSurname)
            {
                return best.EntityId;
            }

            // A bare surname means the one who has it nearly alone.
            var total = known.Sum(e => e.Articles);
            if (best.Articles >= MinSurnameArticles && best.Articles >= total * Dominance)
            {
                return best.EntityId;
            }
        }

        return Identifiers.Entity(entity.Type, entity.Key);
    }

    /// <summary>Counts an article revision's names, and no longer those of the revision before.</summary>
    public void Count(ArticleFeatures features, ArticleFeatures? before)
    {
        foreach (var group in features.Entities.GroupBy(e => e.EntityId, StringComparer.Ordinal))
        {
            Count(group.Key, group.First(), group.SelectMany(e => e.Spellings).Distinct(StringComparer.Ordinal), 1);
        }

        foreach (var group in (before?.Entities ?? []).GroupBy(e => e.EntityId, StringComparer.Ordinal))
        {
            Count(group.Key, group.First(), group.SelectMany(e => e.Spellings).Distinct(StringComparer.Ordinal), -1);
        }
    }

    private void Count(string entityId, NamedEntity named, IEnumerable<string> spellings, int articles)
    {
        if (!_entities.TryGetValue(entityId, out var entity))
        {
            entity = new KnownEntity(entityId, named.Type, named.Name, 0);
            Add(entity);
        }

        entity.Articles += articles;
        foreach (var spelling in spellings)
        {
            entity.Spellings[spelling] = entity.Spellings.GetValueOrDefault(spelling) + articles;
            entity.ChangedSpellings.Add(spelling);
            Index(entity, SpellingKey(entity.Type, spelling));
        }

        entity.Rename(named.Name);
        Changed.Add(entity);
    }

    private static string? InStory(NamedEntity entity, IReadOnlyList<NamedEntity> near)
    {
        var people = near.Where(n => n.Type == EntityType.Person).ToList();
        var parts = entity.Key.Split(' ');
        return people.Find(n => n.Key == entity.Key)?.EntityId
            ?? people.Find(n => Surname(n.Key) == Surname(entity.Key) && (parts.Length == 1 || !n.Key.Contains(' ', StringComparison.Ordinal)))?.EntityId
            ?? (parts.Length == 1 ? people.Find(n => n.Key.StartsWith(entity.Key + " ", StringComparison.Ordinal))?.EntityId : null)
            ?? people.Find(n => NameSimilarity.CanBeSamePerson(n.Key, entity.Key))?.EntityId
            ?? (parts.Length == 1 ? people.Find(n => NameSimilarity.IsMisspelling(Surname(n.Key), entity.Key))?.EntityId : null);
    }

    private static string Surname(string key) => key[(key.LastIndexOf(' ') + 1)..];

    private void Index(KnownEntity entity, string key)
    {
        if (!_byKey.TryGetValue(key, out var entities))
        {
            _byKey[key] = entities = [];
        }

        if (!entities.Contains(entity))
        {
            entities.Add(entity);
        }
    }
}
