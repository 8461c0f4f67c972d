using Storyline.Contracts;
using Storyline.Parse.Blocks;
using Storyline.Parse.Furniture;

namespace Storyline.Parse.Html;

/// <summary>One piece of a page's text and whether it went into the article.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text.</param>
/// <param name="Probability">How sure the block model is that it belongs to the article, 0 to 1.</param>
/// <param name="IsKept">It stands in the article.</param>
/// <param name="Reason">Why the decision is not the model's; empty when it is.</param>
public sealed record BlockEvidence(BlockKind Kind, string Text, double Probability, bool IsKept, string Reason)
{
    /// <summary>Tells for each piece of a page what became of it in the article's blocks.</summary>
    internal static IEnumerable<BlockEvidence> Of(PageBlocks found, float[] judged, float accepted, IReadOnlyList<Block> kept, Page page)
    {
        var texts = kept.Select(block => block.Text).ToHashSet(StringComparer.Ordinal);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var last = -1;
        for (var i = 0; i < found.Blocks.Count; i++)
        {
            last = texts.Contains(found.Blocks[i].Text) ? i : last;
        }

        for (var i = 0; i < found.Blocks.Count; i++)
        {
            var block = found.Blocks[i];
            var (isKept, isAccepted, key) = (texts.Contains(block.Text), judged[i] >= accepted, Parse.Text.Key(block.Text));
            var reason = isKept == isAccepted ? ""
                : isKept ? block.Kind == BlockKind.Caption ? "a caption inside the article" : key == Parse.Text.Key(page.Standfirst) ? "the teaser" : "the page declares it as its text, or has no other"
                : ConsentWall.Holds(found, block) ? "in a consent dialog"
                : FurnitureText.IsFurniture(block.Text) ? "its words are furniture"
                : key == Parse.Text.Key(page.Title) ? "the title"
                : keys.Contains(key) ? "a repetition"
                : HtmlArticleReader.IsComment(block) ? "a reader's comment"
                : last >= 0 && i > last ? "after the article's end"
                : BlockFilter.IsByline(block.Text, page) ? "a byline"
                : "not in what the page declares as its text";
            keys.Add(key);
            yield return new BlockEvidence(block.Kind, block.Text, judged[i], isKept, reason);
        }
    }
}
