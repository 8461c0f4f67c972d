using System.Collections.Concurrent;
using Storyline.Parse;
using Storyline.Parse.Fields;
using Storyline.Parse.Html;
using Storyline.Parse.Metadata;

namespace Storyline.Evaluation;

/// <summary>
/// Derives the parser's <see cref="FieldModel"/> from pages with known titles and authors: an answer that a page offers is right when it equals the gold one. The data
/// folder holds one folder per set; the model goes to the file that <c>FIELDS_MODEL</c> names. A quarter of the hosts is kept apart first, to see what the model does on
/// publishers that it never saw. Pages whose newsroom declares the field teach nothing: there the model is not asked.
/// </summary>
public sealed class Fields : EvaluationTask
{
    private const int Depth = 4;
    private const int Trees = 120;
    private const double Rate = 0.08;

    public override string Name => "fields";

    public override IReadOnlyList<string> Files => [];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        string[] sets = [.. Directory.GetDirectories(data).Order(StringComparer.Ordinal)];
        var sources = sets.SelectMany(set => Sources(set).Take(limit ?? int.MaxValue)).ToArray();
        await output.WriteLineAsync($"{sources.Length} pages; on hosts that the model never saw:");
        var model = await FitAsync(sources.Where(s => s.Fold != 0), cancellationToken);
        foreach (var set in sets)
        {
            var unseen = await new Extraction(new DocumentParser(fields: model), url => Blocks.HostFold(url) == 0).RunAsync(set, limit, output, cancellationToken);
            unseen.WriteTable(output);
        }

        if (Environment.GetEnvironmentVariable("FIELDS_MODEL") is { Length: > 0 } path)
        {
            var whole = await FitAsync(sources, cancellationToken);
            await using var file = File.CreateText(path);
            whole.Write(file);
        }

        return new Metrics().Count("pages", sources.Length);
    }

    /// <summary>Titles first: where the headline stands tells much about who wrote what is below it.</summary>
    private static async Task<FieldModel> FitAsync(IEnumerable<Source> sources, CancellationToken cancellationToken)
    {
        Source[] all = [.. sources];
        var nothing = new DecisionTrees(1, 0, [], [], []);
        var titles = Fit(await ExamplesAsync(all.Where(s => s.Gold.Title is not null), s => s.Titles(new FieldModel(nothing, nothing)), cancellationToken));
        return new FieldModel(titles, Fit(await ExamplesAsync(all.Where(s => s.Gold.HasMetadata), s => s.Authors(new FieldModel(titles, nothing)), cancellationToken)));
    }

    private static DecisionTrees Fit(List<Example> examples) =>
        TreeTraining.Fit([.. examples.Select(e => e.Row)], [.. examples.Select(e => e.IsRight ? 1f : 0f)], [.. examples.Select(_ => 1f)], Trees, Depth, Rate);

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

    private sealed record Example(float[] Row, bool IsRight);

    private sealed record Source(string Id, string? Url, string Html, Gold Gold)
    {
        public int Fold => Blocks.HostFold(Url ?? Id);

        public IEnumerable<Example> Titles(FieldModel model)
        {
            var page = HtmlArticleReader.Judged(Html, Url, model).Page;
            var gold = TextMetrics.WordCharacters(Gold.Title ?? "");
            return FieldModel.DeclaredTitle(page) is not null ? [] : TitleCandidates.Of(page).Select(c => new Example(c.Row, TextMetrics.WordCharacters(c.Value) == gold));
        }

        /// <summary>Gold that runs several names together counts for each of them.</summary>
        public IEnumerable<Example> Authors(FieldModel model)
        {
            var (page, blocks, judged) = HtmlArticleReader.Judged(Html, Url, model);
            var names = Gold.Authors ?? [];
            var gold = names.Concat(AuthorNames.Persons(names, siteName: null)).Select(TextMetrics.WordCharacters).ToHashSet(StringComparer.Ordinal);
            var candidates = AuthorCandidates.Of(page, blocks, judged);
            return candidates.Exists(c => c.IsDeclaredOfNews) ? [] : candidates.Select(c => new Example(c.Row, gold.Contains(TextMetrics.WordCharacters(c.Value))));
        }
    }
}
