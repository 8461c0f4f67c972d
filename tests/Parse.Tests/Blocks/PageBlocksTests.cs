using System.Buffers;
using Storyline.Contracts;
using Storyline.Parse.Blocks;
using Storyline.Parse.Documents;
using Storyline.Parse.Tests.Html;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Tests.Blocks;

public sealed class PageBlocksTests
{
    private static PageBlocks Read(string body) => PageBlocks.Read(HtmlTree.Parse(body).Body);

    [Theory]
    [InlineData("<p>One</p><p>two</p>", "One|two")]
    [InlineData("<div>One <b>and</b> two</div>", "One and two")]
    [InlineData("<div>One<br><br>two</div>", "One|two")]
    [InlineData("<div>One<br> two</div>", "One two")]
    [InlineData("<div>One<p>two</p>three</div>", "One|two|three")]
    [InlineData("<p>One</p><script>two</script><style>three</style><noscript>four</noscript><button>five</button><svg><title>six</title></svg>", "One")]
    public void Read_Markup_CutsAtBlockBoundaries(string html, string expected) => Assert.Equal(expected.Split('|'), Read(html).Blocks.Select(b => b.Text));

    [Theory]
    [InlineData("<h2>x</h2>", BlockKind.Heading)]
    [InlineData("<ul><li>x</li></ul>", BlockKind.ListItem)]
    [InlineData("<blockquote><p>x</p></blockquote>", BlockKind.Quote)]
    [InlineData("<blockquote class=\"twitter-tweet\"><p>x</p></blockquote>", BlockKind.Embed)]
    [InlineData("<figure><img><figcaption>x</figcaption></figure>", BlockKind.Caption)]
    [InlineData("<figure><blockquote>x</blockquote></figure>", BlockKind.Quote)]
    [InlineData("<pre>x</pre>", BlockKind.Preformatted)]
    [InlineData("<table><tr><td>x</td><td>y</td></tr></table>", BlockKind.Table)]
    [InlineData("<table><tr><td>x</td></tr></table>", BlockKind.Paragraph)]
    public void Read_Markup_TypesItsBlocks(string html, BlockKind kind) => Assert.Equal(kind, Assert.Single(Read(html).Blocks).Kind);

    [Fact]
    public void Read_LinksAndEmphasis_AreSharesOfTheirBlock()
    {
        var block = Assert.Single(Read("<p><a href=x>abcd</a> <b>ef</b><i>gh</i></p>").Blocks);
        Assert.Equal((0.5f, 0.25f, 0.25f), (block.LinkShare, block.BoldShare, block.ItalicShare));
    }

    [Fact]
    public void Read_HintsAround_AreMeasuredInLevels()
    {
        var blocks = Read("<aside class=\"relatedStories\"><div><p>in</p></div></aside><p>out</p>").Blocks;
        Assert.Equal((2, 2), (blocks[0].Distances[(int)Hint.Aside], blocks[0].Distances[(int)Hint.Related]));
        Assert.Equal((PageBlocks.FarAway, PageBlocks.FarAway), (blocks[1].Distances[(int)Hint.Aside], blocks[1].Distances[(int)Hint.Related]));
    }

    [Theory]
    [InlineData("<p class=\"photo_caption\">x</p>", Hint.Caption)]
    [InlineData("<p id=\"NewsletterBox\">x</p>", Hint.Newsletter)]
    [InlineData("<p style=\"display: none\">x</p>", Hint.Hidden)]
    [InlineData("<p itemprop=\"articleBody\">x</p>", Hint.ArticleBody)]
    [InlineData("<p role=\"navigation\">x</p>", Hint.Nav)]
    [InlineData("<div><span class=\"caption\">x</span></div>", Hint.Caption)]
    public void Read_Attributes_HintAtTheContent(string html, Hint hint) => Assert.Equal(0, Assert.Single(Read(html).Blocks).Distances[(int)hint]);

    [Fact]
    public void Read_Containers_SumTheirBlocks()
    {
        var page = Read($"<div><p>{TestPage.Paragraphs[0]}</p><p><a href=x>Home</a></p></div>");
        var body = page.Containers[0];
        Assert.Equal((2, 1, TestPage.Paragraphs[0].Length), (body.Blocks, body.ProseBlocks, body.Prose));
        Assert.Equal(4, body.Links);
    }

    [Fact]
    public void Read_MorePiecesThanAnyRealPage_StopsAtTheLimit() =>
        Assert.Equal(ParserLimits.MaxBlocks, Read(string.Concat(Enumerable.Repeat("<p>a", ParserLimits.MaxBlocks + 5))).Blocks.Count);

    [Fact]
    public void Features_AnyPage_FillEveryNumber()
    {
        var page = Read(new TestPage().Html);

        // Their memory is lent, with what the one before left in it.
        var used = ArrayPool<float>.Shared.Rent(page.Blocks.Count * BlockFeatures.Count);
        Array.Fill(used, float.NaN);
        ArrayPool<float>.Shared.Return(used);
        using var rows = BlockFeatures.Of(page, new PageFacts("Harbour bridge opens after repair", "", string.Join('\n', TestPage.Paragraphs), ["Ines Falk"]));

        Assert.NotEmpty(page.Blocks);
        Assert.All(page.Blocks.Select((_, i) => rows[i].ToArray()), row => Assert.All(row, value => Assert.True(float.IsFinite(value))));
    }
}
