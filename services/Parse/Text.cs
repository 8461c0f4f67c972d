using System.Text;

namespace Storyline.Parse;

/// <summary>Plain facts about pieces of text, the same for every reader.</summary>
internal static class Text
{
    /// <summary>Runs of white space (no-break spaces included) become one space; invisible characters and soft hyphens go; ends are trimmed.</summary>
    public static string Normalise(ReadOnlySpan<char> text)
    {
        var result = new StringBuilder(text.Length);
        var space = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                space = true;
            }
            else if (c is not ('\u200B' or '\u2060' or '\uFEFF' or '\u00AD' or '\uFFFE' or '\uFFFF'))
            {
                if (space && result.Length > 0)
                {
                    result.Append(' ');
                }

                space = false;
                result.Append(c);
            }
        }

        return result.ToString();
    }

    /// <summary>Words; characters of scripts without spaces count half a word each.</summary>
    public static int WordCount(ReadOnlySpan<char> text)
    {
        int words = 0, unspaced = 0;
        var inside = false;
        foreach (var c in text)
        {
            if (IsUnspaced(c))
            {
                unspaced++;
                inside = false;
            }
            else
            {
                var letter = char.IsLetterOrDigit(c);
                words += letter && !inside ? 1 : 0;
                inside = letter || (inside && c is '\'' or '’' or '-');
            }
        }

        return words + (unspaced / 2);
    }

    /// <summary>Ends like a sentence: a full stop, question or exclamation mark of any script; closing quotes and one bracket ("(dpa)") may follow.</summary>
    public static bool EndsSentence(ReadOnlySpan<char> text)
    {
        const string Closing = "\"'”’»“)]』」 ";
        var end = text.TrimEnd(Closing);
        if (end.IsEmpty || IsSentenceEnd(end[^1]))
        {
            return !end.IsEmpty;
        }

        var open = end.LastIndexOfAny('(', '[');
        end = open > 0 && end.Length - open <= 40 && text.TrimEnd()[^1] is ')' or ']' ? end[..open].TrimEnd(Closing) : [];
        return !end.IsEmpty && IsSentenceEnd(end[^1]);
    }

    public static bool IsSentenceEnd(char c) => c is '.' or '!' or '?' or '…' or '。' or '！' or '？' or '।' or '؟' or '۔' or '։';

    /// <summary>Ideographs, kana, hangul syllables, Thai.</summary>
    public static bool IsUnspaced(char c) =>
        c is (>= '\u0E00' and <= '\u0E7F') or (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF') or (>= '\uF900' and <= '\uFAFF');

    /// <summary>Letters and digits only, lower case: to compare texts whose typography differs.</summary>
    public static string Key(ReadOnlySpan<char> text)
    {
        var key = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                key.Append(char.ToLowerInvariant(c));
            }
        }

        return key.ToString();
    }
}
