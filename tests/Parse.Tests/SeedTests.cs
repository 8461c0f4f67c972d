using System.Text.Json;
using Storyline.Contracts;
using Storyline.Fixtures;

namespace Storyline.Parse.Tests;

/// <summary>
/// Five real documents as a scraper left them, against what a careful reader finds in them. What they do not reach yet stands in
/// docs/quality.md; here it would be asserted as it is.
/// </summary>
public sealed class SeedTests
{
    public static TheoryData<string> Seeds =>
        ["000_3498105e65b994d1", "001_e4b6ac584cf4c5b7", "002_b4c3f1fda8810017", "003_7c70537eef152a88", "004_0207e39622814307"];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Parse_Seed_FindsWhatAReaderFinds(string seed)
    {
        var (content, gold) = Read(seed);
        Assert.Equal(gold.GetProperty("title").GetString(), content.Title);
        Assert.Equal(gold.GetProperty("language").GetString(), content.Language);
        Assert.StartsWith(gold.GetProperty("first_body_words").GetString()!, content.Body, StringComparison.Ordinal);
        if (gold.TryGetProperty("last_body_words", out var last))
        {
            Assert.EndsWith(last.GetString()!, content.Body, StringComparison.Ordinal);
        }

        foreach (var furniture in gold.GetProperty("furniture").EnumerateArray())
        {
            Assert.DoesNotContain(furniture.GetString()!, content.Body, StringComparison.Ordinal);
        }

        string[] credits = gold.TryGetProperty("wire_credit", out var wire) ? [.. wire.EnumerateArray().Select(w => w.GetString()!)] : [];
        Assert.Equal(credits, content.WireCredits);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Parse_Seed_BodyIsItsBlocksWithoutCaptions(string seed)
    {
        var (content, _) = Read(seed);
        Assert.Equal(string.Join("\n\n", content.Blocks.Where(b => b.Kind != BlockKind.Caption).Select(b => b.Text)), content.Body);
        Assert.DoesNotContain(content.Blocks, b => b.Text.Length == 0 || b.Text != b.Text.Trim());
    }

    private static (ArticleContent Content, JsonElement Gold) Read(string seed)
    {
        using var gold = JsonDocument.Parse(File.ReadAllText(SharedData.Path("seeds/gold.json")));
        var bytes = File.ReadAllBytes(SharedData.Path($"seeds/{seed}.txt"));
        var result = new DocumentParser().Parse(bytes, "text/plain", charset: null, url: null, hint: null);
        Assert.Equal("", result.Reason);
        return (result.Content!, gold.RootElement.GetProperty("articles").GetProperty(seed).Clone());
    }
}
