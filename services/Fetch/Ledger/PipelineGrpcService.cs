using System.Globalization;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Storyline.Contracts;
using Storyline.Fetch.Quarantine;
using Storyline.Fetch.V1;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Errors;
using Storyline.Hosting.Paging;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Ledger;

/// <summary>gRPC surface of the ledger and the quarantine.</summary>
public sealed class PipelineGrpcService(
    LedgerStore ledger, LedgerQueries queries, QuarantineStore quarantine, IMessageRequeuer requeuer) : PipelineService.PipelineServiceBase
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1000;

    public override async Task<TraceArticleResponse> TraceArticle(TraceArticleRequest request, ServerCallContext context)
    {
        string id;
        switch (request.ArticleId.Length, request.Url.Length)
        {
            case (> 0, > 0) or (0, 0):
                throw RpcErrors.InvalidArgument(("article_id", "exactly one of article_id and url must be given"));
            case (> 0, 0):
                id = ArticleId.IsValid(request.ArticleId) ? request.ArticleId : throw RpcErrors.InvalidArgument(("article_id", "must be 32 lower-case hex digits"));
                break;
            default:
                // A URL that is none has a row under its own spelling, which says so; a document without URL is known by its urn.
                id = CanonicalUrl.TryCreate(request.Url, out var canonical, out _) ? ArticleId.OfUrl(canonical)
                    : request.Url.StartsWith("urn:sha256:", StringComparison.Ordinal) && request.Url.Length == 75 ? request.Url.Substring(11, ArticleId.Length)
                    : ArticleId.OfUrl(request.Url);
                break;
        }

        var row = await ledger.FindAsync(id, context.CancellationToken)
            ?? throw RpcErrors.NotFound("article", request.ArticleId + request.Url, "the platform never saw it");
        var response = new TraceArticleResponse { Entry = ToProto(row) };
        response.Stages.Add(row.Stages.Select(stage => stage.ToProto()));
        return response;
    }

    public override async Task<ListOutcomesResponse> ListOutcomes(ListOutcomesRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, DefaultPageSize, MaxPageSize);
        if (!System.Enum.IsDefined(request.Outcome))
        {
            throw RpcErrors.InvalidArgument(("outcome", $"{(int)request.Outcome} is no outcome"));
        }

        string[] query = ["outcomes", request.Outcome.ToString(), request.SourceId];
        var (time, id) = Position(request.PageToken, query) ?? (long.MaxValue, "");
        var rows = await queries.ListAsync((Outcome)request.Outcome, request.SourceId, time, id, size + 1, context.CancellationToken);
        var response = new ListOutcomesResponse { NextPageToken = rows.Count > size ? Token(rows[size - 1].UpdatedAt, rows[size - 1].ArticleId, query) : "" };
        response.Entries.Add(rows.Take(size).Select(ToProto));
        return response;
    }

    public override async Task<GetPipelineStatsResponse> GetPipelineStats(GetPipelineStatsRequest request, ServerCallContext context)
    {
        var totals = await queries.TotalsAsync(context.CancellationToken);
        var response = new GetPipelineStatsResponse
        {
            Urls = totals.Outcomes.Values.Sum(),
            InFlight = totals.InFlight,
            Quarantined = await quarantine.CountAsync(context.CancellationToken),
            OldestInFlightTime = Time(totals.OldestInFlightAt),
        };
        response.Outcomes.Add(totals.Outcomes.Select(count => new GetPipelineStatsResponse.Types.OutcomeCount { Outcome = (Proto.Outcome)count.Key, Count = count.Value }));
        return response;
    }

    public override async Task<ListQuarantinedResponse> ListQuarantined(ListQuarantinedRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, DefaultPageSize, MaxPageSize);
        string[] query = ["quarantine", request.Queue];
        var (time, id) = Position(request.PageToken, query) ?? (0, "");
        var rows = await quarantine.ListAsync(request.Queue, time, id, size + 1, context.CancellationToken);
        var response = new ListQuarantinedResponse { NextPageToken = rows.Count > size ? Token(rows[size - 1].QuarantinedAt, rows[size - 1].QuarantineId, query) : "" };
        response.Messages.Add(rows.Take(size).Select(row => new V1.QuarantinedMessage
        {
            QuarantineId = row.QuarantineId,
            Queue = row.Queue,
            MessageType = row.MessageType,
            ArticleId = row.ArticleId,
            ReasonCode = row.ReasonCode,
            Error = row.Error,
            Attempts = row.Attempts,
            FirstSeenTime = Time(row.FirstSeenAt),
            QuarantineTime = Time(row.QuarantinedAt),
            TraceId = row.TraceId,
            SizeBytes = row.SizeBytes,
        }));
        return response;
    }

    public override async Task<RequeueQuarantinedResponse> RequeueQuarantined(RequeueQuarantinedRequest request, ServerCallContext context)
    {
        var (done, unknown) = await ForEachAsync(
            request.QuarantineIds, request.All, request.Queue, (id, cancellationToken) => quarantine.RequeueAsync(id, requeuer, cancellationToken), context.CancellationToken);
        return new RequeueQuarantinedResponse { Requeued = done, Unknown = unknown };
    }

    public override async Task<PurgeQuarantinedResponse> PurgeQuarantined(PurgeQuarantinedRequest request, ServerCallContext context)
    {
        var (done, unknown) = await ForEachAsync(request.QuarantineIds, request.All, request.Queue, quarantine.PurgeAsync, context.CancellationToken);
        return new PurgeQuarantinedResponse { Purged = done, Unknown = unknown };
    }

    private async Task<(int Done, int Unknown)> ForEachAsync(
        RepeatedField<string> ids, bool all, string queue, Func<string, CancellationToken, Task<bool>> action, CancellationToken cancellationToken)
    {
        if (all == ids.Count > 0 || ids.Count > MaxPageSize)
        {
            throw RpcErrors.InvalidArgument(("quarantine_ids", $"must hold 1 to {MaxPageSize} ids, or none together with all = true"));
        }

        if (!all)
        {
            var done = 0;
            foreach (var id in ids)
            {
                done += await action(id, cancellationToken) ? 1 : 0;
            }

            return (done, ids.Count - done);
        }

        // What is in quarantine now: a message that comes back meanwhile is for the next call.
        var (count, time, last) = (0, 0L, "");
        var present = await quarantine.CountAsync(cancellationToken);
        while (count < present && await quarantine.ListAsync(queue, time, last, MaxPageSize, cancellationToken) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                count += await action(row.QuarantineId, cancellationToken) ? 1 : 0;
            }

            (time, last) = (rows[^1].QuarantinedAt, rows[^1].QuarantineId);
        }

        return (count, 0);
    }

    private static string Token(long time, string id, string[] query) => Page.Token(string.Create(CultureInfo.InvariantCulture, $"{time}:{id}"), query);

    private static (long Time, string Id)? Position(string token, string[] query)
    {
        if (Page.Position(token, query) is not { } position)
        {
            return null;
        }

        var parts = position.Split(':', 2);
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]);
    }

    private static Timestamp? Time(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value).ToTimestamp() : null;

    private static LedgerEntry ToProto(ArticleRow row) => new()
    {
        ArticleId = row.ArticleId,
        Url = row.Url,
        SourceId = row.SourceId,
        FeedId = row.FeedId,
        Outcome = (Proto.Outcome)row.Outcome,
        Stage = (Proto.Stage)row.Stage,
        Reason = row.Reason,
        Captures = row.Capture,
        Revision = row.Revision,
        StoryId = row.StoryId,
        DiscoverTime = Time(row.DiscoveredAt),
        UpdateTime = Time(row.UpdatedAt),
        TraceId = FetchTelemetry.TraceId(row.Traceparent),
    };
}
