using Storyline.Contracts;
using Storyline.Parse.Blocks;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Html;

/// <summary>Headlines that lead elsewhere with a sentence or two under each, made by one template: what section pages are made of, whatever elements they take for it.</summary>
internal static class TeaserCards
{
    private const int MinCards = 8;
    private const int MaxBlocks = 5;

    /// <summary>Fewer are a menu's.</summary>
    private const int MinWords = 12;
    private const int MaxWords = 60;

    /// <summary>How many nodes are looked at for a headline's link.</summary>
    private const int MaxSteps = 50;

    /// <summary>Words on end that are in no card: more of them are a report with cards below.</summary>
    private const int MaxRun = 80;

    /// <summary>At least three quarters of what was found as the article stands in such cards, and nothing between them is an article's text.</summary>
    /// <param name="found">All blocks of the page.</param>
    /// <param name="kept">The texts of what was found as the article.</param>
    /// <param name="words">How many words that has.</param>
    public static bool Fill(PageBlocks found, HashSet<string> kept, int words)
    {
        var headlines = new HashSet<string>(StringComparer.Ordinal);
        var shapes = new Dictionary<ulong, int>();
        var (inCards, keptCards, run, longest) = (0, 0, 0, 0);
        for (var i = 0; i < found.Blocks.Count;)
        {
            var container = found.Containers[found.Blocks[i].Container];
            if (IsHead(found, i) && LeadsElsewhere(container.Element) && headlines.Add(found.Blocks[i].Text) && End(found, i) is var end && end > i)
            {
                var (all, own) = (0, 0);
                for (; i < end; i++)
                {
                    all += Text.WordCount(found.Blocks[i].Text);
                    own += Words(found.Blocks[i], kept);
                }

                inCards += own;
                keptCards += own > 0 ? 1 : 0;
                run = own > 0 ? 0 : run;
                shapes[container.Signature] = shapes.GetValueOrDefault(container.Signature) + (all >= MinWords ? 1 : 0);
            }
            else
            {
                run += Words(found.Blocks[i++], kept);
                longest = Math.Max(longest, run);
            }
        }

        return inCards * 4 >= words * 3 && longest < MaxRun && keptCards > 1 && shapes.Values.Any(count => count >= MinCards);
    }

    /// <summary>The block behind the card that begins with this headline; the headline itself where too much text follows it for a teaser.</summary>
    private static int End(PageBlocks found, int headline)
    {
        var words = Text.WordCount(found.Blocks[headline].Text);
        var end = headline + 1;
        for (; end < found.Blocks.Count && !IsHead(found, end); end++)
        {
            words += Text.WordCount(found.Blocks[end].Text);
            if (words > MaxWords || end - headline > MaxBlocks)
            {
                return headline;
            }
        }

        return words > MaxWords ? headline : end;
    }

    private static int Words(PageBlock block, HashSet<string> kept) => kept.Contains(block.Text) ? Text.WordCount(block.Text) : 0;

    private static bool IsHead(PageBlocks found, int i) => found.Blocks[i] is var block
        && ((block.LinkShare > 0.8f && (block.Kind == BlockKind.Heading || Text.WordCount(block.Text) >= 4)) || BeginsWithLink(block, found.Containers[block.Container].Element));

    /// <summary>Headline and teaser in one piece of text.</summary>
    private static bool BeginsWithLink(PageBlock block, Element element)
    {
        if (block.LinkShare is < 0.1f or > 0.8f)
        {
            return false;
        }

        var node = element.FirstChild;
        while (node is TextNode text && text.Span.IsWhiteSpace() || node is Element { Tag: Tag.Strong or Tag.B or Tag.Span })
        {
            node = node is Element inline ? inline.FirstChild : node.Next;
        }

        return node is Element { Tag: Tag.A };
    }

    /// <summary>Not to a place on this page, as in lists of questions with their answers.</summary>
    private static bool LeadsElsewhere(Element element)
    {
        Node? link = element;
        while (link is not null and not Element { Tag: Tag.A })
        {
            link = link.Parent;
        }

        link ??= element;
        for (var steps = 0; link is not null and not Element { Tag: Tag.A }; steps++)
        {
            link = steps < MaxSteps ? link.Following(element) : null;
        }

        return link is Element a && a.Attribute("href") is { Length: > 0 } address && address[0] != '#' && !address.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase);
    }
}
