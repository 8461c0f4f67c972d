using System.Collections.Frozen;
using Storyline.Contracts;

namespace Storyline.Parse.Metadata;

/// <summary>
/// Agencies whose copy an article carries. Mentioning an agency is no credit ("told Reuters"); the places that are: the byline, the dateline,
/// a credit line at the end, and an agency's picture over a text that names the agency. An agency that is not in the table is known by its place alone:
/// in the brackets of a dateline ("PORT ELIN (Northern) - "), or as the one word, or the name in an agency's form ("Northern News Agency"), after the words
/// of a credit line. A publisher's own name is no credit.
/// </summary>
public static class WireCredits
{
    private static readonly (string Name, string[] Forms)[] Agencies =
    [
        ("The Associated Press", ["The Associated Press", "Associated Press", "AP"]),
        ("Reuters", ["Thomson Reuters", "Reuters"]),
        ("Agence France-Presse", ["Agence France-Presse", "Agence France Presse", "AFP"]),
        ("dpa", ["Deutsche Presse-Agentur", "dpa", "DPA"]),
        ("PA Media", ["PA Media", "Press Association"]),
        ("EFE", ["Agencia EFE", "EFE"]),
        ("Europa Press", ["Europa Press"]),
        ("ANSA", ["Ansa", "ANSA"]),
        ("APA", ["Austria Presse Agentur", "APA"]),
        ("Keystone-SDA", ["Keystone-SDA", "SDA"]),
        ("Xinhua", ["Xinhua"]),
        ("TASS", ["TASS"]),
        ("Interfax", ["Interfax"]),
        ("Kyodo News", ["Kyodo News", "Kyodo"]),
        ("Yonhap", ["Yonhap News Agency", "Yonhap"]),
        ("UPI", ["United Press International", "UPI"]),
        ("PTI", ["Press Trust of India", "PTI"]),
        ("ANI", ["ANI"]),
        ("IANS", ["IANS"]),
        ("AAP", ["Australian Associated Press", "AAP"]),
        ("The Canadian Press", ["The Canadian Press"]),
        ("Bernama", ["Bernama"]),
        ("Anadolu Agency", ["Anadolu Agency", "Anadolu Ajansı"]),
        ("Ritzau", ["Ritzau"]),
        ("NTB", ["NTB"]),
        ("ANP", ["ANP"]),
        ("Belga", ["Belga"]),
        ("PAP", ["PAP"]),
        ("ČTK", ["ČTK"]),
        ("epd", ["epd"]),
        ("KNA", ["KNA"]),
        ("SID", ["SID"]),
    ];

    // What makes a line at the end of an article a credit and not a sentence of it.
    private static readonly string[] CreditPhrases =
    [
        "information for this report", "contributed to this report", "material from", "with reporting by", "reporting by", "additional reporting", "with inputs from", "with input from", "inputs from",
        "with files from", "from wire", "source:", "quelle:", "fuente:", "fonte:", "con información de", "avec ", "mit material", "credit:", "copyright", "©",
    ];

    // Credit lines that end with whoever is credited; "source:" is left out, because that may be anybody.
    private static readonly string[] CreditedAfter =
    [
        "with files from ", "with inputs from ", "with input from ", "with material from ", "information in this report came from ", "information for this report came from ",
        "includes reporting by ", "mit material von ", "con información de ",
    ];

