using System.Diagnostics;
using System.Globalization;
using System.Text;
using Storyline.Contracts;
using Storyline.Parse;

namespace Storyline.Evaluation;

/// <summary>How well articles are read from pages: body, title, authors, publish time, and how fast.</summary>
/// <param name="parserOf">By URL a parser with another model than the shipped one, to judge a model; null for the parser as it ships.</param>
/// <param name="only">Which URLs to measure; null for all.</param>
/// <param name="shell">Makes another page of a page and its text before it is parsed, or null to leave it out; null for pages as they are.</param>
public sealed class Extraction(Func<string, DocumentParser>? parserOf = null, Func<string, bool>? only = null, Func<string, string, string?>? shell = null) : EvaluationTask
{
    public override string Name => "extraction";

    public override IReadOnlyList<string> Files => ["pages.jsonl.gz", "gold.jsonl"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var gold = DataFiles.JsonLines<Gold>(Path.Combine(data, "gold.jsonl")).ToDictionary(g => g.Id, StringComparer.Ordinal);
        var shipped = parserOf is null ? new DocumentParser() : null;
        var scores = new Scores();
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var failures = new List<string>();
        var parsing = TimeSpan.Zero;
        var pages = 0;
        // EVALUATION_DUMP=FILE: one line per page with what was found, for people who look for the reason of a number.
        var dumpPath = Environment.GetEnvironmentVariable("EVALUATION_DUMP");
        await using var dump = string.IsNullOrEmpty(dumpPath) ? null : new StreamWriter(dumpPath);
        foreach (var page in DataFiles.JsonLines<Page>(Path.Combine(data, "pages.jsonl.gz")).Take(limit ?? int.MaxValue).Where(p => only is null || only(p.Url ?? p.Id)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var html = shell is null ? page.Html : shell(page.Html, gold.GetValueOrDefault(page.Id)?.Text ?? "");
            if (html is null)
            {
                continue;
            }

            var bytes = Encoding.UTF8.GetBytes(html);
            var started = Stopwatch.GetTimestamp();
            var (result, failure) = Parse(shipped ?? parserOf!(page.Url ?? page.Id), bytes, page);
            parsing += Stopwatch.GetElapsedTime(started);
            pages++;
            if (failure is not null)
            {
                failures.Add($"{page.Id}: {failure.GetType().Name}: {failure.Message}");
            }

            var outcome = failure is not null ? "EXCEPTION" : result?.Content is null ? $"{result?.Outcome}" : "Article";
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (gold.TryGetValue(page.Id, out var expected))
            {
                var f1 = scores.Add(expected, result?.Content);
                if (dump is not null)
                {
                    await dump.WriteLineAsync(DumpLine(page.Id, outcome, result, f1));
                }
            }
        }

        await output.WriteLineAsync($"extraction over {pages} pages of {data}");
        foreach (var (outcome, count) in outcomes)
        {
            await output.WriteLineAsync($"  {outcome,-18} {count,10}");
        }

        return scores.ToMetrics(pages, pages / parsing.TotalSeconds).Failed(failures);
    }

    /// <summary>A page that the parser throws on counts as one without an article, and fails the run when all pages are measured.</summary>
    private static (ParseResult? Result, Exception? Failure) Parse(DocumentParser parser, byte[] bytes, Page page)
    {
        try
        {
            return (parser.Parse(bytes, "text/html", "utf-8", page.Url, hint: null), null);
        }
        catch (Exception exception)
        {
            return (null, exception);
        }
    }

    private static string DumpLine(string id, string outcome, ParseResult? result, double? f1) => System.Text.Json.JsonSerializer.Serialize(new
    {
        id,
        outcome,
        reason = result?.Reason,
        f1,
        title = result?.Content?.Title,
        authors = result?.Content?.Authors,
        date = result?.Content?.PublishTime,
        confidence = result?.Content?.PublishTimeConfidence,
        language = result?.Content?.Language,
        liveBlog = result?.Content?.IsLiveBlog,
        entries = result?.Content?.Blocks.Count(b => b.Time is not null),
        body = result?.Content?.Body,
    });

    private sealed record Page(string Id, string? Url, string Html);

    private sealed record Gold(string Id, string? Title, string[]? Authors, string? Date, string? Body, string[]? With, string[]? Without)
    {
        public string Text => Body ?? string.Join(' ', With ?? []);

        public bool HasMetadata => Title is not null || Date is not null || Authors is not null;
    }

    /// <summary>Running sums of the metrics over the pages.</summary>
    private sealed class Scores
    {
        private readonly List<(double P, double R)> _bodies = [];
        private int _chunkHits, _chunkMisses, _chunkFalse;
        private int _titles, _titlesExact;
        private int _authorPages, _authorPagesExact, _authorHits, _authorMisses, _authorFalse, _invented;
        private int _dates, _datesDay, _instants, _instantsRight;

        /// <summary>Returns the page's body F1 where there is a gold body.</summary>
        public double? Add(Gold gold, ArticleContent? found)
        {
            Chunks(gold, TextMetrics.WhiteSpaceNormalised(found?.Body ?? ""));
            Title(gold.Title, found?.Title);
            Authors(gold, found?.Authors ?? []);
            Date(gold.Date, found?.PublishTime);
            if (gold.Body is null)
            {
                return null;
            }

            var (p, r) = TextMetrics.ShingleScore(gold.Body, found?.Body ?? "");
            _bodies.Add((p, r));
            return TextMetrics.F1(p, r);
        }

        public Metrics ToMetrics(int pages, double pagesPerSecond)
        {
            var p = _bodies.Count > 0 ? _bodies.Average(b => b.P) : double.NaN;
            var r = _bodies.Count > 0 ? _bodies.Average(b => b.R) : double.NaN;
            return new Metrics()
                .Count("pages", pages)
                .Value("body_f1", TextMetrics.F1(p, r))
                .Value("body_p", p)
                .Value("body_r", r)
                .Value("good90", _bodies.Count > 0 ? _bodies.Average(b => TextMetrics.F1(b.P, b.R) >= 0.9 ? 1.0 : 0.0) : null)
                .Value("chunk_f1", F1(_chunkHits, _chunkFalse, _chunkMisses))
                .Value("title_exact", Share(_titlesExact, _titles))
                .Value("author_exact", Share(_authorPagesExact, _authorPages))
                .Value("author_f1", F1(_authorHits, _authorFalse, _authorMisses))
                .Count("authors_invented", _invented)
                .Value("date_day", Share(_datesDay, _dates))
                .Value("date_instant", Share(_instantsRight, _instants))
                .Value("pages_per_s", pagesPerSecond);
        }

        private static double? Share(int right, int all) => all == 0 ? null : (double)right / all;

        private static double? F1(int hits, int falseHits, int misses) =>
            hits + falseHits + misses == 0 ? null : 2.0 * hits / ((2.0 * hits) + falseHits + misses);

        private void Chunks(Gold gold, string body)
        {
            foreach (var chunk in gold.With ?? [])
            {
                var found = body.Contains(TextMetrics.WhiteSpaceNormalised(chunk), StringComparison.Ordinal);
                _chunkHits += found ? 1 : 0;
                _chunkMisses += found ? 0 : 1;
            }

            _chunkFalse += (gold.Without ?? []).Count(chunk => body.Contains(TextMetrics.WhiteSpaceNormalised(chunk), StringComparison.Ordinal));
        }

        private void Title(string? gold, string? found)
        {
            if (gold is null)
            {
                return;
            }

            _titles++;
            _titlesExact += TextMetrics.WordCharacters(gold) == TextMetrics.WordCharacters(found ?? "") ? 1 : 0;
        }

        private void Authors(Gold gold, string[] found)
        {
            var answer = found.Select(TextMetrics.WordCharacters).ToHashSet(StringComparer.Ordinal);
            if (gold.Authors is not { Length: > 0 })
            {
                _invented += answer.Count > 0 && gold.HasMetadata ? 1 : 0;
                return;
            }

            var names = gold.Authors.Select(TextMetrics.WordCharacters).ToHashSet(StringComparer.Ordinal);
            _authorPages++;
            _authorPagesExact += names.SetEquals(answer) ? 1 : 0;
            var hits = names.Count(answer.Contains);
            _authorHits += hits;
            _authorMisses += names.Count - hits;
            _authorFalse += answer.Count - hits;
        }

        private void Date(string? gold, DateTimeOffset? found)
        {
            if (gold is null)
            {
                return;
            }

            _dates++;
            if (!DateTimeOffset.TryParse(gold, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var goldTime))
            {
                return; // the sets hold days that do not exist ("2022-29-11"): nobody can be right about them
            }

            var hasTime = gold.Length > 10;
            var hasZone = hasTime && (gold[^1] == 'Z' || gold.LastIndexOfAny(['+', '-']) > 10);
            _datesDay += found is { } day && (day.Date == goldTime.Date || (hasTime && day.UtcDateTime.Date == goldTime.UtcDateTime.Date)
                || (!hasTime && day.UtcDateTime.Date == goldTime.Date)) ? 1 : 0;
            if (hasZone)
            {
                _instants++;
                _instantsRight += found is { } instant && (instant - goldTime).Duration() <= TimeSpan.FromSeconds(60) ? 1 : 0;
            }
        }
    }
}
