using System.Diagnostics;
using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;

namespace Storyline.Evaluation;

/// <summary>Names found in running text: exact span and type.</summary>
public sealed class Ner : EvaluationTask
{
    private static readonly string[] Types = ["PER", "ORG", "LOC", "MISC"];

    public override string Name => "ner";

    public override IReadOnlyList<string> Files => ["*.txt.gz"];

    /// <summary>The type's name in the data sets.</summary>
    public static string TypeName(EntityType type) => type switch
    {
        EntityType.Person => "PER",
        EntityType.Organisation => "ORG",
        EntityType.Place => "LOC",
        _ => "MISC",
    };

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var annotator = new Annotator(new NameLexicon(), new DocumentFrequencies());
        var metrics = new Metrics();
        var tokens = 0L;
        var elapsed = TimeSpan.Zero;
        var files = Directory.GetFiles(data, "*.txt.gz").Order(StringComparer.Ordinal).ToArray();
        foreach (var file in files)
        {
            var counts = new Dictionary<string, (int Right, int Found, int Gold)>(StringComparer.Ordinal);
            foreach (var document in ConllDocument.Read(file).Take(limit ?? int.MaxValue))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var started = Stopwatch.GetTimestamp();
                var entities = annotator.Annotate("", document.Text).Entities;
                elapsed += Stopwatch.GetElapsedTime(started);
                tokens += document.Tokens.Length;
                var found = entities.SelectMany(e => e.Mentions.Select(m => (m.Start, End: m.Start + m.Length, Type: TypeName(e.Type)))).ToHashSet();
                var gold = document.Spans().ToHashSet();
                foreach (var type in Types)
                {
                    var (right, all, wanted) = counts.GetValueOrDefault(type);
                    counts[type] = (right + found.Count(f => f.Type == type && gold.Contains(f)), all + found.Count(f => f.Type == type), wanted + gold.Count(g => g.Type == type));
                }
            }

            var prefix = files.Length == 1 ? "" : Path.GetFileName(file)[..^".txt.gz".Length] + "_";
            Add(metrics, prefix, (counts.Values.Sum(c => c.Right), counts.Values.Sum(c => c.Found), counts.Values.Sum(c => c.Gold)));
            foreach (var type in Types)
            {
                Add(metrics, $"{prefix}{type.ToLowerInvariant()}_", counts.GetValueOrDefault(type));
            }
        }

        await output.WriteLineAsync($"names in {tokens} tokens of {data}");
        return metrics.Value("tokens_per_s", tokens / elapsed.TotalSeconds);
    }

    private static void Add(Metrics metrics, string prefix, (int Right, int Found, int Gold) count)
    {
        var (p, r) = (count.Found == 0 ? 0 : (double)count.Right / count.Found, count.Gold == 0 ? 0 : (double)count.Right / count.Gold);
        metrics.Value(prefix + "precision", p).Value(prefix + "recall", r).Value(prefix + "f1", TextMetrics.F1(p, r));
    }
}
