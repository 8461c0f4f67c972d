using Storyline.Contracts;
using Storyline.Fixtures;
using Storyline.Hosting.Storage;
using Storyline.Search.Articles;
using Storyline.Search.Stories;

namespace Storyline.Search.Tests.Articles;

public sealed class SqliteArticleStoreTests : ArticleStoreTests
{
    private readonly TestFolder _folder = new();

    protected override Task<Database> CreateDatabaseAsync() => TestDatabase.SqliteAsync(_folder.Path);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}

public sealed class PostgreSqlArticleStoreTests(PostgresFixture postgres) : ArticleStoreTests
{
    protected override Task<Database> CreateDatabaseAsync() => TestDatabase.PostgreSqlAsync(postgres);
}

/// <summary>What both databases must do alike with articles, stories, and the two in any order.</summary>
public abstract class ArticleStoreTests : IAsyncLifetime
{
    private Database? _database;
    private ArticleStore? _articles;
    private StoryStore? _stories;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ArticleStore Articles => _articles!;

    private StoryStore Stories => _stories!;

    public async ValueTask InitializeAsync()
    {
        _database = await CreateDatabaseAsync();
        _articles = new ArticleStore(_database, TestDatabase.Options, TimeProvider.System);
        _stories = new StoryStore(_database, TestDatabase.Options);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_articles is not null)
        {
            await _articles.DisposeAsync();
        }

        if (_stories is not null)
        {
            await _stories.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected abstract Task<Database> CreateDatabaseAsync();

    [Fact]
    public async Task WriteAsync_Article_IsReadBackWhole()
    {
        var article = Samples.Article(
            1, entities: [new ArticleEntity("e1", EntityType.Person, "Ida Marsh", ["Marsh"], [new Mention(0, 5)], 0.5)],
            quotes: [new ArticleQuote("q1", "Yes", QuoteKind.Direct, 0, 3, "Marsh", "e1", "said")], keywords: [new Keyword("tram", 1)]);

        await Articles.WriteAsync(article, Cancellation);

        var row = Assert.Single(await Articles.GetAsync([Samples.Id(1), Samples.Id(2)], Cancellation));
        var stored = row.Read();
        Assert.Equivalent(article with { Trail = [] }, stored.Article, strict: true);
        Assert.Equal((article.StoryId, TellingRole.Original), (stored.StoryId, stored.Role));
        Assert.Equal(["Ida Marsh"], row.AuthorNames);
        Assert.Equal(Samples.Published.ToUnixTimeMilliseconds(), row.PublishTime);
    }

    [Fact]
    public async Task WriteAsync_SameRevisionAgain_ChangesNothing()
    {
        var first = await Articles.WriteAsync(Samples.Article(1), Cancellation);
        var again = await Articles.WriteAsync(Samples.Article(1, "Another title"), Cancellation);

        Assert.Equal(first, again);
        Assert.Equal("Harwick council approves the tram", Assert.Single(await Articles.GetAsync([Samples.Id(1)], Cancellation)).Title);
        Assert.Single(await Articles.ReadAfterAsync(0, 10, Cancellation));
    }

    [Fact]
    public async Task WriteAsync_RevisionsOutOfOrder_TheHighestStaysCurrentAndAllAreKept()
    {
        var second = await Articles.WriteAsync(Samples.Article(1, "Second", revision: 2), Cancellation);
        var first = await Articles.WriteAsync(Samples.Article(1, "First", revision: 1), Cancellation);
        var third = await Articles.WriteAsync(Samples.Article(1, "Third", revision: 3), Cancellation);

        Assert.Equal(second.Sequence, first.Sequence);
        Assert.True(third.Sequence > second.Sequence);
        Assert.Equal("Third", Assert.Single(await Articles.GetAsync([Samples.Id(1)], Cancellation)).Title);
        Assert.Equal([3, 2, 1], (await Articles.ListRevisionsAsync(Samples.Id(1), Cancellation)).Select(row => row.Revision));
        Assert.Equal("First", (await Articles.GetRevisionAsync(Samples.Id(1), 1, Cancellation))?.Title);
        Assert.Null(await Articles.GetRevisionAsync(Samples.Id(1), 4, Cancellation));
        Assert.Equal((third.Sequence, 3), Assert.Single((await Articles.ReadAfterAsync(0, 10, Cancellation)).Select(entry => (entry.Sequence, entry.Article.Revision))));
    }

    [Fact]
    public async Task WriteAsync_ManyAtOnceFromTwoReplicas_AReaderOfTheSequenceMissesNone()
    {
        await using var replica = new ArticleStore(_database!, TestDatabase.Options, TimeProvider.System);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        done.CancelAfter(TimeSpan.FromSeconds(30));

        // On its own thread: SQLite's calls are synchronous.
        var reader = Task.Run(() => ReadAllAsync(200), done.Token);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Cancellation },
            async (i, token) => await (i % 3 == 0 ? replica : Articles).WriteAsync(Samples.Article(i % 200), token));

        Assert.Equal(Enumerable.Range(0, 200).Select(Samples.Id), (await reader).Order(StringComparer.Ordinal));

