using MassTransit;
using Storyline.Contracts;
using Storyline.Fetch.Ledger;
using Storyline.Hosting.Telemetry;

namespace Storyline.Fetch.Captures;

/// <summary>Work of the queue <c>fetch.article</c>.</summary>
public sealed class FetchArticleConsumer(ArticleFetcher fetcher, TimeProvider time) : IConsumer<FetchArticle>
{
    public Task Consume(ConsumeContext<FetchArticle> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return fetcher.FetchAsync(
            new ArticleRow
            {
                ArticleId = message.ArticleId,
                Url = message.Url,
                SourceId = message.SourceId,
                FeedId = message.FeedId ?? "",
                Outcome = Outcome.Pending,
                Stage = Stage.Fetch,
                DiscoveredAt = message.DiscoveredAt.ToUnixTimeMilliseconds(),
                UpdatedAt = now,
                DueAt = now,
                Entry = LedgerJson.WriteEntry(message.Entry),
                Traceparent = FetchTelemetry.Traceparent,
            },
            StageTimer.Start(time, Stage.Fetch, context),
            context.CancellationToken);
    }
}
