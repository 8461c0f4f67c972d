using Google.Protobuf;
using Grpc.Core;
using Storyline.EndToEnd.Processes;
using Storyline.Fetch.V1;
using Storyline.Fixtures;
using Storyline.Partner.V1;
using Storyline.Search.V1;
using Outcome = Storyline.Type.V1.Outcome;

namespace Storyline.EndToEnd;

public sealed class KillTests(RabbitMqFixture rabbitMq, PostgresFixture postgres, RedisFixture redis)
{
    private const int Documents = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task EachServiceKilledInTheMiddle_500Documents_EveryOneIndexedExactlyOnce()
    {
        rabbitMq.SkipIfUnavailable();
        postgres.SkipIfUnavailable();
        redis.SkipIfUnavailable();
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var deployment = await Deployment.StartAsync(
            rabbitMq, postgres, redis, new Dictionary<string, string>(StringComparer.Ordinal), cancellationToken);
        var ingest = new IngestService.IngestServiceClient(deployment.ChannelTo(deployment.Fetch));
        var pipeline = new PipelineService.PipelineServiceClient(deployment.ChannelTo(deployment.Fetch));
        var search = new SearchService.SearchServiceClient(deployment.ChannelTo(deployment.Search));
        var articles = new ArticleService.ArticleServiceClient(deployment.ChannelTo(deployment.Search));
        var partners = new PartnerService.PartnerServiceClient(deployment.ChannelTo(deployment.Partner));
        await partners.CreatePartnerAsync(
            new CreatePartnerRequest { Partner = new Partner.V1.Partner { PartnerId = "wire-desk", DisplayName = "Wire desk" } }, cancellationToken: cancellationToken);

        // Documents go in all the while; whatever is killed, the client sends again what was not acknowledged.
        var acknowledged = new string[Documents];
        var submitted = 0;
        var submitting = Parallel.ForAsync(0, Documents, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (i, token) =>
        {
            acknowledged[i] = await SubmitUntilAcknowledgedAsync(ingest, i, token);
            Interlocked.Increment(ref submitted);
        });

        // The first kill comes once documents are under way, each further one while the ones before are still being worked off.
        var killed = 0;
        foreach (var service in deployment.All)
        {
            var threshold = ++killed * Documents / 8;
            await Eventually.GetAsync(
                $"{threshold} acknowledged documents", _ => Task.FromResult(Volatile.Read(ref submitted)), count => count >= threshold || submitting.IsFaulted, Patience, cancellationToken);
            Assert.False(submitting.IsFaulted, submitting.Exception?.ToString());
            await service.KillAsync(cancellationToken);
            service.Start();
            await service.WaitUntilReadyAsync(cancellationToken);
        }

        await submitting;
        Assert.Equal(Documents, acknowledged.Distinct(StringComparer.Ordinal).Count());

        var stats = await Eventually.GetAsync(
            "every document has its outcome",
            async token => await pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: token),
            answer => answer.InFlight == 0 && answer.Outcomes.All(o => o.Outcome != Outcome.Pending),
            Patience,
            cancellationToken);
        var outcome = Assert.Single(stats.Outcomes);
        Assert.Equal(Outcome.Indexed, outcome.Outcome);
        Assert.Equal(Documents, outcome.Count);
        Assert.Equal(0, stats.Quarantined);

        // Exactly once: one hit per document, one revision per article.
        var found = new List<string>();
        var pageToken = "";
        do
        {
            var page = await search.SearchArticlesAsync(new SearchArticlesRequest { PageSize = 100, PageToken = pageToken }, cancellationToken: cancellationToken);
            Assert.Equal(Documents, page.TotalSize);
            found.AddRange(page.Hits.Select(hit => hit.Article.ArticleId));
            Assert.All(page.Hits, hit => Assert.Equal(1, hit.Article.Revision));
            pageToken = page.NextPageToken;
        }
        while (pageToken.Length > 0);
        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        var revisions = await articles.ListArticleRevisionsAsync(new ListArticleRevisionsRequest { ArticleId = found[0] }, cancellationToken: cancellationToken);
        Assert.Single(revisions.Revisions);

        // The partner has each article once, in a sequence without gaps.
        var delivery = await Eventually.GetAsync(
            "every partner message confirmed",
            async token => await partners.GetDeliveryStateAsync(new GetDeliveryStateRequest { PartnerId = "wire-desk" }, cancellationToken: token),
            state => state.LastSequence >= Documents && state.ConfirmedSequence == state.LastSequence,
            Patience,
            cancellationToken);
        var messages = new List<PartnerMessage>();
        while (messages.Count < delivery.LastSequence)
        {
            var page = await partners.ListMessagesAsync(
                new ListMessagesRequest { PartnerId = "wire-desk", FromSequence = messages.Count + 1, PageSize = 100 }, cancellationToken: cancellationToken);
            Assert.NotEmpty(page.Messages);
            messages.AddRange(page.Messages);
        }

        Assert.Equal(Enumerable.Range(1, messages.Count).Select(n => (long)n), messages.Select(message => message.Sequence));
        Assert.Equal(Documents, messages.Where(message => message.RoutingKey.Contains(".article.", StringComparison.Ordinal)).Select(message => message.MessageId).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(messages.Count, messages.Select(message => message.MessageId).Distinct(StringComparer.Ordinal).Count());
    }

    private static async Task<string> SubmitUntilAcknowledgedAsync(IngestService.IngestServiceClient ingest, int i, CancellationToken cancellationToken)
    {
        var request = new SubmitDocumentRequest
        {
            Document = new Document { Content = ByteString.CopyFromUtf8(GeneratedNews.Text(i)), ContentType = "text/plain", SourceId = $"outlet-{i % 7}" },
            RequestId = $"kill-{i}",
        };
        var response = await Eventually.GetAsync(
            $"document {i} acknowledged",
            async token =>
            {
                try
                {
                    return await ingest.SubmitDocumentAsync(request, cancellationToken: token);
                }
                catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled)
                {
                    // The connection or the process went away under the call: nothing says whether it was stored.
                    return null;
                }
            },
            answer => answer is not null,
            Patience,
            cancellationToken);
        return response!.Submission.ArticleId;
    }
}
