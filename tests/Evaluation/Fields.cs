using System.Collections.Concurrent;
using System.Globalization;
using Storyline.Parse.Blocks;
using Storyline.Parse.Fields;
using Storyline.Parse.Html;
using Storyline.Parse.Metadata;

namespace Storyline.Evaluation;

/// <summary>
/// Derives the models that choose between a page's answers for the fields of its article.
/// </summary>
public sealed class Fields : EvaluationTask
{
    public override string Name => "fields";

    public override IReadOnlyList<string> Files => [];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var pages = new ConcurrentBag<LabelledPage>();
        foreach (var set in Directory.GetDirectories(data).Order(StringComparer.Ordinal))
        {
            var gold = DataFiles.JsonLines<Gold>(Path.Combine(set, "gold.jsonl")).ToDictionary(g => g.Id, StringComparer.Ordinal);
            var name = Path.GetFileName(set);
            await Parallel.ForEachAsync(DataFiles.JsonLines<Source>(Path.Combine(set, "pages.jsonl.gz")).Take(limit ?? int.MaxValue), cancellationToken, (page, _) =>
            {
                if (gold.TryGetValue(page.Id, out var expected))
                {
                    pages.Add(LabelledPage.Of(name, page, expected));
                }

                return ValueTask.CompletedTask;
            });
        }

        LabelledPage[] all = [.. pages.OrderBy(p => p.Id, StringComparer.Ordinal)];
        var metrics = new Metrics().Count("pages", all.Length);
        // Each page is judged by trees that saw none of its host.
        var titled = all.Where(p => p.Title is not null).ToArray();
        var dump = Environment.GetEnvironmentVariable("FIELDS_DUMP");
        var right = new Dictionary<string, (int Right, int All, int Possible)>();
        foreach (var fold in Enumerable.Range(0, 8))
        {
            var model = Fit(titled.Where(p => p.Fold != fold), p => p.Titles.Select(c => c.Row), p => p.TitleLabels);
            foreach (var page in titled.Where(p => p.Fold == fold))
            {
                var best = page.Titles.Count == 0 ? -1 : Enumerable.Range(0, page.Titles.Count).MaxBy(i => model.Probability(page.Titles[i].Row));
                var (r, a, po) = right.GetValueOrDefault(page.Set);
                var ok = best >= 0 && page.TitleLabels[best] > 0;
                right[page.Set] = (r + (ok ? 1 : 0), a + 1, po + (page.TitleLabels.Any(l => l > 0) ? 1 : 0));
                if (!ok && dump is not null)
                {
                    await output.WriteLineAsync($"{page.Id} GOLD {page.Title} | OURS {(best < 0 ? "" : page.Titles[best].Value)} {(best < 0 ? 0 : model.Probability(page.Titles[best].Row)):0.00}");
                }
            }
        }

        foreach (var (set, (r, a, po)) in right)
        {
            await output.WriteLineAsync($"titles {set}: {r} of {a} = {(double)r / a:0.000}, offered {(double)po / a:0.000}");
        }

