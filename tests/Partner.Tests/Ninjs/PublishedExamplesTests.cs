using System.Text.Json.Nodes;
using Storyline.Contracts;
using Storyline.Fixtures;
using Storyline.Partner.Ninjs;
using Storyline.Partner.Partners;

namespace Storyline.Partner.Tests.Ninjs;

/// <summary>The examples that partners read are what the platform writes.</summary>
public sealed class PublishedExamplesTests
{
    public static TheoryData<string, string> Examples() => new()
    {
        { "article.json", Samples.Article().ToNinjs().ToJson() },
        {
            "story.json",
            Samples.Story(3, StoryChange.Updated, ("11111111111111111111111111111111", "elmstead-post"), ("0123456789abcdef0123456789abcdef", "harwick-courier"))
                .ToNinjs(Entitlement.Everything)!.ToJson()
        },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_OfTheGuide_EqualsWhatIsWritten(string file, string written)
    {
        var published = JsonNode.Parse(await File.ReadAllTextAsync(Repository.PathOf("docs", "partner-feed", file), TestContext.Current.CancellationToken));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(written), published), $"docs/partner-feed/{file} should hold: {written}");
    }
}
