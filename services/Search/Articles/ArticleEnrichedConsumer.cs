using MassTransit;
using Storyline.Contracts;
using Storyline.Hosting.Telemetry;
using Storyline.Search.Index;

namespace Storyline.Search.Articles;

/// <summary>
/// Stores an article revision and says that it is searchable once searches find it. A revision that came before, or that an
/// older capture brings late, changes nothing and is said again: the ledger ignores what it knows.
/// </summary>
public sealed class ArticleEnrichedConsumer(ArticleStore articles, IndexTail index, TimeProvider time, ILogger<ArticleEnrichedConsumer> logger)
    : IConsumer<ArticleEnriched>
{
    public async Task Consume(ConsumeContext<ArticleEnriched> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var timer = StageTimer.Start(time, Stage.Index, context);
        var article = context.Message;
        var stored = await articles.WriteAsync(article, context.CancellationToken);
        await index.CaughtUpAsync(stored.Sequence, context.CancellationToken);

        var now = time.GetUtcNow();
        SearchMeters.Searchable(now - (article.Trail is [var first, ..] ? first.StartedAt : article.FetchedAt));
        await context.Publish(
            new ArticleIndexed
            {
                ArticleId = article.ArticleId,
                Capture = article.Capture,
                Revision = article.Revision,
                StoryId = article.StoryId,
                IndexedAt = stored.IndexTime,
                Parsed = article.Parsed,
                TraceId = article.TraceId,
                Trail = timer.Complete(article.Trail),
            },
            context.CancellationToken);
        ArticleEnrichedLog.Indexed(logger, article.ArticleId, article.Revision, stored.Sequence);
    }
}

internal static partial class ArticleEnrichedLog
{
    [LoggerMessage(EventId = 1, EventName = "ArticleIndexed", Level = LogLevel.Debug, Message = "article {ArticleId} revision {Revision} is searchable at {Sequence}")]
    public static partial void Indexed(ILogger logger, string articleId, int revision, long sequence);
}
