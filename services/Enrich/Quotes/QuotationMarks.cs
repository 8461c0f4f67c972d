using System.Buffers;
using System.Runtime.InteropServices;

namespace Storyline.Enrich.Quotes;

/// <summary>Text between quotation marks. Offsets count UTF-16 code units and leave the marks out.</summary>
/// <param name="Start">First code unit after the opening mark.</param>
/// <param name="End">Code unit of the closing mark, or the end of the paragraph when it is left open.</param>
/// <param name="MarkStart">The opening mark.</param>
/// <param name="MarkEnd">After the closing mark.</param>
/// <param name="IsOpen">No closing mark before the paragraph ends: the utterance goes on in the next one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct QuotedSpan(int Start, int End, int MarkStart, int MarkEnd, bool IsOpen);

/// <summary>
/// Finds what stands between quotation marks, paragraph by paragraph: curly, straight, guillemets, low-high, CJK corners and the
/// two-character marks of tokenised text. Marks inside an open quotation are a part of it.
/// </summary>
public static class QuotationMarks
{
    private const int MinOpenLength = 8;

    private static readonly SearchValues<char> DoubleMarks = SearchValues.Create("“”\"„«»「");

    /// <summary>The outermost quotations in text order.</summary>
    public static List<QuotedSpan> Find(string text)
    {
        var spans = new List<QuotedSpan>();
        var start = 0;
        while (start < text.Length)
        {
            var end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            FindInParagraph(text, start, end, spans);
            start = end + 1;
        }

        return spans;
    }

    private static void FindInParagraph(string text, int start, int end, List<QuotedSpan> spans)
    {
        var hasDouble = text.AsSpan(start, end - start).ContainsAny(DoubleMarks);
        var i = start;
        while (i < end)
        {
            var width = OpeningWidth(text, i, start, end, hasDouble);
            if (width == 0)
            {
                i++;
                continue;
            }

            var close = FindClose(text, i, i + width, end);
            var contentEnd = close < 0 ? end : close;
            var markEnd = close < 0 ? end : close + width;
            var mark = text[i];
            var isOpen = close < 0;

            // A lone straight or single mark at the end of nothing is an inch sign or an apostrophe.
            if (contentEnd > i + width && !(isOpen && (mark is '"' or '‘' or '\'' or '`' || contentEnd - i < MinOpenLength)))
            {
                spans.Add(new QuotedSpan(i + width, contentEnd, i, Math.Min(markEnd, end), isOpen));
                i = Math.Max(markEnd, i + width);
            }
            else
            {
                i += width;
            }
        }
    }

    private static int OpeningWidth(string text, int i, int start, int end, bool hasDouble)
    {
        var atWordStart = i == start || !char.IsLetterOrDigit(text[i - 1]);
        return text[i] switch
        {
            '“' or '„' or '「' or '『' => 1,
            '«' or '»' => atWordStart ? 1 : 0,
            '"' => atWordStart && i + 1 < end ? 1 : 0,
            '`' when i + 1 < end && text[i + 1] == '`' => 2,
            '‘' or '\'' => !hasDouble && atWordStart && i + 1 < end && char.IsLetter(text[i + 1]) ? 1 : 0,
            _ => 0,
        };
    }

    private static int FindClose(string text, int open, int from, int end)
    {
        var depth = 0;
        for (var i = from; i < end; i++)
        {
            var c = text[i];
            switch (text[open])
            {
                case '“':
                    if (c == '“')
                    {
                        depth++;
                    }
                    else if (c == '”' || (c == '"' && depth == 0 && !NextIsLetter(text, i, end)))
                    {
                        if (depth-- == 0)
                        {
                            return i;
                        }
                    }

                    break;
                case '„' when c is '“' or '”':
                case '「' when c == '」':
                case '『' when c == '』':
                case '«' when c == '»':
                case '»' when c == '«':
                    return i;
                case '"' when (c is '"' or '”') && !NextIsLetter(text, i, end):
                    return i;
                case '`' when c == '\'' && i + 1 < end && text[i + 1] == '\'':
                    return i;
                case '‘' or '\'' when (c is '’' or '\'') && !NextIsLetter(text, i, end) && i > from && text[i - 1] != 's':
                    return i;
                default:
                    break;
            }
        }

        return -1;
    }

    private static bool NextIsLetter(string text, int i, int end) => i + 1 < end && char.IsLetterOrDigit(text[i + 1]);
}
