using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Storyline.Fetch.Quarantine;
using Storyline.Fetch.V1;
using Proto = Storyline.Type.V1;
using QuarantinedMessage = Storyline.Hosting.Bus.QuarantinedMessage;

namespace Storyline.Fetch.Tests.Quarantine;

public sealed class QuarantineTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private FetchHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await FetchHost.StartAsync(_folder.Path, ("Fetch:MaxQuarantined", "3"));

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Store_MessageOfAnArticle_IsListedAndEndsTheArticle()
    {
        var article = await SubmitAsync("text");
        await StoreAsync(Message(article, "m1"));
        await StoreAsync(Message(article, "m1"));

        var listed = (await _host.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest(), cancellationToken: Cancellation)).Messages.Single();
        var trace = await _host.Pipeline.TraceArticleAsync(new TraceArticleRequest { ArticleId = article }, cancellationToken: Cancellation);
        var stats = await _host.Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: Cancellation);

        Assert.Equal((article, "fetch.outcomes", "RETRIES_EXHAUSTED", "it broke", 5), (listed.ArticleId, listed.Queue, listed.ReasonCode, listed.Error, listed.Attempts));
        Assert.Equal((Proto.Outcome.Quarantined, Proto.Stage.Fetch), (trace.Entry.Outcome, trace.Entry.Stage));
        Assert.Equal((1L, 0L), (stats.Quarantined, stats.InFlight));
    }

    [Fact]
    public async Task Requeue_GoodMessage_GoesItsWay()
    {
        var article = await SubmitAsync("text");
        await StoreAsync(Message(article, "m1"));
        var listed = (await _host.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest(), cancellationToken: Cancellation)).Messages.Single();

        var response = await _host.Pipeline.RequeueQuarantinedAsync(new RequeueQuarantinedRequest { QuarantineIds = { listed.QuarantineId, "unknown" } }, cancellationToken: Cancellation);

        Assert.Equal((1, 1), (response.Requeued, response.Unknown));
        Assert.Equal(Proto.Outcome.Indexed, (await _host.EndedAsync(article)).Outcome);
        Assert.Empty((await _host.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest(), cancellationToken: Cancellation)).Messages);
    }

    [Fact]
    public async Task Purge_All_LeavesTheOutcome()
    {
        var article = await SubmitAsync("text");
        await StoreAsync(Message(article, "m1"));

        var response = await _host.Pipeline.PurgeQuarantinedAsync(new PurgeQuarantinedRequest { All = true }, cancellationToken: Cancellation);

        Assert.Equal(1, response.Purged);
        Assert.Equal(Proto.Outcome.Quarantined, (await _host.EndedAsync(article)).Outcome);
    }

    [Theory]
    [InlineData("""{"message":{"articleId":"\ud800"}}""")]
    [InlineData("""{"message":{"articleId":"0123456789abcdef0123456789abcdef","capture":"one"}}""")]
    [InlineData("""{"message":{"articleId":"0123456789abcdef0123456789abcdef","capture":null}}""")]
    public async Task Store_BodyThatNoServiceOfOursWrote_IsKept(string body)
    {
        await StoreAsync(Message("not an id", "m1") with { Body = Encoding.UTF8.GetBytes(body) });

        Assert.Single((await _host.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest(), cancellationToken: Cancellation)).Messages);
    }

    [Fact]
    public async Task Store_OverTheLimit_DropsTheOldest()
    {
        for (var i = 0; i < 5; i++)
        {
            await StoreAsync(Message("not an id", "m" + i));
        }

        Assert.Equal(3, (await _host.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest(), cancellationToken: Cancellation)).Messages.Count);
    }

    [Fact]
    public async Task Requeue_NeitherIdsNorAll_IsInvalidArgument()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Pipeline.RequeueQuarantinedAsync(new RequeueQuarantinedRequest(), cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    private async Task<string> SubmitAsync(string text)
    {
        var response = await _host.Ingest.SubmitDocumentAsync(new SubmitDocumentRequest { Document = new Document { Content = ByteString.CopyFromUtf8(text) } }, cancellationToken: Cancellation);
        await _host.NextFetchedAsync();
        return response.Submission.ArticleId;
    }

    private Task StoreAsync(QuarantinedMessage message) => _host.Services.GetRequiredService<QuarantineStore>().StoreAsync(message, Cancellation);

    private static QuarantinedMessage Message(string articleId, string messageId) => new()
    {
        Queue = "fetch.outcomes",
        MessageId = messageId,
        MessageType = "ArticleIndexed",
        ContentType = "application/vnd.masstransit+json",
        Body = Encoding.UTF8.GetBytes(
            $$$"""{"messageType":["urn:message:Storyline.Contracts:ArticleIndexed"],"message":{"articleId":"{{{articleId}}}","capture":1,"revision":1,"storyId":"s","indexedAt":"2026-03-01T00:00:00Z"}}"""),
        Headers = new Dictionary<string, string>(StringComparer.Ordinal),
        Outcome = "RETRIES_EXHAUSTED",
        Error = "it broke",
        Attempts = 5,
        FirstSeen = DateTimeOffset.UnixEpoch,
    };
}