        async Task<List<string>> ReadAllAsync(int count)
        {
            var seen = new List<string>();
            var position = 0L;
            while (seen.Count < count)
            {
                var batch = await Articles.ReadAfterAsync(position, 16, done.Token);
                seen.AddRange(batch.Select(entry => entry.Article.ArticleId));
                position = batch.Count > 0 ? batch[^1].Sequence : position;
            }

            return seen;
        }
    }

    [Fact]
    public async Task WriteAsync_StoryOlderOrRepeated_ChangesNothing()
    {
        Assert.True(await Stories.WriteAsync(Samples.Story(9, 5, [1, 2]), Cancellation));
        Assert.False(await Stories.WriteAsync(Samples.Story(9, 4, [1]), Cancellation));
        Assert.False(await Stories.WriteAsync(Samples.Story(9, 5, [3]), Cancellation));

        var story = await Stories.FindAsync(Samples.Id(9), Cancellation);
        Assert.Equal((5, 2), (story!.Version, story.Tellings.Length));
        Assert.Null(await Stories.FindAsync(Samples.Id(8), Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WriteAsync_StoryNamesArticle_ArticleHasItWhicheverCameFirst(bool storyFirst)
    {
        if (storyFirst)
        {
            await Stories.WriteAsync(Samples.Story(9, 1, [1], role: TellingRole.WireCopy), Cancellation);
        }

        await Articles.WriteAsync(Samples.Article(1, story: 8), Cancellation);
        if (!storyFirst)
        {
            await Stories.WriteAsync(Samples.Story(9, 1, [1], role: TellingRole.WireCopy), Cancellation);
        }

        var row = Assert.Single(await Articles.GetAsync([Samples.Id(1)], Cancellation));
        Assert.Equal((Samples.Id(9), (int)TellingRole.WireCopy), (row.StoryId, row.Role));
        Assert.Equal(Samples.Id(9), Assert.Single(await Articles.ReadAfterAsync(0, 10, Cancellation)).StoryId);
    }

    [Fact]
    public async Task WriteAsync_ArticleMovesToAnotherStory_IsIndexedAnew()
    {
        await Articles.WriteAsync(Samples.Article(1, story: 8), Cancellation);
        await Stories.WriteAsync(Samples.Story(8, 1, [1]), Cancellation);
        var before = Assert.Single(await Articles.ReadAfterAsync(0, 10, Cancellation)).Sequence;

        // The story that gains it is heard of before the one that loses it, and an old state of that comes late.
        await Stories.WriteAsync(Samples.Story(9, 1, [1]), Cancellation);
        await Stories.WriteAsync(Samples.Story(8, 3, [2]), Cancellation);
        await Stories.WriteAsync(Samples.Story(8, 2, [1]), Cancellation);

        var moved = Assert.Single(await Articles.ReadAfterAsync(before, 10, Cancellation));
        Assert.Equal((Samples.Id(1), Samples.Id(9)), (moved.Article.ArticleId, moved.StoryId));
    }

    [Fact]
    public async Task FindAsync_MergedStory_IsTheSurvivor()
    {
        await Articles.WriteAsync(Samples.Article(1, story: 7), Cancellation);
        await Stories.WriteAsync(Samples.Story(7, 1, [1]), Cancellation);
        await Stories.WriteAsync(Samples.Story(7, 2, [], StoryChange.Merged, into: 8), Cancellation);
        Assert.Equal(Samples.Id(7), (await Stories.FindAsync(Samples.Id(7), Cancellation))!.StoryId);

        await Stories.WriteAsync(Samples.Story(8, 2, [1], StoryChange.Merged, into: 9), Cancellation);
        await Stories.WriteAsync(Samples.Story(9, 1, [1]), Cancellation);

        Assert.Equal(Samples.Id(9), (await Stories.FindAsync(Samples.Id(7), Cancellation))!.StoryId);
        Assert.Equal(Samples.Id(9), Assert.Single(await Articles.GetAsync([Samples.Id(1)], Cancellation)).StoryId);
    }

    [Fact]
    public async Task FindAsync_MergesInACircle_EndsAnyway()
    {
        await Stories.WriteAsync(Samples.Story(7, 1, [], StoryChange.Merged, into: 8), Cancellation);
        await Stories.WriteAsync(Samples.Story(8, 1, [], StoryChange.Merged, into: 7), Cancellation);

        Assert.NotNull(await Stories.FindAsync(Samples.Id(7), Cancellation));
    }

    [Fact]
    public async Task ListLatestAsync_MergedAndRetired_AreLeftOut()
    {
        await Stories.WriteAsync(Samples.Story(1, 1, [1], last: Samples.Published), Cancellation);
        await Stories.WriteAsync(Samples.Story(2, 1, [2, 3], last: Samples.Published.AddHours(1), origins: 1), Cancellation);
        await Stories.WriteAsync(Samples.Story(3, 1, [], StoryChange.Merged, into: 1), Cancellation);
        await Stories.WriteAsync(Samples.Story(4, 1, [4], StoryChange.Retired), Cancellation);
        await Stories.WriteAsync(Samples.Story(5, 1, [5], language: "en-GB", last: Samples.Published.AddHours(-1)), Cancellation);
        await Stories.WriteAsync(Samples.Story(6, 1, [6], language: "de"), Cancellation);

        var english = await Stories.ListLatestAsync("en", 10, Cancellation);
        Assert.Equal([Samples.Id(2), Samples.Id(1), Samples.Id(5)], english.Select(pulse => pulse.StoryId));
        Assert.Equal((1, 2), (english[0].OriginCount, english[0].SourceCount));
        Assert.Equal(4, (await Stories.ListLatestAsync(null, 10, Cancellation)).Count);
        Assert.Equal(2, (await Stories.ListLatestAsync(null, 2, Cancellation)).Count);
    }
}
