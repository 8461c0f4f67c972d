using Storyline.Enrich.Text;

namespace Storyline.Enrich.Names;

/// <summary>How alike two spellings of a name are.</summary>
public static class NameSimilarity
{
    /// <summary>
    /// True when two spellings can be one person's: the same number of given names and surname apart from initials, each
    /// pair of parts equal or a misspelling of the other, at least one of them equal or both long.
    /// </summary>
    public static bool CanBeSamePerson(string left, string right)
    {
        var a = PersonParts(left);
        var b = PersonParts(right);
        if (a.Length == 0 || b.Length == 0)
        {
            return false;
        }

        if (a.Length == 1 && b.Length == 1)
        {
            return IsMisspelling(a[0], b[0]);
        }

        if (a.Length < 2 || b.Length < 2)
        {
            return false;
        }

        // The first and the last part decide; middle names come and go.
        var firstEqual = a[0] == b[0];
        var lastEqual = a[^1] == b[^1];
        return (firstEqual || IsMisspelling(a[0], b[0]))
            && (lastEqual || IsMisspelling(a[^1], b[^1]))
            && (firstEqual || lastEqual || a[^1].Length >= 6);
    }

    /// <summary>The parts of a person's name that identify: folded, without initials, honorifics and "Jr.".</summary>
    public static string[] PersonParts(string name) => [.. Words.Fold(name)
        .Split([' ', '.'], StringSplitOptions.RemoveEmptyEntries)
        .Where(p => p.Length > 1 && p is not ("jr" or "sr" or "ii" or "iii" or "iv"))];

    /// <summary>
    /// True when one word is probably the other misspelt: at most one edit (two from nine letters on) in words of at least
    /// five letters, with the same first letter and a Jaro-Winkler similarity of at least 0.9.
    /// </summary>
    public static bool IsMisspelling(string left, string right)
    {
        var shorter = Math.Min(left.Length, right.Length);
        if (shorter < 5 || left == right || left[0] != right[0] || Math.Abs(left.Length - right.Length) > 2)
        {
            return false;
        }

        return EditDistance(left, right) <= (shorter >= 9 ? 2 : 1) && JaroWinkler(left, right) >= 0.9;
    }

    /// <summary>Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.</summary>
    public static int EditDistance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(previous[j] + 1, current[j - 1] + 1), previous[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
                }
            }

            (before, previous, current) = (previous, current, before);
        }

        return previous[right.Length];
    }

    /// <summary>Jaro similarity raised for a common prefix of up to four letters (Winkler 1990), 0 to 1.</summary>
    public static double JaroWinkler(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            return left.Length == right.Length ? 1 : 0;
        }

        var range = Math.Max(0, (Math.Max(left.Length, right.Length) / 2) - 1);
        var leftMatched = new bool[left.Length];
        var rightMatched = new bool[right.Length];
        var matches = 0;
        for (var i = 0; i < left.Length; i++)
        {
            for (var j = Math.Max(0, i - range); j < Math.Min(right.Length, i + range + 1); j++)
            {
                if (!rightMatched[j] && left[i] == right[j])
                {
                    leftMatched[i] = rightMatched[j] = true;
                    matches++;
                    break;
                }
            }
        }

        if (matches == 0)
        {
            return 0;
        }

        var transposed = 0;
        for (int i = 0, j = 0; i < left.Length; i++)
        {
            if (!leftMatched[i])
            {
                continue;
            }

            while (!rightMatched[j])
            {
                j++;
            }

            transposed += left[i] == right[j++] ? 0 : 1;
        }

        double m = matches;
        var jaro = ((m / left.Length) + (m / right.Length) + ((m - (transposed / 2.0)) / m)) / 3;
        var prefix = 0;
        while (prefix < Math.Min(4, Math.Min(left.Length, right.Length)) && left[prefix] == right[prefix])
        {
            prefix++;
        }

        return jaro + (prefix * 0.1 * (1 - jaro));
    }
}
