using Storyline.Contracts;

namespace Storyline.Enrich.Stories;

/// <summary>The whole state of a story as others see it.</summary>
public static class StorySummary
{
    private const int MaxEntities = 50;
    private const int MaxKeywords = 20;
    private const int MaxQuotations = 200;
    private const int MaxVariants = 20;

    // Of very long stories the latest tellings say what they are about now.
    private const int SummarisedMembers = 200;

    /// <summary>Builds the state.</summary>
    public static StoryChanged Of(Story story, StoryChange change)
    {
        var tellings = Tellings(story);
        var latest = story.Members.TakeLast(SummarisedMembers).ToList();
        var entities = Entities(latest);
        return new StoryChanged
        {
            StoryId = story.StoryId,
            Version = story.Version,
            Change = change,
            Title = Title(story, latest, entities),
            Language = latest.GroupBy(m => m.Features.Language, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key,
            Tellings = tellings,
            IndependentOriginCount = Origins(story),
            Entities = entities,
            Keywords = Keywords(latest),
            Quotations = Quotations(story, latest),
            FirstPublishTime = tellings[0].PublishTime,
            LastPublishTime = tellings[^1].PublishTime,
        };
    }

    /// <summary>The last state of a story that another one absorbed.</summary>
    public static StoryChanged Merged(StoryChanged last, long version, string survivor) =>
        last with { Version = version, Change = StoryChange.Merged, MergedInto = survivor };

    /// <summary>One member's telling.</summary>
    public static Telling Telling(Story story, WindowArticle member)
    {
        var link = story.Roles.Of(member);
        var features = member.Features;
        return new Telling(features.ArticleId, features.Revision, link.Role, link.Source?.Features.ArticleId, link.Evidence, features.SourceId, features.Title, features.Time);
    }

    private static Telling[] Tellings(Story story) =>
        [.. story.Members.Select(m => (m.Order, Telling: Telling(story, m))).OrderBy(t => t.Telling.PublishTime).ThenBy(t => t.Order).Select(t => t.Telling)];

    // An agency whose copy came several times is one origin, unless the first of the copies is linked already.
    private static int Origins(Story story)
    {
        var outside = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var originals = 0;
        foreach (var member in story.Members)
        {
            var link = story.Roles.Of(member);
            if (link.Role == TellingRole.Original)
            {
                originals++;
            }
            else if (link.Role == TellingRole.WireCopy && link.Source is null)
            {
                outside.Add(member.Features.WireCredits[0]);
            }
        }

        return Math.Max(1, originals + outside.Count);
    }

    private static ArticleEntity[] Entities(List<WindowArticle> members) => [.. members
        .SelectMany(m => m.Features.Entities)
        .GroupBy(e => e.EntityId, StringComparer.Ordinal)
        .Select(g => new ArticleEntity(
            g.Key,
            g.First().Type,
            MostFrequent(g.Select(e => e.Name)).First(),
            [.. MostFrequent(g.SelectMany(e => e.Spellings)).Take(MaxVariants)],
            [],
            Math.Round(g.Sum(e => e.Salience) / members.Count, 4)))
        .OrderByDescending(e => e.Salience).ThenBy(e => e.EntityId, StringComparer.Ordinal)
        .Take(MaxEntities)];

    private static IEnumerable<string> MostFrequent(IEnumerable<string> texts) => texts
        .GroupBy(t => t, StringComparer.Ordinal)
        .OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key.Length).ThenBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => g.Key);

    private static Keyword[] Keywords(List<WindowArticle> members)
    {
        var strongest = members
            .SelectMany(m => m.Features.Keywords)
            .GroupBy(k => k.Text, StringComparer.OrdinalIgnoreCase)
            .Select(g => (g.First().Text, Weight: g.Sum(k => k.Weight)))
            .OrderByDescending(k => k.Weight).ThenBy(k => k.Text, StringComparer.Ordinal)
            .Take(MaxKeywords).ToList();
        return [.. strongest.Select(k => new Keyword(k.Text, Math.Round(k.Weight / strongest[0].Weight, 4)))];
    }

    // The headline of the telling that names most of what the story is about; originals before copies.
    private static string Title(Story story, List<WindowArticle> members, ArticleEntity[] entities)
    {
        var salience = entities.ToDictionary(e => e.EntityId, e => e.Salience, StringComparer.Ordinal);
        return members
            .OrderBy(m => story.Roles.Of(m).Source is null ? 0 : 1)
            .ThenByDescending(m => m.Features.Entities.Sum(e => Math.Min(e.Salience, salience.GetValueOrDefault(e.EntityId))))
            .ThenBy(m => m.Order)
            .First().Features.Title;
    }

    private static Quotation[] Quotations(Story story, List<WindowArticle> latest)
    {
        var names = latest.SelectMany(m => m.Features.Entities).GroupBy(e => e.EntityId, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => MostFrequent(g.Select(e => e.Name)).First(), StringComparer.Ordinal);
        var independent = story.Members.Where(m => story.Roles.Of(m).Role is TellingRole.Original).Select(m => m.Features.ArticleId).ToHashSet(StringComparer.Ordinal);
        return [.. story.Quotations.All
            .Select(g => Enrich.Quotations.Wordings.ToQuotation(g, independent))
            .Select(q => q.SpeakerEntityId is { } id && names.TryGetValue(id, out var name) ? q with { Speaker = name } : q)
            .OrderByDescending(q => q.Variants.DistinctBy(v => v.ArticleId, StringComparer.Ordinal).Count() > 1)
            .Take(MaxQuotations)];
    }
}
