using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Storyline.EndToEnd.Otlp;
using Storyline.EndToEnd.Processes;
using Storyline.Fetch.V1;
using Storyline.Fixtures;
using Storyline.Partner.V1;
using Storyline.Platform.Newsroom;
using Storyline.Search.V1;

namespace Storyline.EndToEnd;

public sealed class OneTraceTests(RabbitMqFixture rabbitMq, PostgresFixture postgres, RedisFixture redis)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task FiveProcesses_FeedEntry_OneTraceReachesSearchHitAndPartnerMessage()
    {
        rabbitMq.SkipIfUnavailable();
        postgres.SkipIfUnavailable();
        redis.SkipIfUnavailable();
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var receiver = await TraceReceiver.StartAsync(cancellationToken);
        await using var newsroom = await DemoNewsroom.StartAsync(TimeProvider.System, cancellationToken);
        await using var deployment = await Deployment.StartAsync(
            rabbitMq,
            postgres,
            redis,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Fetch__AllowPrivateAddresses"] = "true",
                ["Fetch__HostInterval"] = "00:00:00.010",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Endpoint.ToString(),
                ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
            },
            cancellationToken);

        // A partner with a queue of its own on the exchange, before anything is published.
        var partners = new PartnerService.PartnerServiceClient(deployment.ChannelTo(deployment.Partner));
        await partners.CreatePartnerAsync(
            new CreatePartnerRequest { Partner = new Partner.V1.Partner { PartnerId = "wire-desk", DisplayName = "Wire desk" } }, cancellationToken: cancellationToken);
        await using var connection = await new ConnectionFactory { Uri = deployment.Broker }.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync("storyline.partner", ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        var queue = (await channel.QueueDeclareAsync(cancellationToken: cancellationToken)).QueueName;
        await channel.QueueBindAsync(queue, "storyline.partner", "wire-desk.article.#", cancellationToken: cancellationToken);
        var traceParents = new System.Collections.Concurrent.ConcurrentBag<string>();
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            if (delivery.BasicProperties.Headers?["traceparent"] is byte[] header)
            {
                traceParents.Add(Encoding.ASCII.GetString(header));
            }

            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken);

        var feed = newsroom.Publishers.SelectMany(publisher => publisher.Feeds).First(f => f is { Defect: DemoFeedDefect.None, Kind: DemoFeedKind.Rss });
        var feeds = new FeedService.FeedServiceClient(deployment.ChannelTo(deployment.Fetch));
        await feeds.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = feed.Url } }, cancellationToken: cancellationToken);

        var search = new SearchService.SearchServiceClient(deployment.ChannelTo(deployment.Search));
        var found = await Eventually.GetAsync(
            "an article in search",
            async token => await search.SearchArticlesAsync(new SearchArticlesRequest { Query = "" }, cancellationToken: token),
            response => response.Hits.Count > 0,
            Patience,
            cancellationToken);
        var traceId = found.Hits[0].Article.TraceId;
        Assert.Matches("^[0-9a-f]{32}$", traceId);

        await Eventually.GetAsync(
            $"a partner message with trace {traceId}",
            _ => Task.FromResult(traceParents.ToArray()),
            all => all.Any(t => t.Contains(traceId, StringComparison.Ordinal)),
            Patience,
            cancellationToken);

        string[] services = ["storyline-fetch", "storyline-parse", "storyline-enrich", "storyline-search", "storyline-partner"];
        var spans = await Eventually.GetAsync(
            $"spans of all five services in trace {traceId}",
            _ => Task.FromResult(receiver.Spans.Where(span => span.TraceId == traceId).ToArray()),
            all => services.All(service => all.Any(span => span.Service == service)),
            Patience,
            cancellationToken);

        // It begins with the feed's entry: one root, made by fetch.
        var root = Assert.Single(spans, span => span.ParentSpanId.Length == 0);
        Assert.Equal("storyline-fetch", root.Service);
        Assert.Equal("Storyline.Fetch", root.Scope);

        // And the ledger tells the same trace.
        var pipeline = new PipelineService.PipelineServiceClient(deployment.ChannelTo(deployment.Fetch));
        var trace = await Eventually.GetAsync(
            "the article's outcome in the ledger",
            async token => await pipeline.TraceArticleAsync(new TraceArticleRequest { ArticleId = found.Hits[0].Article.ArticleId }, cancellationToken: token),
            answer => answer.Entry.Outcome == Type.V1.Outcome.Indexed,
            Patience,
            cancellationToken);
        Assert.Equal(traceId, trace.Entry.TraceId);
        Assert.Equal(
            [Type.V1.Stage.Fetch, Type.V1.Stage.Parse, Type.V1.Stage.Enrich, Type.V1.Stage.Index],
            trace.Stages.Select(stage => stage.Stage));
    }
}
