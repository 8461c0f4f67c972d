using System.Text;
using Dapper;
using Microsoft.Extensions.Time.Testing;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Ledger;
using Storyline.Fixtures;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Tests.Ledger;

public sealed class SqliteLedgerStoreTests : LedgerStoreTests
{
    private readonly TemporaryFolder _folder = new();

    protected override Task<Database> OpenAsync() => TestDatabase.SqliteAsync(_folder.Path);

    protected override ValueTask CleanAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}

public sealed class PostgreSqlLedgerStoreTests(PostgresFixture postgres) : LedgerStoreTests
{
    protected override Task<Database> OpenAsync() => TestDatabase.PostgreSqlAsync(postgres);

    [Fact]
    public async Task Migrations_Sources_AreOrderedByCodePointAsOnSqlite()
    {
        await using var database = await OpenAsync();
        await using var connection = await database.OpenAsync(TestContext.Current.CancellationToken);

        var columns = await connection.QueryAsync<string>(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'fetch' AND collation_name = 'C' ORDER BY 1");

        Assert.Equal(["articles.source_id", "unusable_entries.source_id"], columns);
    }
}

/// <summary>The ledger's promises, on both databases.</summary>
public abstract class LedgerStoreTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private Database _database = null!;
    private LedgerStore _ledger = null!;

