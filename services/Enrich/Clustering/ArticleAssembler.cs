using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Names;
using Storyline.Enrich.Quotations;
using Storyline.Enrich.Stories;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Clustering;

/// <summary>Joins what one text says with what the platform knows: entity, quotation and story ids.</summary>
public static class ArticleAssembler
{
    /// <summary>The message of a revision.</summary>
    public static ArticleEnriched Enriched(ClusteringRequest request, ArticleFeatures features, Story story, WindowArticle article)
    {
        var ids = features.Entities.DistinctBy(e => (e.Type, e.Key)).ToDictionary(e => (e.Type, e.Key), e => e.EntityId);
        var parsed = request.Article;
        return new ArticleEnriched
        {
            ArticleId = parsed.ArticleId,
            Revision = features.Revision,
            Capture = parsed.Capture,
            Url = parsed.Url,
            SourceId = parsed.SourceId,
            FetchedAt = parsed.FetchedAt,
            Content = parsed.Content,
            ParserVersion = parsed.ParserVersion,
            Parsed = ParsedForm.Of(parsed.ParserVersion, parsed.ContentDigest, parsed.Content),
            Entities = Entities(request.Annotation, ids),
            Quotes = Quotes(request.Annotation, parsed.Content.Body, ids, index => story.Quotations.IdOf(parsed.ArticleId, index)),
            Keywords = request.Annotation.Keywords,
            StoryId = story.StoryId,
            Telling = StorySummary.Telling(story, article),
            TraceId = request.TraceId,
            Trail = request.Trail(null),
        };
    }

    /// <summary>Entities with the platform's ids, most salient first; two names of one entity become one.</summary>
    public static ArticleEntity[] Entities(TextAnnotation annotation, IReadOnlyDictionary<(EntityType Type, string Key), string> ids) => [.. annotation.Entities
        .GroupBy(e => Id(e, ids), StringComparer.Ordinal)
        .Select(g => new ArticleEntity(
            g.Key,
            g.First().Type,
            g.First().Name,
            [.. g.SelectMany(e => e.Spellings).GroupBy(s => s.Text, StringComparer.Ordinal).OrderByDescending(s => s.Sum(x => x.Count)).Select(s => s.Key)],
            [.. g.SelectMany(e => e.Mentions).OrderBy(m => m.Start)],
            Math.Round(g.Sum(e => e.Salience), 4)))
        .OrderByDescending(e => e.Salience)];

    /// <summary>Quotes with the platform's ids.</summary>
    /// <param name="annotation">The annotation.</param>
    /// <param name="body">The text that offsets count in.</param>
    /// <param name="ids">Entity ids by type and key.</param>
    /// <param name="quotation">The quotation of a quote by its index, if it is known across articles.</param>
    public static ArticleQuote[] Quotes(
        TextAnnotation annotation, string body, IReadOnlyDictionary<(EntityType Type, string Key), string> ids, Func<int, string?> quotation) =>
    [
        .. annotation.Quotes.Select((quote, index) =>
        {
            var text = body.Substring(quote.Start, quote.Length);
            return new ArticleQuote(
                quotation(index) ?? Identifiers.Quotation(string.Join(' ', QuotationGroups.Tokens(text))),
                text, quote.Kind, quote.Start, quote.Length, quote.Speaker, quote.SpeakerEntity is { } speaker ? Id(speaker, ids) : null, quote.Cue);
        }),
    ];

    private static string Id(DocumentEntity entity, IReadOnlyDictionary<(EntityType Type, string Key), string> ids) =>
        ids.GetValueOrDefault((entity.Type, entity.Key)) ?? Identifiers.Entity(entity.Type, entity.Key);
}
