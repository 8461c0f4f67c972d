using System.Diagnostics;
using MassTransit;
using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Clustering;
using Storyline.Hosting.Storage;
using Storyline.Hosting.Telemetry;

namespace Storyline.Enrich;

/// <summary>
/// Annotates each article and gives it its story. Handling twice publishes what was stored the first time; a capture older than
/// the current revision's changes nothing, and says so.
/// </summary>
public sealed partial class ArticleParsedConsumer(
    Annotator annotator, GroupCommit<ClusteringRequest, ClusteringResult> clustering, TimeProvider time, ILogger<ArticleParsedConsumer> logger)
    : IConsumer<ArticleParsed>
{
    public async Task Consume(ConsumeContext<ArticleParsed> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var article = context.Message;
        var timer = StageTimer.Start(time, Stage.Enrich, context);
        using var activity = EnrichTelemetry.Source.StartActivity("enrich article");
        activity?.SetTag("storyline.article_id", article.ArticleId);
        activity?.SetTag("storyline.capture", article.Capture);

        var (annotation, features) = annotator.Annotate(article, revision: 0);
        var traceId = Activity.Current?.TraceId.ToHexString();
        ClusteringResult result;
        using (EnrichTelemetry.Source.StartActivity("cluster article"))
        {
            result = await clustering.AddAsync(
                new ClusteringRequest(article, annotation, features, traceId, outcome => timer.Complete(article.Trail, outcome)), context.CancellationToken);
        }

        if (result.Enriched is { } enriched)
        {
            activity?.SetTag("storyline.revision", enriched.Revision);
            activity?.SetTag("storyline.story_id", enriched.StoryId);
            await context.Publish(enriched, context.CancellationToken);
            LogEnriched(article.ArticleId, enriched.Revision, enriched.StoryId, enriched.Telling.Role);
        }
        else if (result.Rejected is { } rejected)
        {
            await context.Publish(rejected, context.CancellationToken);
            LogNotModified(article.ArticleId, article.Capture, rejected.Revision, rejected.Reason);
        }

        foreach (var story in result.Stories)
        {
            await context.Publish(story, context.CancellationToken);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "article {ArticleId} revision {Revision} is in story {StoryId} as {Role}")]
    private partial void LogEnriched(string articleId, int revision, string storyId, TellingRole role);

    [LoggerMessage(2, LogLevel.Debug, "article {ArticleId} capture {Capture} leaves revision {Revision} as it is: {Reason}")]
    private partial void LogNotModified(string articleId, int capture, int? revision, string reason);
}
