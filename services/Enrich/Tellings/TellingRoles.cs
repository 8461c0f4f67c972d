using System.Globalization;
using Storyline.Contracts;
using Storyline.Enrich.Stories;

namespace Storyline.Enrich.Tellings;

/// <summary>What one telling derives from.</summary>
/// <param name="Role">Its role.</param>
/// <param name="Source">The telling that it derives from; null when that is outside the platform, or for an original.</param>
/// <param name="Evidence">What the role rests on, in words.</param>
/// <param name="Strength">Share of the telling that the source holds, 0 to 1.</param>
public sealed record TellingLink(TellingRole Role, WindowArticle? Source, string? Evidence, double Strength);

/// <summary>
/// Who copied whom in one story. Every telling is compared once with every other; the later one of a pair derives from the earlier.
/// <list type="bullet">
/// <item>at least half of its 5-word shingles in another: near-duplicate, or wire copy when an agency is credited;</item>
/// <item>one agency credited and no copy at hand: wire copy of a source outside;</item>
/// <item>few common shingles, yet nearly all content words and names in common: paraphrase.</item>
/// </list>
/// </summary>
public sealed class TellingRoles
{
    /// <summary>Containment of 5-word shingles from which a text is a copy.</summary>
    public const double CopyContainment = 0.5;

    private const double ParaphraseWords = 0.62;
    private const double ParaphraseNames = 0.7;
    private const int MinParaphraseTerms = 40;

    private readonly Dictionary<WindowArticle, TellingLink> _links = [];

    /// <summary>Forgets all.</summary>
    public void Clear() => _links.Clear();

    /// <summary>Compares a telling with those before it; roles of earlier members may change.</summary>
    /// <param name="article">The new member.</param>
    /// <param name="members">All members, the new one included.</param>
    public void Add(WindowArticle article, IReadOnlyList<WindowArticle> members)
    {
        foreach (var other in members)
        {
            if (other == article)
            {
                continue;
            }

            var (earlier, later) = IsEarlier(other, article) ? (other, article) : (article, other);
            if (Compare(later, earlier) is { } link
                && (!_links.TryGetValue(later, out var known) || IsBetter(link, known)))
            {
                _links[later] = link;
            }
        }
    }

    /// <summary>The role of a member.</summary>
    public TellingLink Of(WindowArticle article)
    {
        if (_links.TryGetValue(article, out var link))
        {
            return link;
        }

        // Several agencies credited: a report compiled from them, told by its own publisher.
        return article.Features.WireCredits is [var agency]
            ? new TellingLink(TellingRole.WireCopy, null, $"credited to {agency}", 0)
            : new TellingLink(TellingRole.Original, null, null, 0);
    }

    private static TellingLink? Compare(WindowArticle later, WindowArticle earlier)
    {
        var common = Shingles.Common(later.Features.Shingles, earlier.Features.Shingles);
        var contained = later.Features.Shingles.Length == 0 ? 0 : (double)common / later.Features.Shingles.Length;
        var contains = earlier.Features.Shingles.Length == 0 ? 0 : (double)common / earlier.Features.Shingles.Length;

        // A later text that holds the whole earlier one and more derives from it as well.
        var share = Math.Max(contained, contains >= 0.8 ? contains : 0);
        if (share >= CopyContainment)
        {
            var evidence = contained >= CopyContainment
                ? string.Create(CultureInfo.InvariantCulture, $"{contained:0%} of its 5-word shingles are in the other telling")
                : string.Create(CultureInfo.InvariantCulture, $"it holds {contains:0%} of the other telling's 5-word shingles");
            return later.Features.WireCredits is [var agency, ..]
                ? new TellingLink(TellingRole.WireCopy, earlier, $"credited to {agency}; {evidence}", share)
                : new TellingLink(TellingRole.NearDuplicate, earlier, evidence, share);
        }

        var words = Overlap(later.Words, earlier.Words);
        var names = Overlap(later.Names, earlier.Names);
        return later.Words.Length >= MinParaphraseTerms && words >= ParaphraseWords && names >= ParaphraseNames
            ? new TellingLink(
                TellingRole.Paraphrase, earlier,
                string.Create(CultureInfo.InvariantCulture, $"{words:0%} of its content words and {names:0%} of its names are in the other telling, but only {contained:0%} of its 5-word shingles"),
                words * 0.5)
            : null;
    }

    private static bool IsBetter(TellingLink link, TellingLink known) =>
        link.Strength > known.Strength + 0.02
        || (link.Strength > known.Strength - 0.02 && known.Source is not null && link.Source is not null && IsEarlier(link.Source, known.Source));

    private static bool IsEarlier(WindowArticle left, WindowArticle right) =>
        left.Features.PublishTime is { } a && right.Features.PublishTime is { } b && a != b ? a < b : left.Order < right.Order;

    private static double Overlap(WindowTerm[] part, WindowTerm[] whole)
    {
        int i = 0, j = 0, common = 0;
        while (i < part.Length && j < whole.Length)
        {
            if (part[i].Hash == whole[j].Hash)
            {
                common++;
                i++;
                j++;
            }
            else if (part[i].Hash < whole[j].Hash)
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return part.Length == 0 ? 0 : (double)common / part.Length;
    }
}
