using System.Buffers;

namespace Storyline.Parse;

/// <summary>Plain facts about pieces of text, the same for every reader.</summary>
internal static class Text
{
    // Letters and digits in lower case, zero for all else. Beyond ASCII the library asks ICU for the lower case of every single letter.
    private static readonly char[] KeyCharacters = [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => char.IsLetterOrDigit((char)c) ? char.ToLowerInvariant((char)c) : '\0')];

    /// <summary>Runs of white space (no-break spaces included) become one space; invisible characters and soft hyphens go; ends are trimmed.</summary>
    public static string Normalise(ReadOnlySpan<char> text)
    {
        var rented = ArrayPool<char>.Shared.Rent(text.Length);
        var length = 0;
        var space = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                space = true;
            }
            else if (c is not ('\u200B' or '\u2060' or '\uFEFF' or '\u00AD' or '\uFFFE' or '\uFFFF'))
            {
                if (space && length > 0)
                {
                    rented[length++] = ' ';
                }

                space = false;
                rented[length++] = c;
            }
        }

        var result = new string(rented, 0, length);
        ArrayPool<char>.Shared.Return(rented);
        return result;
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
        var rented = ArrayPool<char>.Shared.Rent(text.Length);
        var length = Key(text, rented);
        var key = new string(rented, 0, length);
        ArrayPool<char>.Shared.Return(rented);
        return key;
    }

    /// <summary>The character as it stands in a key; zero when it does not.</summary>
    public static char Key(char c) => KeyCharacters[c];

    /// <summary>As <see cref="Key(ReadOnlySpan{char})"/>, into a buffer that is no shorter than the text.</summary>
    /// <returns>Characters written.</returns>
    public static int Key(ReadOnlySpan<char> text, Span<char> key)
    {
        var keys = KeyCharacters;
        var length = 0;
        foreach (var c in text)
        {
            if (keys[c] != '\0')
            {
                key[length++] = keys[c];
            }
        }

        return length;
    }
}
