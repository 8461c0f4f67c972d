using System.Text.Json;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Enrich;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Clustering;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Stories;
using Storyline.Fixtures;
using Storyline.Hosting.Storage;
using Storyline.Parse;

namespace Storyline.Integration;

/// <summary>
/// Five real documents about one event, through parser and enrichment, against what a careful reader finds in them. What they do not reach
/// yet stands in docs/quality.md.
/// </summary>
public sealed class SeedStoryTests(SeedStoryTests.SeedStory seeds) : IClassFixture<SeedStoryTests.SeedStory>
{
    [Fact]
    public async Task Cluster_FiveSeeds_GiveOneStoryWithFiveTellings()
    {
        var story = await seeds.StoryAsync();

        Assert.Equal(5, story.Tellings.Length);
        Assert.Equal(5, story.Version);
        Assert.InRange(story.IndependentOriginCount, 2, 5);
    }

    [Fact]
    public async Task Cluster_SeedsInReverse_GiveOneStoryAsWell()
    {
        var story = await SeedStory.ClusterAsync(reversed: true);

        Assert.Equal(5, story.Tellings.Length);
    }

    [Theory]
    [InlineData("Antony Blinken")]
    [InlineData("Daniel Kritenbrink")]
    [InlineData("Qin Gang")]
    [InlineData("Xi Jinping")]
    [InlineData("Kurt Campbell")]
    public async Task Cluster_FiveSeeds_MakeEachPersonOneEntityWithAllSpellings(string canonical)
    {
        var story = await seeds.StoryAsync();
        var person = SeedStory.Gold().GetProperty("people").EnumerateArray().Single(p => p.GetProperty("canonical").GetString() == canonical);
        var variants = person.GetProperty("variants").EnumerateArray().Select(v => v.GetString()!).ToList();

        var entity = Assert.Single(story.Entities, e => e.Type == EntityType.Person && e.Variants.Intersect(variants).Any());
        Assert.Equal(canonical, entity.Name);
        Assert.Empty(variants.Except(entity.Variants));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Cluster_FiveSeeds_GatherEachUtterance(int index)
    {
        var story = await seeds.StoryAsync();
        var gold = SeedStory.Gold().GetProperty("quotes")[index];
        var wordings = gold.GetProperty("variants").EnumerateArray().Select(v => (Article: v.GetProperty("article").GetString()!, Text: v.GetProperty("text").GetString()!)).ToList();

        var quotation = story.Quotations.First(q => q.Variants.Any(v => v.ArticleId == wordings[0].Article && v.Text.Contains(wordings[0].Text[..^2], StringComparison.Ordinal)));
        foreach (var (article, text) in wordings)
        {
            Assert.Contains(quotation.Variants, v => v.ArticleId == article && v.Text.TrimEnd(',', '.').Contains(text.TrimEnd('.'), StringComparison.Ordinal));
        }

        Assert.EndsWith(gold.GetProperty("speaker").GetString()!.Replace("the ", "", StringComparison.Ordinal), quotation.Speaker, StringComparison.Ordinal);
    }

    /// <summary>The story, made once.</summary>
    public sealed class SeedStory
    {
        private Task<StoryChanged>? _story;

        public Task<StoryChanged> StoryAsync() => _story ??= ClusterAsync(reversed: false);

        public static JsonElement Gold()
        {
            using var gold = JsonDocument.Parse(File.ReadAllText(SharedData.Path("seeds/gold.json")));
            return gold.RootElement.Clone();
        }

        public static async Task<StoryChanged> ClusterAsync(bool reversed)
        {
            var folder = Directory.CreateTempSubdirectory("seeds");
            try
            {
                await using var database = Database.ForSqlite(EnrichModule.ServiceName, Path.Combine(folder.FullName, "enrich.db"));
                await Migrations.ApplyAsync(database, typeof(EnrichModule).Assembly, TestContext.Current.CancellationToken);
                var frequencies = new DocumentFrequencies();
                var store = new ClusteringStore(database, Options.Create(new StoryOptions()), frequencies);
                var annotator = new Annotator(new NameLexicon(), frequencies);
                var seeds = Directory.GetFiles(SharedData.Path("seeds"), "0*.txt").Order(StringComparer.Ordinal).ToList();
                if (reversed)
                {
                    seeds.Reverse();
                }

                StoryChanged? last = null;
                foreach (var seed in seeds)
                {
                    var result = await store.CommitAsync([Request(annotator, seed)], TestContext.Current.CancellationToken);
                    last = result[0].Stories[^1];
                }

                return last!;
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        private static ClusteringRequest Request(Annotator annotator, string seed)
        {
            var parsed = new DocumentParser().Parse(File.ReadAllBytes(seed), "text/plain", charset: null, url: null, hint: null);
            Assert.NotNull(parsed.Content);
            var article = new ArticleParsed
            {
                ArticleId = Path.GetFileNameWithoutExtension(seed),
                Capture = 1,
                Url = "urn:sha256:" + Path.GetFileNameWithoutExtension(seed),
                SourceId = Path.GetFileNameWithoutExtension(seed),
                FetchedAt = DateTimeOffset.UnixEpoch,
                Content = parsed.Content,
                ContentDigest = parsed.ContentDigest,
                ParserVersion = DocumentParser.Version,
            };
            var (annotation, features) = annotator.Annotate(article, revision: 0);
            return new ClusteringRequest(article, annotation, features, null, _ => []);
        }
    }
}
