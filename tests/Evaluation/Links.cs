using System.Globalization;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Entities;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Stories;
using Storyline.Enrich.Text;

namespace Storyline.Evaluation;

/// <summary>
/// Whether mentions of one entity get one id across documents: each gold mention takes the id of the mention found with the same span, one without is alone.
/// The documents go through annotation, clustering and the directory of entities in their order, as articles do.
/// </summary>
public sealed class Links : EvaluationTask
{
    public override string Name => "links";

    public override IReadOnlyList<string> Files => ["cleanconll-*.tsv.gz", "mentions-*.tsv.gz"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var documents = ConllDocument.Read(Directory.GetFiles(data, "cleanconll-*.tsv.gz").Order(StringComparer.Ordinal).First()).Take(limit ?? int.MaxValue).ToArray();
        var mentions = DataFiles.TabSeparated(Directory.GetFiles(data, "mentions-*.tsv.gz").Order(StringComparer.Ordinal).First()).Skip(1)
            .Select(c => (Document: int.Parse(c[0], CultureInfo.InvariantCulture), First: int.Parse(c[1], CultureInfo.InvariantCulture), End: int.Parse(c[2], CultureInfo.InvariantCulture), Type: c[3], Entity: c[5]))
            .Where(m => m.Document < documents.Length).ToArray();
        var found = Found(documents, cancellationToken);
        var gold = new Dictionary<string, string>(StringComparer.Ordinal);
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var people = new HashSet<string>(StringComparer.Ordinal);
        var hits = 0;
        foreach (var (i, mention) in mentions.Index())
        {
            var key = i.ToString(CultureInfo.InvariantCulture);
            var tokens = documents[mention.Document].Tokens;
            var id = found.GetValueOrDefault((mention.Document, tokens[mention.First].Start, tokens[mention.End - 1].End));
            hits += id is null ? 0 : 1;
            gold[key] = mention.Entity;
            given[key] = id ?? "none " + key;
            if (mention.Type == "PER")
            {
                people.Add(key);
            }
        }

        var (p, r) = ClusterMetrics.BCubed(gold, given);
        var (personP, personR) = ClusterMetrics.BCubed(gold.Where(g => people.Contains(g.Key)).ToDictionary(StringComparer.Ordinal), given);
        await output.WriteLineAsync($"{mentions.Length} mentions in {documents.Length} documents of {data}");
        return new Metrics()
            .Count("mentions", mentions.Length)
            .Count("found", hits)
            .Value("bcubed_p", p)
            .Value("bcubed_r", r)
            .Value("bcubed_f1", TextMetrics.F1(p, r))
            .Value("person_bcubed_f1", TextMetrics.F1(personP, personR));
    }

    private static Dictionary<(int Document, int Start, int End), string> Found(ConllDocument[] documents, CancellationToken cancellationToken)
    {
        var frequencies = new DocumentFrequencies();
        var annotator = new Annotator(new NameLexicon(), frequencies);
        var clusterer = new StoryClusterer(new StoryOptions(), frequencies);
        var directory = new EntityDirectory();
        var found = new Dictionary<(int, int, int), string>();
        foreach (var (i, document) in documents.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (annotation, features) = annotator.Annotate(Stories.Parsed(i.ToString(CultureInfo.InvariantCulture), "", document.Text), revision: 1);
            var assignment = clusterer.Assign(features, i + 1);
            var resolved = directory.Resolve(assignment.Article.Features, assignment.Story);
            clusterer.Resolve(assignment.Article, resolved);
            directory.Count(resolved, before: null);
            foreach (var (e, entity) in annotation.Entities.Index())
            {
                // Entities beyond those that are kept with an article have the id that their name alone gives.
                var id = e < resolved.Entities.Length ? resolved.Entities[e].EntityId : Identifiers.Entity(entity.Type, entity.Key);
                foreach (var mention in entity.Mentions)
                {
                    found[(i, mention.Start, mention.Start + mention.Length)] = id;
                }
            }
        }

        return found;
    }
}
