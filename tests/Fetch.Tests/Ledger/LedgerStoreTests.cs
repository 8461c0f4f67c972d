using System.Text;
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
        Assert.Empty(await _ledger.UnfinishedAsync(0, "", 10, Cancellation));
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
        await _ledger.EndUnchangedAsync(taken.First(row => row.ArticleId != "b").ArticleId, "[]", Cancellation);
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
        await _ledger.EndUnchangedAsync("ended", "[]", Cancellation);

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
        Assert.Empty(await _ledger.UnfinishedAsync(0, "", 10, Cancellation));
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

        await _ledger.EndUnchangedAsync("a", "[]", Cancellation);
        Assert.Equal(Outcome.Pending, (await RowAsync("a")).Outcome);

        await _ledger.ApplyAsync([Indexed("a", 1)], Cancellation);
        await _ledger.EndUnchangedAsync("a", "[]", Cancellation);
        Assert.Equal(Outcome.NotModified, (await RowAsync("a")).Outcome);
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
        Assert.Single(await _ledger.UnpublishedAsync(later, 10, Cancellation));

        await _ledger.MarkPublishedAsync([("a", 1)], Cancellation);

        Assert.Empty(await _ledger.UnpublishedAsync(later, 10, Cancellation));
        Assert.Single(await _ledger.UnfinishedAsync(0, "", 10, Cancellation));
    }

    private Task<IReadOnlyList<int?>> AddAsync(string articleId, string text) => _ledger.AddCapturesAsync(
        [
            (
                new Capture
                {
                    ArticleId = articleId, Url = "https://example.com/" + articleId, SourceId = "example.com", FetchedAt = _time.GetUtcNow(), DiscoveredAt = _time.GetUtcNow(),
                    MediaType = "text/plain", Body = Encoding.UTF8.GetBytes(text), Entry = new EntryHint("Title"),
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

    private OutcomeReport Rejected(string articleId, int capture, Outcome outcome) =>
        new(articleId, capture, outcome, Stage.Parse, "no article in it", 0, "", "[]", _time.GetUtcNow());
}
