using System.Runtime.InteropServices;

namespace Storyline.Parse.Documents;

/// <summary>
/// One look over the characters of a page before a tree is built from it: is it markup at all, and could building the tree be made expensive?
/// Linear in the text, allocates nothing. It approximates the HTML tokenizer; what it misreads costs only precision of the counts.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MarkupScan(int Tags, int MaxOpen)
{
    // Elements that HTML ends by itself, or that never hold anything, do not deepen the tree when their end tag is missing.
    private static readonly HashSet<string> SelfEnding = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "option", "optgroup", "rp", "rt", "html", "head", "body",
    };

    public static MarkupScan Of(ReadOnlySpan<char> text)
    {
        var names = SelfEnding.GetAlternateLookup<ReadOnlySpan<char>>();
        int tags = 0, open = 0, maxOpen = 0, at = 0;
        while (true)
        {
            var next = text[at..].IndexOf('<');
            if (next < 0 || at + next + 1 >= text.Length)
            {
                return new MarkupScan(tags, maxOpen);
            }

            at += next + 1;
            var rest = text[at..];
            if (rest.StartsWith("!--"))
            {
                at = Skip(text, at, "-->");
                continue;
            }

            var end = rest[0] == '/';
            var name = Name(end ? rest[1..] : rest);
            if (name.IsEmpty)
            {
                continue;
            }

            if (end)
            {
                open -= open > 0 && !names.Contains(name) ? 1 : 0;
                continue;
            }

            tags++;
            if (name.Equals("script", StringComparison.OrdinalIgnoreCase))
            {
                at = Skip(text, at, "</script");
            }
            else if (name.Equals("style", StringComparison.OrdinalIgnoreCase))
            {
                at = Skip(text, at, "</style");
            }
            else if (!names.Contains(name) && !SelfClosed(rest))
            {
                maxOpen = Math.Max(maxOpen, ++open);
            }
        }
    }

    private static int Skip(ReadOnlySpan<char> text, int from, string terminator)
    {
        var found = text[from..].IndexOf(terminator, StringComparison.OrdinalIgnoreCase);
        return found < 0 ? text.Length : from + found + terminator.Length;
    }

    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && length < 32 && (char.IsAsciiLetterOrDigit(text[length]) || (length > 0 && text[length] is '-' or ':')))
        {
            length++;
        }

        return length > 0 && char.IsAsciiLetter(text[0]) ? text[..length] : [];
    }

    // "<path …/>" of inline SVG: in HTML elements the slash means nothing, but no HTML writer puts it there by the hundred.
    private static bool SelfClosed(ReadOnlySpan<char> tag)
    {
        var close = tag[..Math.Min(tag.Length, 4096)].IndexOf('>');
        return close > 0 && tag[close - 1] == '/';
    }
}
