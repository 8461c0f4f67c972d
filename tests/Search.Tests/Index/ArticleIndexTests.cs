using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Storyline.Contracts;
using Storyline.Search.Index;
using Storyline.Search.Queries;
using Storyline.Search.Tests.Queries;

namespace Storyline.Search.Tests.Index;

public sealed class ArticleIndexTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private ArticleIndex _index;

    public ArticleIndexTests() => _index = Open();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string IndexPath => Path.Combine(_folder.Path, "index");

    public void Dispose()
    {
        _index.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Apply_NamesLongerThanATermMayBe_IndexesTheArticle()
    {
        var article = Samples.Article(1, source: new string('s', 40_000), language: new string('l', 40_000));
        article = article with { Content = article.Content with { SiteName = new string('n', 40_000) } };

        _index.Apply([(article, article.StoryId)], 1);

        Assert.Equal(1, _index.Search(QueryParser.Parse("tram"), newestFirst: false, 0, 10, new Dictionary<string, string>(StringComparer.Ordinal), Cancellation).Total);
    }

    [Theory]
    [InlineData("tram", 1, 2)]
    [InlineData("trams", 1, 2)]
    [InlineData("TRAM AND bridge", 2)]
    [InlineData("tram -bridge", 1)]
    [InlineData("-tram", 3, 4)]
    [InlineData("\"tram line\"", 1)]
    [InlineData("\"line tram\"")]
    [InlineData("council near/3 tram", 1)]
    [InlineData("council near/1 tram")]
    [InlineData("brid*", 2)]
    [InlineData("title:tram", 1)]
    [InlineData("body:bridge", 2)]
    [InlineData("source:harwick-courier.example", 1)]
    [InlineData("source:harwick", 1)]
    [InlineData("source:\"Elmstead Post\"")]
    [InlineData("lang:en tram", 1, 2)]
    [InlineData("lang:de", 3)]
    [InlineData("lang:pt", 4)]
    [InlineData("lang:pt-BR", 4)]
    [InlineData("published:2024-05-14", 1)]
    [InlineData("published:>2024-05-14", 2, 3, 4)]
    [InlineData("published:[2024-05-15 TO 2024-05-16]", 2, 3)]
    [InlineData("quote:patience", 2)]
    [InlineData("quote:tram")]
    [InlineData("speaker:marsh", 2)]
    [InlineData("topic:transport", 1)]
    [InlineData("zurich", 3)]
    [InlineData("Zürich", 3)]
    [InlineData("straßenbahn", 3)]
    [InlineData("prefeito AND cidade", 4)]
    [InlineData("nothing-of-this-kind")]
    [InlineData("the")]
    public void Search_EachPartOfTheLanguage_FindsItsArticles(string query, params int[] expected)
    {
        _index.Apply(
            [
                Entry(Samples.Article(1, "Tram for Harwick", "The council wants a tram line.", keywords: [new Keyword("public transport", 1)])),
                Entry(Samples.Article(
                    2, "Works begin", "A bridge for trams is being built.", source: "elmstead-post.example", published: Samples.Published.AddDays(1),
                    quotes: [new ArticleQuote("q1", "We ask for patience", QuoteKind.Direct, 0, 5, "Ms Marsh", null, "said")])),
                Entry(Samples.Article(3, "Neue Straßenbahn", "In Zürich fährt sie schon.", language: "de", source: "zuercher-bote.example", published: Samples.Published.AddDays(2))),
                Entry(Samples.Article(4, "Prefeito da cidade", "Ele falou ontem.", language: "pt-BR", source: "gazeta.example", published: Samples.Published.AddDays(3))),
            ],
            4);

        // Articles 1 and 2 hold the word "the" or "a"; a query of stop words alone still runs.
        Assert.Equal(query == "the" ? [1] : expected, Found(query).Order());
    }

    [Fact]
    public void Search_MisspeltName_FindsEveryArticleOfItsEntity()
    {
        _index.Apply(
            [
                Entry(Samples.Article(1, body: "Antony Binken spoke.", entities: [Person("e1", "Antony Blinken", "Antony Binken")])),
                Entry(Samples.Article(2, body: "Antony Blinken spoke.", entities: [Person("e1", "Antony Blinken", "Blinken")])),
                Entry(Samples.Article(3, body: "Somebody else spoke.", entities: [Person("e2", "Ida Marsh", "Marsh")])),
            ],
            3);

        Assert.Equal([1, 2], Found("person:Binken").Order());
        Assert.Equal([1, 2], Found("person:\"antony binken\"").Order());
        Assert.Equal([1, 2], Found("person:e1").Order());
        Assert.Empty(Found("org:Binken"));
    }

    [Fact]
    public void Search_TitleMatch_RanksFirst()
    {
        _index.Apply(
            [
                Entry(Samples.Article(1, "Weather", "Rain, and the flood is receding in the valley below.")),
                Entry(Samples.Article(2, "Flood in the valley", "Rain, and the flood is receding in the valley below.")),
            ],
            2);

        Assert.Equal([2, 1], Found("flood valley"));
    }

    [Fact]
    public void Search_WordsSideBySide_RankFirst()
    {
        _index.Apply(
            [
                Entry(Samples.Article(1, "A", "The central station was shown to the bank on a long and quiet morning of May")),
                Entry(Samples.Article(2, "B", "The station was shown to the central bank on a long and quiet morning of May")),
            ],
            2);

        Assert.Equal([2, 1], Found("central bank"));
    }

    [Fact]
    public void Search_NewestFirst_OrdersByPublishTimeWithUnknownLast()
    {
        var undated = Samples.Article(3);
        undated = undated with { Content = undated.Content with { PublishTime = null } };
        _index.Apply([Entry(undated), Entry(Samples.Article(1)), Entry(Samples.Article(2, published: Samples.Published.AddDays(1)))], 3);

        Assert.Equal([2, 1, 3], Found("", newest: true));
    }

    [Fact]
    public void Search_MergedStory_FindsArticlesOfTheSurvivor()
    {
        _index.Apply([Entry(Samples.Article(1, story: 7))], 1);
        var merges = new Dictionary<string, string>(StringComparer.Ordinal) { [Samples.Id(6)] = Samples.Id(7) };

        var hits = _index.Search(QueryParser.Parse("story:" + Samples.Id(6)), false, 0, 10, merges, Cancellation);

        Assert.Equal(Samples.Id(1), Assert.Single(hits.Hits).ArticleId);
    }

    [Fact]
    public void Apply_NewRevision_ReplacesTheOld()
    {
        _index.Apply([Entry(Samples.Article(1, body: "old wording"))], 1);
        _index.Apply([Entry(Samples.Article(1, body: "new text", revision: 2))], 2);

        Assert.Empty(Found("wording"));
        Assert.Equal([1], Found("text"));
        Assert.Equal(1, _index.Count);
    }

    [Fact]
    public void Open_CommittedIndex_KeepsItsArticlesAndSequence()
    {
        _index.Apply([Entry(Samples.Article(1))], 17);
        _index.Commit();
        _index.Apply([Entry(Samples.Article(2))], 18);

        Reopen(databaseSequence: 18);

        Assert.Equal(17, _index.Sequence);
        Assert.Equal([1], Found("tram"));
    }

    [Theory]
    [InlineData("another database")]
    [InlineData("database restored")]
    [InlineData("file damaged")]
    [InlineData("file missing")]
    [InlineData("folder gone")]
    public void Open_IndexThatCannotBeTrusted_BeginsAnew(string harm)
    {
        _index.Apply([Entry(Samples.Article(1))], 17);
        _index.Commit();
        _index.Dispose();
        var data = Directory.GetFiles(IndexPath).Where(file => Path.GetFileName(file)[0] == '_').MaxBy(file => new FileInfo(file).Length)!;
        switch (harm)
        {
            case "file damaged":
                var bytes = File.ReadAllBytes(data);
                bytes[bytes.Length / 2] ^= 0x55;
                File.WriteAllBytes(data, bytes);
                break;
            case "file missing":
                File.Delete(data);
                break;
            case "folder gone":
                Directory.Delete(IndexPath, recursive: true);
                break;
        }

        Reopen(harm == "another database" ? "other" : "db", harm == "database restored" ? 16 : 17);

        Assert.Equal(0, _index.Sequence);
        Assert.Equal(0, _index.Count);
        _index.Apply([Entry(Samples.Article(1))], 17);
        Assert.Equal([1], Found("tram"));
    }

    [Fact]
    public void Search_AnyQueryThatParses_Runs()
    {
        _index.Apply([Entry(Samples.Article(1)), Entry(Samples.Article(2, entities: [Person("e1", "Tram Line", "tram")]))], 2);

        QueryParserTests.AnyQuery.Sample(query =>
        {
            QueryNode? node;
            try
            {
                node = QueryParser.Parse(query);
            }
            catch (QuerySyntaxException)
            {
                return;
            }

            Assert.InRange(_index.Search(node, false, 0, 10, new Dictionary<string, string>(StringComparer.Ordinal), CancellationToken.None).Total, 0, 2);
            Assert.InRange(Passage.Pick(_index.Analyzer, "A tram line, new and long.", Passage.TermsOf(_index.Analyzer, node)).Length, 0, Passage.MaxLength);
        }, iter: 3_000);
    }

    private static (ArticleEnriched Article, string StoryId) Entry(ArticleEnriched article) => (article, article.StoryId);

    private static ArticleEntity Person(string id, string name, params string[] variants) => new(id, EntityType.Person, name, variants, [], 1);

    private int[] Found(string query, bool newest = false) =>
        [.. _index.Search(QueryParser.Parse(query), newest, 0, 10, new Dictionary<string, string>(StringComparer.Ordinal), Cancellation)
            .Hits.Select(hit => Convert.ToInt32(hit.ArticleId[24..], 16))];

    private void Reopen(string databaseId = "db", long databaseSequence = 0)
    {
        _index.Dispose();
        _index = Open(databaseId, databaseSequence);
    }

    private ArticleIndex Open(string databaseId = "db", long databaseSequence = 0)
    {
        var index = new ArticleIndex(IndexPath, 16, NullLogger.Instance);
        index.Open(databaseId, databaseSequence);
        return index;
    }
}
