using System.Collections.Concurrent;
using Storyline.Parse;
using Storyline.Parse.Blocks;
using Storyline.Parse.Html;

namespace Storyline.Evaluation;

/// <summary>
/// Derives the parser's <see cref="BlockModel"/> from pages with known articles: each block of a page is the article's when most of its words
/// stand in the gold text in the same order. The data folder holds one folder per set. The hosts fall into four folds; each page is measured by
/// the model that learned from the three folds without its host. The model that learned from all of them goes to the file that <c>BLOCKS_MODEL</c> names.
/// </summary>
public sealed class Blocks : EvaluationTask
{
    private const int Folds = 4;
    private const int Depth = 5;
    private const int Trees = 240;
    private const double Rate = 0.07;
    private const double ColumnShare = 0.2;

    public override string Name => "blocks";

    public override IReadOnlyList<string> Files => [];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        var pages = new ConcurrentBag<LabelledPage>();
        foreach (var set in Sets(data))
        {
            var gold = DataFiles.JsonLines<Gold>(Path.Combine(set, "gold.jsonl")).ToDictionary(g => g.Id, StringComparer.Ordinal);
            var name = Path.GetFileName(set);
            await Parallel.ForEachAsync(DataFiles.JsonLines<Source>(Path.Combine(set, "pages.jsonl.gz")).Take(limit ?? int.MaxValue), cancellationToken, (page, _) =>
            {
                if (gold.TryGetValue(page.Id, out var expected) && LabelledPage.Of(name, page, expected) is { } labelled)
                {
                    pages.Add(labelled);
                }

                return ValueTask.CompletedTask;
            });
        }

        LabelledPage[] all = [.. pages.OrderBy(p => p.Id, StringComparer.Ordinal)];
        await output.WriteLineAsync($"{all.Length} pages, {all.Sum(p => p.Features.Length)} blocks; each by a model that never saw its host:");
        var (model, without) = Fit(all);
        var parsers = Array.ConvertAll(without, m => new DocumentParser(m));
        foreach (var set in Sets(data))
        {
            var unseen = await new Extraction(url => parsers[FoldOf(url)]).RunAsync(set, limit, output, cancellationToken);
            unseen.WriteTable(output);
        }

        if (Environment.GetEnvironmentVariable("BLOCKS_MODEL") is { Length: > 0 } path)
        {
            await using var file = File.CreateText(path);
            model.Write(file);
        }

