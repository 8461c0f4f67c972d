using Microsoft.Extensions.Time.Testing;
using Storyline.Fixtures;
using Storyline.Hosting.Storage;
using Storyline.Partner.Delivery;
using Storyline.Partner.Partners;

namespace Storyline.Partner.Tests.Delivery;

public sealed class SqliteDeliveryStoreTests : DeliveryStoreTests
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"storyline-partner-{Guid.NewGuid():n}");

    protected override Task<Database> CreateDatabaseAsync() => TestDatabase.SqliteAsync(_folder);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

public sealed class PostgreSqlDeliveryStoreTests(PostgresFixture postgres) : DeliveryStoreTests
{
    protected override Task<Database> CreateDatabaseAsync() => TestDatabase.PostgreSqlAsync(postgres);
}

public abstract class DeliveryStoreTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(Samples.Published);
    private Database? _database;
    private DeliveryStore? _store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DeliveryStore Store => _store!;

    private PartnerStore Partners => new(_database!);

    public async ValueTask InitializeAsync()
    {
        _database = await CreateDatabaseAsync();
        _store = new DeliveryStore(_database, confirmAtOnce: false, _time);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract Task<Database> CreateDatabaseAsync();

    [Fact]
    public async Task AppendAsync_SeveralPartners_EachGetsItsOwnSequenceOfWhatItMayReceive()
    {
        await AddAsync("all");
        await AddAsync("english", languages: ["en"]);
        await AddAsync("post", sources: ["elmstead-post"]);

        Assert.Equal(2, await AppendAsync("a1", 1, "en", "harwick-courier"));
        Assert.Equal(1, await AppendAsync("a2", 1, "de", "harwick-courier"));
        Assert.Equal(3, await AppendAsync("a3", 1, "en", "elmstead-post"));

        Assert.Equal([(1, "article:a1:1"), (2, "article:a2:1"), (3, "article:a3:1")], await LogAsync("all"));
        Assert.Equal([(1, "article:a1:1"), (2, "article:a3:1")], await LogAsync("english"));
        Assert.Equal([(1, "article:a3:1")], await LogAsync("post"));
        Assert.Equal("english.article.en", (await Store.ListAsync("english", 1, 1, Cancellation))[0].RoutingKey);
    }

    [Fact]
    public async Task AppendAsync_DuplicateOrLateRevision_ChangesNothing()
    {
        await AddAsync("all");

        Assert.Equal(1, await AppendAsync("a1", 2));
        Assert.Equal(0, await AppendAsync("a1", 2));
        Assert.Equal(0, await AppendAsync("a1", 1));
        Assert.Equal(1, await AppendAsync("a1", 3));

        Assert.Equal([(1, "article:a1:2"), (2, "article:a1:3")], await LogAsync("all"));
    }

    [Fact]
    public async Task AppendAsync_RowAgedOut_DuplicateStillChangesNothing()
    {
        await AddAsync("all");
        await AppendAsync("a1", 1);
        await ConfirmAllAsync("all");
        _time.Advance(TimeSpan.FromDays(8));
        Assert.Equal(1, await Store.TrimAsync(TimeSpan.FromDays(7), 100, Cancellation));

        Assert.Equal(0, await AppendAsync("a1", 1));

        Assert.Equal(1, (await Store.FindStateAsync("all", Cancellation))!.LastSequence);
    }

    [Fact]
    public async Task AppendAsync_ArticleAndStoryOfOneId_AreTwoSubjects()
    {
        await AddAsync("all");

        await AppendAsync("same", 1);
        await Store.AppendAsync(new Subject(Subject.Story, "same", 1, "en"), null, _ => "{}", Cancellation);

        Assert.Equal([(1, "article:same:1"), (2, "story:same:1")], await LogAsync("all"));
    }

    [Fact]
    public async Task AppendAsync_RenderFails_NoNumberIsUsedUp()
    {
        await AddAsync("a");
        await AddAsync("b");
        var calls = 0;

        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.AppendAsync(
            new Subject(Subject.Article, "a1", 1, "en"), null, _ => ++calls == 2 ? throw new InvalidOperationException() : "{}", Cancellation));
        await AppendAsync("a1", 1);

        Assert.Equal([(1, "article:a1:1")], await LogAsync("a"));
        Assert.Equal([(1, "article:a1:1")], await LogAsync("b"));
    }

    [Fact]
    public async Task AppendAsync_ManyAtOnceFromTwoReplicas_SequenceHasNoGapAndNoDouble()
    {
        await AddAsync("a");
        await AddAsync("b");

        await using var other = new DeliveryStore(_database!, confirmAtOnce: false, _time);

        // Every article comes twice at the same time, half of them to the other replica.
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancellation },
            async (number, _) => await (number % 2 == 0 ? Store : other).AppendAsync(
                new Subject(Subject.Article, $"a{number / 2 % 100}", 1, "en"), null, _ => "{}", Cancellation));

        foreach (var partner in new[] { "a", "b" })
        {
            var log = await LogAsync(partner);
            Assert.Equal(Enumerable.Range(1, 100), log.Select(line => (int)line.Sequence));
            Assert.Equal(100, log.Select(line => line.MessageId).Distinct(StringComparer.Ordinal).Count());
        }
    }

    [Fact]
    public async Task AppendAsync_WithoutBroker_IsConfirmedAtOnce()
    {
        await AddAsync("all");
        await using var embedded = new DeliveryStore(_database!, confirmAtOnce: true, _time);

        await embedded.AppendAsync(new Subject(Subject.Article, "a1", 1, "en"), null, _ => "{}", Cancellation);

        Assert.Equal(new DeliveryState(1, 1, Samples.Published.ToUnixTimeMilliseconds()), await embedded.FindStateAsync("all", Cancellation));
        Assert.Empty(await embedded.ListUnconfirmedPartnersAsync(Cancellation));
    }

    [Fact]
    public async Task PublishNextAsync_PartlyConfirmed_GoesOnAfterTheLastConfirmed()
    {
        await AddAsync("all");
        for (var number = 1; number <= 5; number++)
        {
            await AppendAsync($"a{number}", 1);
        }

        Assert.False(await Store.PublishNextAsync("all", 3, _ => Task.FromResult(2), Cancellation));
        Assert.Equal(2, (await Store.FindStateAsync("all", Cancellation))!.ConfirmedSequence);

        IReadOnlyList<OutgoingMessage> next = [];
        Assert.True(await Store.PublishNextAsync("all", 3, messages => Task.FromResult((next = messages).Count), Cancellation));

        Assert.Equal([3, 4, 5], next.Select(message => (int)message.Sequence));
        Assert.Empty(await Store.ListUnconfirmedPartnersAsync(Cancellation));
    }

    [Fact]
    public async Task PublishNextAsync_Throws_NothingCountsAsConfirmed()
    {
        await AddAsync("all");
        await AppendAsync("a1", 1);

        await Assert.ThrowsAsync<TimeoutException>(() => Store.PublishNextAsync("all", 3, _ => throw new TimeoutException(), Cancellation));

        Assert.Equal(["all"], await Store.ListUnconfirmedPartnersAsync(Cancellation));
    }

    [Fact]
    public async Task TrimAsync_TooOldOrTooMany_RemovesOnlyConfirmed()
    {
        await AddAsync("all");
        await AppendAsync("a1", 1);
        _time.Advance(TimeSpan.FromHours(2));
        for (var number = 2; number <= 5; number++)
        {
            await AppendAsync($"a{number}", 1);
        }

        Assert.Equal(0, await Store.TrimAsync(TimeSpan.FromHours(1), 2, Cancellation));
        await Store.PublishNextAsync("all", 4, messages => Task.FromResult(messages.Count), Cancellation);

        Assert.Equal(1, await Store.TrimAsync(TimeSpan.FromHours(1), 100, Cancellation));
        Assert.Equal(2, await Store.TrimAsync(TimeSpan.FromHours(1), 2, Cancellation));
        Assert.Equal([4, 5], (await LogAsync("all")).Select(line => (int)line.Sequence));
    }

    [Fact]
    public async Task AddAsync_SameRequestId_AnswersWithTheSamePartner()
    {
        var partner = new PartnerAccount("a", "A", new Entitlement(["en"], ["s"]), _time.GetUtcNow());

        await Partners.AddAsync(partner, "request-1", Cancellation);
        var again = await Partners.AddAsync(partner with { DisplayName = "other" }, "request-1", Cancellation);

        Assert.Equal("A", again!.DisplayName);
        Assert.Equal(["en"], again.Entitlement.Languages);
        Assert.Equal(["s"], again.Entitlement.SourceIds);
        Assert.Null(await Partners.AddAsync(partner, "request-2", Cancellation));
        Assert.Null(await Partners.AddAsync(partner, "", Cancellation));
    }

    [Fact]
    public async Task DeleteAsync_Partner_TakesItsLogAlong()
    {
        await AddAsync("a");
        await AddAsync("b");
        await AppendAsync("a1", 1);

        Assert.True(await Partners.DeleteAsync("a", Cancellation));
        Assert.False(await Partners.DeleteAsync("a", Cancellation));

        Assert.Empty(await LogAsync("a"));
        Assert.Single(await LogAsync("b"));
        Assert.Equal(["b"], (await Partners.ListAsync("", 10, Cancellation)).Select(partner => partner.PartnerId));
    }

    private Task<PartnerAccount?> AddAsync(string partnerId, string[]? languages = null, string[]? sources = null) => Partners.AddAsync(
        new PartnerAccount(partnerId, partnerId, new Entitlement(languages ?? [], sources ?? []), _time.GetUtcNow()), "", Cancellation);

    private Task<int> AppendAsync(string articleId, int revision, string language = "en", string source = "harwick-courier") => Store.AppendAsync(
        new Subject(Subject.Article, articleId, revision, language),
        null,
        entitlement => entitlement.AdmitsSource(source) ? "{}" : null,
        Cancellation);

    private Task<bool> ConfirmAllAsync(string partnerId) =>
        Store.PublishNextAsync(partnerId, 1_000, messages => Task.FromResult(messages.Count), Cancellation);

    private async Task<List<(long Sequence, string MessageId)>> LogAsync(string partnerId) =>
        [.. (await Store.ListAsync(partnerId, 1, 1_000, Cancellation)).Select(message => (message.Sequence, message.MessageId))];
}
