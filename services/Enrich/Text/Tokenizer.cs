using System.Globalization;

namespace Storyline.Enrich.Text;

/// <summary>
/// Cuts a text into words, numbers and punctuation marks. Words keep inner apostrophes, hyphens and the full stops of
/// abbreviations ("Macron’s", "Tsai Ing-wen", "U.S."); scripts written without spaces give one token per character.
/// </summary>
public static class Tokenizer
{
    private static readonly HashSet<string> Abbreviations = new(StringComparer.Ordinal)
    {
        "Mr.", "Mrs.", "Ms.", "Dr.", "Prof.", "Sen.", "Rep.", "Gov.", "Gen.", "Lt.", "Col.", "Capt.", "Sgt.", "Maj.", "Adm.", "Rev.", "Hon.", "Pres.",
        "St.", "Jr.", "Sr.", "Inc.", "Corp.", "Ltd.", "Co.", "Bros.", "vs.", "No.", "Jan.", "Feb.", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.", "Calif.",
        "Fla.", "Mass.", "Pa.", "Va.", "Tex.", "Ill.", "Mich.", "Conn.", "Wash.", "Messrs.", "Sec.", "Atty.", "Supt.", "Cmdr.", "Det.", "Ft.", "Mt.",
    };

    /// <summary>The tokens in order; white space is between them.</summary>
    public static List<Token> Tokenize(string text)
    {
        var tokens = new List<Token>((text.Length / 5) + 8);
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                i++;
            }
            else if (IsUnspaced(c))
            {
                tokens.Add(new Token(i++, 1, TokenKind.Word));
            }
            else if (char.IsDigit(c))
            {
                var end = NumberEnd(text, i);
                tokens.Add(new Token(i, end - i, TokenKind.Number));
                i = end;
            }
            else if (IsWordPart(text, i))
            {
                var end = WordEnd(text, i);
                tokens.Add(new Token(i, end - i, TokenKind.Word));
                i = end;
            }
            else
            {
                var length = char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) ? 2 : 1;
                tokens.Add(new Token(i, length, TokenKind.Punctuation));
                i += length;
            }
        }

        return tokens;
    }

    /// <summary>The characters of a token.</summary>
    public static ReadOnlySpan<char> Span(this Token token, string text) => text.AsSpan(token.Start, token.Length);

    /// <summary>True for the apostrophes that stand inside words.</summary>
    public static bool IsApostrophe(char c) => c is '\'' or '’' or 'ʼ' or '‘';

    /// <summary>True for the abbreviations that end in a full stop without ending a sentence.</summary>
    public static bool IsAbbreviation(ReadOnlySpan<char> word) =>
        word.Length > 1 && word[^1] == '.' && (Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word) || word.Length == 2 || word[..^1].Contains('.'));

    private static int NumberEnd(string text, int start)
    {
        var i = start;
        while (i < text.Length
            && (char.IsLetterOrDigit(text[i])
                || (text[i] is '.' or ',' && i + 1 < text.Length && char.IsDigit(text[i + 1]) && char.IsDigit(text[i - 1]))
                || (text[i] == '-' && i + 1 < text.Length && char.IsLetter(text[i + 1]))))
        {
            i++;
        }

        return i;
    }

    private static int WordEnd(string text, int start)
    {
        var i = start;
        while (i < text.Length)
        {
            if (IsWordPart(text, i) && !IsUnspaced(text[i]))
            {
                i++;
            }
            else if ((IsApostrophe(text[i]) || text[i] is '-' or '\u2011' or '\u00AD') && i + 1 < text.Length && char.IsLetterOrDigit(text[i + 1]))
            {
                i++;
            }
            else if (text[i] == '.' && KeepsFullStop(text, start, i))
            {
                i++;
            }
            else
            {
                break;
            }
        }

        return i;
    }

    // "U.S.", "J." and "Mr." keep their full stop; "ended." does not.
    private static bool KeepsFullStop(string text, int start, int i)
    {
        if (i + 1 < text.Length && char.IsUpper(text[i + 1]) && i - start == 1 && char.IsUpper(text[start]))
        {
            return true;
        }

        var word = text.AsSpan(start, i + 1 - start);
        if (word[..^1].Contains('.'))
        {
            return char.IsLetter(text[i - 1]) && (i < 2 || text[i - 2] == '.');
        }

        return (word.Length == 2 && char.IsUpper(word[0]) && word[0] != 'I')
            || Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
    }

    private static bool IsWordPart(string text, int i)
    {
        var c = text[i];
        if (c < 128)
        {
            return char.IsAsciiLetterOrDigit(c) || c == '_';
        }

        // Combining marks belong to the letter before them, as do the surrogates of letters beyond the basic plane.
        return char.IsLetterOrDigit(c)
            || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            || (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]) && char.IsLetter(text, i))
            || (char.IsLowSurrogate(c) && i > 0 && char.IsHighSurrogate(text[i - 1]) && char.IsLetter(text, i - 1));
    }

    // Han, kana and Thai: no spaces between words.
    private static bool IsUnspaced(char c) =>
        c is (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\u0E00' and <= '\u0E7F');
}
