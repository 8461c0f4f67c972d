using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Storyline.Contracts;
using Storyline.Fetch.V1;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Tests.Ingest;

public sealed class IngestTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private FetchHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await FetchHost.StartAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task SubmitDocument_PlainText_IsCapturedAndSentToParse()
    {
        var submission = await SubmitAsync("The mayor said \"no\" on Monday.");

        var fetched = await _host.NextFetchedAsync();
        Assert.Equal(Proto.Outcome.Pending, submission.Outcome);
        Assert.Equal((submission.ArticleId, 1, "text/plain", "submitted"), (fetched.ArticleId, fetched.Capture, fetched.MediaType, fetched.SourceId));
        Assert.Equal("urn:sha256:" + fetched.BodySha256, fetched.Url);
        Assert.Equal("The mayor said \"no\" on Monday.", Text(fetched));
        Assert.Single(fetched.Trail, record => record.Stage == Stage.Fetch);
    }

    [Fact]
    public async Task SubmitDocument_WithUrlAndTime_KeepsBoth()
    {
        var published = DateTimeOffset.Parse("2026-02-03T04:05:06Z", null);
        var response = await _host.Ingest.SubmitDocumentAsync(
            new SubmitDocumentRequest
            {
                Document = new Document
                {
                    Content = ByteString.CopyFromUtf8("<p>Text</p>"), Url = "HTTPS://Example.com:443/A?utm_source=x&b=1#top",
                    PublishTime = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(published),
                },
            },
            cancellationToken: Cancellation);

        var fetched = await _host.NextFetchedAsync();
        Assert.Equal("https://example.com/A?b=1", response.Submission.Url);
        Assert.Equal(ArticleId.OfUrl("https://example.com/A?b=1"), response.Submission.ArticleId);
        Assert.Equal(("text/html", "example.com", published), (fetched.MediaType, fetched.SourceId, fetched.Entry!.PublishTime));
    }

    [Fact]
    public async Task SubmitDocument_SameBytesTwice_IsOneCapture()
    {
        var first = await SubmitAsync("same");
        var second = await SubmitAsync("same");

        await _host.NextFetchedAsync();
        Assert.Equal(first.ArticleId, second.ArticleId);
        Assert.Equal(1, (await _host.Pipeline.TraceArticleAsync(new TraceArticleRequest { ArticleId = first.ArticleId }, cancellationToken: Cancellation)).Entry.Captures);
        Assert.False(_host.Fetched.TryRead(out _));
    }

    public static TheoryData<string, byte[], string, string, Proto.Outcome> Refused => new()
    {
        { "empty", [], "", "", Proto.Outcome.Empty },
        { "white space", " \r\n\t "u8.ToArray(), "", "", Proto.Outcome.Empty },
        { "picture", [0x89, .. "PNG\r\n"u8, 0x1a, 0x0a, 0, 0], "", "", Proto.Outcome.UnsupportedMediaType },
        { "picture called text", [0x89, .. "PNG\r\n"u8, 0x1a, 0x0a, 0, 0], "text/html", "", Proto.Outcome.UnsupportedMediaType },
        { "declared PDF", "text"u8.ToArray(), "application/pdf", "", Proto.Outcome.UnsupportedMediaType },
        { "too large", new byte[FetchOptions.MaxDocumentBytes + 1], "", "", Proto.Outcome.TooLarge },
        { "wrong URL", "text"u8.ToArray(), "", "ftp://example.com/", Proto.Outcome.InvalidUrl },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task SubmitDocument_ThatCannotBeTaken_HasItsOutcome(string name, byte[] content, string contentType, string url, Proto.Outcome outcome)
    {
        var response = await _host.Ingest.SubmitDocumentAsync(
            new SubmitDocumentRequest { Document = new Document { Content = ByteString.CopyFrom(content), ContentType = contentType, Url = url } }, cancellationToken: Cancellation);

        Assert.True(response.Submission.Outcome == outcome, $"{name}: {response.Submission}");
        Assert.NotEmpty(response.Submission.Reason);
        var trace = await _host.Pipeline.TraceArticleAsync(new TraceArticleRequest { ArticleId = response.Submission.ArticleId }, cancellationToken: Cancellation);
        Assert.Equal((outcome, Proto.Stage.Fetch), (trace.Entry.Outcome, trace.Entry.Stage));
    }

    [Fact]
    public async Task SubmitDocument_RefusedForAKnownUrl_LeavesTheArticleAsItIs()
    {
        const string url = "https://outlet.example/known";
        var known = await SubmitAsync("text", url);

        var refused = await SubmitAsync("", url);

        Assert.Equal((known.ArticleId, Proto.Outcome.Empty), (refused.ArticleId, refused.Outcome));
        var trace = await _host.Pipeline.TraceArticleAsync(new TraceArticleRequest { Url = url }, cancellationToken: Cancellation);
        Assert.Equal(Proto.Outcome.Pending, trace.Entry.Outcome);
    }

    [Fact]
    public async Task SubmitDocument_InvalidUtf8_GoesOnAsItIs()
    {
        var bytes = new byte[] { (byte)'c', (byte)'a', (byte)'f', 0xE9, (byte)'!' };
        await _host.Ingest.SubmitDocumentAsync(new SubmitDocumentRequest { Document = new Document { Content = ByteString.CopyFrom(bytes) } }, cancellationToken: Cancellation);

        Assert.Equal(bytes, Body(await _host.NextFetchedAsync()));
    }

    [Fact]
    public async Task SubmitDocument_FiftyMegabytes_IsCountedAsTooLarge()
    {
        var submission = await SubmitAsync(new string('x', 50 * 1024 * 1024));

        Assert.Equal(Proto.Outcome.TooLarge, submission.Outcome);
    }

    [Fact]
    public async Task SubmitDocument_WithoutDocument_IsInvalidArgument()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Ingest.SubmitDocumentAsync(new SubmitDocumentRequest(), cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Equal("document", error.GetRpcStatus()!.GetDetail<Google.Rpc.BadRequest>().FieldViolations.Single().Field);
    }

    [Theory]
    [InlineData("", StatusCode.InvalidArgument)]
    [InlineData("0123456789abcdef0123456789abcdef", StatusCode.NotFound)]
    public async Task GetSubmission_UnknownId_IsAnError(string id, StatusCode status)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await _host.Ingest.GetSubmissionAsync(new GetSubmissionRequest { ArticleId = id }, cancellationToken: Cancellation));

        Assert.Equal(status, error.StatusCode);
    }

    [Fact]
    public async Task SubmitDocuments_Many_AnswersOnePerDocumentInOrder()
    {
        const int Count = 1000;
        var page = string.Concat(Enumerable.Repeat("<p>A sentence of the kind that newspapers print every day.</p>\n", 150));
        var began = TimeProvider.System.GetTimestamp();
        using var call = _host.Ingest.SubmitDocuments(cancellationToken: Cancellation);
        for (var i = 0; i < Count; i++)
        {
            await call.RequestStream.WriteAsync(new SubmitDocumentsRequest { Document = new Document { Content = ByteString.CopyFromUtf8($"<h1>{i}</h1>{page}"), Url = $"https://example.com/{i}" } }, Cancellation);
        }

        await call.RequestStream.CompleteAsync();
        var response = await call;
        TestContext.Current.TestOutputHelper?.WriteLine($"{Count / TimeProvider.System.GetElapsedTime(began).TotalSeconds:0} documents/s");

        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"https://example.com/{i}"), response.Submissions.Select(submission => submission.Url));
        Assert.Equal(Count, response.Submissions.Select(submission => submission.TraceId).Distinct(StringComparer.Ordinal).Count());
        var articles = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Count; i++)
        {
            articles.Add((await _host.NextFetchedAsync()).ArticleId);
        }

        Assert.Equal(Count, articles.Count);
        Assert.Equal(Count, (await _host.Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: Cancellation)).InFlight);
    }

    [Fact]
    public async Task Restart_WithUnfinishedCaptures_SendsThemAgainUnchanged()
    {
        await SubmitAsync("finished");
        await SubmitAsync("unfinished");
        var first = new[] { await _host.NextFetchedAsync(), await _host.NextFetchedAsync() }.ToDictionary(Text);
        await _host.Services.GetRequiredService<IBus>().Publish(
            new ArticleRejected { ArticleId = first["finished"].ArticleId, Capture = 1, Stage = Stage.Parse, Outcome = Outcome.NoArticle, Reason = "no article in it" }, Cancellation);
        Assert.Equal(Proto.Outcome.NoArticle, (await _host.EndedAsync(first["finished"].ArticleId)).Outcome);
        await _host.DisposeAsync();

        _host = await FetchHost.StartAsync(_folder.Path);

        var again = await _host.NextFetchedAsync();
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(first["unfinished"]), System.Text.Json.JsonSerializer.Serialize(again));
        Assert.False(_host.Fetched.TryRead(out _));
    }

    [Fact]
    public async Task Indexed_FromSearch_ShowsInSubmissionAndTrace()
    {
        var submission = await SubmitAsync("text");
        await _host.NextFetchedAsync();
        await _host.Services.GetRequiredService<IBus>().Publish(
            new ArticleIndexed
            {
                ArticleId = submission.ArticleId, Capture = 1, Revision = 1, StoryId = "0123456789abcdef0123456789abcdef", IndexedAt = DateTimeOffset.UnixEpoch,
                Trail = [new StageRecord(Stage.Fetch, DateTimeOffset.UnixEpoch, 1, 0), new StageRecord(Stage.Index, DateTimeOffset.UnixEpoch, 2, 3)],
            },
            Cancellation);

        var ended = await _host.EndedAsync(submission.ArticleId);
        var trace = await _host.Pipeline.TraceArticleAsync(new TraceArticleRequest { Url = submission.Url }, cancellationToken: Cancellation);

        Assert.Equal((Proto.Outcome.Indexed, 1, "0123456789abcdef0123456789abcdef"), (ended.Outcome, ended.Revision, ended.StoryId));
        Assert.Equal([Proto.Stage.Fetch, Proto.Stage.Index], trace.Stages.Select(stage => stage.Stage));
        Assert.Equal(32, trace.Entry.TraceId.Length);
    }

    private async Task<Submission> SubmitAsync(string text, string url = "") => (await _host.Ingest.SubmitDocumentAsync(
        new SubmitDocumentRequest { Document = new Document { Content = ByteString.CopyFromUtf8(text), Url = url } }, cancellationToken: Cancellation)).Submission;

    private static string Text(ArticleFetched message) => Encoding.UTF8.GetString(Body(message));

    private static byte[] Body(ArticleFetched message)
    {
        var bytes = new byte[message.BodyLength];
        Assert.True(BrotliDecoder.TryDecompress(message.BodyBrotli, bytes, out var written));
        Assert.Equal(message.BodyLength, written);
        return bytes;
    }
}
