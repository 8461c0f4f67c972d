using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Storyline.Evaluation;

/// <summary>Text comparison as the metrics define it.</summary>
public static class TextMetrics
{
    private const int ShingleLength = 4;

    /// <summary>Precision and recall of the 4-gram shingles (a multiset) of the tokens.</summary>
    public static (double P, double R) ShingleScore(string gold, string found)
    {
        var expected = Shingles(gold);
        var actual = Shingles(found);
        int hits = 0, misses = 0;
        foreach (var (shingle, count) in expected)
        {
            var common = Math.Min(count, actual.GetValueOrDefault(shingle));
            hits += common;
            misses += count - common;
        }

        var falseHits = actual.Values.Sum() - hits;
        var exact = misses == 0 && falseHits == 0;
        return (exact ? 1 : hits + falseHits == 0 ? 0 : (double)hits / (hits + falseHits), exact ? 1 : hits + misses == 0 ? 0 : (double)hits / (hits + misses));
    }

    public static double F1(double p, double r) => p + r == 0 ? 0 : 2 * p * r / (p + r);

    /// <summary>NFKC, lower case, word characters only.</summary>
    public static string WordCharacters(string text) => string.Concat(Normalised(text).EnumerateRunes().Where(IsWord).Select(r => r.ToString()));

    public static string WhiteSpaceNormalised(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Runs of word characters after NFKC and lower-casing; in scripts without spaces each character is a token.</summary>
    public static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        var current = new StringBuilder();
        void Flush()
        {
            if (current.Length > 0)
            {
                tokens.Add(current.ToString());
                current.Clear();
            }
        }

        foreach (var rune in Normalised(text).EnumerateRunes())
        {
            if (!IsWord(rune))
            {
                Flush();
            }
            else if (IsUnspaced(rune.Value))
            {
                Flush();
                tokens.Add(rune.ToString());
            }
            else
            {
                current.Append(rune.ToString());
            }
        }

        Flush();
        return tokens;
    }

    private static Dictionary<string, int> Shingles(string text)
    {
        var tokens = Tokens(text);
        var shingles = new Dictionary<string, int>(StringComparer.Ordinal);
        // A text shorter than one shingle is its own shingle; an empty text is none.
        for (var i = 0; i < Math.Max(tokens.Count > 0 ? 1 : 0, tokens.Count - ShingleLength + 1); i++)
        {
            var shingle = string.Join(' ', CollectionsMarshal.AsSpan(tokens)[i..Math.Min(i + ShingleLength, tokens.Count)]!);
            CollectionsMarshal.GetValueRefOrAddDefault(shingles, shingle, out _)++;
        }

        return shingles;
    }

    private static string Normalised(string text) => text.Normalize(NormalizationForm.FormKC).ToLowerInvariant();

    private static bool IsWord(Rune rune) => rune.Value == '_' || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
        or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    // CJK ideographs, kana, hangul, Thai.
    private static bool IsUnspaced(int c) => c is (>= 0x0E00 and <= 0x0E7F) or (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x9FFF)
        or (>= 0xAC00 and <= 0xD7AF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x2FA1F);
}
