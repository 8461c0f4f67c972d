using Storyline.Parse.Blocks;
using Storyline.Parse.Html;
using Storyline.Parse.Metadata;

namespace Storyline.Parse.Fields;

/// <summary>
/// Chooses between what a page offers for its title and its authors: what a newsroom declares of its own news is believed; everything else is judged by boosted
/// decision trees over who says so and where. Derived by <c>tests/Evaluation -- fields</c>.
/// </summary>
public sealed class FieldModel
{
    /// <summary>From here on the most likely person is an author; without anybody so likely the article has none.</summary>
    internal const float FirstAuthor = 0.5f;

    /// <summary>From here on others are authors, too.</summary>
    internal const float OtherAuthor = 0.55f;

    /// <summary>From here on is whoever is named together with the most likely one.</summary>
    internal const float NamedTogether = 0.2f;

    private static readonly Lazy<FieldModel> ShippedModel = new(() =>
    {
        using var reader = DecisionTrees.Shipped("Storyline.Parse.Fields.fields.model");
        return Read(reader);
    });

    private readonly DecisionTrees _titles;
    private readonly DecisionTrees _authors;
    private readonly DecisionTrees _authorsAmongOthers;

    /// <param name="titles">Judges a title by itself.</param>
    /// <param name="authors">Judges a person by what the page says of them.</param>
    /// <param name="authorsAmongOthers">Judges a person again, with what the first trees think of everybody.</param>
    internal FieldModel(DecisionTrees titles, DecisionTrees authors, DecisionTrees authorsAmongOthers)
    {
        _titles = titles;
        _authors = authors;
        _authorsAmongOthers = authorsAmongOthers;
    }

    /// <summary>The model that comes with the parser.</summary>
    public static FieldModel Shipped => ShippedModel.Value;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static FieldModel Read(TextReader reader) => new(DecisionTrees.Read(reader), DecisionTrees.Read(reader), DecisionTrees.Read(reader));

    public void Write(TextWriter writer)
    {
        _titles.Write(writer);
        _authors.Write(writer);
        _authorsAmongOthers.Write(writer);
    }

    /// <summary>The headline that the page's newsroom declares of its news; null when there is none, or only its start.</summary>
    internal static string? DeclaredTitle(Page page) =>
        page.Article.IsNews && DeclaredHeadline(page) is { Length: > 0 } headline && !headline.EndsWith('…') && !headline.EndsWith("...", StringComparison.Ordinal)
        && Titles.WithoutSite(headline, page.SiteNames, []) is { Length: > 0 } title ? title : null;

    /// <summary>Of several, the one that the page shows.</summary>
    private static string? DeclaredHeadline(Page page) =>
        (page.Headings.Any(shown => Titles.SameText(shown, page.Article.Headline ?? "")) ? null : page.Article.OtherHeadlines.FirstOrDefault(other => page.Headings.Any(shown => Titles.SameText(shown, other)))) ?? page.Article.Headline;

    /// <summary>Answers for the title, the most likely first.</summary>
    /// <param name="page">The page.</param>
    /// <param name="all">Also those beside a declared one.</param>
    internal List<FieldEvidence> TitlesOf(Page page, bool all)
    {
        FieldEvidence[] declared = DeclaredTitle(page) is { } title ? [new FieldEvidence("title", title, "json-ld headline of news", 0.95)] : [];
        return declared.Length > 0 && !all
            ? [.. declared]
            : [.. declared, .. TitleCandidates.Of(page).Select(c => new FieldEvidence("title", c.Value, c.Source, Rounded(_titles.Probability(c.Row)))).OrderByDescending(e => e.Confidence)];
    }

