using Storyline.Enrich.Annotation;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Stories;

namespace Storyline.Evaluation;

/// <summary>
/// Which republished pairs are told as one deriving from the other, or both from one source: the whole stream is annotated and clustered in order, as the service does it,
/// and every telling has the role that it had when its story last grew. The texts are in the folder, or in <c>stories/allsides</c> beside it.
/// </summary>
public sealed class Copies : EvaluationTask
{
    private const double MinContainment = 0.5;

    public override string Name => "copies";

    public override IReadOnlyList<string> Files => ["pairs.tsv"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var lines = DataFiles.TabSeparated(Path.Combine(data, "pairs.tsv")).ToArray();
        var column = lines[0].Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        var pairs = lines.Skip(1)
            .Where(l => double.Parse(l[column["containment5"]], System.Globalization.CultureInfo.InvariantCulture) >= MinContainment)
            .Select(l => (First: l[column["id1"]], Second: l[column["id2"]])).ToArray();
        string[] folders = [data, Path.Combine(data, "..", "stories", "allsides")];
        var stream = Array.Find(folders, folder => File.Exists(Path.Combine(folder, "stream.jsonl.gz"))) ?? throw new FileNotFoundException($"no stream.jsonl.gz in {string.Join(" or ", folders)}");
        var frequencies = new DocumentFrequencies();
        var annotator = new Annotator(new NameLexicon(), frequencies);
        var options = new StoryOptions();
        var clusterer = new StoryClusterer(options, frequencies);
        var articles = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parsed in Stories.Read(stream).Take(limit ?? int.MaxValue))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var assignment = clusterer.Assign(annotator.Annotate(parsed, revision: 1).Features, articles.Count + 1);
            clusterer.Settle(assignment.Story, articles.Count + 1);
            articles[parsed.ArticleId] = assignment.Article.Features.Time;
            foreach (var member in assignment.Story.Members)
            {
                if (assignment.Story.Roles.Of(member).Source is { } source)
                {
                    sources[member.Features.ArticleId] = source.Features.ArticleId;
                }
                else
                {
                    sources.Remove(member.Features.ArticleId);
                }
            }

            clusterer.Evict();
        }

        var asked = pairs.Where(p => articles.ContainsKey(p.First) && articles.ContainsKey(p.Second)).ToArray();
        var apart = asked.Count(p => (articles[p.First] - articles[p.Second]).Duration() > options.Window);
        var told = asked.Count(p => Root(p.First, sources) == Root(p.Second, sources));
        await output.WriteLineAsync($"{articles.Count} articles of {stream}, {asked.Length} republished pairs of {data}, {apart} of them further apart than a story is open");
        return new Metrics()
            .Count("articles", articles.Count)
            .Count("pairs", asked.Length)
            .Value("recall_containment50", asked.Length == 0 ? null : (double)told / asked.Length)
            .Count("flagged", sources.Count)
            .Value("msrp_f1", null);
    }

    private static string Root(string article, Dictionary<string, string> sources)
    {
        const int Longest = 100;
        for (var step = 0; step < Longest && sources.TryGetValue(article, out var source); step++)
        {
            article = source;
        }

        return article;
    }
}
