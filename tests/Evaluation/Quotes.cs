using System.Runtime.InteropServices;
using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Quotes;

namespace Storyline.Evaluation;

/// <summary>
/// Who is quoted in which words: a gold content is found when a quote shares at least <see cref="MinShared"/> of the tokens of both; the speaker is right when the spans
/// of both overlap. Direct and mixed are what holds quotation marks or lies inside them.
/// </summary>
public sealed class Quotes : EvaluationTask
{
    private const double MinShared = 0.8;

    public override string Name => "quotes";

    public override IReadOnlyList<string> Files => ["polnear-*.jsonl.gz"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var annotator = new Annotator(new NameLexicon(), new DocumentFrequencies());
        Count marked = default, indirect = default;
        var articles = 0;
        foreach (var article in Directory.GetFiles(data, "polnear-*.jsonl.gz").Order(StringComparer.Ordinal).SelectMany(DataFiles.JsonLines<Article>).Take(limit ?? int.MaxValue))
        {
            cancellationToken.ThrowIfCancellationRequested();
            articles++;
            var tokens = new TokenSpans(article.Text);
            var found = annotator.Annotate("", article.Text).Quotes;
            var gold = article.Annotations.Values.SelectMany(a => a).Where(a => a.Content is { Length: > 0 }).ToArray();
            var marks = QuotationMarks.Find(article.Text);
            var (isMarked, isFoundMarked) = (Array.ConvertAll(gold, g => IsMarked(g.Content!, marks)), found.Select(q => q.Kind != QuoteKind.Indirect).ToArray());
            marked = marked.Plus(Score(tokens, [.. gold.Where((_, i) => isMarked[i])], [.. found.Where((_, i) => isFoundMarked[i])]));
            indirect = indirect.Plus(Score(tokens, [.. gold.Where((_, i) => !isMarked[i])], [.. found.Where((_, i) => !isFoundMarked[i])]));
        }

        await output.WriteLineAsync($"{articles} articles of {data}: {marked.Gold} quotations with marks, {indirect.Gold} without");
        return new Metrics()
            .Count("articles", articles)
            .Value("direct_mixed_p", marked.P)
            .Value("direct_mixed_r", marked.R)
            .Value("direct_mixed_f1", TextMetrics.F1(marked.P, marked.R))
            .Value("direct_mixed_speaker", marked.Right == 0 ? null : (double)marked.Speakers / marked.Right)
            .Value("indirect_p", indirect.P)
            .Value("indirect_r", indirect.R)
            .Value("indirect_f1", TextMetrics.F1(indirect.P, indirect.R));
    }

    private static bool IsMarked(int[][] content, List<QuotedSpan> marks) =>
        content.Any(span => marks.Exists(mark => mark.MarkStart < span[1] && span[0] < mark.MarkEnd));

    // One found quote answers one gold content, the one that it shares most with.
    private static Count Score(TokenSpans tokens, Annotation[] gold, FoundQuote[] found)
    {
        var wanted = Array.ConvertAll(gold, g => tokens.Of(g.Content!.Select(s => (s[0], s[1]))));
        var given = Array.ConvertAll(found, q => tokens.Of([(q.Start, q.Start + q.Length)]));
        var pairs = new List<(double Shared, int Gold, int Found)>();
        for (var g = 0; g < wanted.Length; g++)
        {
            for (var f = 0; f < given.Length; f++)
            {
                double common = wanted[g].Count(given[f].Contains);
                var shared = common / Math.Max(1, wanted[g].Count + given[f].Count - common);
                if (shared >= MinShared)
                {
                    pairs.Add((shared, g, f));
                }
            }
        }

        var (usedGold, usedFound) = (new HashSet<int>(), new HashSet<int>());
        int right = 0, speakers = 0;
        foreach (var (_, g, f) in pairs.OrderByDescending(p => p.Shared))
        {
            if (usedGold.Contains(g) || usedFound.Contains(f))
            {
                continue;
            }

            usedGold.Add(g);
            usedFound.Add(f);
            right++;
            var quote = found[f];
            speakers += quote.SpeakerStart >= 0 && (gold[g].Source ?? []).Any(s => s[0] < quote.SpeakerStart + quote.SpeakerLength && quote.SpeakerStart < s[1]) ? 1 : 0;
        }

        return new Count(right, given.Length, wanted.Length, speakers);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Count(int Right, int Found, int Gold, int Speakers)
    {
        public double P => Found == 0 ? 0 : (double)Right / Found;

        public double R => Gold == 0 ? 0 : (double)Right / Gold;

        public Count Plus(Count other) => new(Right + other.Right, Found + other.Found, Gold + other.Gold, Speakers + other.Speakers);
    }

    /// <summary>Tokens as numbers, to compare spans by.</summary>
    private sealed class TokenSpans
    {
        private readonly List<(int Start, int End)> _tokens = [];

        public TokenSpans(string text)
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (char.IsLetterOrDigit(text[i]))
                {
                    var start = i;
                    while (i + 1 < text.Length && char.IsLetterOrDigit(text[i + 1]))
                    {
                        i++;
                    }

                    _tokens.Add((start, i + 1));
                }
            }
        }

        public HashSet<int> Of(IEnumerable<(int Start, int End)> spans)
        {
            var found = new HashSet<int>();
            foreach (var (start, end) in spans)
            {
                var at = _tokens.BinarySearch((start, 0));
                for (at = at < 0 ? ~at : at; at < _tokens.Count && _tokens[at].Start < end; at++)
                {
                    found.Add(at);
                }
            }

            return found;
        }
    }

    private sealed record Article(string Id, string Text, Dictionary<string, Annotation[]> Annotations);

    private sealed record Annotation(int[][]? Source, int[][]? Content);
}
