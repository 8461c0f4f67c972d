using System.Collections.Frozen;
using System.Text;
using AnyAscii;
using Storyline.Contracts;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Names;

/// <summary>
/// Whether two spellings can be one name, across order, initials, short forms, slips, scripts and legal forms. More generous than <see cref="NameSimilarity"/>, which
/// decides inside a text: it answers who asks for a name, and every answer has its score.
/// </summary>
/// <remarks>
/// Names are cut into words in Latin letters without marks; each word of the shorter name has to find one of the longer, the nearest first: the same up to a slip or two
/// (Damerau's, by length), its initial, or a short form of it. A person may have more names than were given; an organisation may not, but for its legal form.
/// </remarks>
public sealed class NameMatcher
{
    private const int MinSlipLength = 4;
    private const int TwoSlipsLength = 8;
    private const int LettersPerEdit = 7;
    private const int MinJoinedLength = 6;

    private static readonly FrozenSet<string> SmallWords = new[] { "the", "and", "of", "for" }.ToFrozenSet(StringComparer.Ordinal);

    // Written out and short, in the order in which longer ones hold shorter ones. Values of one kind are equal.
    private static readonly (string Words, string Form)[] LegalForms =
    [
        ("gesellschaft mit beschrankter haftung", "gmbh"), ("limited liability company", "llc"), ("public limited company", "plc"), ("open joint stock company", "jsc"), ("joint stock company", "jsc"),
        ("aktiengesellschaft", "ag"), ("incorporated", "inc"), ("corporation", "corp"), ("societe anonyme", "sa"), ("sociedad anonima", "sa"), ("limited", "ltd"), ("company", "co"),
        ("s a de c v", "sa"), ("s a r l", "sarl"), ("sp z o o", "llc"), ("ojsc", "jsc"), ("oao", "jsc"), ("pao", "jsc"), ("ooo", "llc"),
    ];

