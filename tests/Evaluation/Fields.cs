using System.Collections.Concurrent;
using Storyline.Parse;
using Storyline.Parse.Fields;
using Storyline.Parse.Html;
using Storyline.Parse.Metadata;

namespace Storyline.Evaluation;

/// <summary>
/// Derives the parser's <see cref="FieldModel"/> from pages with known titles and authors: an answer that a page offers is right when it equals the gold one. The data
/// folder holds one folder per set. The hosts fall into four folds; each page is measured by the model that learned from the three folds without its host, so every
/// publisher is measured by a model that never saw it. The model that learned from all of them goes to the file that <c>FIELDS_MODEL</c> names. Pages whose newsroom
/// declares the field teach nothing: there the model is not asked.
/// </summary>
public sealed class Fields : EvaluationTask
{
    private const int Folds = 4;
    private const double Rate = 0.04;
    private const double ColumnShare = 0.2;

    private static readonly (int Trees, int Depth) First = (300, 4);
    private static readonly (int Trees, int Depth) Second = (200, 3);

    private static readonly DecisionTrees Nothing = new(1, 0, [], [], []);

    public override string Name => "fields";

    public override IReadOnlyList<string> Files => [];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        string[] sets = [.. Directory.GetDirectories(data).Order(StringComparer.Ordinal)];
        var sources = sets.SelectMany(set => Sources(set).Take(limit ?? int.MaxValue)).ToArray();
        await output.WriteLineAsync($"{sources.Length} pages; each by a model that never saw its host:");

        // Titles first: where the headline stands tells much about who wrote what is below it.
        var titlePages = await PagesAsync(sources.Where(s => s.Gold.Title is not null), s => s.Titles(), cancellationToken);
        var titles = Fit(fold => FitRow(titlePages.Where(p => p.Fold != fold), First));
        var authorPages = await PagesAsync(sources.Where(s => s.Gold.HasMetadata), s => s.Authors(new FieldModel(titles.Without[s.Fold], Nothing, Nothing)), cancellationToken);
        var first = Fit(fold => FitRow(authorPages.Where(p => p.Fold != fold), First));
        var second = Fit(fold => FitSecondRow(authorPages.Where(p => p.Fold != fold)));
        var parsers = Enumerable.Range(0, Folds).Select(fold => new DocumentParser(fields: new FieldModel(titles.Without[fold], first.Without[fold], second.Without[fold]))).ToArray();
        foreach (var set in sets)
        {
            var unseen = await new Extraction(url => parsers[FoldOf(url)]).RunAsync(set, limit, output, cancellationToken);
            unseen.WriteTable(output);
        }

        if (Environment.GetEnvironmentVariable("FIELDS_MODEL") is { Length: > 0 } path)
        {
            await using var file = File.CreateText(path);
            new FieldModel(titles.All, first.All, second.All).Write(file);
        }

        return new Metrics().Count("pages", sources.Length);
    }

    private static int FoldOf(string url) => Blocks.HostFold(url) % Folds;

    private static (DecisionTrees All, DecisionTrees[] Without) Fit(Func<int, DecisionTrees> without)
    {
        var fitted = new DecisionTrees[Folds + 1];
        Parallel.For(0, fitted.Length, fold => fitted[fold] = without(fold));
        return (fitted[Folds], fitted[..Folds]);
    }

    private static DecisionTrees FitRow(IEnumerable<Offers> from, (int Trees, int Depth) size)
    {
        var pages = from.ToList();
        float[] labels = [.. pages.SelectMany(p => p.Labels)];
        return TreeTraining.Fit(
            TreeTraining.Columns([.. pages.SelectMany(p => p.Rows)]), labels, [.. labels.Select(_ => 1f)], [.. Enumerable.Range(0, labels.Length)], size.Trees, size.Depth, Rate, ColumnShare);
    }

    /// <summary>The second row of trees learns from judgements that the first one made of pages whose hosts it had not seen.</summary>
    private static DecisionTrees FitSecondRow(IEnumerable<Offers> from)
    {
        var pages = from.ToList();
        var unseen = pages.Select(p => p.Fold).Distinct().ToDictionary(fold => fold, fold => FitRow(pages.Where(p => p.Fold != fold), First));
        return FitRow(pages.Select(p => p with { Rows = FieldModel.AmongOthers(p.Authors, Array.ConvertAll(p.Rows, row => unseen[p.Fold].Probability(row))) }), Second);
    }

    private static async Task<Offers[]> PagesAsync(IEnumerable<Source> sources, Func<Source, Offers?> offers, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, Offers>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(sources, cancellationToken, (source, _) =>
        {
            if (offers(source) is { Rows.Length: > 0 } page)
            {
                found[source.Id] = page;
            }

            return ValueTask.CompletedTask;
        });
        return [.. found.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)];
    }

    private static IEnumerable<Source> Sources(string set)
    {
        var gold = DataFiles.JsonLines<Gold>(Path.Combine(set, "gold.jsonl")).ToDictionary(g => g.Id, StringComparer.Ordinal);
        return DataFiles.JsonLines<Page>(Path.Combine(set, "pages.jsonl.gz"))
            .Where(page => gold.ContainsKey(page.Id))
            .Select(page => new Source(Path.GetFileName(set) + "/" + page.Id, page.Url, page.Html, gold[page.Id]));
    }

    private sealed record Page(string Id, string? Url, string Html);

    private sealed record Gold(string Id, string? Title, string[]? Authors, string? Date)
    {
        public bool HasMetadata => Title is not null || Authors is not null || Date is not null;
    }

    /// <summary>What a page offers for a field.</summary>
    /// <param name="Fold">Of its host.</param>
    /// <param name="Rows">A row for each answer.</param>
    /// <param name="Labels">One for a right answer, else zero.</param>
    /// <param name="Authors">The answers, where they are persons.</param>
    private sealed record Offers(int Fold, float[][] Rows, float[] Labels, IReadOnlyList<AuthorCandidate> Authors);

    private sealed record Source(string Id, string? Url, string Html, Gold Gold)
    {
        public int Fold => FoldOf(Url ?? Id);

        public Offers? Titles()
        {
            var page = HtmlArticleReader.Judged(Html, Url, new FieldModel(Nothing, Nothing, Nothing)).Page;
            if (FieldModel.DeclaredTitle(page) is not null)
            {
                return null;
            }

            var gold = TextMetrics.WordCharacters(Gold.Title ?? "");
            var candidates = TitleCandidates.Of(page);
            return new Offers(Fold, [.. candidates.Select(c => c.Row)], [.. candidates.Select(c => TextMetrics.WordCharacters(c.Value) == gold ? 1f : 0f)], []);
        }

        /// <summary>Gold that runs several names together counts for each of them.</summary>
        public Offers? Authors(FieldModel model)
        {
            var (page, blocks, judged) = HtmlArticleReader.Judged(Html, Url, model);
            var names = Gold.Authors ?? [];
            var gold = names.Concat(AuthorNames.Persons(names, siteName: null)).Select(TextMetrics.WordCharacters).ToHashSet(StringComparer.Ordinal);
            var candidates = AuthorCandidates.Of(page, blocks, judged);
            return candidates.Exists(c => c.IsDeclaredOfNews) ? null
                : new Offers(Fold, [.. candidates.Select(c => c.Row)], [.. candidates.Select(c => gold.Contains(TextMetrics.WordCharacters(c.Value)) ? 1f : 0f)], candidates);
        }
    }
}
