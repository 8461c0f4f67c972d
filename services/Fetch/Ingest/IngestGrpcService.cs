using System.Diagnostics;
using Grpc.Core;
using Storyline.Contracts;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.V1;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Errors;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Ingest;

/// <summary>gRPC surface of <see cref="Submissions"/>.</summary>
public sealed class IngestGrpcService(Submissions submissions, LedgerStore ledger, IBackpressure backpressure) : IngestService.IngestServiceBase
{
    /// <summary>A document over the limit is still received up to this size, so that it can have its outcome.</summary>
    public const int MaxReceiveBytes = 64 * 1024 * 1024;

    /// <summary>Documents of one stream: its answer holds one submission for each.</summary>
    public const int MaxDocuments = 10_000;

    // A submission repeats the URL of its document; gRPC clients take answers of 4 MB.
    private const int MaxResponseBytes = 3 * 1024 * 1024;

    private const int MaxInHand = 128;
    private const int AnswerBytes = 250;
    private const long MaxBytesInHand = 64L * 1024 * 1024;
    private const int MaxSourceLength = 200;
    private const int MaxRequestIdLength = 64;

    public override async Task<SubmitUrlResponse> SubmitUrl(SubmitUrlRequest request, ServerCallContext context)
    {
        Check(
            (request.Url.Length == 0, "url", "is empty: must be the URL to fetch"),
            (request.SourceId.Length > MaxSourceLength, "source_id", $"must have at most {MaxSourceLength} characters"),
            (request.RequestId.Length > MaxRequestIdLength, "request_id", $"must have at most {MaxRequestIdLength} characters"));
        using var activity = FetchTelemetry.Source.StartActivity("submit url");
        var row = await submissions.SubmitUrlAsync(request.Url, request.SourceId, context.CancellationToken);
        return new SubmitUrlResponse { Submission = ToProto(row) };
    }

    public override async Task<SubmitDocumentResponse> SubmitDocument(SubmitDocumentRequest request, ServerCallContext context)
    {
        Check((request.RequestId.Length > MaxRequestIdLength, "request_id", $"must have at most {MaxRequestIdLength} characters"));
        var document = Read(request.Document);
        await backpressure.WaitAsync("parse.fetched", context.CancellationToken);
        using var activity = FetchTelemetry.Source.StartActivity("submit document");
        var row = await submissions.SubmitAsync(document, context.CancellationToken);
        return new SubmitDocumentResponse { Submission = ToProto(row) };
    }

    public override async Task<SubmitDocumentsResponse> SubmitDocuments(
        IAsyncStreamReader<SubmitDocumentsRequest> requestStream, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(requestStream);
        var response = new SubmitDocumentsResponse();
        var inHand = new Queue<(Task<ArticleRow> Row, int Bytes)>();
        var (bytesInHand, documents, answerBytes) = (0L, 0, 0L);
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            var document = Read(request.Document);
            answerBytes += AnswerBytes + Math.Min(document.Url.Length, CanonicalUrl.MaxLength);
            if (++documents > MaxDocuments || answerBytes > MaxResponseBytes)
            {
                while (inHand.Count > 0)
                {
                    await TakeAsync();
                }

                throw RpcErrors.ResourceExhausted(
                    $"the first {documents - 1} documents are stored; send the others in another call: one takes at most {MaxDocuments}, fewer with long URLs", TimeSpan.FromSeconds(1));
            }

            await backpressure.WaitAsync("parse.fetched", context.CancellationToken);
            while (inHand.Count >= MaxInHand || (inHand.Count > 0 && bytesInHand + document.Content.Length > MaxBytesInHand))
            {
                await TakeAsync();
            }

            // Compressing for the archive is work for all cores, not for the one that reads the stream.
            inHand.Enqueue((Task.Run(() => SubmitInOwnTraceAsync(document, context.CancellationToken), context.CancellationToken), document.Content.Length));
            bytesInHand += document.Content.Length;
        }

        while (inHand.Count > 0)
        {
            await TakeAsync();
        }

        return response;

        async Task TakeAsync()
        {
            var (row, bytes) = inHand.Dequeue();
            bytesInHand -= bytes;
            response.Submissions.Add(ToProto(await row));
        }
    }

    public override async Task<GetSubmissionResponse> GetSubmission(GetSubmissionRequest request, ServerCallContext context)
    {
        Check((!ArticleId.IsValid(request.ArticleId), "article_id", "must be 32 lower-case hex digits"));
        var row = await ledger.FindAsync(request.ArticleId, context.CancellationToken)
            ?? throw RpcErrors.NotFound("submission", request.ArticleId, "nothing with this id was submitted or announced");
        return new GetSubmissionResponse { Submission = ToProto(row) };
    }

    // Each document of a stream has a trace of its own, linked to the call's.
    private async Task<ArticleRow> SubmitInOwnTraceAsync(SubmittedDocument document, CancellationToken cancellationToken)
    {
        var call = Activity.Current;
        Activity.Current = null;
        using var activity = FetchTelemetry.Source.StartActivity(
            "submit document", ActivityKind.Internal, parentContext: default, links: call is null ? null : [new ActivityLink(call.Context)]);
        return await submissions.SubmitAsync(document, cancellationToken);
    }

    private static SubmittedDocument Read(Document? document)
    {
        Check((document is null, "document", "is missing"));
        Check(
            (document!.SourceId.Length > MaxSourceLength, "document.source_id", $"must have at most {MaxSourceLength} characters"),
            (document.ContentType.Length > MaxSourceLength, "document.content_type", $"must have at most {MaxSourceLength} characters"),
            (document.PublishTime is { } time && (time.Seconds is < -62135596800 or > 253402300799 || time.Nanos is < 0 or > 999999999), "document.publish_time", "must be from year 1 to 9999"));
        return new SubmittedDocument(document.Content.Memory, document.ContentType, document.Url.Trim(), document.SourceId, document.PublishTime?.ToDateTimeOffset());
    }

    private static void Check(params (bool IsWrong, string Field, string Description)[] rules)
    {
        var broken = rules.Where(rule => rule.IsWrong).Select(rule => (rule.Field, rule.Description)).ToArray();
        if (broken.Length > 0)
        {
            throw RpcErrors.InvalidArgument(broken);
        }
    }

    private static Submission ToProto(ArticleRow row) => new()
    {
        ArticleId = row.ArticleId,
        Url = row.Url,
        Outcome = (Proto.Outcome)row.Outcome,
        Reason = row.Reason,
        Revision = row.Revision,
        StoryId = row.StoryId,
        TraceId = FetchTelemetry.TraceId(row.Traceparent),
    };
}