    private static readonly FrozenSet<string> LegalWords =
        "inc corp ltd co llc jsc plc ag gmbh sa sarl lp llp spa se nv bv kg oy ab as srl pty pt na".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Titles =
        NameLexicon.Honorifics.Select(title => Words.Fold(title).TrimEnd('.')).ToFrozenSet(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, string[]> _shortForms;

    public NameMatcher(NameLexicon lexicon) => _shortForms = lexicon.ShortForms;

    /// <summary>How alike two spellings are: 1 for the same words, less for every letter that differs, 0 when they are hardly one name.</summary>
    public double Score(EntityType type, string left, string right)
    {
        var (a, b) = (Parts(type, left), Parts(type, right));
        if (a.Length > b.Length)
        {
            (a, b) = (b, a);
        }

        var (joinedA, joinedB) = (string.Concat(a), string.Concat(b));
        if (joinedA.Length == 0)
        {
            return 0;
        }

        // A letter of these scripts is a syllable or a word: one that differs is no slip. Nor is another number.
        var mayDiffer = !IsUnspaced(left) && !IsUnspaced(right) && joinedA.Where(char.IsAsciiDigit).SequenceEqual(joinedB.Where(char.IsAsciiDigit));
        var letters = Math.Max(joinedA.Length, joinedB.Length);
        var apart = joinedB.Length - joinedA.Length is >= -1 and <= 1 ? NameSimilarity.EditDistance(joinedA, joinedB) : int.MaxValue;
        if (apart == 0 || (apart == 1 && mayDiffer && joinedA.Length >= MinJoinedLength))
        {
            return 1 - ((double)apart / letters);
        }

        var edits = Align(a, b, type == EntityType.Person, mayDiffer, out var missing, out var extra);
        if (missing > 0 || edits > Math.Max(1, joinedA.Length / LettersPerEdit) || (extra > 0 && (type != EntityType.Person || a.Length < 2)))
        {
            return 0;
        }

        return Math.Max(0.01, 1 - ((double)edits / letters) - (0.02 * extra));
    }

    /// <summary>The edits between the words that belong together, and how many of either name are left over.</summary>
    private int Align(string[] shorter, string[] longer, bool isPerson, bool mayDiffer, out int missing, out int extra)
    {
        var pairs = new List<(int Distance, int A, int B)>();
        for (var i = 0; i < shorter.Length; i++)
        {
            for (var j = 0; j < longer.Length; j++)
            {
                if (Distance(shorter[i], longer[j], isPerson, mayDiffer) is { } distance)
                {
                    pairs.Add((distance, i, j));
                }
            }
        }

        var (usedA, usedB) = (new bool[shorter.Length], new bool[longer.Length]);
        var edits = 0;
        foreach (var (distance, i, j) in pairs.OrderBy(p => p.Distance).ThenBy(p => Math.Abs(p.A - p.B)))
        {
            if (!usedA[i] && !usedB[j])
            {
                (usedA[i], usedB[j]) = (true, true);
                edits += distance;
            }
        }

        (missing, extra) = (usedA.Count(used => !used), usedB.Count(used => !used));
        return edits;
    }

    /// <summary>Null when the words cannot be the same.</summary>
    private int? Distance(string a, string b, bool isPerson, bool mayDiffer)
    {
        if (a == b)
        {
            return 0;
        }

        if (isPerson && (a.Length == 1 || b.Length == 1))
        {
            return a[0] == b[0] ? 1 : null;
        }

        if (isPerson && (IsShortForm(a, b) || IsShortForm(b, a)))
        {
            return 1;
        }

        var length = Math.Max(a.Length, b.Length);
        var allowed = length < MinSlipLength || !mayDiffer ? 0 : length < TwoSlipsLength ? 1 : 2;
        return allowed > 0 && NameSimilarity.EditDistance(a, b) is var edits && edits <= allowed ? edits : null;
    }

    private bool IsShortForm(string name, string other) => _shortForms.TryGetValue(name, out var forms) && forms.Contains(other, StringComparer.Ordinal);

    /// <summary>The words that identify, without titles and legal forms; all words when nothing else is left.</summary>
    private static string[] Parts(EntityType type, string name)
    {
        var words = LatinWords(name);
        if (type == EntityType.Person)
        {
            return words.FindAll(word => !Titles.Contains(word)) is { Count: > 0 } named ? [.. named] : [.. words];
        }

        var line = " " + string.Join(' ', words) + " ";
        foreach (var (written, form) in LegalForms)
        {
            line = line.Replace($" {written} ", $" {form} ", StringComparison.Ordinal);
        }

        var all = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return all.Where(word => !LegalWords.Contains(word) && !SmallWords.Contains(word)).ToArray() is { Length: > 0 } own ? own : all;
    }

    /// <summary>Words in lower-case Latin letters: marks and apostrophes go, "A.B.C." is one word, an ampersand is "and".</summary>
    private static List<string> LatinWords(string name)
    {
        var words = new List<string>();
        foreach (var piece in Words.Fold(name).Transliterate().ToLowerInvariant().Replace("&", " and ", StringComparison.Ordinal)
            .Split([' ', ',', ';', ':', '/', '-', '(', ')', '"', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = piece.Split('.', StringSplitOptions.RemoveEmptyEntries);
            foreach (var part in parts.Length > 1 && Array.TrueForAll(parts, p => p.Length == 1) ? [string.Concat(parts)] : parts)
            {
                var word = new StringBuilder(part.Length);
                foreach (var c in part)
                {
                    if (char.IsAsciiLetterOrDigit(c))
                    {
                        word.Append(c);
                    }
                }

                if (word.Length > 0)
                {
                    words.Add(word.ToString());
                }
            }
        }

        return words;
    }

    private static bool IsUnspaced(string name) => name.Any(c => c is (>= '\u3400' and <= '\u9FFF') or (>= '\uAC00' and <= '\uD7AF') or (>= '\uF900' and <= '\uFAFF'));
}
