using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Clustering;
using Storyline.Enrich.Entities;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Stories;
using Storyline.Fixtures;
using Storyline.Hosting.Storage;

namespace Storyline.Enrich.Tests.Clustering;

public sealed class ClusteringStoreTests(PostgresFixture postgres) : IDisposable
{
    private static readonly Annotator Annotator = new(new NameLexicon(), new DocumentFrequencies());

    private readonly string _folder = Directory.CreateTempSubdirectory("enrich").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_TwoTellingsAndALookAlike_GiveTwoStories(bool postgreSql)
    {
        await using var database = await TestDatabase.CreateAsync(postgreSql, postgres, _folder);
        var store = Store(database);

        var first = await CommitAsync(store, Articles.Bridge("a1", 0));
        var lookAlike = await CommitAsync(store, Articles.Bridge("a2", 1));
        var second = await CommitAsync(store, Articles.BridgeRetold("a3", 0));

        Assert.NotEqual(first.Enriched!.StoryId, lookAlike.Enriched!.StoryId);
        Assert.Equal(first.Enriched.StoryId, second.Enriched!.StoryId);
        var story = Assert.Single(second.Stories);
        Assert.Equal((2L, StoryChange.Updated, 2), (story.Version, story.Change, story.Tellings.Length));
        Assert.Equal(StoryChange.Created, Assert.Single(first.Stories).Change);
        var quotation = story.Quotations[0];
        Assert.Equal(["a1", "a3"], quotation.Variants.Select(v => v.ArticleId));
        Assert.Equal("Hannah Whitlock", quotation.Speaker);
        Assert.DoesNotContain(quotation.Variants, v => v.Altered);
        Assert.Equal(quotation.QuotationId, first.Enriched.Quotes.First(q => q.Kind == QuoteKind.Direct).QuotationId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_SameCaptureAgain_GivesTheSameMessagesAndChangesNothing(bool postgreSql)
    {
        await using var database = await TestDatabase.CreateAsync(postgreSql, postgres, _folder);
        var store = Store(database);
        var first = await CommitAsync(store, Articles.Bridge("a1", 0));

        var again = await CommitAsync(store, Articles.Bridge("a1", 0));
        var afterRestart = await CommitAsync(Store(database), Articles.Bridge("a1", 0));

        foreach (var result in new[] { again, afterRestart })
        {
            Assert.Equal(StoredJson.Write(first.Enriched), StoredJson.Write(result.Enriched));
            Assert.Equal(StoredJson.Write(first.Stories), StoredJson.Write(result.Stories));
        }

        var entity = await new EntityStore(database, new NameMatcher(new NameLexicon())).ResolveAsync("Hannah Whitlock", EntityType.Person, Token);
        Assert.Equal(1, entity!.Value.Entity.Articles);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_NewContentSameContentAndOldCapture_GiveRevisionNotModifiedAndNothing(bool postgreSql)
    {
        await using var database = await TestDatabase.CreateAsync(postgreSql, postgres, _folder);
        var store = Store(database);
        var first = await CommitAsync(store, Articles.Bridge("a1", 0));

        var corrected = await CommitAsync(store, Articles.Bridge("a1", 0, capture: 3, extra: " The bridge dates from 1931."));
        var same = await CommitAsync(store, Articles.Bridge("a1", 0, capture: 4, extra: " The bridge dates from 1931."));
        var sameAgain = await CommitAsync(store, Articles.Bridge("a1", 0, capture: 4, extra: " The bridge dates from 1931."));
        var late = await CommitAsync(store, Articles.Bridge("a1", 0, capture: 2, extra: " The bridge dates from 1913."));

        Assert.Equal((2, first.Enriched!.StoryId), (corrected.Enriched!.Revision, corrected.Enriched.StoryId));
        Assert.Equal((2L, 1, 2), (corrected.Stories[0].Version, corrected.Stories[0].Tellings.Length, corrected.Stories[0].Tellings[0].Revision));
        foreach (var result in new[] { same, sameAgain })
        {
            Assert.Equal((Outcome.NotModified, 2, 4), (result.Rejected!.Outcome, result.Rejected.Revision, result.Rejected.Capture));
        }

        Assert.Null(late.Enriched);
        Assert.Empty(late.Stories);
        Assert.Equal((Outcome.NotModified, 2, 2), (late.Rejected!.Outcome, late.Rejected.Revision, late.Rejected.Capture));
        var entity = await new EntityStore(database, new NameMatcher(new NameLexicon())).ResolveAsync("Hannah Whitlock", EntityType.Person, Token);
        Assert.Equal(1, entity!.Value.Entity.Articles);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CommitAsync_TwoReplicasInTurn_GiveWhatOneGives(bool postgreSql)
    {
        await using var together = await TestDatabase.CreateAsync(postgreSql, postgres, Path.Combine(_folder, "one"));
        await using var apart = await TestDatabase.CreateAsync(postgreSql, postgres, Path.Combine(_folder, "two"));
        var one = Store(together);
        ClusteringStore[] two = [Store(apart), Store(apart)];
        var stream = Stream().ToList();

        for (var i = 0; i < stream.Count; i++)
        {
            var expected = await CommitAsync(one, stream[i]);
            var actual = await CommitAsync(two[i % 2], stream[i]);

            Assert.Equal(StoredJson.Write(expected.Enriched), StoredJson.Write(actual.Enriched));
            Assert.Equal(StoredJson.Write(expected.Stories), StoredJson.Write(actual.Stories));
        }
    }

    [Fact]
    public async Task CommitAsync_TransactionFails_WindowForgetsWhatWasNotCommitted()
    {
        await using var database = await TestDatabase.CreateAsync(postgreSql: false, postgres, _folder);
        var store = Store(database);
        var first = await CommitAsync(store, Articles.Bridge("a1", 0));

        // The second capture of the batch cannot be stored; the first one of it goes with it.
        var broken = Request(Articles.BridgeRetold("a3", 0));
        broken = broken with { Article = broken.Article with { ContentDigest = null! } };
        await Assert.ThrowsAnyAsync<Exception>(() => store.CommitAsync([Request(Articles.BridgeRetold("a2", 0)), broken], Token));
        var after = await CommitAsync(store, Articles.BridgeRetold("a4", 0));

        Assert.Equal(first.Enriched!.StoryId, after.Enriched!.StoryId);
        Assert.Equal(["a1", "a4"], after.Stories[0].Tellings.Select(t => t.ArticleId));
        Assert.Equal(2, after.Stories[0].Version);
    }

    [Fact]
    public async Task CommitAsync_OneBadCaptureAmongMany_FailsAlone()
    {
        await using var database = await TestDatabase.CreateAsync(postgreSql: false, postgres, _folder);
        var store = Store(database);
        await using var commits = new GroupCommit<ClusteringRequest, ClusteringResult>(batch => store.CommitAsync(batch, Token), maxBatch: 8);
        var broken = Request(Articles.Bridge("bad", 3));
        broken = broken with { Article = broken.Article with { ContentDigest = null! } };

        var good = Enumerable.Range(0, 20).Select(i => commits.AddAsync(Request(Articles.Bridge($"a{i}", i % 3)), Token)).ToList();
        var bad = commits.AddAsync(broken, Token);
        var results = await Task.WhenAll(good);

        await Assert.ThrowsAnyAsync<Exception>(() => bad);
        Assert.Equal(3, results.Select(r => r.Enriched!.StoryId).Distinct(StringComparer.Ordinal).Count());
        var final = results.SelectMany(r => r.Stories).GroupBy(s => s.StoryId, StringComparer.Ordinal).Select(g => g.MaxBy(s => s.Version)!);
        Assert.Equal(20, final.Sum(s => s.Tellings.Length));
    }

    [Fact]
    public async Task CommitAsync_RevisionOfAnArticleThatLeftTheWindow_KeepsItsStory()
    {
        await using var database = await TestDatabase.CreateAsync(postgreSql: false, postgres, _folder);
        var store = Store(database);
        var first = await CommitAsync(store, Articles.Bridge("a1", 0, published: Articles.Start));
        await CommitAsync(store, Articles.Bridge("a2", 1, published: Articles.Start.AddDays(40)));

        var revised = await CommitAsync(store, Articles.Bridge("a1", 0, capture: 2, published: Articles.Start, extra: " It opened again in April."));
        var tooLate = await CommitAsync(store, Articles.BridgeRetold("a3", 0, published: Articles.Start.AddDays(41)));

        Assert.Equal((2, first.Enriched!.StoryId), (revised.Enriched!.Revision, revised.Enriched.StoryId));
        Assert.Equal(2, revised.Stories[0].Version);
        Assert.NotEqual(first.Enriched.StoryId, tooLate.Enriched!.StoryId);
    }

    private static IEnumerable<ArticleParsed> Stream()
    {
        for (var town = 0; town < Articles.Bridges.Length; town++)
        {
            yield return Articles.Bridge($"b{town}", town, published: Articles.Start.AddHours(town));
        }

        for (var town = 0; town < Articles.Bridges.Length; town++)
        {
            yield return Articles.BridgeRetold($"r{town}", town, published: Articles.Start.AddHours(6 + town));
            yield return Articles.Bridge($"b{town}", town, capture: 2, published: Articles.Start.AddHours(town), extra: " A hearing is set for Friday.");
            yield return Articles.Bridge($"c{town}", town, published: Articles.Start.AddHours(12 + town));
        }
    }

    private static ClusteringStore Store(Database database) => new(database, Options.Create(new StoryOptions()), new DocumentFrequencies());

    private static async Task<ClusteringResult> CommitAsync(ClusteringStore store, ArticleParsed article) =>
        (await store.CommitAsync([Request(article)], Token))[0];

    private static ClusteringRequest Request(ArticleParsed article)
    {
        var (annotation, features) = Annotator.Annotate(article, 0);
        return new ClusteringRequest(article, annotation, features, "0af7651916cd43dd8448eb211c80319c", _ => []);
    }
}
