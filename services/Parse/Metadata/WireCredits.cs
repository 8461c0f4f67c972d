using Storyline.Contracts;

namespace Storyline.Parse.Metadata;

/// <summary>
/// Agencies whose copy an article carries. Mentioning an agency is no credit ("told Reuters"); the places that are: the byline, the dateline,
/// a credit line at the end, and an agency's picture over a text that names the agency.
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

    public static bool IsAgency(string name)
    {
        var key = Text.Key(name);
        return Agencies.Any(a => a.Forms.Any(f => Text.Key(f) == key));
    }

    /// <summary>The agencies credited, in the order of their evidence.</summary>
    public static string[] Find(IEnumerable<string> bylines, IReadOnlyList<Block> blocks)
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
            Collect(Dateline(first.Text), found, ref order);
        }

        foreach (var block in text.TakeLast(3))
        {
            if (IsCreditLine(block.Text))
            {
                Collect(block.Text, found, ref order);
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

        return [.. found.OrderBy(f => f.Order).Select(f => f.Name).Distinct(StringComparer.Ordinal)];
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

    private static string ClosingBracket(string text)
    {
        var end = text.AsSpan().TrimEnd(" .");
        var open = end.LastIndexOfAny('(', '[');
        return !end.IsEmpty && end[^1] is ')' or ']' && open >= 0 && end.Length - open <= 40 ? end[(open + 1)..^1].ToString() : "";
    }

    private static bool IsCreditLine(string text) => text.Length <= 300
        && (CreditPhrases.Any(p => text.Contains(p, StringComparison.OrdinalIgnoreCase)) || IsAgency(text.Trim('(', ')', '-', '–', '—', ' ', '.', '/')));

    private static void Collect(string text, List<(int Order, string Name)> found, ref int order)
    {
        if (text.Length == 0)
        {
            return;
        }

        foreach (var (name, forms) in Agencies)
        {
            var at = forms.Select(f => IndexOfWord(text, f)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
            if (at >= 0)
            {
                found.Add((order + at, name));
            }
        }

        order += 10_000;
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
