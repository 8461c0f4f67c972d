using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
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
    LedgerStore ledger, LedgerQueries queries, AttemptStore attempts, ReplayStore replays, QuarantineStore quarantine, IMessageRequeuer requeuer, TimeProvider time) : PipelineService.PipelineServiceBase
{
    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1000;
    private const int MaxCaptures = 50;
    private const int MaxDays = 92;
    private const int MaxIdLength = 200;
    private const int MaxCloseSources = 5;

    // Clients take answers of 4 MB; JSON of the same is larger.
    private const int MaxAnswerBytes = 2 * 1024 * 1024;

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
        var (dueAt, refetchAt) = await queries.NextFetchesAsync(row.ArticleId, context.CancellationToken);
        response.NextFetchTime = Time(dueAt);
        response.RefetchTime = Time(refetchAt);
        response.Captures.Add((await ledger.ListCapturesAsync(row.ArticleId, MaxCaptures, context.CancellationToken)).Select(capture => ToProto(capture, row.Url)));
        response.Attempts.Add((await attempts.ListAsync(row.ArticleId, context.CancellationToken)).Select(ToProto));
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
        var response = new ListOutcomesResponse();
        response.Entries.Add(Fitting(rows.Take(size).Select(ToProto)));
        var last = response.Entries.Count - 1;
        response.NextPageToken = rows.Count > response.Entries.Count ? Token(rows[last].UpdatedAt, rows[last].ArticleId, query) : "";
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
        var response = new ListQuarantinedResponse();
        response.Messages.Add(Fitting(rows.Take(size).Select(row => new V1.QuarantinedMessage
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
        })));
        var last = response.Messages.Count - 1;
        response.NextPageToken = rows.Count > response.Messages.Count ? Token(rows[last].QuarantinedAt, rows[last].QuarantineId, query) : "";
        return response;
    }

    public override async Task<GetCompletenessResponse> GetCompleteness(GetCompletenessRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, DefaultPageSize, MaxPageSize);
        Check((request.SourceId.Length > MaxIdLength, "source_id", $"must have at most {MaxIdLength} characters"));
        var to = Day(request.ToDay, "to_day", DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        var from = Day(request.FromDay, "from_day", to.AddDays(Math.Max(-7, -to.DayNumber)));
        Check((to < from || to.DayNumber - from.DayNumber > MaxDays, "from_day", $"must be at most {MaxDays} days before to_day, and not after it"));
        string[] query = ["completeness", request.SourceId, $"{from:O}", $"{to:O}"];
        var (afterDay, afterSource) = Position(request.PageToken, query) ?? (long.MinValue, "");
        var days = await queries.CompletenessAsync(
            request.SourceId, Milliseconds(from), Milliseconds(to.AddDays(to == DateOnly.MaxValue ? 0 : 1)), afterSource, afterDay, size + 1, context.CancellationToken);
        if (days.Count == 0 && request.PageToken.Length == 0)
        {
            await CheckSourceAsync(request.SourceId, context.CancellationToken);
        }

        var response = new GetCompletenessResponse();
        response.Days.Add(Fitting(days.Take(size).Select(ToProto)));
        var last = response.Days.Count - 1;
        response.NextPageToken = days.Count > response.Days.Count ? Token(days[last].Day, days[last].SourceId, query) : "";
        return response;
    }

    public override async Task<ReplayResponse> Replay(ReplayRequest request, ServerCallContext context)
    {
        Check(
            (request.ArticleIds.Count > MaxPageSize || !request.ArticleIds.All(ArticleId.IsValid), "article_ids", $"must be at most {MaxPageSize} ids of 32 lower-case hex digits"),
            (request.SourceId.Length > MaxIdLength, "source_id", $"must have at most {MaxIdLength} characters"),
            (request.ParserVersion.Length > MaxIdLength, "parser_version", $"must have at most {MaxIdLength} characters"),
            (request.RequestId.Length > 64, "request_id", "must have at most 64 characters"),
            (!System.Enum.IsDefined(request.Outcome), "outcome", $"{(int)request.Outcome} is no outcome"),
            (request.Outcome == Proto.Outcome.Pending, "outcome", "captures on their way cannot be replayed"),
            (!IsTime(request.FromTime), "from_time", "must be from year 1 to 9999"),
            (!IsTime(request.ToTime), "to_time", "must be from year 1 to 9999"),
            (request.RatePerSecond is < 0 or > 1000, "rate_per_second", $"is {request.RatePerSecond}: must be 0 (meaning 20) to 1000"),
            (request.MaxInFlight is < 0 or > 5000, "max_in_flight", $"is {request.MaxInFlight}: must be 0 (meaning 200) to 5000"));
        await CheckSourceAsync(request.SourceId, context.CancellationToken);
        var filter = new ReplayFilter
        {
            ArticleIds = [.. request.ArticleIds.Distinct(StringComparer.Ordinal)],
            SourceId = request.SourceId,
            From = request.FromTime?.ToDateTimeOffset().ToUnixTimeMilliseconds(),
            To = request.ToTime?.ToDateTimeOffset().ToUnixTimeMilliseconds(),
            Outcome = (Outcome)request.Outcome,
            ParserVersion = request.ParserVersion,
        };
        var row = await replays.StartAsync(
            new ReplayRow
            {
                Filter = JsonSerializer.Serialize(filter), CompareOnly = request.CompareOnly ? 1 : 0, RatePerSecond = request.RatePerSecond == 0 ? 20 : request.RatePerSecond,
                MaxInFlight = request.MaxInFlight == 0 ? 200 : request.MaxInFlight,
            },
            request.RequestId, context.CancellationToken);
        return new ReplayResponse { Replay = await StatusAsync(row.ReplayId, context.CancellationToken) };
    }

    // A misspelt source is otherwise answered with nothing, as one is where nothing has happened.
    private async Task CheckSourceAsync(string sourceId, CancellationToken cancellationToken)
    {
        if (sourceId.Length > 0 && !await queries.HasSourceAsync(sourceId, cancellationToken))
        {
            var close = await queries.SourcesLikeAsync(sourceId, MaxCloseSources, cancellationToken);
            throw RpcErrors.NotFound("source", sourceId, close.Count == 0 ? "the platform has no URL of it" : "there is " + string.Join(", ", close));
        }
    }

    public override async Task<GetReplayResponse> GetReplay(GetReplayRequest request, ServerCallContext context) =>
        new() { Replay = await StatusAsync(request.ReplayId, context.CancellationToken) };

    public override async Task<CancelReplayResponse> CancelReplay(CancelReplayRequest request, ServerCallContext context)
    {
        await replays.CancelAsync(request.ReplayId, context.CancellationToken);
        return new CancelReplayResponse { Replay = await StatusAsync(request.ReplayId, context.CancellationToken) };
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

        // A token is bound to its query, but not signed.
        return position.Split(':', 2) is [var time, var id] && long.TryParse(time, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            ? (milliseconds, id)
            : throw Page.Broken();
    }

    // As many as the answer may hold, at least one.
    private static IEnumerable<T> Fitting<T>(IEnumerable<T> messages) where T : IMessage
    {
        var bytes = 0L;
        foreach (var message in messages)
        {
            var size = message.CalculateSize();
            if (bytes > 0 && bytes + size > MaxAnswerBytes)
            {
                yield break;
            }

            bytes += size;
            yield return message;
        }
    }

    private async Task<ReplayStatus> StatusAsync(string replayId, CancellationToken cancellationToken)
    {
        var report = await replays.FindAsync(replayId, cancellationToken) ?? throw RpcErrors.NotFound("replay", replayId, $"the last {ReplayStore.MaxKept} are kept");
        var row = report.Row;
        var status = new ReplayStatus
        {
            ReplayId = row.ReplayId,
            State = (V1.ReplayState)row.State,
            CompareOnly = row.CompareOnly == 1,
            Selected = row.Selected,
            InFlight = report.InFlight,
            CreateTime = Time(row.CreatedAt),
            UpdateTime = Time(row.UpdatedAt),
        };
        status.Changes.Add(report.Changes.OrderBy(change => change.Key).Select(change => new ReplayStatus.Types.ChangeCount { Change = (V1.ReplayChange)change.Key, Count = change.Value }));
        status.Examples.Add(report.Examples.Select(example => new ReplayStatus.Types.Example
        {
            ArticleId = example.ArticleId, Url = example.Url, Change = (V1.ReplayChange)example.Change, OldOutcome = (Proto.Outcome)example.OldOutcome,
            NewOutcome = (Proto.Outcome)example.NewOutcome, OldTitle = example.OldTitle, NewTitle = example.NewTitle, Reason = example.Reason,
        }));
        status.OldParserVersions.Add(report.ParserVersions.Before);
        status.NewParserVersions.Add(report.ParserVersions.After);
        return status;
    }

    private static void Check(params (bool IsWrong, string Field, string Description)[] rules)
    {
        var broken = rules.Where(rule => rule.IsWrong).Select(rule => (rule.Field, rule.Description)).ToArray();
        if (broken.Length > 0)
        {
            throw RpcErrors.InvalidArgument(broken);
        }
    }

    private static bool IsTime(Timestamp? time) => time is null or { Seconds: >= -62135596800 and <= 253402300799, Nanos: >= 0 and <= 999999999 };

    private static DateOnly Day(string text, string field, DateOnly absent) => text.Length == 0 ? absent
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw RpcErrors.InvalidArgument((field, "must be a day such as 2026-03-14"));

    private static long Milliseconds(DateOnly day) => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static DayCompleteness ToProto(SourceDay day)
    {
        var inFlight = day.Outcomes.GetValueOrDefault(Outcome.Pending);
        var expected = day.Announced - inFlight - day.Outcomes.GetValueOrDefault(Outcome.DuplicateUrl);
        var proto = new DayCompleteness
        {
            SourceId = day.SourceId,
            Day = DateTimeOffset.FromUnixTimeMilliseconds(day.Day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            Announced = day.Announced,
            InFlight = inFlight,
            Indexed = day.Indexed,
            // An article that is searchable may be on its way again.
            IndexedShare = expected <= 0 ? 0 : Math.Min(1, (double)day.Indexed / expected),
            EntriesWithoutUrl = day.EntriesWithoutUrl,
        };
        proto.Outcomes.Add(day.Outcomes.OrderBy(outcome => outcome.Key).Select(count => new GetPipelineStatsResponse.Types.OutcomeCount { Outcome = (Proto.Outcome)count.Key, Count = count.Value }));
        return proto;
    }

    private static CaptureTrace ToProto(CaptureRow row, string url)
    {
        var proto = new CaptureTrace
        {
            Capture = row.Capture,
            FetchTime = Time(row.FetchedAt),
            SizeBytes = row.BodyLength,
            Sha256 = row.Sha256,
            MediaType = row.MediaType,
            WarcFile = row.WarcFile,
            WarcOffset = row.WarcOffset,
            Outcome = row.Outcome == Outcome.Unspecified ? Proto.Outcome.Pending : (Proto.Outcome)row.Outcome,
            Stage = (Proto.Stage)row.Stage,
            Reason = row.Reason,
            EndTime = Time(row.EndedAt),
            ParserVersion = row.ParserVersion,
            ContentDigest = row.ContentDigest,
            TraceId = FetchTelemetry.TraceId(row.Traceparent),
            ReplayId = row.ReplayId,
        };
        proto.Urls.Add(Urls(row.FinalUrl.Length == 0 || row.Redirects.Length > 0 || row.FinalUrl == url ? url + " " + row.Redirects : url + " " + row.FinalUrl));
        proto.Stages.Add(LedgerJson.ReadTrail(row.EndedAt is null ? row.Trail : row.EndTrail).Select(stage => stage.ToProto()));
        proto.Reservations.Add(LedgerJson.ReadReservations(row.Reservations));
        return proto;
    }

    private static FetchAttempt ToProto(AttemptRow row)
    {
        var proto = new FetchAttempt
        {
            Time = Time(row.AttemptedAt), Outcome = (Proto.Outcome)row.Outcome, Reason = row.Reason, DurationMs = row.DurationMs, TraceId = row.TraceId,
        };
        proto.Urls.Add(Urls(row.Redirects));
        return proto;
    }

    private static string[] Urls(string joined) => joined.Split(' ', StringSplitOptions.RemoveEmptyEntries);

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
        DuplicateOf = row.DuplicateOf,
    };
}