    private static readonly HashSet<string> AgencyWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "agency", "newswire", "wire", "wires", "agentur", "presse-agentur", "presseagentur", "agencia", "agenzia", "agence",
    };

    private static readonly FrozenSet<string> AgencyKeys = Agencies.SelectMany(a => a.Forms).Select(f => Text.Key(f)).ToFrozenSet(StringComparer.Ordinal);

    public static bool IsAgency(string name) => AgencyKeys.Contains(Text.Key(name));

    /// <summary>The agencies credited, in the order of their evidence.</summary>
    /// <param name="bylines">Who the document names as authors.</param>
    /// <param name="blocks">The article.</param>
    /// <param name="publisher">The publisher's own name, if known.</param>
    public static string[] Find(IEnumerable<string> bylines, IReadOnlyList<Block> blocks, string? publisher = null)
    {
        var found = new List<(int Order, string Name)>();
        var order = 0;
        foreach (var byline in bylines)
        {
            Collect(byline, found, ref order);
        }

        var text = blocks.Where(b => b.Kind != BlockKind.Caption).ToList();
        if (text.FirstOrDefault(b => b.Kind == BlockKind.Paragraph) is { } first)
        {
            var dateline = Dateline(first.Text);
            if (!Collect(dateline, found, ref order) && IsUpperCasePlace(first.Text))
            {
                CollectUnlisted(dateline, found, order);
            }
        }

        foreach (var block in text.TakeLast(3))
        {
            if (IsCreditLine(block.Text))
            {
                if (!Collect(block.Text, found, ref order))
                {
                    CollectUnlisted(Credited(block.Text), found, order);
                }
            }
            else if (block == text[^1])
            {
                Collect(ClosingBracket(block.Text), found, ref order);
            }
        }

        foreach (var caption in blocks.Where(b => b.Kind == BlockKind.Caption))
        {
            var named = new List<(int, string Name)>();
            Collect(ClosingBracket(caption.Text), named, ref order);
            found.AddRange(named.Where(n => text.Any(b => Names(b.Text, n.Name))).Select(n => (order, n.Name)));
        }

        var own = publisher is null ? null : Text.Key(publisher);
        return [.. found.OrderBy(f => f.Order).Select(f => f.Name).Distinct(StringComparer.Ordinal).Where(name => Text.Key(name) != own)];
    }

    private static bool Names(string text, string agency) => Agencies.First(a => a.Name == agency).Forms.Any(f => IndexOfWord(text, f) >= 0);

    /// <summary>"WASHINGTON (AP) —", "(EFE).-", "March 7 (Reuters) -": a bracket early on with a dash after it.</summary>
    private static string Dateline(string text)
    {
        var start = text.AsSpan(0, Math.Min(text.Length, 120));
        var open = start.IndexOf('(');
        var close = start.IndexOf(')');
        if (open < 0 || close < open || close - open > 40)
        {
            return "";
        }

        var after = start[(close + 1)..].TrimStart(" .");
        return open == 0 || (!after.IsEmpty && after[0] is '-' or '–' or '—') ? start[(open + 1)..close].ToString() : "";
    }

    // "PORT ELIN, Norway (": a sentence may open with a bracket as well, but not in capitals.
    private static bool IsUpperCasePlace(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        var comma = text.AsSpan(0, Math.Max(0, open)).IndexOf(',');
        var place = text.AsSpan(0, comma >= 0 ? comma : Math.Max(0, open)).Trim();
        return place.Length is >= 3 and <= 40 && char.IsLetter(place[0]) && place.IndexOfAnyInRange('a', 'z') < 0;
    }

    /// <summary>What a credit line credits: what follows its words, or the whole of a line that is one bracket; empty when it says more.</summary>
    private static string Credited(string text)
    {
        if (text is ['(', .., ')'])
        {
            return text[1..^1];
        }

        foreach (var phrase in CreditedAfter)
        {
            var at = text.IndexOf(phrase, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
            {
                return text[(at + phrase.Length)..].Trim(' ', '.');
            }
        }

        return "";
    }

    // Two words may well be a person ("with files from Lena Vik"); one capitalised word in these places is an agency, as is a name that says so.
    // Capitals alone are mostly the call letters of the broadcaster itself ("HOUSTON (KTRK) --").
    private static void CollectUnlisted(string name, List<(int Order, string Name)> found, int order)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var named = words is [{ Length: >= 3 }] || (words.Length is 2 or 3 or 4 && words.Any(AgencyWords.Contains));
        if (named && words.All(w => char.IsUpper(w[0]) && w.Any(char.IsLower) && w.All(c => char.IsLetter(c) || c is '-' or '’' or '\'')))
        {
            found.Add((order, name));
        }
    }

    private static string ClosingBracket(string text)
    {
        var end = text.AsSpan().TrimEnd(" .");
        var open = end.LastIndexOfAny('(', '[');
        return !end.IsEmpty && end[^1] is ')' or ']' && open >= 0 && end.Length - open <= 40 ? end[(open + 1)..^1].ToString() : "";
    }

    private static bool IsCreditLine(string text) => text.Length <= 300
        && (text is ['(', .., ')'] || CreditPhrases.Any(p => text.Contains(p, StringComparison.OrdinalIgnoreCase)) || CreditedAfter.Any(p => text.Contains(p, StringComparison.OrdinalIgnoreCase)) || IsAgency(text.Trim('(', ')', '-', '–', '—', ' ', '.', '/')));

    private static bool Collect(string text, List<(int Order, string Name)> found, ref int order)
    {
        var before = found.Count;

        foreach (var (name, forms) in Agencies)
        {
            var at = forms.Select(f => IndexOfWord(text, f)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
            if (at >= 0)
            {
                found.Add((order + at, name));
            }
        }

        order += 10_000;
        return found.Count > before;
    }

    private static int IndexOfWord(string text, string word)
    {
        for (var at = text.IndexOf(word, StringComparison.Ordinal); at >= 0; at = text.IndexOf(word, at + 1, StringComparison.Ordinal))
        {
            var end = at + word.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
            {
                return at;
            }
        }

        return -1;
    }
}
