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
    private const int Depth = 4;
    private const int Trees = 120;
    private const double Rate = 0.08;

    private static readonly DecisionTrees Nothing = new(1, 0, [], [], []);

    public override string Name => "fields";

    public override IReadOnlyList<string> Files => [];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        string[] sets = [.. Directory.GetDirectories(data).Order(StringComparer.Ordinal)];
        var sources = sets.SelectMany(set => Sources(set).Take(limit ?? int.MaxValue)).ToArray();
        await output.WriteLineAsync($"{sources.Length} pages; each by a model that never saw its host:");

        // Titles first: where the headline stands tells much about who wrote what is below it.
        var titles = Fit(await ExamplesAsync(sources.Where(s => s.Gold.Title is not null), s => s.Titles(), cancellationToken));
        var authors = Fit(await ExamplesAsync(sources.Where(s => s.Gold.HasMetadata), s => s.Authors(new FieldModel(titles.Without[s.Fold], Nothing)), cancellationToken));
        var parsers = Enumerable.Range(0, Folds).Select(fold => new DocumentParser(fields: new FieldModel(titles.Without[fold], authors.Without[fold]))).ToArray();
        foreach (var set in sets)
        {
            var unseen = await new Extraction(url => parsers[FoldOf(url)]).RunAsync(set, limit, output, cancellationToken);
            unseen.WriteTable(output);
        }

        if (Environment.GetEnvironmentVariable("FIELDS_MODEL") is { Length: > 0 } path)
        {
            await using var file = File.CreateText(path);
            new FieldModel(titles.All, authors.All).Write(file);
        }

        return new Metrics().Count("pages", sources.Length);
    }

    private static int FoldOf(string url) => Blocks.HostFold(url) % Folds;

    private static (DecisionTrees All, DecisionTrees[] Without) Fit(List<Example> examples)
    {
        var fitted = new DecisionTrees[Folds + 1];
        Parallel.For(0, fitted.Length, fold => fitted[fold] = FitRow(examples.Where(e => e.Fold != fold)));
        return (fitted[Folds], fitted[..Folds]);
    }

    private static DecisionTrees FitRow(IEnumerable<Example> from)
    {
        var examples = from.ToList();
        return TreeTraining.Fit([.. examples.Select(e => e.Row)], [.. examples.Select(e => e.IsRight ? 1f : 0f)], [.. examples.Select(_ => 1f)], Trees, Depth, Rate);
    }

    private static async Task<List<Example>> ExamplesAsync(IEnumerable<Source> sources, Func<Source, IEnumerable<Example>> examples, CancellationToken cancellationToken)
    {
        var found = new ConcurrentDictionary<string, Example[]>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(sources, cancellationToken, (source, _) =>
        {
            found[source.Id] = [.. examples(source)];
            return ValueTask.CompletedTask;
        });
        return [.. found.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => pair.Value)];
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

    private sealed record Example(int Fold, float[] Row, bool IsRight);

    private sealed record Source(string Id, string? Url, string Html, Gold Gold)
    {
        public int Fold => FoldOf(Url ?? Id);

        public IEnumerable<Example> Titles()
        {
            var page = HtmlArticleReader.Judged(Html, Url, new FieldModel(Nothing, Nothing)).Page;
            var gold = TextMetrics.WordCharacters(Gold.Title ?? "");
            return FieldModel.DeclaredTitle(page) is not null ? [] : TitleCandidates.Of(page).Select(c => new Example(Fold, c.Row, TextMetrics.WordCharacters(c.Value) == gold));
        }

        /// <summary>Gold that runs several names together counts for each of them.</summary>
        public IEnumerable<Example> Authors(FieldModel model)
        {
            var (page, blocks, judged) = HtmlArticleReader.Judged(Html, Url, model);
            var names = Gold.Authors ?? [];
            var gold = names.Concat(AuthorNames.Persons(names, siteName: null)).Select(TextMetrics.WordCharacters).ToHashSet(StringComparer.Ordinal);
            var candidates = AuthorCandidates.Of(page, blocks, judged);
            return candidates.Exists(c => c.IsDeclaredOfNews) ? [] : candidates.Select(c => new Example(Fold, c.Row, gold.Contains(TextMetrics.WordCharacters(c.Value))));
        }
    }
}
