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
    internal static IEnumerable<BlockEvidence> Of(IReadOnlyList<PageBlock> blocks, float[] judged, float accepted, IReadOnlyList<Block> kept)
    {
        var texts = kept.Select(block => block.Text).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < blocks.Count; i++)
        {
            var (isKept, isAccepted) = (texts.Contains(blocks[i].Text), judged[i] >= accepted);
            var reason = isKept == isAccepted ? ""
                : isKept ? "a caption inside the article, the teaser, or what the page declares as its text"
                : FurnitureText.IsFurniture(blocks[i].Text) ? "its words are furniture"
                : "in a consent dialog, the title, a byline, a repetition, or after the article's end";
            yield return new BlockEvidence(blocks[i].Kind, blocks[i].Text, judged[i], isKept, reason);
        }
    }
}
