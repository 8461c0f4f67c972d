using System.Text;

namespace Storyline.Enrich.Text;

/// <summary>The forms in which words are compared.</summary>
public static class Words
{
    /// <summary>Lower case, typographic apostrophes made plain, possessive ending and trailing full stop gone.</summary>
    public static string Normalize(ReadOnlySpan<char> word)
    {
        word = StripPossessive(word);
        Span<char> buffer = word.Length <= 64 ? stackalloc char[word.Length] : new char[word.Length];
        var length = 0;
        foreach (var c in word)
        {
            buffer[length++] = Tokenizer.IsApostrophe(c) ? '\'' : char.ToLowerInvariant(c);
        }

        if (length > 1 && buffer[length - 1] == '.')
        {
            length--;
        }

        return new string(buffer[..length]);
    }

    /// <summary>The word without "’s" or the bare apostrophe of a plural.</summary>
    public static ReadOnlySpan<char> StripPossessive(ReadOnlySpan<char> word)
    {
        if (word.Length > 2 && word[^1] is 's' or 'S' && Tokenizer.IsApostrophe(word[^2]))
        {
            return word[..^2];
        }

        return word.Length > 1 && Tokenizer.IsApostrophe(word[^1]) ? word[..^1] : word;
    }

    /// <summary>
    /// Folds English inflection so that "attacks", "attacked" and "attacking" meet. Deliberately light (plural after
    /// Harman 1991, then -ed and -ing on words of six letters or more): names stay readable and other languages whole.
    /// </summary>
    public static string Stem(string word)
    {
        if (word.Length < 4 || word[^1] > 127)
        {
            return word;
        }

        if (word.EndsWith("ies", StringComparison.Ordinal) && word.Length > 4)
        {
            word = string.Concat(word.AsSpan(0, word.Length - 3), "y");
        }
        else if (word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("shes", StringComparison.Ordinal) || word.EndsWith("ches", StringComparison.Ordinal))
        {
            word = word[..^2];
        }
        else if (word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i'))
        {
            word = word[..^1];
        }

        if (word.Length >= 6 && word.EndsWith("ing", StringComparison.Ordinal))
        {
            word = Undouble(word[..^3]);
        }
        else if (word.Length >= 6 && word.EndsWith("ed", StringComparison.Ordinal))
        {
            word = Undouble(word[..^2]);
        }

        return word.Length > 4 && word[^1] == 'e' ? word[..^1] : word;
    }

    /// <summary>Without diacritics, lower case: "Macrón" and "Macron" meet.</summary>
    public static string Fold(string text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.NonSpacingMark)
            {
                folded.Append(Tokenizer.IsApostrophe(c) ? '\'' : char.ToLowerInvariant(c));
            }
        }

        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    private static string Undouble(string stem) =>
        stem.Length > 3 && stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'e') ? stem[..^1] : stem;
}
