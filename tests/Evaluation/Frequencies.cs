using System.Globalization;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;

namespace Storyline.Evaluation;

/// <summary>
/// Derives the table of <see cref="DocumentFrequencies"/> from a stream of articles: every line with a tab is one of its lines, a term and in how many of
/// 10,000 articles it stands. Terms of fewer than 10 are left out: they count as unseen.
/// </summary>
public sealed class Frequencies : EvaluationTask
{
    private const double LeastPer10000 = 10;

    public override string Name => "frequencies";

    public override IReadOnlyList<string> Files => ["stream.jsonl.gz"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var annotator = new Annotator(new NameLexicon(), new DocumentFrequencies());
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var articles = 0;
        foreach (var article in Stories.Read(data).Take(limit ?? int.MaxValue))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var features = annotator.Annotate(article, revision: 1).Features;
            foreach (var term in features.Words.Terms.Concat(features.Names.Terms.Select(name => DocumentFrequencies.NamePrefix + name)))
            {
                counts[term] = counts.GetValueOrDefault(term) + 1;
            }

            articles++;
        }

        var lines = counts
            .Where(term => term.Value * 10_000.0 / articles >= LeastPer10000 && term.Key.AsSpan().IndexOfAny('\t', '\n') < 0)
            .OrderBy(term => term.Key, StringComparer.Ordinal)
            .Select(term => string.Create(CultureInfo.InvariantCulture, $"{term.Key}\t{Math.Round(term.Value * 10_000.0 / articles)}"))
            .ToList();
        foreach (var line in lines)
        {
            await output.WriteLineAsync(line);
        }

        return new Metrics().Count("articles", articles).Count("terms", lines.Count);
    }
}
