using System.Text.Json;
using Storyline.Contracts;
using Storyline.Fixtures;
using Storyline.Partner.Ninjs;
using Storyline.Partner.Partners;

namespace Storyline.Partner.Tests.Ninjs;

public sealed class NinjsMappingTests
{
    private static string Standard => SharedData.Path("eval/ninjs");

    public static TheoryData<string, string> Items()
    {
        var story = Samples.Story(7, StoryChange.Updated, ("a1", "harwick-courier"), ("a2", "elmstead-post"));
        var bare = Samples.Article();
        bare = bare with
        {
            Entities = [],
            Keywords = [],
            Telling = bare.Telling with { DerivedFrom = null, Role = TellingRole.Original },
            Content = new ArticleContent { Title = "T", Blocks = [], Body = "", Language = "und", ImageUrl = "no address" },
        };
        return new()
        {
            { "article", Samples.Article().ToNinjs().ToJson() },
            { "article with the least", bare.ToNinjs().ToJson() },
            { "story", story.ToNinjs(Entitlement.Everything)!.ToJson() },
            { "story in part", story.ToNinjs(new Entitlement([], ["elmstead-post"]))!.ToJson() },
            { "merged story", (story with { Change = StoryChange.Merged, MergedInto = "b" }).ToNinjs(Entitlement.Everything)!.ToJson() },
        };
    }

    [Theory]
    [MemberData(nameof(Items))]
    public async Task ToNinjs_AnyRecord_ConformsToTheSchema(string what, string json)
    {
        using var item = JsonDocument.Parse(json);

        var errors = (await ReadSchemaAsync()).Validate(item.RootElement);

        Assert.True(errors.Count == 0, $"{what}: {string.Join("; ", errors)}");
    }

    [Fact]
    public async Task Validate_ExamplesOfTheStandard_Conform()
    {
        var schema = await ReadSchemaAsync();

        // The check itself is checked: it accepts the standard's own items and refuses what they must not hold.
        foreach (var name in new[] { "ninjsExSimpleText_3.json", "dpa_text.json", "imageLinkedRights.json" })
        {
            using var example = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Standard, "examples", "3.0", name), TestContext.Current.CancellationToken));
            Assert.Empty(schema.Validate(example.RootElement));
        }

        using var wrong = JsonDocument.Parse("""{"uri": "not a uri", "type": "poem", "headlines": [{}], "headline": "x", "urgency": 10}""");
        Assert.Equal(
            ["$: has headline, which the schema does not", "$.headlines[0]: lacks value"],
            schema.Validate(wrong.RootElement).Where(error => error.Contains("head", StringComparison.Ordinal)).Order());
        Assert.Equal(5, schema.Validate(wrong.RootElement).Count);
    }

    [Fact]
    public void ToNinjs_Article_CarriesContentNamesAndOrigin()
    {
        var item = Samples.Article(revision: 2).ToNinjs();

        Assert.Equal("urn:storyline:article:0123456789abcdef0123456789abcdef", item.Uri);
        Assert.Equal("2", item.Version);
        Assert.Equal("Tomas Lind, Ada Okoro", item.By);
        Assert.Equal(Samples.Published, item.FirstCreated);
        Assert.Equal(Samples.Published.AddMinutes(2), item.VersionCreated);
        Assert.Equal(29, Assert.Single(item.Bodies!).WordCount);
        Assert.Equal("Ines Varga", Assert.Single(item.People!).Name);
        Assert.Equal("Harbour Board", Assert.Single(item.Organisations!).Name);
        Assert.Equal("Harwick", Assert.Single(item.Places!).Name);
        Assert.Equal(["Local", "ferry", "harbour", "Harwick ferry"], item.Subjects!.Select(subject => subject.Name));
        Assert.Equal([("Harwick Courier", "publisher"), ("Northern Wire", "agency")], item.InfoSources!.Select(source => (source.Name, source.Role)));
        Assert.Equal(["partOf", "wireCopyOf", "illustratedBy"], item.Associations!.Select(association => association.Rel));
        Assert.Equal("https://courier.example/img/ferry%20at%20dawn.jpg", item.Associations![2].Uri);
    }

    [Fact]
    public void ToNinjs_Twice_GivesEqualText() =>
        Assert.Equal(Samples.Article().ToNinjs().ToJson(), Samples.Article().ToNinjs().ToJson());

    [Fact]
    public void ToNinjs_PaywalledArticle_IsPartial()
    {
        var article = Samples.Article();
        article = article with { Content = article.Content with { IsPaywalled = true } };

        Assert.Equal("partial", article.ToNinjs().RepresentationType);
    }

    [Fact]
    public void ToNinjs_StoryWithForeignTellings_TellsNothingOfThem()
    {
        var story = Samples.Story(3, StoryChange.Updated, ("a1", "harwick-courier"), ("a2", "elmstead-post"));

        var item = story.ToNinjs(new Entitlement([], ["elmstead-post"]))!;

        Assert.Equal("partial", item.RepresentationType);
        Assert.Equal("Headline of elmstead-post", Assert.Single(item.Headlines).Value);
        Assert.Equal("urn:storyline:article:a2", Assert.Single(item.Associations!).Uri);
        Assert.DoesNotContain("harwick", item.ToJson(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Varga", item.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToNinjs_StoryWithoutAdmittedTelling_IsNull() =>
        Assert.Null(Samples.Story(1, StoryChange.Created, ("a1", "harwick-courier")).ToNinjs(new Entitlement([], ["elmstead-post"])));

    [Fact]
    public void ToNinjs_MergedStory_IsCanceledAndNamesTheSurvivor()
    {
        var item = Samples.Story(4, StoryChange.Merged, ("a1", "harwick-courier")).ToNinjs(Entitlement.Everything)!;

        Assert.Equal("canceled", item.PubStatus);
        Assert.Contains(new NinjsAltId("mergedInto", "urn:storyline:story:abcdefabcdefabcdefabcdefabcdefab"), item.AltIds!);
    }

    private static async Task<JsonSchema> ReadSchemaAsync() => new(JsonDocument.Parse(
        await File.ReadAllTextAsync(Path.Combine(Standard, "specification", "ninjs-schema_3.1.json"), TestContext.Current.CancellationToken)));
}
