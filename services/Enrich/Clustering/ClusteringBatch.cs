using Storyline.Contracts;
using Storyline.Enrich.Entities;
using Storyline.Enrich.Stories;

namespace Storyline.Enrich.Clustering;

/// <summary>An article's row as the store has it.</summary>
public sealed class ArticleRow
{
    /// <summary>The article.</summary>
    public required string ArticleId { get; init; }

    /// <summary>The latest capture that was handled.</summary>
    public required int Capture { get; set; }

    /// <summary>The capture that made the current revision.</summary>
    public required int EnrichedCapture { get; init; }

    /// <summary>The current revision.</summary>
    public required int Revision { get; init; }

    /// <summary>Its content digest.</summary>
    public required string Digest { get; init; }

    /// <summary>Its story.</summary>
    public required string StoryId { get; set; }

    /// <summary>Its place in the stream.</summary>
    public required long StoryOrder { get; init; }

    /// <summary>Its features, weighted and resolved, as <see cref="StoredJson"/>.</summary>
    public required byte[] Features { get; init; }

    /// <summary>Its <see cref="ArticleEnriched"/>, as <see cref="StoredJson"/>.</summary>
    public required byte[] Message { get; init; }

    /// <summary>Ids of the stories that it changed, separated by spaces.</summary>
    public required string AffectedStories { get; init; }
}

/// <summary>
/// One batch of captures between what the store knew before and what it is to keep: decides revisions, assigns stories, resolves entities.
/// </summary>
public sealed class ClusteringBatch(StoryClusterer clusterer, EntityDirectory entities, Dictionary<string, ArticleRow> rows)
{
    private readonly Dictionary<string, StoryChange> _changes = new(StringComparer.Ordinal);

    /// <summary>Rows that are new or changed.</summary>
    public HashSet<ArticleRow> ChangedArticles { get; } = [];

    /// <summary>Stories that changed, with what happened to them.</summary>
    public IEnumerable<(Story Story, StoryChange Change)> ChangedStories => _changes.Select(c => (clusterer.Find(c.Key)!, c.Value));

    /// <summary>Stories that others absorbed: id and survivor.</summary>
    public Dictionary<string, string> Merged { get; } = new(StringComparer.Ordinal);

    /// <summary>Handles one capture. Null means: the row's stored message is to be published again.</summary>
    public ClusteringResult? Handle(ClusteringRequest request, ref long seq)
    {
        var article = request.Article;
        var row = rows.GetValueOrDefault(article.ArticleId);
        if (row is not null)
        {
            if (article.Capture == row.EnrichedCapture)
            {
                return null;
            }

            if (article.Capture < row.EnrichedCapture)
            {
                return Unchanged(request, row, $"capture {row.Capture} of the article was handled before it");
            }

            if (article.ContentDigest == row.Digest)
            {
                row.Capture = Math.Max(row.Capture, article.Capture);
                ChangedArticles.Add(row);
                return Unchanged(request, row, $"title and body equal those of revision {row.Revision}");
            }

            if (article.Capture < row.Capture)
            {
                return Unchanged(request, row, $"capture {row.Capture} of the article was handled before it");
            }
        }

        seq++;
        var enriched = Assign(request, row, seq, out var affected);
        rows[article.ArticleId] = row = new ArticleRow
        {
            ArticleId = article.ArticleId,
            Capture = article.Capture,
            EnrichedCapture = article.Capture,
            Revision = enriched.Revision,
            Digest = article.ContentDigest,
            StoryId = enriched.StoryId,
            StoryOrder = clusterer.FindArticle(article.ArticleId)!.Order,
            Features = StoredJson.Write(clusterer.FindArticle(article.ArticleId)!.Features),
            Message = StoredJson.Write(enriched),
            AffectedStories = string.Join(' ', affected),
        };
        ChangedArticles.RemoveWhere(r => r.ArticleId == row.ArticleId);
        ChangedArticles.Add(row);
        return new ClusteringResult(enriched, null, []);
    }

    private ArticleEnriched Assign(ClusteringRequest request, ArticleRow? row, long seq, out List<string> affected)
    {
        var features = request.Features with { Revision = (row?.Revision ?? 0) + 1 };
        var before = clusterer.FindArticle(features.ArticleId);
        affected = [];
        Story story;
        WindowArticle article;
        if (before is not null)
        {
            article = clusterer.Replace(before, features);
            story = article.Story!;
        }
        else
        {
            var assignment = clusterer.Assign(features, seq);
            (story, article) = (assignment.Story, assignment.Article);
            if (assignment.IsNew)
            {
                _changes[story.StoryId] = StoryChange.Created;
            }

            if (assignment.Absorbed is { } absorbed)
            {
                Merge(story, absorbed);
                affected.Add(absorbed.StoryId);
            }
        }

        var resolved = entities.Resolve(article.Features, story);
        entities.Count(resolved, before?.Features);
        clusterer.Resolve(article, resolved);
        story.Version++;
        clusterer.Settle(story, seq);
        _changes.TryAdd(story.StoryId, StoryChange.Updated);
        affected.Add(story.StoryId);
        return ArticleAssembler.Enriched(request, resolved, story, article);
    }

    private void Merge(Story story, Story absorbed)
    {
        // A story that was made and absorbed in one batch was never seen by others, but its id is on its articles' messages.
        _changes.Remove(absorbed.StoryId);
        Merged[absorbed.StoryId] = story.StoryId;
        story.Version = Math.Max(story.Version, absorbed.Version);
        foreach (var row in rows.Values.Where(r => r.StoryId == absorbed.StoryId))
        {
            row.StoryId = story.StoryId;
            ChangedArticles.Add(row);
        }
    }

    // Also for a capture that came too late: each capture has to be reported, or it is driven again for ever.
    private static ClusteringResult Unchanged(ClusteringRequest request, ArticleRow row, string reason) => new(
        null,
        new ArticleRejected
        {
            ArticleId = row.ArticleId,
            Capture = request.Article.Capture,
            Stage = Stage.Enrich,
            Outcome = Outcome.NotModified,
            Reason = reason,
            Revision = row.Revision,
            StoryId = row.StoryId,
            Parsed = ParsedForm.Of(request.Article.ParserVersion, request.Article.ContentDigest, request.Article.Content),
            TraceId = request.TraceId,
            Trail = request.Trail(Outcome.NotModified),
        },
        []);
}