    private static readonly HostShare Share = new(100, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract Task<Database> OpenAsync();

    protected virtual ValueTask CleanAsync() => ValueTask.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _database = await OpenAsync();
        _ledger = new LedgerStore(_database, _time);
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task AddCaptures_SameBytesAgain_MakesNoSecondCapture()
    {
        Assert.Equal([1], await AddAsync("a", "one"));
        Assert.Equal([null], await AddAsync("a", "one"));
        Assert.Equal([2], await AddAsync("a", "two"));
        Assert.Equal([3], await AddAsync("a", "one"));
    }

    [Fact]
    public async Task AddCaptures_ManyAtOnce_EachBytesOfAnArticleOnce()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => (await AddAsync("a", $"text {i % 2 + i / 10}")).Single()));

        var row = await RowAsync("a");
        Assert.Equal(row.Capture, numbers.Max());
        Assert.Equal(numbers.Where(n => n is not null).Count(), numbers.Where(n => n is not null).Distinct().Count());
    }

    [Fact]
    public async Task Apply_Indexed_EndsTheCapture()
    {
        await AddAsync("a", "one");

        var applied = await _ledger.ApplyAsync([Indexed("a", 1)], Cancellation);

        Assert.NotNull(applied.Single());
        var row = await RowAsync("a");
        Assert.Equal((Outcome.Indexed, Stage.Index, 1, "story-1"), (row.Outcome, row.Stage, row.Revision, row.StoryId));
        Assert.Empty(await _ledger.UnfinishedAsync(null, 10, Cancellation));
    }

    [Fact]
    public async Task Apply_SameReportTwice_ChangesNothing()
    {
        await AddAsync("a", "one");
        await _ledger.ApplyAsync([Indexed("a", 1)], Cancellation);
        var before = await RowAsync("a");
        _time.Advance(TimeSpan.FromMinutes(1));

        var applied = await _ledger.ApplyAsync([Indexed("a", 1), Rejected("a", 1, Outcome.NoArticle)], Cancellation);

        Assert.All(applied, Assert.Null);
        Assert.Equal(before, await RowAsync("a"));
    }

    [Fact]
    public async Task Apply_ReportOfEarlierCaptureComesLate_LeavesTheOutcome()
    {
        await AddAsync("a", "one");
        await AddAsync("a", "two");
        await _ledger.ApplyAsync([Indexed("a", 2, revision: 2)], Cancellation);

        await _ledger.ApplyAsync([Rejected("a", 1, Outcome.NoArticle)], Cancellation);

        var row = await RowAsync("a");
        Assert.Equal((Outcome.Indexed, 2), (row.Outcome, row.Revision));
    }

    [Fact]
    public async Task Apply_EarlierCaptureWhileLaterIsOnItsWay_StaysPending()
    {
        await AddAsync("a", "one");
        await AddAsync("a", "two");

        await _ledger.ApplyAsync([Indexed("a", 1)], Cancellation);

        var row = await RowAsync("a");
        Assert.Equal((Outcome.Pending, 1), (row.Outcome, row.Revision));
    }

    [Fact]
    public async Task Apply_AfterQuarantine_TakesTheEndOfTheRequeuedMessage()
    {
        await AddAsync("a", "one");
        await _ledger.ApplyAsync([Rejected("a", 1, Outcome.Quarantined)], Cancellation);
        await _ledger.ApplyAsync([Indexed("a", 1)], Cancellation);
        await _ledger.ApplyAsync([Rejected("a", 1, Outcome.Quarantined)], Cancellation);

        Assert.Equal(Outcome.Indexed, (await RowAsync("a")).Outcome);
    }

    [Fact]
    public async Task Apply_UnknownArticle_ChangesNothing() =>
        Assert.Null((await _ledger.ApplyAsync([Indexed("unknown", 1)], Cancellation)).Single());

    [Fact]
    public async Task TakeDue_OwedFetch_IsTakenOnceAndAgainAfterTheLease()
    {
        await _ledger.RequestAsync(Owed("b"), Cancellation);

        Assert.Single((await _ledger.TakeDueAsync(10, Share, Cancellation)).Taken);
        Assert.Empty((await _ledger.TakeDueAsync(10, Share, Cancellation)).Taken);
        _time.Advance(LedgerStore.PublishLease);
        Assert.Single((await _ledger.TakeDueAsync(10, Share, Cancellation)).Taken);
    }

    [Fact]
    public async Task TakeDue_HostWithTwentyThousand_LeavesTheOtherItsTurn()
    {
        await Owing.ManyAsync(_database, "https://huge.example/", 20_000, _time.GetUtcNow().AddMinutes(-1), Cancellation);
        await _ledger.RequestAsync(Owed("b"), Cancellation);
        var share = new HostShare(32, TimeSpan.FromSeconds(1));

        var taken = new List<ArticleRow>();
        var looks = 0;
        while (true)
        {
            var (rows, more) = await _ledger.TakeDueAsync(200, share, Cancellation);
            taken.AddRange(rows);
            looks++;
            if (!more)
            {
                break;
            }
        }

        Assert.Equal((1, 32), (taken.Count(row => row.ArticleId == "b"), taken.Count(row => row.ArticleId != "b")));
        Assert.InRange(looks, 1, 10);

        // Handed out, the host gets no more, however much of it becomes due.
        await _ledger.MarkFetchesPublishedAsync(taken, Cancellation);
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Empty((await _ledger.TakeDueAsync(200, share, Cancellation)).Taken);

        // One that has ended makes room for one.
        await _ledger.EndUnchangedAsync(taken.First(row => row.ArticleId != "b").ArticleId, Cancellation);
        Assert.Single((await _ledger.TakeDueAsync(200, share, Cancellation)).Taken);
    }

    [Fact]
    public async Task TakeDue_SeveralHosts_TakesOneOfEachFirst()
    {
        for (var host = 0; host < 3; host++)
        {
            await Owing.ManyAsync(_database, $"https://h{host}.example/", 10, _time.GetUtcNow().AddMinutes(-host), Cancellation);
        }

        var (taken, more) = await _ledger.TakeDueAsync(6, new HostShare(5, TimeSpan.Zero), Cancellation);

        Assert.True(more);
        Assert.Equal([2, 2, 2], taken.GroupBy(row => new Uri(row.Url).Host, StringComparer.Ordinal).Select(group => group.Count()));
    }

    [Fact]
    public async Task MarkFetchesPublished_TakenFetch_IsTakenAgainAfterTheLongLeaseOnly()
    {
        await _ledger.RequestAsync(Owed("b"), Cancellation);
        await _ledger.RequestAsync(Owed("ended"), Cancellation);
        var taken = (await _ledger.TakeDueAsync(10, Share, Cancellation)).Taken;
        await _ledger.EndUnchangedAsync("ended", Cancellation);

        await _ledger.MarkFetchesPublishedAsync(taken, Cancellation);

        _time.Advance(LedgerStore.PublishLease);
        Assert.Empty((await _ledger.TakeDueAsync(10, Share, Cancellation)).Taken);
        _time.Advance(LedgerStore.FetchLease);
        Assert.Equal(["b"], (await _ledger.TakeDueAsync(10, Share, Cancellation)).Taken.Select(row => row.ArticleId));
    }

    [Fact]
    public async Task Apply_EarlierCaptureIsReportedLate_NoCaptureIsLeft()
    {
        await AddAsync("a", "one");
        await AddAsync("a", "two");

        await _ledger.ApplyAsync([Indexed("a", 2), Rejected("a", 1, Outcome.NotModified)], Cancellation);

        Assert.Equal(Outcome.Indexed, (await RowAsync("a")).Outcome);
        Assert.Empty(await _ledger.UnfinishedAsync(null, 10, Cancellation));
    }

    [Fact]
    public async Task ForgetQueued_OnlyWhatIsOnTheBus_IsDueAgain()
    {
        await _ledger.RequestAsync(Owed("queued"), Cancellation);
        await _ledger.RequestAsync(Owed("later"), Cancellation);
        await _ledger.TakeDueAsync(10, Share, Cancellation);
        await _ledger.PostponeAsync("later", _time.GetUtcNow().AddMinutes(5), "HTTP status 503", Cancellation);

        Assert.Equal(1, await _ledger.ForgetQueuedAsync(Cancellation));
        Assert.Equal(["queued"], (await _ledger.TakeDueAsync(10, Share, Cancellation)).Taken.Select(row => row.ArticleId));
        Assert.Equal(1, (await RowAsync("later")).Attempts);
    }

    [Fact]
    public async Task Request_WhileOneIsPending_ChangesNothing()
    {
        var first = await _ledger.RequestAsync(Owed("b"), Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(first, await _ledger.RequestAsync(Owed("b"), Cancellation));
    }

    [Fact]
    public async Task EndUnchanged_LastCaptureStillOnItsWay_StaysPending()
    {
        await AddAsync("a", "one");

        await _ledger.EndUnchangedAsync("a", Cancellation);
        Assert.Equal(Outcome.Pending, (await RowAsync("a")).Outcome);

        await _ledger.ApplyAsync([Indexed("a", 1)], Cancellation);
        await _ledger.EndUnchangedAsync("a", Cancellation);
        Assert.Equal(Outcome.NotModified, (await RowAsync("a")).Outcome);
    }

    [Fact]
    public async Task EndUnchanged_NothingSearchable_KeepsWhatTheLastCaptureCameTo()
    {
        await AddAsync("a", "one");
        await _ledger.ApplyAsync([Rejected("a", 1, Outcome.NoArticle)], Cancellation);
        await _ledger.RequestAsync(Owed("a"), Cancellation);

        await _ledger.EndUnchangedAsync("a", Cancellation);

        var row = await RowAsync("a");
        Assert.Equal((Outcome.NoArticle, Stage.Parse, "no article in it", null), (row.Outcome, row.Stage, row.Reason, row.DueAt));
    }

    [Theory]
    [InlineData(1, Outcome.NotModified)]
    [InlineData(0, Outcome.WrongLanguage)]
    public async Task EndUnchanged_AfterAFetchThatFailed_IsOfTheLastCaptureAgain(int revision, Outcome expected)
    {
        const string Trail = """[{"stage":"FETCH"},{"stage":"PARSE"}]""";
        await AddAsync("a", "one");
        await _ledger.ApplyAsync([(revision > 0 ? Indexed("a", 1) : Rejected("a", 1, Outcome.WrongLanguage)) with { Trail = Trail }], Cancellation);
        await _ledger.EndBeforeCaptureAsync(await RowAsync("a") with { Outcome = Outcome.HttpError, Reason = "HTTP status 404", Trail = "[]" }, Cancellation);
        await _ledger.RequestAsync(Owed("a"), Cancellation);

        await _ledger.EndUnchangedAsync("a", Cancellation);

        var row = await RowAsync("a");
        Assert.Equal((expected, Trail), (row.Outcome, row.Trail));
    }

    [Fact]
    public async Task NoteRedirect_TargetUnknown_BecomesADuplicateAndStaysSo()
    {
        var article = await _ledger.RequestAsync(Owed("b"), Cancellation);
        const string Target = "https://example.com/final";

        Assert.Null(await _ledger.NoteRedirectAsync(article, Target, Cancellation));
        Assert.Null(await _ledger.NoteRedirectAsync(article, Target, Cancellation));
        Assert.Equal("b", await _ledger.NoteRedirectAsync(Owed("c"), Target, Cancellation));

        var row = await RowAsync(ArticleId.OfUrl(Target));
        Assert.Equal((Outcome.DuplicateUrl, "b"), (row.Outcome, row.DuplicateOf));
    }

    [Fact]
    public async Task Unpublished_AfterMark_IsEmpty()
    {
        await AddAsync("a", "one");
        var later = _time.GetUtcNow().AddMinutes(1);
        Assert.Single(await _ledger.UnpublishedAsync(later, null, 10, Cancellation));

        await _ledger.MarkPublishedAsync([("a", 1)], Cancellation);

        Assert.Empty(await _ledger.UnpublishedAsync(later, null, 10, Cancellation));
        Assert.Single(await _ledger.UnfinishedAsync(null, 10, Cancellation));
    }

    [Fact]
    public async Task Unpublished_ManyOfOneMoment_AreAllFoundPageByPage()
    {
        for (var i = 0; i < 7; i++)
        {
            await AddAsync($"a{i}", "one");
        }

        await AddAsync("a3", "two");
        var seen = new List<string>();
        CaptureRow? last = null;
        while (await _ledger.UnpublishedAsync(_time.GetUtcNow().AddMinutes(1), last, 3, Cancellation) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(row => $"{row.ArticleId}/{row.Capture}"));
            last = page[^1];
        }

        Assert.Equal(["a0/1", "a1/1", "a2/1", "a3/1", "a3/2", "a4/1", "a5/1", "a6/1"], seen);
    }

    [Fact]
    public async Task Refetch_ArticleWhoseTimeHasCome_IsOwedAfterNewOnes_AndItsOutcomeStays()
    {
        var refetches = Refetches(perSource: 10);
        await AddAsync("old", "one", refetchAt: _time.GetUtcNow().AddHours(1));
        await AddAsync("none", "one", refetchAt: _time.GetUtcNow().AddHours(1));
        await _ledger.ApplyAsync([Indexed("old", 1), Rejected("none", 1, Outcome.NoArticle)], Cancellation);
        Assert.Equal(0, await refetches.TakeAsync(10, Cancellation));
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, await refetches.TakeAsync(10, Cancellation));
        _time.Advance(TimeSpan.FromMinutes(1));
        await _ledger.RequestAsync(Owed("new"), Cancellation);

        Assert.Equal(["new"], (await _ledger.TakeDueAsync(1, Share, Cancellation)).Taken.Select(row => row.ArticleId));
        var taken = Assert.Single((await _ledger.TakeDueAsync(10, Share, Cancellation)).Taken);
        Assert.Equal(("old", true, Outcome.Indexed), (taken.ArticleId, taken.IsRefetch, taken.Outcome));
        await refetches.EndAsync("old", _time.GetUtcNow().AddHours(5), Cancellation);
        var row = await RowAsync("old");
        Assert.Equal((Outcome.Indexed, 1, false, null), (row.Outcome, row.Refetches, row.IsRefetch, row.DueAt));
        Assert.Equal(0, await refetches.TakeAsync(10, Cancellation));
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(1, await refetches.TakeAsync(10, Cancellation));
    }

    [Fact]
    public async Task Refetch_ManyOfOneSource_AreBounded()
    {
        var refetches = Refetches(perSource: 2);
        for (var i = 0; i < 5; i++)
        {
            await AddAsync($"a{i}", "one", refetchAt: _time.GetUtcNow());
            await _ledger.ApplyAsync([Indexed($"a{i}", 1)], Cancellation);
        }

        Assert.Equal(2, await refetches.TakeAsync(10, Cancellation));
        Assert.Equal(0, await refetches.TakeAsync(10, Cancellation));
        await refetches.PutOffAsync("a0", _time.GetUtcNow().AddMinutes(10), Cancellation);
        Assert.Equal(1, await refetches.TakeAsync(10, Cancellation));
        Assert.Equal(0, (await RowAsync("a0")).Refetches);
    }

    [Fact]
    public async Task Replay_ChangedCapture_ComesAsALaterOne_AndTheReportTellsWhatChanged()
    {
        var replays = new ReplayStore(_database, _time);
        await AddAsync("a", "one");
        await AddAsync("b", "two");
        await AddAsync("c", "three");
        await AddAsync("late", "four");
        await _ledger.ApplyAsync([Parsed("a", 1, "v1", "A"), Parsed("b", 1, "v1", "B"), Parsed("c", 1, "v1", null)], Cancellation);
        var replay = await replays.StartAsync(new ReplayRow { Filter = "{}", RatePerSecond = 10, MaxInFlight = 10 }, "request", Cancellation);
        Assert.Equal(replay.ReplayId, (await replays.StartAsync(replay, "request", Cancellation)).ReplayId);

        Assert.Equal(3, await replays.AdvanceAsync(replay, Cancellation));
        Assert.Equal(0, await replays.AdvanceAsync(replay, Cancellation));
        Assert.Equal((Outcome.Pending, 2), ((await RowAsync("a")).Outcome, (await RowAsync("a")).Capture));
        await _ledger.ApplyAsync([Parsed("a", 2, "v2", "A"), Parsed("b", 2, "v2", "B better"), Parsed("c", 2, "v2", "C")], Cancellation);
        await _ledger.ApplyAsync([Parsed("b", 2, "v2", "again")], Cancellation);
        await replays.AdvanceAsync(replay, Cancellation);

        var report = (await replays.FindAsync(replay.ReplayId, Cancellation))!;
        Assert.Equal((ReplayState.Done, 3L, 0L), (report.Row.State, report.Row.Selected, report.InFlight));
        Assert.Equal([(ReplayChange.Unchanged, 1L), (ReplayChange.Title, 1L), (ReplayChange.NewlyArticle, 1L)], report.Changes.OrderBy(c => c.Key).Select(c => (c.Key, c.Value)));
        Assert.Equal(["B → B better", " → C"], report.Examples.Select(e => $"{e.OldTitle} → {e.NewTitle}"));
        Assert.Equal("v1", Assert.Single(report.ParserVersions.Before));
        Assert.Equal("v2", Assert.Single(report.ParserVersions.After));
    }

    [Fact]
    public async Task Replay_Failed_TakesNothingBack_AndTheNextOneComparesWithWhatWasThere()
    {
        var replays = new ReplayStore(_database, _time);
        await AddAsync("a", "one");
        await AddAsync("b", "two");
        await AddAsync("owed", "three");
        await _ledger.ApplyAsync([Parsed("a", 1, "v1", "A"), Rejected("b", 1, Outcome.NoArticle), Parsed("owed", 1, "v1", "O")], Cancellation);
        await _ledger.RequestAsync(Owed("owed"), Cancellation);
        var before = new[] { await RowAsync("a"), await RowAsync("b") };
        var lost = await ReplayAsync("{}");
        await _ledger.ApplyAsync([Lost("a", 2), Lost("b", 2), Lost("owed", 2)], Cancellation);
        await replays.AdvanceAsync(lost, Cancellation);

        var report = (await replays.FindAsync(lost.ReplayId, Cancellation))!;
        Assert.Equal((ReplayState.Done, ReplayChange.Failed, 3L), (report.Row.State, report.Changes.Single().Key, report.Changes.Single().Value));
        Assert.Equal((Outcome.Indexed, Outcome.Quarantined, "lost"), (report.Examples[0].OldOutcome, report.Examples[0].NewOutcome, report.Examples[0].Reason));
        Assert.Empty(report.ParserVersions.After);
        Assert.Equal(before, new[] { await RowAsync("a") with { Capture = 1 }, await RowAsync("b") with { Capture = 1 } });
        Assert.Equal(Outcome.Indexed, (await RowAsync("owed")).Outcome);

        var again = await ReplayAsync("{\"ParserVersion\":\"v1\"}");
        await _ledger.ApplyAsync([Parsed("a", 3, "v2", "A"), Parsed("owed", 3, "v2", "better")], Cancellation);
        report = (await replays.FindAsync(again.ReplayId, Cancellation))!;
        Assert.Equal([(ReplayChange.Unchanged, 1L), (ReplayChange.Title, 1L)], report.Changes.OrderBy(c => c.Key).Select(c => (c.Key, c.Value)));

        async Task<ReplayRow> ReplayAsync(string filter)
        {
            var replay = await replays.StartAsync(new ReplayRow { Filter = filter, RatePerSecond = 10, MaxInFlight = 10 }, "", Cancellation);
            await replays.AdvanceAsync(replay, Cancellation);
            return replay;
        }
    }

    [Fact]
    public async Task Replay_FailedWhileANewerCaptureCame_LeavesThatOneAlone()
    {
        var replays = new ReplayStore(_database, _time);
        await AddAsync("a", "one");
        await _ledger.ApplyAsync([Parsed("a", 1, "v1", "A")], Cancellation);
        var replay = await replays.StartAsync(new ReplayRow { Filter = "{}", RatePerSecond = 10, MaxInFlight = 10 }, "", Cancellation);
        await replays.AdvanceAsync(replay, Cancellation);
        await AddAsync("a", "two");

        await _ledger.ApplyAsync([Lost("a", 2)], Cancellation);

        Assert.Equal((Outcome.Pending, 3), ((await RowAsync("a")).Outcome, (await RowAsync("a")).Capture));
    }

    [Fact]
    public async Task Replay_CompareOnlyFailed_IsCounted_AndLeavesTheArticleAlone()
    {
        var replays = new ReplayStore(_database, _time);
        await AddAsync("a", "one");
        await _ledger.ApplyAsync([Parsed("a", 1, "v1", "A")], Cancellation);
        var before = await RowAsync("a");
        var replay = await replays.StartAsync(new ReplayRow { Filter = "{}", CompareOnly = 1, RatePerSecond = 10, MaxInFlight = 10 }, "", Cancellation);
        await replays.AdvanceAsync(replay, Cancellation);

        await _ledger.ApplyAsync([Lost("a", -1)], Cancellation);

        Assert.Equal(before, await RowAsync("a"));
        Assert.Equal([ReplayChange.Failed], (await replays.FindAsync(replay.ReplayId, Cancellation))!.Changes.Keys);
    }

    [Fact]
    public async Task Replay_CompareOnly_LeavesTheArticleAlone()
    {
        var replays = new ReplayStore(_database, _time);
        await AddAsync("a", "one");
        await _ledger.ApplyAsync([Parsed("a", 1, "v1", "A")], Cancellation);
        var before = await RowAsync("a");
        var replay = await replays.StartAsync(new ReplayRow { Filter = "{}", CompareOnly = 1, RatePerSecond = 10, MaxInFlight = 10 }, "", Cancellation);

        await replays.AdvanceAsync(replay, Cancellation);
        Assert.Equal(-1, (await _ledger.UnpublishedAsync(_time.GetUtcNow().AddMinutes(1), null, 10, Cancellation)).Single(row => row.Capture < 0).Capture);
        await _ledger.ApplyAsync([Parsed("a", -1, "v2", null)], Cancellation);

        Assert.Equal(before, await RowAsync("a"));
        Assert.Equal([ReplayChange.NewlyRejected], (await replays.FindAsync(replay.ReplayId, Cancellation))!.Changes.Keys);
    }

    [Fact]
    public async Task Replay_ParserVersion_TakesItWithAndWithoutASitesRule()
    {
        var replays = new ReplayStore(_database, _time);
        foreach (var (id, version) in new[] { ("a", "p/0.3"), ("b", "p/0.3+site.example/2"), ("c", "p/0.31"), ("d", "p/0.4+site.example/2") })
        {
            await AddAsync(id, "one");
            await _ledger.ApplyAsync([Parsed(id, 1, version, "A")], Cancellation);
        }

        Task<ReplayRow> Start(string version) => replays.StartAsync(new ReplayRow { Filter = $"{{\"ParserVersion\":\"{version}\"}}", RatePerSecond = 10, MaxInFlight = 10 }, "", Cancellation);
        Assert.Equal(2, await replays.AdvanceAsync(await Start("p/0.3"), Cancellation));
        Assert.Equal(1, await replays.AdvanceAsync(await Start("p/0.4+site.example/2"), Cancellation));
    }

    [Fact]
    public async Task Replay_MaxInFlight_TakesNoMoreUntilSomeHaveEnded()
    {
        var replays = new ReplayStore(_database, _time);
        for (var i = 0; i < 5; i++)
        {
            await AddAsync($"a{i}", "one");
            await _ledger.ApplyAsync([Parsed($"a{i}", 1, "v1", "A")], Cancellation);
        }

        var replay = await replays.StartAsync(new ReplayRow { Filter = "{}", RatePerSecond = 3, MaxInFlight = 4 }, "", Cancellation);
        Assert.Equal(3, await replays.AdvanceAsync(replay, Cancellation));
        Assert.Equal(1, await replays.AdvanceAsync(replay, Cancellation));
        Assert.Equal(0, await replays.AdvanceAsync(replay, Cancellation));
        await _ledger.ApplyAsync([Parsed("a0", 2, "v2", "A")], Cancellation);
        Assert.True(await replays.CancelAsync(replay.ReplayId, Cancellation));
        Assert.Equal(0, await replays.AdvanceAsync(replay, Cancellation));
        Assert.Equal(ReplayState.Cancelled, (await replays.FindAsync(replay.ReplayId, Cancellation))!.Row.State);
    }

    [Fact]
    public async Task Completeness_BySourceAndDay_CountsEachUrlOnce()
    {
        var queries = new LedgerQueries(_database);
        await AddAsync("a", "one");
        await AddAsync("b", "one");
        await _ledger.ApplyAsync([Indexed("a", 1)], Cancellation);
        await _database.WriteAsync((connection, transaction) => LedgerStore.NoteUnusableAsync(connection, transaction, "example.com", ["x", "x", "y"], _time.GetUtcNow().ToUnixTimeMilliseconds()), Cancellation);
        _time.Advance(TimeSpan.FromDays(1));
        await _ledger.RequestAsync(Owed("c") with { SourceId = "another" }, Cancellation);
        await _ledger.RequestAsync(Owed("d"), Cancellation);

        var days = await queries.CompletenessAsync("", 0, long.MaxValue, "", long.MinValue, 10, Cancellation);

        Assert.Equal(["another 1 0 0", "example.com 2 1 2", "example.com 1 0 0"], days.Select(day => $"{day.SourceId} {day.Announced} {day.Indexed} {day.EntriesWithoutUrl}"));
        var rest = await queries.CompletenessAsync("", 0, long.MaxValue, days[1].SourceId, days[1].Day, 10, Cancellation);
        Assert.Equal((days[2].SourceId, days[2].Day), (rest.Single().SourceId, rest.Single().Day));
        Assert.Single(await queries.CompletenessAsync("another", 0, long.MaxValue, "", long.MinValue, 10, Cancellation));
    }

    [Fact]
    public async Task Sources_ThatAreMisspelt_HaveCloseOnes()
    {
        var queries = new LedgerQueries(_database);
        foreach (var (source, i) in new[] { "www.outlet.example", "news.outlet.example", "outlet", "a%b", "other.example", "other.example" }.Select((source, i) => (source, i)))
        {
            await _ledger.RequestAsync(Owed("u" + i) with { SourceId = source }, Cancellation);
        }

        Assert.True(await queries.HasSourceAsync("other.example", Cancellation));
        Assert.False(await queries.HasSourceAsync("outlet.example", Cancellation));
        Assert.Equal(["news.outlet.example", "www.outlet.example"], await queries.SourcesLikeAsync("Outlet.example", 5, Cancellation));
        Assert.Equal(["news.outlet.example", "outlet", "www.outlet.example"], await queries.SourcesLikeAsync("www.outlet", 5, Cancellation));
        Assert.Equal(["other.example"], await queries.SourcesLikeAsync("sport.other.example", 5, Cancellation));
        Assert.Equal(["a%b"], await queries.SourcesLikeAsync("%", 5, Cancellation));
        Assert.Empty(await queries.SourcesLikeAsync("_", 5, Cancellation));
    }

    [Fact]
    public async Task Attempts_Many_KeepTheNewest()
    {
        await using var attempts = new AttemptStore(_database);
        for (var i = 0; i < AttemptStore.MaxPerArticle + 5; i++)
        {
            await attempts.AddAsync(new AttemptRow { ArticleId = "a", AttemptedAt = i, Outcome = Outcome.HttpError, Reason = "HTTP status 503" }, Cancellation);
        }

        var kept = await attempts.ListAsync("a", Cancellation);
        Assert.Equal(Enumerable.Range(5, AttemptStore.MaxPerArticle).Reverse().Select(i => (long)i), kept.Select(row => row.AttemptedAt));
    }

    private RefetchStore Refetches(int perSource) =>
        new(_database, Microsoft.Extensions.Options.Options.Create(new FetchOptions { RefetchesPerSource = perSource }), _time);

    private OutcomeReport Parsed(string articleId, int capture, string version, string? title) =>
        (title is null ? Rejected(articleId, capture, Outcome.NoArticle) : Indexed(articleId, capture)) with
        {
            Parsed = title is null ? new ParsedForm(version) : new ParsedForm(version, "digest of " + title, "body", title),
        };

    private Task<IReadOnlyList<int?>> AddAsync(string articleId, string text, DateTimeOffset? refetchAt = null) => _ledger.AddCapturesAsync(
        [
            (
                new Capture
                {
                    ArticleId = articleId, Url = "https://example.com/" + articleId, SourceId = "example.com", FetchedAt = _time.GetUtcNow(), DiscoveredAt = _time.GetUtcNow(),
                    MediaType = "text/plain", Body = Encoding.UTF8.GetBytes(text), RefetchAt = refetchAt, Entry = new EntryHint("Title"),
                    Trail = [new StageRecord(Stage.Fetch, _time.GetUtcNow(), 1.5, 0)],
                },
                new WarcPosition("2026-03-01/x.warc.gz", 10, 20), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ],
        Cancellation);

    private async Task<ArticleRow> RowAsync(string articleId) => (await _ledger.FindAsync([articleId], Cancellation))[articleId];

    private ArticleRow Owed(string articleId) => new()
    {
        ArticleId = articleId, Url = "https://example.com/" + articleId, SourceId = "example.com", Outcome = Outcome.Pending, Stage = Stage.Fetch,
        DiscoveredAt = _time.GetUtcNow().ToUnixTimeMilliseconds(), UpdatedAt = _time.GetUtcNow().ToUnixTimeMilliseconds(), DueAt = _time.GetUtcNow().ToUnixTimeMilliseconds(),
    };

    private OutcomeReport Indexed(string articleId, int capture, int revision = 1) =>
        new(articleId, capture, Outcome.Indexed, Stage.Index, "", revision, "story-1", "[]", _time.GetUtcNow());

    private OutcomeReport Lost(string articleId, int capture) => new(articleId, capture, Outcome.Quarantined, Stage.Fetch, "lost", 0, "", "[]", _time.GetUtcNow());

    private OutcomeReport Rejected(string articleId, int capture, Outcome outcome) =>
        new(articleId, capture, outcome, Stage.Parse, "no article in it", 0, "", "[]", _time.GetUtcNow());
}