        return new Metrics().Count("pages", all.Length);
    }

    /// <summary>The model of all pages, and for each fold the one that never saw it. The second row of trees learns from judgements that a first one made of pages that it had not seen.</summary>
    private static (BlockModel All, BlockModel[] Without) Fit(LabelledPage[] pages)
    {
        var columns = TreeTraining.Columns([.. pages.SelectMany(p => p.Features)]);
        var first = new DecisionTrees[Folds + 1, Folds + 1];
        var jobs = from a in Enumerable.Range(0, Folds + 1) from b in Enumerable.Range(a, Folds + 1 - a) where a < b || a == Folds select (a, b);
        Parallel.ForEach(jobs, job => first[job.a, job.b] = first[job.b, job.a] = FitRow(pages, columns, job.a, job.b));
        var models = new BlockModel[Folds + 1];
        Parallel.For(0, Folds + 1, fold =>
        {
            float[][] contexts = [.. pages.SelectMany(p => p.Fold == fold ? new float[p.Features.Length][].Select(_ => new float[BlockModel.ContextCount])
                : BlockModel.Context(p.Blocks, Array.ConvertAll(p.Features, row => first[p.Fold, fold].Probability(row))))];
            models[fold] = new BlockModel(first[fold, Folds], FitRow(pages, [.. columns, .. TreeTraining.Columns(contexts)], fold, Folds));
        });
        return (models[Folds], models[..Folds]);
    }

    /// <summary>Trees that know nothing of two folds; <see cref="Folds"/> is a fold without pages.</summary>
    private static DecisionTrees FitRow(LabelledPage[] pages, TreeTraining.BinnedColumn[] columns, int without, int andWithout)
    {
        var examples = pages.SelectMany((p, page) => p.Labels.Select((label, i) => (Label: label, Weight: p.Fold == without || p.Fold == andWithout ? 0 : p.Weights[i], Page: page))).ToArray();
        int[] seen = [.. Enumerable.Range(0, examples.Length).Where(i => examples[i].Weight > 0)];
        return TreeTraining.Fit(
            Array.ConvertAll(columns, c => c.Of(seen)), Array.ConvertAll(seen, i => examples[i].Label), Array.ConvertAll(seen, i => examples[i].Weight), Array.ConvertAll(seen, i => examples[i].Page), Trees, Depth, Rate, ColumnShare);
    }

    private static int FoldOf(string url) => HostFold(url) % Folds;

    private static IEnumerable<string> Sets(string data) => Directory.GetDirectories(data).Order(StringComparer.Ordinal);

    /// <summary>From 0 to 7 by host; 4 counts as 0.</summary>
    internal static int HostFold(string url)
    {
        var host = Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Host : url;
        var name = string.Join('.', host.Split('.').TakeLast(2));
        return (int)(name.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u) / 7 % 8) is var fold && fold == 4 ? 0 : fold;
    }

    private sealed record Source(string Id, string? Url, string Html);

    private sealed record Gold(string Id, string? Body, string[]? With, string[]? Without);

    private sealed class LabelledPage
    {
        private const int ShingleLength = 4;

        public required string Id { get; init; }

        public required int Fold { get; init; }

        public required PageBlocks Blocks { get; init; }

        public required float[][] Features { get; init; }

        public required float[] Labels { get; init; }

        public required float[] Weights { get; init; }

        public static LabelledPage? Of(string set, Source page, Gold gold)
        {
            var (blocks, features) = HtmlArticleReader.Features(page.Html, page.Url);
            if (features.Length == 0)
            {
                return null;
            }

            var labels = new float[features.Length];
            var weights = new float[features.Length];
            if (gold.Body is { Length: > 0 } body)
            {
                LabelByBody(blocks, body, labels, weights);
            }
            else
            {
                LabelByPieces(blocks, gold, labels, weights);
            }

            return new LabelledPage { Id = set + "/" + page.Id, Fold = FoldOf(page.Url ?? page.Id), Blocks = blocks, Features = features, Labels = labels, Weights = weights };
        }

        private static void LabelByBody(PageBlocks blocks, string body, float[] labels, float[] weights)
        {
            var tokens = TextMetrics.Tokens(body);
            var shingles = Shingles(tokens).ToHashSet(StringComparer.Ordinal);
            var lines = body.Split('\n').Select(l => string.Join(' ', TextMetrics.Tokens(l))).ToHashSet(StringComparer.Ordinal);
            var whole = " " + string.Join(' ', tokens) + " ";
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var i = 0; i < labels.Length; i++)
            {
                var own = TextMetrics.Tokens(blocks.Blocks[i].Text);
                var joined = string.Join(' ', own);
                if (own.Count == 0 || (own.Count > 6 && !seen.Add(joined)))
                {
                    continue;
                }

                var share = own.Count >= ShingleLength + 2 ? Shingles(own).Average(s => shingles.Contains(s) ? 1.0 : 0.0)
                    : lines.Contains(joined) || (own.Count >= ShingleLength && whole.Contains(" " + joined + " ", StringComparison.Ordinal)) ? 1 : 0;
                labels[i] = share >= 0.5 ? 1 : 0;
                weights[i] = 100f * (own.Count + 3) / (100 + tokens.Count);
            }
        }

        private static void LabelByPieces(PageBlocks blocks, Gold gold, float[] labels, float[] weights)
        {
            for (var i = 0; i < labels.Length; i++)
            {
                var text = TextMetrics.WhiteSpaceNormalised(blocks.Blocks[i].Text);
                bool Holds(string piece) => TextMetrics.WhiteSpaceNormalised(piece) is var p && (text.Contains(p, StringComparison.Ordinal) || (text.Length > 20 && p.Contains(text, StringComparison.Ordinal)));
                var with = (gold.With ?? []).Any(Holds);
                var without = (gold.Without ?? []).Any(Holds);
                labels[i] = with ? 1 : 0;
                weights[i] = with != without ? 6 : 0;
            }
        }

        private static IEnumerable<string> Shingles(List<string> tokens) =>
            Enumerable.Range(0, Math.Max(0, tokens.Count - ShingleLength + 1)).Select(i => string.Join(' ', tokens.GetRange(i, ShingleLength)));
    }
}
