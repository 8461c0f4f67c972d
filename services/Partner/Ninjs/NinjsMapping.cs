using System.Globalization;
using System.Text.Json;
using Storyline.Contracts;
using Storyline.Partner.Partners;

namespace Storyline.Partner.Ninjs;

/// <summary>Articles and stories as ninjs items. Pure: the same record gives the same item.</summary>
public static class NinjsMapping
{
    /// <summary>An article revision: a text item.</summary>
    public static NinjsItem ToNinjs(this ArticleEnriched article)
    {
        var content = article.Content;
        return new NinjsItem
        {
            Uri = ArticleUri(article.ArticleId),
            Type = "text",
            Profile = "storyline-article",
            RepresentationType = content.IsPaywalled ? "partial" : "full",
            Version = article.Revision.ToString(CultureInfo.InvariantCulture),
            FirstCreated = content.PublishTime,
            VersionCreated = content.ModifiedTime ?? article.FetchedAt,
            Language = content.Language,
            Headlines = [new NinjsText("main", "text/plain", content.Title)],
            Bodies = [new NinjsText("main", "text/plain", content.Body, content.Body.Length, WordCount(content.Body))],
            By = content.Authors.Length > 0 ? string.Join(", ", content.Authors) : null,
            People = Concepts(article.Entities, EntityType.Person),
            Organisations = Concepts(article.Entities, EntityType.Organisation),
            Places = Concepts(article.Entities, EntityType.Place),
            Subjects = Subjects(article.Entities, article.Keywords, content.Section),
            InfoSources =
            [
                new NinjsInfoSource(content.SiteName ?? article.SourceId, "publisher"),
                .. content.WireCredits.Select(agency => new NinjsInfoSource(agency, "agency")),
            ],
            Associations = [.. Associations(article)],
            AltIds = [new NinjsAltId("url", article.Url), new NinjsAltId("source", article.SourceId)],
        };
    }

    /// <summary>
    /// A story as the partner may see it: a composite item whose associations are its tellings.
    /// Null when none of them is from a publisher that the partner may receive. Where only some are, the item holds nothing that
    /// was derived from the others: headline of the first admitted telling, no names, no subjects.
    /// </summary>
    public static NinjsItem? ToNinjs(this StoryChanged story, Entitlement entitlement)
    {
        var tellings = story.Tellings.Where(telling => entitlement.AdmitsSource(telling.SourceId)).ToList();
        if (tellings.Count == 0)
        {
            return null;
        }

        var whole = tellings.Count == story.Tellings.Length;
        var altIds = new List<NinjsAltId> { new("change", Token(story.Change)) };
        if (story.MergedInto is { } survivor)
        {
            altIds.Add(new NinjsAltId("mergedInto", StoryUri(survivor)));
        }

        return new NinjsItem
        {
            Uri = StoryUri(story.StoryId),
            Type = "composite",
            Profile = "storyline-story",
            RepresentationType = whole ? "full" : "partial",
            Version = story.Version.ToString(CultureInfo.InvariantCulture),
            FirstCreated = tellings.Min(telling => telling.PublishTime),
            VersionCreated = tellings.Max(telling => telling.PublishTime),
            PubStatus = story.Change is StoryChange.Merged or StoryChange.Retired ? "canceled" : "usable",
            Language = story.Language,
            Headlines = [new NinjsText("main", "text/plain", whole ? story.Title : tellings[0].Title)],
            People = whole ? Concepts(story.Entities, EntityType.Person) : null,
            Organisations = whole ? Concepts(story.Entities, EntityType.Organisation) : null,
            Places = whole ? Concepts(story.Entities, EntityType.Place) : null,
            Subjects = whole ? Subjects(story.Entities, story.Keywords, section: null) : null,
            Associations = [.. tellings.Select(telling =>
                new NinjsAssociation(telling.Title, Token(telling.Role), ArticleUri(telling.ArticleId), "text"))],
            AltIds = altIds,
        };
    }

    private static string ArticleUri(string articleId) => $"urn:storyline:article:{articleId}";

    private static string StoryUri(string storyId) => $"urn:storyline:story:{storyId}";

    private static string EntityUri(string entityId) => $"urn:storyline:entity:{Uri.EscapeDataString(entityId)}";

    private static IEnumerable<NinjsAssociation> Associations(ArticleEnriched article)
    {
        yield return new NinjsAssociation("story", "partOf", StoryUri(article.StoryId), "composite");
        if (article.Telling.DerivedFrom is { } origin)
        {
            yield return new NinjsAssociation("derived from", Token(article.Telling.Role) + "Of", ArticleUri(origin), "text");
        }

        if (article.Content.ImageUrl is { } image && Uri.TryCreate(image, UriKind.Absolute, out var parsed))
        {
            yield return new NinjsAssociation(
                "lead image", "illustratedBy", parsed.AbsoluteUri, "picture", [new NinjsRendition("original", parsed.AbsoluteUri)]);
        }
    }

    private static List<NinjsConcept>? Concepts(IEnumerable<ArticleEntity> entities, EntityType type)
    {
        var concepts = entities.Where(entity => entity.Type == type)
            .Select(entity => new NinjsConcept(entity.Name, "mentions", EntityUri(entity.EntityId)))
            .ToList();
        return concepts.Count > 0 ? concepts : null;
    }

    private static List<NinjsSubject>? Subjects(IEnumerable<ArticleEntity> entities, IEnumerable<Keyword> keywords, string? section)
    {
        var subjects = new List<NinjsSubject>();
        if (!string.IsNullOrWhiteSpace(section))
        {
            subjects.Add(new NinjsSubject(section, Creator: "publisher"));
        }

        subjects.AddRange(keywords.Select(keyword => new NinjsSubject(keyword.Text, Relevance: Percent(keyword.Weight))));
        subjects.AddRange(entities.Where(entity => entity.Type == EntityType.Other)
            .Select(entity => new NinjsSubject(entity.Name, EntityUri(entity.EntityId), Percent(entity.Salience))));
        return subjects.Count > 0 ? subjects : null;
    }

    private static int Percent(double share) => (int)Math.Round(Math.Clamp(share, 0, 1) * 100);

    private static int WordCount(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private static string Token<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
