using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Grpc.Core;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Storyline.Contracts;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.Quarantine;
using Storyline.Fetch.V1;
using Storyline.Hosting.Paging;
using Storyline.Hosting.Storage;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Tests.Ledger;

/// <summary>The operator's API over the wire, in gRPC and JSON.</summary>
public sealed class PipelineTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Site _site = null!;
    private FetchHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        _host = await FetchHost.StartAsync(_folder.Path, ("Fetch:RefetchDelays:0", "00:00:00.100"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("x:y")]
    [InlineData("99999999999999999999:a")]
    public async Task List_ForgedToken_IsInvalidArgument(string position)
    {
        var day = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", null);
        foreach (var call in new Func<Task>[]
                 {
                     async () => await _host.Pipeline.ListOutcomesAsync(
                         new ListOutcomesRequest { PageToken = Page.Token(position, "outcomes", "Unspecified", "") }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.ListQuarantinedAsync(
                         new ListQuarantinedRequest { PageToken = Page.Token(position, "quarantine", "") }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.GetCompletenessAsync(
                         new GetCompletenessRequest { FromDay = day, ToDay = day, PageToken = Page.Token(position, "completeness", "", day, day) }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.ListOutcomesAsync(
                         new ListOutcomesRequest { SourceId = "other", PageToken = Page.Token("1:a", "outcomes", "Unspecified", "") }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.ListQuarantinedAsync(new ListQuarantinedRequest { PageSize = -1 }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.ListOutcomesAsync(new ListOutcomesRequest { PageSize = -1 }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.GetCompletenessAsync(new GetCompletenessRequest { PageSize = -1 }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.GetCompletenessAsync(new GetCompletenessRequest { FromDay = "yesterday" }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.GetCompletenessAsync(new GetCompletenessRequest { FromDay = "2020-01-01" }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.ReplayAsync(new ReplayRequest { ArticleIds = { "no id" } }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.ReplayAsync(new ReplayRequest { RatePerSecond = -1 }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.TraceArticleAsync(new TraceArticleRequest(), cancellationToken: Cancellation),
                     async () => await _host.Pipeline.RequeueQuarantinedAsync(new RequeueQuarantinedRequest(), cancellationToken: Cancellation),
                     async () => await _host.Pipeline.PurgeQuarantinedAsync(new PurgeQuarantinedRequest(), cancellationToken: Cancellation),
                 })
        {
            Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
        }
    }

    [Fact]
    public async Task ListOutcomes_LongUrls_AnswersInPiecesThatAreBounded_AndLeavesNothingOut()
    {
        const int Count = 1100;
        var ledger = _host.Services.GetRequiredService<LedgerStore>();
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => ledger.RefuseAsync(
            new ArticleRow
            {
                ArticleId = i.ToString("x32", null), Url = "x:" + i + new string('u', 2040), SourceId = "s", Outcome = Outcome.InvalidUrl, Stage = Stage.Fetch, Reason = new string('r', 200), UpdatedAt = 1,
            },
            Cancellation)));

        var seen = new List<string>();
        var request = new ListOutcomesRequest { PageSize = 1000 };
        do
        {
            var page = await _host.Pipeline.ListOutcomesAsync(request, cancellationToken: Cancellation);
            Assert.InRange(page.CalculateSize(), 1, 2 * 1024 * 1024 + 10_000);
            seen.AddRange(page.Entries.Select(entry => entry.ArticleId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(Count, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Count, seen.Count);
    }

    [Fact]
    public async Task Replay_OverTheWire_SendsTheBytesAgain_AndTellsWhatChanged()
    {
        var first = await CaptureAsync("/page", "<title>Old</title><p>Text.</p>");
        await IndexAsync(first, "v1", "Old");
        await _host.EndedAsync(first.ArticleId);
        await AgeAsync();

        var compared = (await _host.Pipeline.ReplayAsync(new ReplayRequest { CompareOnly = true, ParserVersion = "v1" }, cancellationToken: Cancellation)).Replay;
        var again = await _host.NextFetchedAsync();
        Assert.Equal((first.ArticleId, -1, true, first.BodySha256, first.Url), (again.ArticleId, again.Capture, again.CompareOnly, again.BodySha256, again.Url));
        await _host.Services.GetRequiredService<IBus>().Publish(
            new ArticleRejected { ArticleId = first.ArticleId, Capture = -1, Stage = Stage.Parse, Outcome = Outcome.NoArticle, Reason = "none", Parsed = new ParsedForm("v2") }, Cancellation);
        var report = await DoneAsync(compared.ReplayId);
        Assert.Equal((V1.ReplayChange.NewlyRejected, "Old"), (report.Changes.Single().Change, report.Examples.Single().OldTitle));
        Assert.Equal(Proto.Outcome.Indexed, (await TraceAsync(first.ArticleId)).Entry.Outcome);

        var response = await _host.Json.PostAsJsonAsync("/v1/pipeline/replays", new { sourceId = "127.0.0.1", requestId = "once" }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var started = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        var id = started.RootElement.GetProperty("replay").GetProperty("replayId").GetString()!;
        var replayed = again;
        while (replayed.Capture == again.Capture)
        {
            // What was not yet marked as published comes once more.
            replayed = await _host.NextFetchedAsync();
        }

        Assert.Equal((first.ArticleId, 2, false), (replayed.ArticleId, replayed.Capture, replayed.CompareOnly));
        await IndexAsync(replayed, "v2", "New", revision: 2);
        report = await DoneAsync(id);
        Assert.Equal((V1.ReplayChange.Title, "Old", "New"), (report.Changes.Single().Change, report.Examples.Single().OldTitle, report.Examples.Single().NewTitle));
        Assert.Equal(("v1", "v2"), (report.OldParserVersions.Single(), report.NewParserVersions.Single()));

        var trace = await TraceAsync(first.ArticleId);
        Assert.Equal(2, trace.Entry.Revision);
        Assert.Equal(["", compared.ReplayId, id], trace.Captures.OrderBy(capture => capture.EndTime.ToDateTime()).Select(capture => capture.ReplayId));
        Assert.Equal(HttpStatusCode.OK, (await _host.Json.GetAsync($"/v1/pipeline/replays/{id}", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _host.Json.PostAsJsonAsync($"/v1/pipeline/replays/{id}:cancel", new { }, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.Json.GetAsync("/v1/pipeline/replays/none", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Replay_ArchiveIsGone_FailsAndLeavesTheArticleSearchable()
    {
        var captured = await CaptureAsync("/page", "<p>Text.</p>");
        await IndexAsync(captured, "v1", "Title");
        await _host.EndedAsync(captured.ArticleId);
        await AgeAsync();
        Directory.Delete(Path.Combine(_folder.Path, "captures"), recursive: true);

        var replay = await DoneAsync((await _host.Pipeline.ReplayAsync(new ReplayRequest(), cancellationToken: Cancellation)).Replay.ReplayId);
        var trace = await TraceAsync(captured.ArticleId);

        Assert.Equal((V1.ReplayChange.Failed, 1L), (replay.Changes.Single().Change, replay.Changes.Single().Count));
        Assert.Equal("its capture cannot be read from the archive", replay.Examples.Single().Reason);
        Assert.Equal((Proto.Outcome.Indexed, Proto.Stage.Index, ""), (trace.Entry.Outcome, trace.Entry.Stage, trace.Entry.Reason));
    }

    [Fact]
    public async Task Replay_QuarantinedOnItsWay_FailsUntilItIsSentOn()
    {
        var captured = await CaptureAsync("/page", "<p>Text.</p>");
        await IndexAsync(captured, "v1", "Title");
        await _host.EndedAsync(captured.ArticleId);
        await AgeAsync();
        var id = (await _host.Pipeline.ReplayAsync(new ReplayRequest(), cancellationToken: Cancellation)).Replay.ReplayId;
        var replayed = await _host.NextFetchedAsync();
        await _host.Services.GetRequiredService<QuarantineStore>().StoreAsync(
            new Hosting.Bus.QuarantinedMessage
            {
                Queue = "fetch.outcomes", MessageId = "m", Outcome = "RETRIES_EXHAUSTED", Error = "it broke", Attempts = 5, FirstSeen = DateTimeOffset.UnixEpoch,
                MessageType = "ArticleIndexed", ContentType = "application/vnd.masstransit+json", Headers = new Dictionary<string, string>(StringComparer.Ordinal),
                Body = System.Text.Encoding.UTF8.GetBytes(
                    $$$"""
                    {"messageType":["urn:message:Storyline.Contracts:ArticleIndexed"],"message":{"articleId":"{{{replayed.ArticleId}}}","capture":2,"revision":2,"storyId":"s","indexedAt":"2026-03-01T00:00:00Z",
                    "parsed":{"parserVersion":"v2","contentDigest":"other","bodyDigest":"digest of the body","title":"Better"} } }
                    """),
            },
            Cancellation);

        var failed = await DoneAsync(id);
        var trace = await TraceAsync(captured.ArticleId);
        await _host.Pipeline.RequeueQuarantinedAsync(new RequeueQuarantinedRequest { All = true }, cancellationToken: Cancellation);
        var mended = await FetchHost.EventuallyAsync(
            async () => (await _host.Pipeline.GetReplayAsync(new GetReplayRequest { ReplayId = id }, cancellationToken: Cancellation)).Replay,
            replay => replay.Changes.Any(change => change.Change == V1.ReplayChange.Title));

        Assert.Equal(V1.ReplayChange.Failed, failed.Changes.Single().Change);
        Assert.Equal(Proto.Outcome.Indexed, trace.Entry.Outcome);
        Assert.Single(mended.Changes);
        Assert.Equal((Proto.Outcome.Indexed, 2), ((await TraceAsync(captured.ArticleId)).Entry.Outcome, (await TraceAsync(captured.ArticleId)).Entry.Revision));
    }

    [Fact]
    public async Task Trace_RedirectThenUnchanged_TellsTheWholeWay()
    {
        _site.Map("/short", context =>
        {
            context.Response.Redirect("/long");
            return Task.CompletedTask;
        });
        var captured = await CaptureAsync("/short", "<p>Text.</p>", at: "/long");
        await IndexAsync(captured, "v1", "Title");
        await _host.EndedAsync(captured.ArticleId);
        await _host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url("/short") }, cancellationToken: Cancellation);

        var trace = await FetchHost.EventuallyAsync(() => TraceAsync(captured.ArticleId), trace => trace.Attempts.Count > 0);

        var capture = trace.Captures.Single();
        Assert.Equal([_site.Url("/short"), _site.Url("/long")], capture.Urls);
        Assert.Equal((Proto.Outcome.Indexed, "v1", captured.BodySha256), (capture.Outcome, capture.ParserVersion, capture.Sha256));
        Assert.StartsWith("127.0.0.1/", capture.WarcFile, StringComparison.Ordinal);
        Assert.Equal((Proto.Outcome.NotModified, "its bytes equal those of the last capture"), (trace.Attempts[0].Outcome, trace.Attempts[0].Reason));
        trace = await FetchHost.EventuallyAsync(() => TraceAsync(captured.ArticleId), trace => trace.Entry.Outcome == Proto.Outcome.NotModified);
        Assert.Equal([Proto.Stage.Fetch, Proto.Stage.Parse, Proto.Stage.Index], trace.Stages.Select(stage => stage.Stage));
        using var json = JsonDocument.Parse(await _host.Json.GetStringAsync($"/v1/pipeline/trace?article_id={captured.ArticleId}", Cancellation));
        Assert.Equal(1, json.RootElement.GetProperty("captures").GetArrayLength());
    }

    [Fact]
    public async Task SubmitUrl_RejectedAndUnchanged_IsRejectedInEveryAnswer()
    {
        var captured = await CaptureAsync("/imprint", "<p>Imprint.</p>");
        await _host.Services.GetRequiredService<IBus>().Publish(
            new ArticleRejected { ArticleId = captured.ArticleId, Capture = 1, Stage = Stage.Parse, Outcome = Outcome.NoArticle, Reason = "no article in it", Trail = captured.Trail }, Cancellation);
        await _host.EndedAsync(captured.ArticleId);

        await _host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url("/imprint") }, cancellationToken: Cancellation);
        var trace = await FetchHost.EventuallyAsync(() => TraceAsync(captured.ArticleId), trace => trace.Attempts.Count > 0 && trace.Entry.Outcome != Proto.Outcome.Pending);
        var day = (await _host.Pipeline.GetCompletenessAsync(new GetCompletenessRequest { SourceId = "127.0.0.1" }, cancellationToken: Cancellation)).Days.Single();
        var replay = (await _host.Pipeline.ReplayAsync(new ReplayRequest { Outcome = Proto.Outcome.NoArticle, CompareOnly = true }, cancellationToken: Cancellation)).Replay;
        replay = await FetchHost.EventuallyAsync(
            async () => (await _host.Pipeline.GetReplayAsync(new GetReplayRequest { ReplayId = replay.ReplayId }, cancellationToken: Cancellation)).Replay, status => status.Selected > 0);

        Assert.Equal((Proto.Outcome.NoArticle, Proto.Stage.Parse, "no article in it"), (trace.Entry.Outcome, trace.Entry.Stage, trace.Entry.Reason));
        Assert.Equal([Proto.Outcome.NoArticle], day.Outcomes.Select(outcome => outcome.Outcome));
        Assert.Equal(1, replay.Selected);
    }

    [Fact]
    public async Task Trace_FetchIsOwed_TellsWhenItIsTried()
    {
        _site.Map("/page", context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        });
        var before = TimeProvider.System.GetUtcNow();
        var id = (await _host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url("/page") }, cancellationToken: Cancellation)).Submission.ArticleId;

        var trace = await FetchHost.EventuallyAsync(() => TraceAsync(id), trace => trace.Attempts.Count > 0 && trace.NextFetchTime is not null);

        Assert.Equal((Proto.Outcome.Pending, "HTTP status 503"), (trace.Entry.Outcome, trace.Entry.Reason));
        Assert.InRange(trace.NextFetchTime.ToDateTimeOffset(), before.AddMinutes(59), before.AddMinutes(62));
    }

    [Fact]
    public async Task Refetch_ChangedPage_IsCapturedByItself()
    {
        var first = await CaptureAsync("/page", "<p>The minister resigned on Monday.</p>");
        _site.Page("/page", "<p>The minister resigned on Tuesday.</p>");
        await IndexAsync(first, "v1", "Title");

        var second = await _host.NextFetchedAsync();

        Assert.Equal((first.ArticleId, 2), (second.ArticleId, second.Capture));
        Assert.NotEqual(first.BodySha256, second.BodySha256);
    }

    [Fact]
    public async Task Source_ThatIsNotKnown_IsNotFoundAndCloseOnesAreNamed()
    {
        await CaptureAsync("/page", "<p>Text.</p>");
        foreach (var call in new Func<Task>[]
                 {
                     async () => await _host.Pipeline.ReplayAsync(new ReplayRequest { SourceId = "www.127.0.0.1" }, cancellationToken: Cancellation),
                     async () => await _host.Pipeline.GetCompletenessAsync(new GetCompletenessRequest { SourceId = "www.127.0.0.1" }, cancellationToken: Cancellation),
                 })
        {
            var error = await Assert.ThrowsAsync<RpcException>(call);

            Assert.Equal((StatusCode.NotFound, "no source 'www.127.0.0.1': there is 127.0.0.1"), (error.StatusCode, error.Status.Detail));
        }
    }

    [Fact]
    public async Task Completeness_OverTheWire_CountsWhatWasAnnouncedToday()
    {
        await IndexAsync(await CaptureAsync("/page", "<p>Text.</p>"), "v1", "Title");
        var missing = (await _host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url("/missing") }, cancellationToken: Cancellation)).Submission;
        await _host.EndedAsync(missing.ArticleId);

        var day = await FetchHost.EventuallyAsync(
            async () => (await _host.Pipeline.GetCompletenessAsync(new GetCompletenessRequest { SourceId = "127.0.0.1" }, cancellationToken: Cancellation)).Days.Single(),
            day => day.Indexed == 1);

        Assert.Equal((2L, 0L, 0.5), (day.Announced, day.InFlight, day.IndexedShare));
        Assert.Equal(day.Announced, day.Outcomes.Sum(outcome => outcome.Count));
        using var json = JsonDocument.Parse(await _host.Json.GetStringAsync("/v1/pipeline/completeness", Cancellation));
        Assert.Equal("127.0.0.1", json.RootElement.GetProperty("days")[0].GetProperty("sourceId").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _host.Json.GetAsync("/v1/pipeline/outcomes?page_size=1", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _host.Json.GetAsync("/v1/pipeline/stats", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _host.Json.GetAsync("/v1/pipeline/quarantine", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _host.Json.GetAsync("/v1/pipeline/outcomes?page_size=-1", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Canonical_SamePageUnderTwoUrls_IsOneArticle_AndBrokenCanonicalsLoseNothing()
    {
        Page("/story", "/story", "One story");
        Page("/story/amp", "/story", "One story");
        Page("/other", "/story", "Another story");
        Page("/third", "/", "A third story");
        Page("/fourth", "/", "A fourth story");
        Page("/fifth", "https://elsewhere.example/fifth", "One story");

        var amp = await EndedOrTakenAsync("/story/amp");
        var story = await EndedOrTakenAsync("/story");
        var others = new[] { await EndedOrTakenAsync("/other"), await EndedOrTakenAsync("/third"), await EndedOrTakenAsync("/fourth"), await EndedOrTakenAsync("/fifth") };

        Assert.Equal((Proto.Outcome.DuplicateUrl, amp.ArticleId), (story.Outcome, story.DuplicateOf));
        Assert.All(others, entry => Assert.Equal((Proto.Outcome.Pending, 1), (entry.Outcome, entry.Captures)));

        void Page(string path, string canonical, string title) => _site.Page(path, $"<html><head><title>{title}</title><link rel=canonical href='{canonical}'></head><body><p>{title}</p></body></html>");

        async Task<LedgerEntry> EndedOrTakenAsync(string path)
        {
            var id = (await _host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url(path) }, cancellationToken: Cancellation)).Submission.ArticleId;
            return (await FetchHost.EventuallyAsync(() => TraceAsync(id), trace => trace.Entry.Captures > 0 || trace.Entry.Outcome != Proto.Outcome.Pending)).Entry;
        }
    }

    private async Task<ArticleFetched> CaptureAsync(string path, string content, string? at = null)
    {
        _site.Page(at ?? path, content);
        await _host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url(path) }, cancellationToken: Cancellation);
        return await _host.NextFetchedAsync();
    }

    // The sweeper leaves captures to their first publication for half a minute.
    private Task<int> AgeAsync() => _host.Services.GetRequiredKeyedService<Database>("fetch").WriteAsync(
        (connection, transaction) => connection.ExecuteAsync("UPDATE captures SET fetched_at = fetched_at - 60000", transaction: transaction), Cancellation);

    private Task IndexAsync(ArticleFetched capture, string version, string title, int revision = 1) => _host.Services.GetRequiredService<IBus>().Publish(
        new ArticleIndexed
        {
            ArticleId = capture.ArticleId, Capture = capture.Capture, Revision = revision, StoryId = "s", IndexedAt = DateTimeOffset.UnixEpoch,
            Trail = [.. capture.Trail, new StageRecord(Stage.Parse, DateTimeOffset.UnixEpoch, 1, 0), new StageRecord(Stage.Index, DateTimeOffset.UnixEpoch, 1, 0)],
            Parsed = new ParsedForm(version, "digest of " + title, "digest of the body", title),
        },
        Cancellation);

    private async Task<TraceArticleResponse> TraceAsync(string articleId) =>
        await _host.Pipeline.TraceArticleAsync(new TraceArticleRequest { ArticleId = articleId }, cancellationToken: Cancellation);

    private Task<ReplayStatus> DoneAsync(string replayId) => FetchHost.EventuallyAsync(
        async () => (await _host.Pipeline.GetReplayAsync(new GetReplayRequest { ReplayId = replayId }, cancellationToken: Cancellation)).Replay, replay => replay.State == V1.ReplayState.Done);
}
