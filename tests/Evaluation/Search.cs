using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Storyline.Contracts;
using Storyline.Search.Index;
using Storyline.Search.Queries;

namespace Storyline.Evaluation;

/// <summary>How well the index ranks: the production query parser, analysis, index and ranking, beside a plain BM25 over the same analysis.</summary>
public sealed class Search : EvaluationTask
{
    /// <summary>Hits that count for average precision.</summary>
    private const int Depth = 1_000;

    public override string Name => "search";

    public override IReadOnlyList<string> Files => ["docs.jsonl.gz", "queries.jsonl", "qrels.tsv"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        var documents = DataFiles.JsonLines<Document>(Path.Combine(data, "docs.jsonl.gz")).ToArray();
        var relevance = DataFiles.TabSeparated(Path.Combine(data, "qrels.tsv")).Skip(1)
            .GroupBy(row => row[0], StringComparer.Ordinal)
            .ToDictionary(
                group => group.Key,
                group => group.GroupBy(row => row[1], StringComparer.Ordinal)
                    .ToDictionary(rows => rows.Key, rows => rows.Max(row => int.Parse(row[2], CultureInfo.InvariantCulture)), StringComparer.Ordinal),
                StringComparer.Ordinal);
        var queries = DataFiles.JsonLines<Query>(Path.Combine(data, "queries.jsonl"))
            .Where(query => relevance.ContainsKey(query.Id)).Take(limit ?? int.MaxValue).ToArray();

        var folder = Directory.CreateTempSubdirectory("storyline-evaluation-");
        try
        {
            using var index = new ArticleIndex(Path.Combine(folder.FullName, "index"), 48, NullLogger.Instance);
            index.Open("evaluation", 0);
            var started = Stopwatch.GetTimestamp();
            index.Apply([.. documents.Select((document, i) => (ArticleOf(document, i), "story"))], documents.Length);
            var indexing = Stopwatch.GetElapsedTime(started);

            var plain = new PlainBm25(documents.Select(document => Terms(index.Analyzer, document.Title + "\n\n" + document.Body)));
            var production = new Ranking();
            var baseline = new Ranking();
            var searching = TimeSpan.Zero;
            foreach (var query in queries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                started = Stopwatch.GetTimestamp();
                var hits = index.Search(QueryParser.Parse(query.Text), false, 0, Depth, new Dictionary<string, string>(StringComparer.Ordinal), cancellationToken);
                searching += Stopwatch.GetElapsedTime(started);
                production.Add([.. hits.Hits.Select(hit => documents[int.Parse(hit.ArticleId, NumberStyles.HexNumber, CultureInfo.InvariantCulture)].Id)], relevance[query.Id]);
                baseline.Add([.. plain.Rank(Terms(index.Analyzer, query.Text)).Take(Depth).Select(i => documents[i].Id)], relevance[query.Id]);
            }

            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"search over {documents.Length} documents, {queries.Length} queries of {data}: indexed {documents.Length / indexing.TotalSeconds:F0}/s, {searching.TotalMilliseconds / queries.Length:F2} ms a query"));
            return new Metrics()
                .Count("documents", documents.Length).Count("queries", queries.Length)
                .Value("ndcg10", production.Ndcg10).Value("map", production.AveragePrecision).Value("p10", production.Precision10)
                .Value("bm25_ndcg10", baseline.Ndcg10).Value("bm25_map", baseline.AveragePrecision);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IReadOnlyList<string> Terms(NewsAnalyzer analyzer, string text) =>
        [.. analyzer.Spans(ArticleDocument.BodyStem, text)
            .Where(span => !NewsAnalyzer.IsStopWord(text[span.Start..span.End].ToLowerInvariant()))
            .Select(span => span.Term)];

    private static ArticleEnriched ArticleOf(Document document, int i) => new()
    {
        ArticleId = i.ToString("x32", CultureInfo.InvariantCulture),
        Revision = 1,
        Capture = 1,
        Url = "urn:evaluation:" + document.Id,
        SourceId = "evaluation",
        FetchedAt = DateTimeOffset.UnixEpoch,
        Content = new ArticleContent { Title = document.Title, Body = document.Body, Blocks = [], Language = "en" },
        ParserVersion = "evaluation",
        StoryId = "story",
        Telling = new Telling(document.Id, 1, TellingRole.Original, null, null, "evaluation", document.Title, DateTimeOffset.UnixEpoch),
    };

    private sealed record Document(string Id, string Title, string Body);

    private sealed record Query(string Id, string Text);

    /// <summary>Means over queries.</summary>
    private sealed class Ranking
    {
        private int _queries;
        private double _ndcg;
        private double _averagePrecision;
        private double _precision;

        public double Ndcg10 => _ndcg / _queries;

        public double AveragePrecision => _averagePrecision / _queries;

        public double Precision10 => _precision / _queries;

        public void Add(string[] ranked, Dictionary<string, int> relevance)
        {
            _queries++;
            _precision += ranked.Take(10).Count(id => relevance.GetValueOrDefault(id) > 0) / 10.0;

            var relevant = relevance.Values.Count(grade => grade > 0);
            var found = 0;
            var precisions = 0.0;
            for (var i = 0; i < ranked.Length; i++)
            {
                if (relevance.GetValueOrDefault(ranked[i]) > 0)
                {
                    precisions += ++found / (i + 1.0);
                }
            }

            _averagePrecision += relevant == 0 ? 0 : precisions / relevant;
            var ideal = Gain(relevance.Values.OrderDescending());
            _ndcg += ideal == 0 ? 0 : Gain(ranked.Select(id => relevance.GetValueOrDefault(id))) / ideal;
        }

        // Järvelin and Kekäläinen 2002, with the grade itself as gain.
        private static double Gain(IEnumerable<int> grades) => grades.Take(10).Select((grade, i) => Math.Max(0, grade) / Math.Log2(i + 2)).Sum();
    }

    /// <summary>BM25 as in Robertson and Zaragoza 2009, k1 1.2, b 0.75, over title and body as one text; exact document lengths.</summary>
    private sealed class PlainBm25
    {
        private const double K1 = 1.2;
        private const double B = 0.75;

        private readonly Dictionary<string, List<(int Document, int Count)>> _postings = new(StringComparer.Ordinal);
        private readonly List<int> _lengths = [];

        public PlainBm25(IEnumerable<IReadOnlyList<string>> documents)
        {
            foreach (var terms in documents)
            {
                foreach (var group in terms.GroupBy(term => term, StringComparer.Ordinal))
                {
                    if (!_postings.TryGetValue(group.Key, out var postings))
                    {
                        _postings[group.Key] = postings = [];
                    }

                    postings.Add((_lengths.Count, group.Count()));
                }

                _lengths.Add(terms.Count);
            }
        }

        public IEnumerable<int> Rank(IReadOnlyList<string> query)
        {
            var average = _lengths.Average();
            var scores = new Dictionary<int, double>();
            foreach (var term in query)
            {
                if (!_postings.TryGetValue(term, out var postings))
                {
                    continue;
                }

                var idf = Math.Log(1 + ((_lengths.Count - postings.Count + 0.5) / (postings.Count + 0.5)));
                foreach (var (document, count) in postings)
                {
                    var norm = K1 * (1 - B + (B * _lengths[document] / average));
                    scores[document] = scores.GetValueOrDefault(document) + (idf * count * (K1 + 1) / (count + norm));
                }
            }

            return scores.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Select(entry => entry.Key);
        }
    }
}
