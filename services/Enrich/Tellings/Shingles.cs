using Storyline.Enrich.Text;

namespace Storyline.Enrich.Tellings;

/// <summary>The word 5-grams of a text as a sorted set of hashes (Broder 1997), for the containment of one text in another.</summary>
public static class Shingles
{
    /// <summary>Words in a shingle.</summary>
    public const int Size = 5;

    // A text's first 4,096 words decide; longer ones are rare and their ends are lists.
    private const int MaxWords = 4096;
    private const uint FnvPrime = 16777619;
    private const uint FnvBasis = 2166136261;

    /// <summary>The distinct hashes in ascending order; empty for a text of fewer than five words.</summary>
    public static uint[] Of(AnalyzedText text)
    {
        var words = new List<uint>(Math.Min(text.Tokens.Count, MaxWords));
        foreach (var token in text.Tokens)
        {
            if (token.Kind == TokenKind.Punctuation)
            {
                continue;
            }

            words.Add(HashWord(token.Span(text.Text)));
            if (words.Count == MaxWords)
            {
                break;
            }
        }

        if (words.Count < Size)
        {
            return [];
        }

        var hashes = new uint[words.Count - Size + 1];
        for (var i = 0; i < hashes.Length; i++)
        {
            var hash = FnvBasis;
            for (var j = i; j < i + Size; j++)
            {
                hash = (hash ^ words[j]) * FnvPrime;
                hash ^= hash >> 15;
            }

            hashes[i] = hash;
        }

        Array.Sort(hashes);
        var count = 0;
        for (var i = 0; i < hashes.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[i - 1])
            {
                hashes[count++] = hashes[i];
            }
        }

        return hashes[..count];
    }

    /// <summary>Share of <paramref name="part"/> that is also in <paramref name="whole"/>, 0 to 1.</summary>
    public static double Containment(ReadOnlySpan<uint> part, ReadOnlySpan<uint> whole) =>
        part.Length == 0 ? 0 : (double)Common(part, whole) / part.Length;

    /// <summary>Number of hashes in both.</summary>
    public static int Common(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        int i = 0, j = 0, common = 0;
        while (i < left.Length && j < right.Length)
        {
            if (left[i] == right[j])
            {
                common++;
                i++;
                j++;
            }
            else if (left[i] < right[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return common;
    }

    private static uint HashWord(ReadOnlySpan<char> word)
    {
        var hash = FnvBasis;
        foreach (var c in Words.StripPossessive(word))
        {
            if (char.IsLetterOrDigit(c))
            {
                hash = (hash ^ char.ToLowerInvariant(c)) * FnvPrime;
            }
        }

        return hash;
    }
}
