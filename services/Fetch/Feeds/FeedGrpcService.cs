using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.Robots;
using Storyline.Fetch.V1;
using Storyline.Hosting.Errors;
using Storyline.Hosting.Paging;

namespace Storyline.Fetch.Feeds;

/// <summary>gRPC surface of the feeds.</summary>
public sealed class FeedGrpcService(
    FeedStore feeds, SubscriptionStore subscriptions, FeedPoll poll, FeedPoller poller, LedgerStore ledger, RobotsCache robots, IOptions<FetchOptions> options, TimeProvider time) : FeedService.FeedServiceBase
{
    /// <summary>The largest OPML document (<see cref="Opml.MaxLength"/>), whose characters may take three bytes each, and its envelope: a larger one than allowed is told so.</summary>
    public const int MaxReceiveBytes = 16 * 1024 * 1024;

    private const int DefaultPageSize = 100;
    private const int MaxPageSize = 1000;
    private const int MaxTextLength = 200;
    private const int MaxRequestIdLength = 64;
    private const int MaxCheckedEntries = 1000;
    private const int MaxOpmlErrors = 1000;

    // How long a busy host is waited for in a call without a deadline.
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstHour = TimeSpan.FromHours(1);
    private static readonly TimeSpan HealthHistory = TimeSpan.FromDays(14);

    public override async Task<CreateFeedResponse> CreateFeed(CreateFeedRequest request, ServerCallContext context)
    {
        var feed = request.Feed ?? throw RpcErrors.InvalidArgument(("feed", "is missing"));
        if (request.RequestId.Length > MaxRequestIdLength)
        {
            throw RpcErrors.InvalidArgument(("request_id", $"must have at most {MaxRequestIdLength} characters"));
        }

        var row = New(feed.Url, feed.SourceId, feed.Title) with { Folders = Folders(feed) };
        if (request.Discover)
        {
            row = row with { Url = await ResolveAsync(row.Url, context) };
        }

        var (stored, isNew) = await feeds.AddAsync(row, request.RequestId, context.CancellationToken);
        var isOfRequest = !isNew && request.RequestId.Length > 0 && await IsOfRequestAsync(stored, request.RequestId, context.CancellationToken);
        if (!isNew && !(isOfRequest && stored.Url == row.Url))
        {
            throw RpcErrors.AlreadyExists("feed", stored.FeedId, isOfRequest ? "the request_id was used for it, and its URL is another one" : "has this URL already");
        }

        poller.Wake();
        return new CreateFeedResponse { Feed = ToProto(stored) };
    }

    public override async Task<GetFeedResponse> GetFeed(GetFeedRequest request, ServerCallContext context) =>
        new() { Feed = ToProto(await FindAsync(request.FeedId, context)) };

    public override async Task<ListFeedsResponse> ListFeeds(ListFeedsRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, DefaultPageSize, MaxPageSize);
        var rows = await feeds.ListAsync(Page.Position(request.PageToken, "feeds") ?? "", size + 1, context.CancellationToken);
        var response = new ListFeedsResponse { NextPageToken = rows.Count > size ? Page.Token(rows[size - 1].FeedId, "feeds") : "" };
        response.Feeds.Add(rows.Take(size).Select(ToProto));
        return response;
    }

    public override async Task<UpdateFeedResponse> UpdateFeed(UpdateFeedRequest request, ServerCallContext context)
    {
        var feed = request.Feed ?? throw RpcErrors.InvalidArgument(("feed", "is missing"));
        var paths = request.UpdateMask?.Paths.ToHashSet(StringComparer.Ordinal) ?? [];
        if (paths.Count == 0 || !paths.IsSubsetOf(["url", "source_id", "title", "folders"]))
        {
            throw RpcErrors.InvalidArgument(("update_mask", "must name at least one of url, source_id, title, folders and nothing else"));
        }

        var current = await FindAsync(feed.FeedId, context);
        var wanted = New(paths.Contains("url") ? feed.Url : current.Url, paths.Contains("source_id") ? feed.SourceId : current.SourceId, paths.Contains("title") ? feed.Title : current.Title);
        var (row, urlIsFree) = await feeds.UpdateAsync(
            feed.FeedId, paths.Contains("url") ? wanted.Url : null, paths.Contains("source_id") ? wanted.SourceId : null, paths.Contains("title") ? wanted.Title : null,
            paths.Contains("folders") ? Folders(feed) : null, context.CancellationToken);
        if (!urlIsFree)
        {
            throw RpcErrors.AlreadyExists("feed", wanted.Url, "another feed has this URL");
        }

        poller.Wake();
        return new UpdateFeedResponse { Feed = ToProto(row ?? throw NotFound(feed.FeedId)) };
    }

    public override async Task<DeleteFeedResponse> DeleteFeed(DeleteFeedRequest request, ServerCallContext context) =>
        await feeds.DeleteAsync(request.FeedId, context.CancellationToken) ? new DeleteFeedResponse() : throw NotFound(request.FeedId);

    public override async Task<PauseFeedResponse> PauseFeed(PauseFeedRequest request, ServerCallContext context) =>
        new() { Feed = ToProto(await feeds.SetPausedAsync(request.FeedId, paused: true, context.CancellationToken) ?? throw NotFound(request.FeedId)) };

    public override async Task<ResumeFeedResponse> ResumeFeed(ResumeFeedRequest request, ServerCallContext context)
    {
        var row = await feeds.SetPausedAsync(request.FeedId, paused: false, context.CancellationToken) ?? throw NotFound(request.FeedId);
        poller.Wake();
        return new ResumeFeedResponse { Feed = ToProto(row) };
    }

    public override async Task<CheckFeedResponse> CheckFeed(CheckFeedRequest request, ServerCallContext context)
    {
        var url = new Uri(Canonical(request.Url, "url"));
        var found = await CheckAsync(url, int.MaxValue, context);
        var (document, error) = (found.Document, found.Error);
        if (error is { Outcome: Outcome.RobotsDenied })
        {
            return new CheckFeedResponse { RobotsAllowed = false };
        }

        if (found.Candidates.Count > 0)
        {
            var page = new CheckFeedResponse { RobotsAllowed = true };
            page.Candidates.Add(found.Candidates.Select(candidate => new CheckFeedResponse.Types.Candidate
            {
                Url = candidate.Url, Format = (V1.FeedFormat)candidate.Document.Format, Title = candidate.Document.Title, EntryCount = candidate.Document.Entries.Count,
            }));
            return page;
        }

        if (document is null)
        {
            throw RpcErrors.FailedPrecondition("FEED", request.Url, error?.Reason ?? "the server sent nothing");
        }

        var response = new CheckFeedResponse { Format = (V1.FeedFormat)document.Format, Title = document.Title, RobotsAllowed = true };
        var entries = document.Entries.Take(MaxCheckedEntries)
            .Select(entry => (Entry: entry, Url: CanonicalUrl.TryCreate(entry.Url, out var canonical, out _) ? canonical : null)).ToList();
        var known = await ledger.FindAsync([.. entries.Where(entry => entry.Url is not null).Select(entry => ArticleId.OfUrl(entry.Url!))], context.CancellationToken);

        // Other hosts are not asked for their robots.txt in a dry run of this one.
        foreach (var (entry, canonical) in entries)
        {
            var allowed = canonical is not null && new Uri(canonical).Authority == url.Authority
                && (await robots.AskAsync(new Uri(canonical), context.CancellationToken)).Answer == RobotsAnswer.Allowed;
            response.Entries.Add(new CheckFeedResponse.Types.Entry
            {
                Url = canonical ?? entry.Url ?? "",
                Title = entry.Title ?? "",
                PublishTime = (entry.Published ?? entry.Updated)?.ToTimestamp(),
                RobotsAllowed = allowed || (canonical is not null && new Uri(canonical).Authority != url.Authority),
                Known = canonical is not null && known.ContainsKey(ArticleId.OfUrl(canonical)),
            });
        }

        return response;
    }

    public override async Task<GetFeedHealthResponse> GetFeedHealth(GetFeedHealthRequest request, ServerCallContext context)
    {
        var row = await FindAsync(request.FeedId, context);
        var subscription = await subscriptions.FindAsync(request.FeedId, context.CancellationToken);
        var yesterday = time.GetUtcNow() - TimeSpan.FromDays(1);

        // What a feed holds at its first poll is history.
        var from = DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAt) + FirstHour;
        from = from > yesterday - HealthHistory ? from : yesterday - HealthHistory;
        return new GetFeedHealthResponse
        {
            State = (V1.FeedState)row.State,
            LastPollTime = Time(row.LastPollAt),
            LastSuccessTime = Time(row.LastSuccessAt),
            ConsecutiveFailures = row.Failures,
            LastError = row.LastError,
            NextPollTime = Time(row.NextPollAt),
            PollInterval = TimeSpan.FromMilliseconds(row.IntervalMs).ToDuration(),
            EntriesLastPoll = row.EntriesLastPoll,
            ArticlesSeen = row.ArticlesSeen,
            LastNewEntryTime = Time(row.CountedAt),
            EntriesPerDay = row.Rhythm is { } rhythm ? rhythm.PerDay(rhythm.CountedAt) : 0,
            ExpectedArticlesPerDay = from < yesterday ? await feeds.CountArticlesAsync(row.FeedId, from, yesterday, context.CancellationToken) / (yesterday - from).TotalDays : 0,
            ArticlesLastDay = await feeds.CountArticlesAsync(row.FeedId, yesterday, DateTimeOffset.MaxValue, context.CancellationToken),
            EntriesWithoutUrlLastPoll = row.WithoutUrlLastPoll,
            WebSub = subscription is null ? null : new V1.WebSubSubscription
            {
                State = (V1.WebSubState)subscription.State, Hub = subscription.Hub, Topic = subscription.Topic, Reason = subscription.Reason,
                LeaseExpireTime = Time(subscription.LeaseExpiresAt), LastPushTime = Time(subscription.LastPushAt),
            },
        };
    }

    public override async Task<ImportOpmlResponse> ImportOpml(ImportOpmlRequest request, ServerCallContext context)
    {
        if (request.Opml.Length > Opml.MaxLength)
        {
            throw RpcErrors.InvalidArgument(("opml", $"has {request.Opml.Length} characters, at most {Opml.MaxLength} are read"));
        }

        OpmlDocument document;
        try
        {
            document = Opml.Read(request.Opml);
        }
        catch (FeedFormatException exception)
        {
            throw RpcErrors.InvalidArgument(("opml", exception.Message));
        }

        // Readers write a feed that lies in several folders several times.
        var response = new ImportOpmlResponse();
        var titles = new Dictionary<string, string>(StringComparer.Ordinal);
        var folders = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var outline in document.Outlines)
        {
            if (!CanonicalUrl.TryCreate(outline.Url, out var url, out var error))
            {
                Reject($"'{Cut(outline.Url)}': {error}", 1);
                continue;
            }

            if (titles.TryAdd(url, outline.Title))
            {
                folders.Add(url, new HashSet<string>(StringComparer.Ordinal));
            }

            if (outline.Folder.Length == 0 || folders[url].Contains(outline.Folder))
            {
                continue;
            }

            if (folders[url].Count < FeedFolder.MaxPerFeed)
            {
                folders[url].Add(outline.Folder);
            }
            else
            {
                Reject($"'{Cut(outline.Url)}': is not put into '{outline.Folder}': a feed lies in at most {FeedFolder.MaxPerFeed} folders", 1);
            }
        }

        foreach (var loss in document.Losses)
        {
            Reject(loss.Reason, loss.Count);
        }

        foreach (var (url, title) in titles)
        {
            var (_, isNew) = await feeds.AddAsync(New(url, "", Cut(title)) with { Folders = FeedFolder.Write(folders[url]) }, "", context.CancellationToken);
            _ = isNew ? response.Created++ : response.Existing++;
        }

        poller.Wake();
        return response;

        void Reject(string reason, int count)
        {
            response.Rejected += count;
            if (response.Errors.Count < MaxOpmlErrors)
            {
                response.Errors.Add(reason);
            }
        }
    }

    public override async Task<ExportOpmlResponse> ExportOpml(ExportOpmlRequest request, ServerCallContext context)
    {
        var all = new List<FeedRow>();
        while (await feeds.ListAsync(all.Count == 0 ? "" : all[^1].FeedId, MaxPageSize, context.CancellationToken) is { Count: > 0 } page)
        {
            all.AddRange(page);
        }

        return new ExportOpmlResponse { Opml = Opml.Write(all, time.GetUtcNow()) };
    }

    private async Task<CheckedFeed> CheckAsync(Uri url, int most, ServerCallContext context)
    {
        // What is left of the call is for the answer.
        var until = context.Deadline == DateTime.MaxValue ? time.GetUtcNow() + DefaultPatience : new DateTimeOffset(context.Deadline) - TimeToAnswer;
        var found = await poll.CheckAsync(url, until, most, context.CancellationToken);
        return found.Busy is var (host, retryAfter) ? throw RpcErrors.Unavailable($"{host} is busy: it was asked a moment ago, or wants to be left alone", retryAfter) : found;
    }

    // The URL itself when it is a feed's, else the likeliest of those that its page leads to.
    private async Task<string> ResolveAsync(string url, ServerCallContext context)
    {
        var found = await CheckAsync(new Uri(url), 1, context);
        return found.Document is not null ? url
            : found.Candidates.Count > 0 ? found.Candidates[0].Url
            : throw RpcErrors.FailedPrecondition("FEED", url, found.Error?.Reason ?? "the server sent nothing");
    }

    private FeedRow New(string url, string sourceId, string title)
    {
        var canonical = Canonical(url, "feed.url");
        if (sourceId.Length > MaxTextLength || title.Length > MaxTextLength)
        {
            throw RpcErrors.InvalidArgument((sourceId.Length > MaxTextLength ? "feed.source_id" : "feed.title", $"must have at most {MaxTextLength} characters"));
        }

        return new FeedRow
        {
            Url = canonical, SourceId = sourceId.Length == 0 ? new Uri(canonical).Host : sourceId, Title = title, IntervalMs = (long)options.Value.PollInterval.TotalMilliseconds,
        };
    }

    private static string Folders(Feed feed)
    {
        var errors = feed.Folders.Select(FeedFolder.Error).OfType<string>().Take(1)
            .Concat(feed.Folders.Count > FeedFolder.MaxPerFeed ? [$"must be at most {FeedFolder.MaxPerFeed}"] : []).ToList();
        return errors.Count == 0 ? FeedFolder.Write(feed.Folders) : throw RpcErrors.InvalidArgument(("feed.folders", errors[0]));
    }

    private static string Canonical(string url, string field) =>
        CanonicalUrl.TryCreate(url, out var canonical, out var error) ? canonical : throw RpcErrors.InvalidArgument((field, error));

    private async Task<FeedRow> FindAsync(string feedId, ServerCallContext context) =>
        await feeds.FindAsync(feedId, context.CancellationToken) ?? throw NotFound(feedId);

    private async Task<bool> IsOfRequestAsync(FeedRow feed, string requestId, CancellationToken cancellationToken) =>
        await feeds.FindByRequestAsync(requestId, cancellationToken) == feed.FeedId;

    private static RpcException NotFound(string feedId) => RpcErrors.NotFound("feed", feedId, "list the feeds to see which there are");

    private static string Cut(string text) => text.Length <= MaxTextLength ? text : text[..MaxTextLength];

    private static Timestamp? Time(long? milliseconds) => milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value).ToTimestamp() : null;

    private static Feed ToProto(FeedRow row) => new()
    {
        FeedId = row.FeedId,
        Url = row.Url,
        SourceId = row.SourceId,
        Title = row.Title,
        State = (V1.FeedState)row.State,
        Format = (V1.FeedFormat)row.Format,
        CreateTime = Time(row.CreatedAt),
        NextPollTime = Time(row.NextPollAt),
        Folders = { FeedFolder.Read(row.Folders) },
    };
}
