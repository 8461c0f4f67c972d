using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Stories;

namespace Storyline.Enrich.Clustering;

/// <summary>An annotated capture that waits for its revision and its story.</summary>
/// <param name="Article">The capture as the parser read it.</param>
/// <param name="Annotation">Its names, quotes and keywords.</param>
/// <param name="Features">What stories need of it; the revision is not known yet.</param>
/// <param name="TraceId">Trace id of the article's way, if it is traced.</param>
/// <param name="Trail">The trail with this stage's line, given the outcome where the way ends here.</param>
public sealed record ClusteringRequest(
    ArticleParsed Article, TextAnnotation Annotation, ArticleFeatures Features, string? TraceId, Func<Outcome?, StageRecord[]> Trail);

/// <summary>What is to be published for one capture.</summary>
/// <param name="Enriched">The revision, if the capture is one.</param>
/// <param name="Rejected">That the content did not change, or that a later capture was handled before.</param>
/// <param name="Stories">Current states of the stories that it changed.</param>
public sealed record ClusteringResult(ArticleEnriched? Enriched, ArticleRejected? Rejected, IReadOnlyList<StoryChanged> Stories);