        await Authors(all, output);
        return metrics;
    }

    private static float Env(string name, float otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? float.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static HashSet<string> Choose(LabelledPage page, float[] judged, float first, float others)
    {
        if (page.IsDeclared)
        {
            return [.. page.Authors.Where(a => a.Row[0] >= 0).Select(a => TextMetrics.WordCharacters(a.Value))];
        }

        var best = judged.DefaultIfEmpty(0).Max();
        return best < first ? [] : [.. page.Authors.Where((a, i) => judged[i] == best || judged[i] >= others || (judged[i] > 0.25f && a.Row[0] >= 0 && page.Authors[Array.IndexOf(judged, best)].Row[0] >= 0)).Select(a => TextMetrics.WordCharacters(a.Value))];
    }

    private static async Task Authors(LabelledPage[] all, TextWriter output)
    {
        var pages = all.Where(p => p.HasMetadata).ToArray();
        var judged = new Dictionary<LabelledPage, float[]>();
        foreach (var fold in Enumerable.Range(0, 8))
        {
            var model = Fit(pages.Where(p => p.Fold != fold && !p.IsDeclared), p => p.Authors.Select(c => c.Row), p => p.AuthorLabels);
            foreach (var page in pages.Where(p => p.Fold == fold))
            {
                judged[page] = [.. page.Authors.Select(a => model.Probability(a.Row))];
            }
        }

        foreach (var set in pages.GroupBy(p => p.Set))
        {
            foreach (var first in new[] { 0.2f, 0.25f, 0.3f, 0.35f, 0.4f, 0.5f })
            {
                int exact = 0, n = 0, tp = 0, fp = 0, fn = 0, invented = 0, offered = 0;
                foreach (var page in set)
                {
                    var answer = Choose(page, judged[page], first, Env("OTHERS", 0.5f));
                    var dump = first == 0.25f && Environment.GetEnvironmentVariable("FIELDS_DUMP") is not null;
                    if (page.Gold.Length == 0)
                    {
                        invented += answer.Count > 0 ? 1 : 0;
                        if (answer.Count > 0 && dump)
                        {
                            await output.WriteLineAsync($"INVENTED {page.Id} {string.Join("; ", page.Authors.Select((a, i) => (a.Value, a.Source, P: judged[page][i])).Where(a => a.P > 0.3).Select(a => $"{a.Value} [{a.Source}] {a.P:0.00}"))}");
                        }

                        continue;
                    }

                    n++;
                    var gold = page.Gold.Select(TextMetrics.WordCharacters).ToHashSet(StringComparer.Ordinal);
                    var ok = gold.SetEquals(answer);
                    exact += ok ? 1 : 0;
                    var hits = gold.Count(answer.Contains);
                    tp += hits;
                    fn += gold.Count - hits;
                    fp += answer.Count - hits;
                    offered += gold.All(g => page.Authors.Exists(a => TextMetrics.WordCharacters(a.Value) == g)) ? 1 : 0;
                    if (!ok && dump)
                    {
                        await output.WriteLineAsync($"AUTHORS {page.Id} GOLD {string.Join("; ", page.Gold)} OURS {string.Join("; ", page.Authors.Select((a, i) => (a.Value, a.Source, P: judged[page][i])).Where(a => a.P > 0.1 || page.Gold.Contains(a.Value)).Select(a => $"{a.Value} [{a.Source}] {a.P:0.00}"))}");
                    }
                }

                await output.WriteLineAsync($"authors {set.Key} at {first}: exact {(double)exact / n:0.000} (offered {(double)offered / n:0.000}), f1 {2.0 * tp / ((2.0 * tp) + fp + fn):0.000}, invented {invented}");
            }
        }
    }

    private static DecisionTrees Fit(IEnumerable<LabelledPage> pages, Func<LabelledPage, IEnumerable<float[]>> rows, Func<LabelledPage, float[]> labels)
    {
        var examples = pages.SelectMany(p => rows(p).Zip(labels(p), (row, label) => (row, label, weight: p.Set == "publishers" ? float.Parse(Environment.GetEnvironmentVariable("PW") ?? "1", CultureInfo.InvariantCulture) : 1f))).ToList();
        return TreeTraining.Fit([.. examples.Select(e => e.row)], [.. examples.Select(e => e.label)], [.. examples.Select(e => e.weight)], int.Parse(Environment.GetEnvironmentVariable("TREES") ?? "80", CultureInfo.InvariantCulture), int.Parse(Environment.GetEnvironmentVariable("DEPTH") ?? "4", CultureInfo.InvariantCulture), double.Parse(Environment.GetEnvironmentVariable("RATE") ?? "0.12", CultureInfo.InvariantCulture));
    }

    private sealed record Source(string Id, string? Url, string Html);

    private sealed record Gold(string Id, string? Title, string[]? Authors, string? Date);

    private sealed class LabelledPage
    {
        public required string Id { get; init; }

        public required string Set { get; init; }

        public required int Fold { get; init; }

        public required string? Title { get; init; }

        public required List<Candidate<string>> Titles { get; init; }

        public required float[] TitleLabels { get; init; }

        public required bool HasMetadata { get; init; }

        public bool IsDeclared => Authors.Exists(a => a.Row[0] >= 0 && a.Row[2] > 0);

        public required string[] Gold { get; init; }

        public required List<Candidate<string>> Authors { get; init; }

        public required float[] AuthorLabels { get; init; }

        public static LabelledPage Of(string set, Source source, Gold gold)
        {
            var (page, blocks, judged) = HtmlArticleReader.Judged(source.Html, source.Url);
            var authors = AuthorCandidates.Of(page, blocks, judged);
            var names = (gold.Authors ?? []).Concat(AuthorNames.Persons(gold.Authors ?? [], null)).Select(TextMetrics.WordCharacters).ToHashSet(StringComparer.Ordinal);
            var titles = TitleCandidates.Of(page);
            var key = TextMetrics.WordCharacters(gold.Title ?? "");
            return new LabelledPage
            {
                Id = set + "/" + source.Id,
                Set = set,
                Fold = Blocks.HostFold(source.Url ?? source.Id),
                Title = gold.Title,
                Titles = titles,
                HasMetadata = gold.Title is not null || gold.Date is not null || gold.Authors is not null,
                Gold = gold.Authors ?? [],
                Authors = authors,
                AuthorLabels = [.. authors.Select(a => names.Contains(TextMetrics.WordCharacters(a.Value)) ? 1f : 0f)],
                TitleLabels = [.. titles.Select(t => TextMetrics.WordCharacters(t.Value) == key ? 1f : 0f)],
            };
        }
    }
}
