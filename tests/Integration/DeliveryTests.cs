using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Storyline.Contracts;
using Storyline.Fetch.V1;
using Storyline.Fixtures;
using Storyline.Partner.V1;
using Storyline.Search.V1;

namespace Storyline.Integration;

/// <summary>At least once, in any order: what a broker may do to messages changes nothing that anybody can see.</summary>
public sealed class DeliveryTests(RabbitMqFixture rabbitMq, PostgresFixture postgres, RedisFixture redis)
{
    private const int Documents = 20;
    private const string PartnerId = "wire-desk";

    [Fact]
    public async Task EveryMessageAgainInReverse_AfterAllIsIndexed_ChangesNothing()
    {
        rabbitMq.SkipIfUnavailable();
        postgres.SkipIfUnavailable();
        redis.SkipIfUnavailable();
        var cancellationToken = TestContext.Current.CancellationToken;
        var address = await rabbitMq.CreateVirtualHostAsync(cancellationToken);
        await using var platform = await RunningPlatform.StartAsync(
            cancellationToken,
            $"--Bus:RabbitMq={address}",
            $"--Database:PostgreSql={await postgres.CreateDatabaseAsync(cancellationToken)}",
            $"--Cache:Redis={redis.CreateDatabase()}");
        await platform.Partners.CreatePartnerAsync(
            new CreatePartnerRequest { Partner = new Partner.V1.Partner { PartnerId = PartnerId, DisplayName = "Wire desk" } }, cancellationToken: cancellationToken);
        await using var broker = await Broker.ConnectAsync(address, cancellationToken);
        await broker.ListenAsync(
            [typeof(ArticleFetched), typeof(ArticleParsed), typeof(ArticleEnriched), typeof(StoryChanged), typeof(ArticleIndexed)], cancellationToken);

        await Parallel.ForAsync(0, Documents, cancellationToken, async (i, token) => await platform.SubmitAsync(i, token));
        await platform.SettledAsync(Documents, cancellationToken);
        await QuietAsync(platform, broker, Documents, cancellationToken);
        var before = await StateAsync(platform, cancellationToken);
        Assert.Equal(Documents, before.Count(line => line.StartsWith("article ", StringComparison.Ordinal)));
        Assert.Equal(Documents, before.Count(line => line.StartsWith("ledger ", StringComparison.Ordinal) && line.Contains("\"OUTCOME_INDEXED\"", StringComparison.Ordinal)));

        var seen = broker.Seen.ToArray();
        var reports = broker.CountOf<ArticleIndexed>();
        foreach (var message in seen.Reverse().Where(message => !message.Exchange.EndsWith(nameof(ArticleIndexed), StringComparison.Ordinal)))
        {
            await broker.PublishAsync(message, cancellationToken);
        }

        // Each of the three records about an article passes all stages after it, once more.
        await QuietAsync(platform, broker, reports + (3 * Documents), cancellationToken);
        Assert.Equal(before, await StateAsync(platform, cancellationToken));
    }

    /// <summary>
    /// Waits until that many articles were reported as indexed and all queues are empty; then stops the platform, which lets handlers finish,
    /// until they have left nothing behind, and starts it again.
    /// </summary>
    private static async Task QuietAsync(RunningPlatform platform, Broker broker, int reports, CancellationToken cancellationToken)
    {
        do
        {
            await Eventually.GetAsync(
                $"{reports} reports of indexed articles and empty queues",
                async token => (Reports: broker.CountOf<ArticleIndexed>(), Ready: await broker.ReadyAsync(token)),
                now => now.Reports >= reports && now.Ready == 0,
                RunningPlatform.Patience,
                cancellationToken);
            await platform.RestartAsync(cancellationToken);
        }
        while (await broker.ReadyAsync(cancellationToken) > 0);
    }

    /// <summary>All that can be seen from outside, a line for each thing.</summary>
    private static async Task<List<string>> StateAsync(RunningPlatform platform, CancellationToken cancellationToken)
    {
        var state = new List<string>();
        var found = await platform.Search.SearchArticlesAsync(new SearchArticlesRequest { PageSize = 100 }, cancellationToken: cancellationToken);
        foreach (var article in found.Hits.Select(hit => hit.Article))
        {
            state.Add($"article {article}");
            var revisions = await platform.Articles.ListArticleRevisionsAsync(
                new ListArticleRevisionsRequest { ArticleId = article.ArticleId }, cancellationToken: cancellationToken);
            Assert.Single(revisions.Revisions);
            state.AddRange(revisions.Revisions.Select(revision => $"revision of {article.ArticleId}: {revision}"));
        }

        foreach (var storyId in found.Hits.Select(hit => hit.Article.StoryId).Distinct(StringComparer.Ordinal))
        {
            var story = await platform.Stories.GetStoryAsync(new GetStoryRequest { StoryId = storyId }, cancellationToken: cancellationToken);
            state.Add($"story {story.Story}");
            var tellings = await platform.Stories.ListStoryTellingsAsync(new ListStoryTellingsRequest { StoryId = storyId }, cancellationToken: cancellationToken);
            state.AddRange(tellings.Tellings.Select(telling => $"telling of {storyId}: {telling}"));
        }

        var log = await platform.Partners.ListMessagesAsync(
            new ListMessagesRequest { PartnerId = PartnerId, FromSequence = 1, PageSize = 100 }, cancellationToken: cancellationToken);
        state.AddRange(log.Messages.Select(message => string.Create(
            CultureInfo.InvariantCulture,
            $"partner message {message.Sequence} {message.MessageId} {message.RoutingKey} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(message.Ninjs)))}")));
        var outcomes = await platform.Pipeline.ListOutcomesAsync(new ListOutcomesRequest(), cancellationToken: cancellationToken);
        foreach (var entry in outcomes.Entries)
        {
            state.Add($"ledger {JsonFormatter.Default.Format(entry)}");
        }

        var stats = await platform.Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: cancellationToken);
        state.Add($"pipeline {stats}");
        state.Sort(StringComparer.Ordinal);
        return state;
    }
}
