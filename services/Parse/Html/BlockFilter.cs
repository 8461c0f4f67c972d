using Storyline.Contracts;
using Storyline.Parse.Furniture;

namespace Storyline.Parse.Html;

/// <summary>From the blocks of the content element to the article's own: furniture and repetitions out, captions marked, teaser in.</summary>
internal static class BlockFilter
{
    /// <summary>Texts shorter than this may rightly stand twice (a heading, a speaker's name).</summary>
    private const int MinRepeatLength = 40;

    public static List<Block> Clean(List<Block> blocks, Page page)
    {
        var titleKey = Text.Key(page.Title);
        var kept = new List<Block>(blocks.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var block in blocks)
        {
            if (block.Kind is BlockKind.Table or BlockKind.Preformatted)
            {
                kept.Add(block);
                continue;
            }

            var key = Text.Key(block.Text);
            if (FurnitureText.IsFurniture(block.Text) || (key == titleKey && key.Length > 0) || ((kept.Count < 4 || block.Kind == BlockKind.ListItem) && IsByline(block.Text, page)))
            {
                continue;
            }

            if (key.Length >= MinRepeatLength && !seen.Add(key))
            {
                continue;
            }

            kept.Add(block.Kind == BlockKind.Paragraph && Captions.IsCaption(block.Text) ? block with { Kind = BlockKind.Caption } : block);
        }

        CutTail(kept);
        AddStandfirst(kept, page.Standfirst);
        return kept;
    }

    /// <summary>A short line before the text that only names the author or the time.</summary>
    public static bool IsByline(string text, Page page) => text.Length <= 120 && !Text.EndsSentence(text)
        && (page.Bylines.Any(b => b.Length > 4 && text.Contains(b, StringComparison.OrdinalIgnoreCase)) || Metadata.DateText.Words(text) is not null && Text.WordCount(text) <= 12);

    /// <summary>
    /// A heading that opens comments or link lists ends the article when little text follows it; headings at the very end head nothing.
    /// </summary>
    private static void CutTail(List<Block> blocks)
    {
        var total = blocks.Sum(b => b.Text.Length);
        var before = 0;
        for (var i = 0; i < blocks.Count; i++)
        {
            if (FurnitureText.EndsArticle(blocks[i].Text) && before > total * 0.6)
            {
                blocks.RemoveRange(i, blocks.Count - i);
                break;
            }

            before += blocks[i].Text.Length;
        }

        while (blocks.Count > 0 && blocks[^1].Kind == BlockKind.Heading)
        {
            blocks.RemoveAt(blocks.Count - 1);
        }
    }

    private static void AddStandfirst(List<Block> blocks, string standfirst)
    {
        var key = Text.Key(standfirst);
        if (key.Length < 30 || blocks.Take(6).Any(b => Text.Key(b.Text) is var k && (k.Contains(key, StringComparison.Ordinal) || (k.Length > 30 && key.Contains(k, StringComparison.Ordinal)))))
        {
            return;
        }

        blocks.Insert(0, new Block(BlockKind.Paragraph, standfirst));
    }
}
