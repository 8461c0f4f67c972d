using System.Diagnostics;
using MassTransit;
using Storyline.Contracts;
using Storyline.Hosting.Telemetry;
using Storyline.Partner.Ninjs;

namespace Storyline.Partner.Delivery;

/// <summary>Queue <c>partner.enriched</c>: an article revision becomes one log line per entitled partner.</summary>
public sealed partial class ArticleEnrichedConsumer(
    DeliveryStore store, DeliverySignal signal, TimeProvider time, ILogger<ArticleEnrichedConsumer> logger) : IConsumer<ArticleEnriched>
{
    public async Task Consume(ConsumeContext<ArticleEnriched> context)
    {
        var article = context.Message;
        var timer = StageTimer.Start(time, Stage.Partner, context);
        var json = new Lazy<string>(() => article.ToNinjs().ToJson());
        var appended = await store.AppendAsync(
            new Subject(Subject.Article, article.ArticleId, article.Revision, article.Content.Language).Checked(),
            Activity.Current?.Id,
            entitlement => entitlement.AdmitsSource(article.SourceId) ? json.Value : null,
            context.CancellationToken);
        if (appended > 0)
        {
            PartnerTelemetry.Appended(Subject.Article, appended);
            signal.Set();
            LogAppended(article.ArticleId, article.Revision, appended);
        }

        timer.Complete(article.Trail);
    }

    [LoggerMessage(1, LogLevel.Debug, "article {ArticleId} revision {Revision} sequenced for {Partners} partners")]
    private partial void LogAppended(string articleId, int revision, int partners);
}

/// <summary>Queue <c>partner.stories</c>: a story's new state becomes one log line per entitled partner.</summary>
public sealed partial class StoryChangedConsumer(DeliveryStore store, DeliverySignal signal, ILogger<StoryChangedConsumer> logger)
    : IConsumer<StoryChanged>
{
    public async Task Consume(ConsumeContext<StoryChanged> context)
    {
        var story = context.Message;
        var appended = await store.AppendAsync(
            new Subject(Subject.Story, story.StoryId, story.Version, story.Language).Checked(),
            Activity.Current?.Id,
            entitlement => story.ToNinjs(entitlement)?.ToJson(),
            context.CancellationToken);
        if (appended > 0)
        {
            PartnerTelemetry.Appended(Subject.Story, appended);
            signal.Set();
            LogAppended(story.StoryId, story.Version, appended);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "story {StoryId} version {Version} sequenced for {Partners} partners")]
    private partial void LogAppended(string storyId, long version, int partners);
}
