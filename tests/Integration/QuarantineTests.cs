using System.Net;
using System.Net.Mime;
using System.Net.Sockets;
using System.Text;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Storyline.Contracts;
using Storyline.Fetch.V1;
using Storyline.Fixtures;
using Outcome = Storyline.Type.V1.Outcome;

namespace Storyline.Integration;

/// <summary>Messages that cannot be handled, from the queue into the ledger, back, and out.</summary>
public abstract class QuarantineTests
{
    private const string Queue = "parse.fetched";

    // Readable, but a list is null that our own senders never leave out: the handler fails each time, as it would on a defect of its own.
    private const string TripsTheHandler = """
        {"messageType":["urn:message:Storyline.Contracts:ArticleFetched"],"message":{"articleId":"none","capture":1,"url":"urn:none","sourceId":"none",
        "fetchedAt":"2026-03-14T07:30:00Z","mediaType":"text/plain","bodyBrotli":"Bg==","bodyLength":0,"bodySha256":"none","trail":null}}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UnreadableCapture_GoesToQuarantineWithItsReason_TheLedgerTells_AndRequeueTriesAgain()
    {
        await using var platform = await StartAsync();
        using var site = new SilentSite();
        var submission = await platform.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = site.Url }, cancellationToken: Cancel);
        var articleId = submission.Submission.ArticleId;

        // Its own fetch is under way and will not end in this test; a capture of it arrives that is damaged.
        await platform.Services.GetRequiredService<IBus>().Publish(Damaged(articleId, site.Url), Cancel);

        var first = await OnlyOneAsync(platform, except: "");
        Assert.Equal(Queue, first.Queue);
        Assert.Equal("UNDECODABLE", first.ReasonCode);
        Assert.Equal("the body is not Brotli data of the stated length", first.Error);
        Assert.Equal(articleId, first.ArticleId);
        Assert.Equal("ArticleFetched", first.MessageType);
        Assert.Equal(1, first.Attempts);
        Assert.InRange(first.SizeBytes, 100, 10_000);
        var entry = await EntryAsync(platform, articleId);
        Assert.Equal(Outcome.Quarantined, entry.Outcome);
        Assert.Equal("UNDECODABLE: the body is not Brotli data of the stated length", entry.Reason);
        Assert.Equal(Type.V1.Stage.Parse, entry.Stage);

        var requeued = await platform.Pipeline.RequeueQuarantinedAsync(
            new RequeueQuarantinedRequest { QuarantineIds = { first.QuarantineId, "unknown" } }, cancellationToken: Cancel);
        Assert.Equal((1, 1), (requeued.Requeued, requeued.Unknown));
        var second = await OnlyOneAsync(platform, except: first.QuarantineId);
        Assert.Equal((first.ReasonCode, first.ArticleId, first.SizeBytes), (second.ReasonCode, second.ArticleId, second.SizeBytes));
        Assert.Equal(Outcome.Quarantined, (await EntryAsync(platform, articleId)).Outcome);

        var purged = await platform.Pipeline.PurgeQuarantinedAsync(
            new PurgeQuarantinedRequest { QuarantineIds = { second.QuarantineId, "unknown" } }, cancellationToken: Cancel);
        Assert.Equal((1, 1), (purged.Purged, purged.Unknown));
        Assert.Empty((await platform.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest(), cancellationToken: Cancel)).Messages);
        Assert.Equal(Outcome.Quarantined, (await EntryAsync(platform, articleId)).Outcome);
    }

    [Theory]
    [InlineData("application/vnd.masstransit+json", "{\"messageId\":", "UNDECODABLE")]
    [InlineData("application/vnd.masstransit+json", "\0\u0001\u0002 no JSON \uFFFD", "UNDECODABLE")]
    [InlineData("application/vnd.masstransit+json", """{"messageType":["urn:message:Storyline.Contracts:ArticleFetched"],"message":{"articleId":7}}""", "UNDECODABLE")]
    [InlineData("application/vnd.masstransit+json", """{"messageType":["urn:message:Elsewhere:Other"],"message":{"a":1}}""", "UNEXPECTED_TYPE")]
    [InlineData("application/vnd.masstransit+json", TripsTheHandler, "RETRIES_EXHAUSTED", 3)]
    public async Task ForeignBytes_GoToQuarantine_ComeBackAfterRequeue_AndPurgeDeletesThem(string contentType, string body, string reason, int attempts = 1)
    {
        await using var platform = await StartAsync();
        await SendAsync(platform, Queue, contentType, Encoding.UTF8.GetBytes(body));

        var first = await OnlyOneAsync(platform, except: "");
        Assert.Equal((Queue, reason, "", (long)Encoding.UTF8.GetByteCount(body)), (first.Queue, first.ReasonCode, first.ArticleId, first.SizeBytes));
        Assert.NotEmpty(first.Error);
        Assert.Equal(attempts, first.Attempts);
        var elsewhere = await platform.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest { Queue = "enrich.parsed" }, cancellationToken: Cancel);
        Assert.Empty(elsewhere.Messages);

        var requeued = await platform.Pipeline.RequeueQuarantinedAsync(new RequeueQuarantinedRequest { All = true, Queue = Queue }, cancellationToken: Cancel);
        Assert.Equal(1, requeued.Requeued);
        var second = await OnlyOneAsync(platform, except: first.QuarantineId);
        Assert.Equal((first.ReasonCode, first.SizeBytes, first.Attempts), (second.ReasonCode, second.SizeBytes, second.Attempts));

        var purged = await platform.Pipeline.PurgeQuarantinedAsync(new PurgeQuarantinedRequest { All = true }, cancellationToken: Cancel);
        Assert.Equal(1, purged.Purged);
        Assert.Equal(0, (await platform.Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: Cancel)).Quarantined);

        // The queue goes on behind it.
        await platform.SubmitAsync(0, Cancel);
        var stats = await platform.SettledAsync(1, Cancel);
        Assert.Equal(Outcome.Indexed, Assert.Single(stats.Outcomes).Outcome);
    }

    /// <summary>Settings of the bus under test.</summary>
    protected abstract Task<string[]> BusAsync();

    /// <summary>Puts bytes on a queue, as a foreign program would.</summary>
    private protected abstract Task SendAsync(RunningPlatform platform, string queue, string contentType, byte[] body);

    private async Task<RunningPlatform> StartAsync() => await RunningPlatform.StartAsync(
        Cancel, [.. await BusAsync(), "--Bus:RetryDelays:0=00:00:00.100", "--Bus:RetryDelays:1=00:00:00.200", "--Fetch:AllowPrivateAddresses=true"]);

    private static ArticleFetched Damaged(string articleId, string url) => new()
    {
        ArticleId = articleId,
        Capture = 1,
        Url = url,
        SourceId = "silent",
        FetchedAt = TimeProvider.System.GetUtcNow(),
        MediaType = "text/plain",
        BodyBrotli = [1, 2, 3],
        BodyLength = 1_000,
        BodySha256 = new string('0', 64),
    };

    private static async Task<Fetch.V1.QuarantinedMessage> OnlyOneAsync(RunningPlatform platform, string except)
    {
        var list = await Eventually.GetAsync(
            "a message in quarantine",
            async token => await platform.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest { Queue = Queue }, cancellationToken: token),
            list => list.Messages.Any(message => message.QuarantineId != except),
            RunningPlatform.Patience,
            Cancel);
        return Assert.Single(list.Messages, message => message.QuarantineId != except);
    }

    private static async Task<LedgerEntry> EntryAsync(RunningPlatform platform, string articleId) =>
        (await platform.Pipeline.TraceArticleAsync(new TraceArticleRequest { ArticleId = articleId }, cancellationToken: Cancel)).Entry;

    /// <summary>A web site that takes connections and never answers.</summary>
    private sealed class SilentSite : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public SilentSite() => _listener.Start();

        public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/story";

        public void Dispose() => _listener.Dispose();
    }

    public sealed class OnRabbitMq(RabbitMqFixture rabbitMq) : QuarantineTests
    {
        private Uri? _address;

        protected override async Task<string[]> BusAsync()
        {
            rabbitMq.SkipIfUnavailable();
            _address = await rabbitMq.CreateVirtualHostAsync(Cancel);
            return [$"--Bus:RabbitMq={_address}"];
        }

        private protected override async Task SendAsync(RunningPlatform platform, string queue, string contentType, byte[] body)
        {
            await using var broker = await Broker.ConnectAsync(_address!, Cancel);
            await broker.SendAsync(queue, new BasicProperties { ContentType = contentType }, body, Cancel);
        }
    }

    public sealed class InMemory : QuarantineTests
    {
        protected override Task<string[]> BusAsync() => Task.FromResult<string[]>([]);

        private protected override async Task SendAsync(RunningPlatform platform, string queue, string contentType, byte[] body)
        {
            var endpoint = await platform.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:" + queue));
            await endpoint.Send(
                new Bytes(),
                Pipe.Execute<SendContext<Bytes>>(context => context.Serializer = new CopyBodySerializer(new ContentType(contentType), new BytesMessageBody(body))),
                Cancel);
        }

        private sealed record Bytes;
    }
}
