using Storyline.Contracts;
using Storyline.Enrich.Names;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Stories;

/// <summary>The weighted terms by which articles are compared.</summary>
public static class ArticleTerms
{
    private const int MaxWords = 300;
    private const int MaxNames = 40;
    private const float TitleBoost = 1.5f;
    private const float LeadBoost = 0.5f;
    private const int LeadTokens = 80;

    /// <summary>Stemmed words and numbers without stop words: 1 + ln(count), more for those of the headline and the lead.</summary>
    public static TermVector Words(AnalyzedText title, AnalyzedText body)
    {
        var counts = new Dictionary<string, (int Count, float Boost, int First)>(StringComparer.Ordinal);
        Count(title, counts, isTitle: true);
        Count(body, counts, isTitle: false);
        return Vector(
            counts.OrderByDescending(c => c.Value.Count + (c.Value.Boost * 2)).ThenBy(c => c.Value.First).Take(MaxWords)
                .Select(c => (c.Key, 1 + (float)Math.Log(Math.Max(1, c.Value.Count)) + c.Value.Boost)));
    }

    /// <summary>Keys of people, organisations and places: 1 + ln(mentions), more for those of the headline.</summary>
    public static TermVector Names(IReadOnlyList<DocumentEntity> entities) => Vector(
        entities.Take(MaxNames).GroupBy(e => e.Key, StringComparer.Ordinal)
            .Select(g => (g.Key, g.Max(e => (e.Type == EntityType.Other ? 0.5f : 1f) * (1 + (float)Math.Log(Math.Max(1, e.Mentions.Length)) + (e.InTitle ? 1f : 0f))))));

    private static void Count(AnalyzedText text, Dictionary<string, (int Count, float Boost, int First)> counts, bool isTitle)
    {
        for (var i = 0; i < text.Tokens.Count; i++)
        {
            var span = text.Span(i);
            if (text.Tokens[i].Kind == TokenKind.Punctuation || StopWords.IsStopWord(span) || (span.Length == 1 && span[0] < 0x2E80))
            {
                continue;
            }

            var term = Text.Words.Stem(Text.Words.Normalize(span));
            var boost = isTitle ? TitleBoost : i < LeadTokens ? LeadBoost : 0f;
            counts[term] = counts.TryGetValue(term, out var old)
                ? (old.Count + 1, Math.Max(old.Boost, boost), old.First)
                : (1, boost, counts.Count);
        }
    }

    private static TermVector Vector(IEnumerable<(string Term, float Weight)> terms)
    {
        var ordered = terms.OrderBy(t => t.Term, StringComparer.Ordinal).ToArray();
        return new TermVector([.. ordered.Select(t => t.Term)], [.. ordered.Select(t => t.Weight)]);
    }
}
