using Storyline.Contracts;
using Storyline.Enrich.Names;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Keywords;

/// <summary>Keywords by TF-IDF over words and names against <see cref="DocumentFrequencies"/>; deterministic, as nothing of the stream enters.</summary>
public sealed class KeywordExtractor(DocumentFrequencies frequencies)
{
    private const int MaxKeywords = 12;
    private const double TitleBoost = 2.5;
    private const double UnseenRate = 0.0005;

    /// <summary>The strongest keywords, weights 0 to 1, the first one's 1.</summary>
    public Keyword[] Extract(AnalyzedText title, AnalyzedText body, IReadOnlyList<DocumentEntity> entities)
    {
        var scores = new Dictionary<string, (string Text, double Score)>(StringComparer.Ordinal);
        var inNames = entities.SelectMany(e => e.Spellings).SelectMany(s => s.Text.Split(' ')).Select(w => Words.Normalize(w)).ToHashSet(StringComparer.Ordinal);
        foreach (var entity in entities.Where(e => e.Mentions.Length > 1 || e.InTitle))
        {
            var count = Math.Log(1 + entity.Mentions.Length) + (entity.InTitle ? TitleBoost : 0);
            var rate = Math.Max(UnseenRate, frequencies.Rate(DocumentFrequencies.NamePrefix + entity.Key));
            scores[DocumentFrequencies.NamePrefix + entity.Key] = (entity.Name, count * Math.Log(1 / rate));
        }

        foreach (var group in Count(title, body))
        {
            var word = group.Key;
            if (word.Length < 3 || inNames.Contains(group.Value.Text) || !char.IsLetter(word[0]))
            {
                continue;
            }

            var rate = Math.Max(UnseenRate, frequencies.Rate(word));
            scores[word] = (group.Value.Text, group.Value.Count * Math.Log(1 / rate));
        }

        var best = scores.OrderByDescending(s => s.Value.Score).ThenBy(s => s.Key, StringComparer.Ordinal).Take(MaxKeywords).ToList();
        return [.. best.Select(s => new Keyword(s.Value.Text, Math.Round(s.Value.Score / best[0].Value.Score, 4)))];
    }

    private static Dictionary<string, (string Text, double Count)> Count(AnalyzedText title, AnalyzedText body)
    {
        var counts = new Dictionary<string, (string Text, int Body, bool InTitle)>(StringComparer.Ordinal);
        foreach (var (text, isTitle) in new[] { (title, true), (body, false) })
        {
            for (var i = 0; i < text.Tokens.Count; i++)
            {
                if (text.Tokens[i].Kind != TokenKind.Word || StopWords.IsStopWord(text.Span(i)))
                {
                    continue;
                }

                var word = Words.Normalize(text.Span(i));
                var stem = Words.Stem(word);
                var old = counts.GetValueOrDefault(stem, (word, 0, false));
                counts[stem] = (old.Item1.Length <= word.Length ? old.Item1 : word, old.Item2 + (isTitle ? 0 : 1), old.Item3 || isTitle);
            }
        }

        return counts.Where(c => c.Value.Body > 1 || c.Value.InTitle)
            .ToDictionary(c => c.Key, c => (c.Value.Text, Math.Log(1 + c.Value.Body) + (c.Value.InTitle ? TitleBoost * 0.6 : 0)), StringComparer.Ordinal);
    }
}
