using System.Diagnostics;
using System.Globalization;
using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Stories;

namespace Storyline.Evaluation;

/// <summary>
/// How well a stream of articles becomes stories: the whole stream is annotated and clustered online in its order, the labelled articles are scored.
/// The clustering is the service's own, without its database.
/// </summary>
public sealed class Stories : EvaluationTask
{
    public override string Name => "stories";

    public override IReadOnlyList<string> Files => ["stream.jsonl.gz", "labels.tsv"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var labels = DataFiles.TabSeparated(Path.Combine(data, "labels.tsv")).Skip(1).ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
        var frequencies = new DocumentFrequencies();
        var annotator = new Annotator(new NameLexicon(), frequencies);
        var clusterer = new StoryClusterer(new StoryOptions(), frequencies);
        var storyOf = new Dictionary<string, string>(StringComparer.Ordinal);
        var survivors = new Dictionary<string, string>(StringComparer.Ordinal);
        var clustering = TimeSpan.Zero;
        var order = 0L;
        foreach (var parsed in Read(data).Take(limit ?? int.MaxValue))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            var assignment = clusterer.Assign(annotator.Annotate(parsed, revision: 1).Features, ++order);
            clusterer.Settle(assignment.Story, order);
            clusterer.Evict();
            clustering += Stopwatch.GetElapsedTime(started);
            storyOf[parsed.ArticleId] = assignment.Story.StoryId;
            if (assignment.Absorbed is { } absorbed)
            {
                survivors[absorbed.StoryId] = assignment.Story.StoryId;
            }
        }

        var found = storyOf.ToDictionary(s => s.Key, s => Survivor(s.Value, survivors), StringComparer.Ordinal);
        var gold = labels.Where(l => found.ContainsKey(l.Key)).ToDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal);
        var (bcubedP, bcubedR) = ClusterMetrics.BCubed(gold, found);
        var (pairwiseP, pairwiseR) = ClusterMetrics.Pairwise(gold, found);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"stories over {order} articles of {data}, {survivors.Count} merges"));
        return new Metrics()
            .Count("articles", (int)order)
            .Count("labelled", gold.Count)
            .Value("bcubed_p", bcubedP)
            .Value("bcubed_r", bcubedR)
            .Value("bcubed_f1", TextMetrics.F1(bcubedP, bcubedR))
            .Value("pairwise_p", pairwiseP)
            .Value("pairwise_r", pairwiseR)
            .Value("pairwise_f1", TextMetrics.F1(pairwiseP, pairwiseR))
            .Count("stories", found.Values.Distinct(StringComparer.Ordinal).Count())
            .Value("articles_per_s", order / clustering.TotalSeconds);
    }

    /// <summary>The stream of a data folder, in its order, as the parser would hand it on.</summary>
    internal static IEnumerable<ArticleParsed> Read(string data) =>
        DataFiles.JsonLines<Article>(Path.Combine(data, "stream.jsonl.gz")).Select(ToParsed);

    private static ArticleParsed ToParsed(Article article)
    {
        DateTimeOffset? published = article.Published is { Length: > 0 } text
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)
            : null;
        return Parsed(article.Id, article.Title ?? "", article.Body ?? "", published, article.Url ?? "", article.Source ?? "");
    }

    /// <summary>An article as the parser would hand it on.</summary>
    internal static ArticleParsed Parsed(string id, string title, string body, DateTimeOffset? published = null, string url = "", string source = "") => new()
    {
        ArticleId = id,
        Capture = 1,
        Url = url,
        SourceId = source,
        // Where the set gives no time, none passes.
        FetchedAt = published ?? DateTimeOffset.UnixEpoch,
        Content = new ArticleContent { Title = title, Body = body, Blocks = [], Language = "en", PublishTime = published },
        ContentDigest = "",
        ParserVersion = "",
    };

    private static string Survivor(string storyId, Dictionary<string, string> survivors)
    {
        while (survivors.TryGetValue(storyId, out var survivor))
        {
            storyId = survivor;
        }

        return storyId;
    }

    private sealed record Article(string Id, string? Published, string? Source, string? Url, string? Title, string? Body);
}
