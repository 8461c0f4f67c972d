using Storyline.Contracts;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Quotations;

/// <summary>Tells which wordings of an utterance were altered.</summary>
public static class Wordings
{
    /// <summary>
    /// The utterance as others see it. The measure is the wording that most independent tellings carry (else most tellings; the longest,
    /// then the first, where counts are equal); a wording is altered when its words, typography apart, do not all stand in the measure in the same order without a gap, or the other way round.
    /// </summary>
    /// <param name="group">The utterance.</param>
    /// <param name="independent">Ids of the articles that tell independently.</param>
    public static Quotation ToQuotation(QuotationGroup group, IReadOnlySet<string> independent)
    {
        var measure = Measure(group, independent);
        var speaker = group.Wordings
            .Where(w => w.Quote.Speaker is not null)
            .Select(w => (Entity: w.Quote.SpeakerEntity < 0 ? null : w.Article.Entities[w.Quote.SpeakerEntity], Name: w.Quote.Speaker))
            .GroupBy(s => s.Entity?.EntityId ?? s.Name, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count()).ThenByDescending(g => g.First().Entity is not null)
            .FirstOrDefault()?.MaxBy(s => s.Name!.Length);
        return new Quotation(
            group.QuotationId, speaker?.Name, speaker?.Entity?.EntityId,
            [.. group.Wordings.Select(w => new QuotationVariant(w.Article.ArticleId, w.Quote.Text, IsAltered(Plain(w.Quote.Text), measure)))]);
    }

    private static string[] Measure(QuotationGroup group, IReadOnlySet<string> independent)
    {
        var wordings = group.Wordings.Where(w => independent.Contains(w.Article.ArticleId)).ToList();
        return (wordings.Count > 0 ? wordings : group.Wordings)
            .Select((w, order) => (Words: Plain(w.Quote.Text), Order: order))
            .GroupBy(w => string.Join(' ', w.Words), StringComparer.Ordinal)
            .OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key.Length).ThenBy(g => g.Min(w => w.Order))
            .First().First().Words;
    }

    private static bool IsAltered(string[] words, string[] measure) =>
        words.Length <= measure.Length ? !Contains(measure, words) : !Contains(words, measure);

    private static bool Contains(string[] whole, string[] part)
    {
        for (var start = 0; start + part.Length <= whole.Length; start++)
        {
            if (whole.AsSpan(start, part.Length).SequenceEqual(part))
            {
                return true;
            }
        }

        return false;
    }

    private static string[] Plain(string text) => [.. Tokenizer.Tokenize(text)
        .Where(t => t.Kind != TokenKind.Punctuation)
        .Select(t => t.Span(text).ToString().Replace('’', '\'').ToLowerInvariant())];
}