    /// <summary>The authors in the page's order, and everybody who was considered.</summary>
    internal (string[] Authors, List<FieldEvidence> Considered) AuthorsOf(Page page, IReadOnlyList<PageBlock> blocks, float[] judged, bool all)
    {
        var candidates = AuthorCandidates.Of(page, blocks, judged, all);
        var likely = Judge(candidates);
        return ([.. Chosen(candidates, likely).Select(c => c.Value)], [.. candidates.Select((c, i) => new FieldEvidence("authors", c.Value, c.Source, Rounded(likely[i]))).OrderByDescending(e => e.Confidence)]);
    }

    /// <summary>How likely each is an author, from 0 to 1.</summary>
    internal float[] Judge(IReadOnlyList<AuthorCandidate> candidates)
    {
        if (candidates.Any(c => c.IsDeclaredOfNews))
        {
            return [.. candidates.Select(c => c.IsDeclaredOfNews ? 0.95f : _authors.Probability(c.Row))];
        }

        var first = candidates.Select(c => _authors.Probability(c.Row)).ToArray();
        return Array.ConvertAll(AmongOthers(candidates, first), row => _authorsAmongOthers.Probability(row));
    }

    /// <summary>A person's row, continued by what the first trees think of the person and of the others.</summary>
    internal static float[][] AmongOthers(IReadOnlyList<AuthorCandidate> candidates, float[] likely)
    {
        var rows = new float[candidates.Count][];
        var sum = likely.Sum();
        for (var i = 0; i < rows.Length; i++)
        {
            float best = 0, together = 0, contained = 0, containing = 0;
            var likelier = 0;
            for (var o = 0; o < rows.Length; o++)
            {
                if (o == i)
                {
                    continue;
                }

                best = Math.Max(best, likely[o]);
                likelier += likely[o] > likely[i] ? 1 : 0;
                together = candidates[o].Statements.Overlaps(candidates[i].Statements) ? Math.Max(together, likely[o]) : together;
                contained = candidates[i].Value.Contains(candidates[o].Value, StringComparison.OrdinalIgnoreCase) ? Math.Max(contained, likely[o]) : contained;
                containing = candidates[o].Value.Contains(candidates[i].Value, StringComparison.OrdinalIgnoreCase) ? Math.Max(containing, likely[o]) : containing;
            }

            rows[i] = [.. candidates[i].Row, likely[i], best, likely[i] - best, likelier, together, contained, containing, sum, sum - likely[i]];
        }

        return rows;
    }

    internal static IEnumerable<AuthorCandidate> Chosen(IReadOnlyList<AuthorCandidate> candidates, IReadOnlyList<float> likely)
    {
        if (candidates.Any(c => c.IsDeclaredOfNews))
        {
            return candidates.Where(c => c.IsDeclaredOfNews);
        }

        var best = Enumerable.Range(0, candidates.Count).DefaultIfEmpty(-1).MaxBy(i => i < 0 ? 0 : likely[i]);
        return best < 0 || likely[best] < FirstAuthor
            ? []
            : candidates.Where((c, i) => i == best || ((likely[i] >= OtherAuthor || (likely[i] >= NamedTogether && c.Statements.Overlaps(candidates[best].Statements))) && !IsPartOfALikelier(i) && !IsBesideAFullName(c)));

        // "Jane Doe, Frankfurt": the single word is the place.
        bool IsBesideAFullName(AuthorCandidate c) => !c.Value.Contains(' ', StringComparison.Ordinal) && !c.Value.Any(Text.IsUnspaced)
            && candidates[best].Value.Contains(' ', StringComparison.Ordinal) && c.Statements.Overlaps(candidates[best].Statements);

        // "Jane Doe" and "Jane Doe Friday" are one person, by the name that is likelier.
        bool IsPartOfALikelier(int i) => candidates.Where((_, o) => o != i && likely[o] >= likely[i]).Any(o => candidates[i].Value.Contains(o.Value, StringComparison.OrdinalIgnoreCase) || o.Value.Contains(candidates[i].Value, StringComparison.OrdinalIgnoreCase));
    }

    private static double Rounded(float probability) => Math.Round(probability, 2);
}
