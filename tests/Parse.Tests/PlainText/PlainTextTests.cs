using System.Text;
using Storyline.Contracts;

namespace Storyline.Parse.Tests.PlainText;

public sealed class PlainTextTests
{
    private const string Text = """
        Skip to main content

        Breaking News

        Harbour bridge opens after four months of repair

        By Ines Falk
        May 3, 2024 9:30 AM EDT

        4 min read

        The first cars on the bridge on Friday. Photo: Lena Vik/Harbour Pictures

        The harbour bridge of Port Elin opened to traffic on Friday morning, four months after a freighter had damaged its second pillar.

        “We have tested every weld twice,” said Marta Oldén, who led the
        repair on behalf of the city.

        Follow us on every network you use

        What comes next

        Ferries will keep running until the end of the month, the port authority said.

        - Line 1 runs every hour until midnight.
        - Line 2 runs on weekdays only, as before.

        Read more:

        Ferries were full all winter

        Court hears the insurer of the freighter

        The insurer of the freighter has paid most of the cost, according to the city treasurer. (Reuters)

        Related Articles

        Old pillar to become a monument

        Leave a Reply

        Your email address will not be published. Required fields are marked *
        """;

    private static ArticleContent Content(string text, EntryHint? hint = null) =>
        new DocumentParser().Parse(Encoding.UTF8.GetBytes(text), "text/plain", "utf-8", url: null, hint).Content!;

    [Fact]
    public void Parse_ScrapedText_KeepsTheArticleAlone()
    {
        var content = Content(Text);
        Assert.Equal("Harbour bridge opens after four months of repair", content.Title);
        Assert.Equal(
            [BlockKind.Caption, BlockKind.Paragraph, BlockKind.Paragraph, BlockKind.Heading, BlockKind.Paragraph, BlockKind.ListItem, BlockKind.ListItem, BlockKind.Paragraph],
            content.Blocks.Select(b => b.Kind));
        Assert.Equal("“We have tested every weld twice,” said Marta Oldén, who led the repair on behalf of the city.", content.Blocks[2].Text);
        Assert.StartsWith("The harbour bridge of Port Elin", content.Body, StringComparison.Ordinal);
        Assert.EndsWith("(Reuters)", content.Body, StringComparison.Ordinal);
        Assert.Equal(["Reuters"], content.WireCredits);
        Assert.Equal("en", content.Language);
    }

    [Fact]
    public void Parse_BylineAndDateInTheText_AreRead()
    {
        var content = Content(Text.Replace("By Ines Falk\n", "By Ines Falk\n\n", StringComparison.Ordinal));
        Assert.Equal(["Ines Falk"], content.Authors);
        Assert.Equal(new DateTimeOffset(2024, 5, 3, 9, 30, 0, TimeSpan.FromHours(-4)), content.PublishTime);
        Assert.Equal(0.5, content.PublishTimeConfidence);
    }

    [Fact]
    public void Parse_SubmittersTitle_NamesTheHeadlineAmongTheLines()
    {
        var content = Content("A first line of some words\n\n" + Text, new EntryHint("Harbour bridge opens after four months of repair"));
        Assert.Equal("Harbour bridge opens after four months of repair", content.Title);
    }

    [Fact]
    public void Parse_OneParagraphPerLine_SplitsAtLines()
    {
        var content = Content(Text.Replace("\n\n", "\n", StringComparison.Ordinal).Replace("led the\n", "led the ", StringComparison.Ordinal));
        Assert.Equal("Harbour bridge opens after four months of repair", content.Title);
        Assert.StartsWith("The harbour bridge of Port Elin", content.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Leave a Reply", content.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Home\n\nAbout us\n\nContact", Outcome.NoArticle)]
    [InlineData("A headline of five words\n\nOnly one sentence stands here.", Outcome.TooShort)]
    public void Parse_NoRunningText_IsRejected(string text, Outcome expected) =>
        Assert.Equal(expected, new DocumentParser().Parse(Encoding.UTF8.GetBytes(text), "text/plain", null, null, null).Outcome);
}
