using Storyline.Contracts;
using Storyline.Enrich.Names;

namespace Storyline.Evaluation;

/// <summary>Whether two spellings can be one name, by the comparison that finds an entity for a name.</summary>
public sealed class NamePairs : EvaluationTask
{
    public override string Name => "names";

    public override IReadOnlyList<string> Files => ["pairs.csv"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var lines = DataFiles.CommaSeparated(Path.Combine(data, "pairs.csv")).ToArray();
        var column = lines[0].Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        var matcher = new NameMatcher(new NameLexicon());
        int right = 0, found = 0, gold = 0, pairs = 0;
        foreach (var line in lines.Skip(1).Take(limit ?? int.MaxValue))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (a, b) = (line[column["name1"]], line[column["name2"]]);
            var isMatch = line[column["is_match"]].Equals("true", StringComparison.OrdinalIgnoreCase);
            var type = line[column["schema"]] == "Person" ? EntityType.Person : EntityType.Organisation;
            var isFound = matcher.Score(type, a, b) > 0;
            right += isMatch && isFound ? 1 : 0;
            found += isFound ? 1 : 0;
            gold += isMatch ? 1 : 0;
            pairs++;
        }

        await output.WriteLineAsync($"{pairs} pairs of names of {data}, {gold} of one name");
        var (p, r) = (found == 0 ? 0 : (double)right / found, gold == 0 ? 0 : (double)right / gold);
        return new Metrics().Count("pairs", pairs).Value("precision", p).Value("recall", r).Value("f1", TextMetrics.F1(p, r));
    }
}
