using System.Text;
using System.Text.RegularExpressions;

namespace Storyline.Evaluation;

/// <summary>
/// How well articles are read that only a page's scripts hold: of each page of the extraction sets whose scripts have most of its text, everything visible and every
/// declaration is taken away before it is parsed.
/// </summary>
public sealed partial class ScriptTexts : EvaluationTask
{
    private const int Probes = 10;

    public override string Name => "scripts";

    public override IReadOnlyList<string> Files => ["pages.jsonl.gz", "gold.jsonl"];

    public override Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken) =>
        new Extraction(shell: Shell).RunAsync(data, limit, output, cancellationToken);

    /// <summary>The page without all but its head and its scripts; null when they do not hold the text.</summary>
    private static string? Shell(string html, string text)
    {
        var scripts = string.Concat(Script().Matches(html).Select(m => m.Value).Where(s => !s[..Math.Min(200, s.Length)].Contains("ld+json", StringComparison.OrdinalIgnoreCase)));
        var probes = Words().Matches(text).Select(m => m.Value).Where((_, i) => i % 6 == 1).Take(Probes).ToList();
        if (probes.Count == 0 || probes.Count(p => scripts.Contains(p, StringComparison.Ordinal)) < Math.Max(2, probes.Count / 2))
        {
            return null;
        }

        var head = Script().Replace(Head().Match(html).Value, "");
        return new StringBuilder("<!DOCTYPE html><html>").Append(head).Append("<body><div id=\"root\"></div>").Append(scripts).Append("</body></html>").ToString();
    }

    [GeneratedRegex("<script[^>]*>.*?</script>", RegexOptions.Singleline | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Script();

    [GeneratedRegex("<head.*?</head>", RegexOptions.Singleline | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Head();

    [GeneratedRegex("[A-Za-z]{4,}(?: [A-Za-z]{3,}){3}", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Words();
}
