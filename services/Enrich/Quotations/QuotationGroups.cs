using Storyline.Enrich.Stories;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Quotations;

/// <summary>One article's wording of an utterance.</summary>
/// <param name="Article">The article.</param>
/// <param name="Quote">The words.</param>
public sealed record Wording(ArticleFeatures Article, QuotedSentence Quote);

/// <summary>One utterance with its wordings, in the order in which they came.</summary>
/// <param name="QuotationId">Stable id, from the words that were met first.</param>
/// <param name="Tokens">Those words, as they are compared.</param>
/// <param name="Wordings">All wordings.</param>
public sealed record QuotationGroup(string QuotationId, string[] Tokens, List<Wording> Wordings);

/// <summary>
/// Gathers the quotes of a story's articles into utterances, one pass in story order: a quote joins the utterance whose first
/// wording shares most words with it, contractions written out. A part of an utterance joins it when nearly all its words are there in order.
/// </summary>
public sealed class QuotationGroups
{
    private const int MinWords = 5;
    private const double WholeSimilarity = 0.72;
    private const double PartSimilarity = 0.85;

    private readonly List<QuotationGroup> _groups = [];
    private readonly Dictionary<string, List<QuotationGroup>> _byWord = new(StringComparer.Ordinal);

    /// <summary>The utterances in the order in which they were first met.</summary>
    public IReadOnlyList<QuotationGroup> All => _groups;

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _groups.Clear();
        _byWord.Clear();
    }

    /// <summary>Adds an article's quotes.</summary>
    public void Add(ArticleFeatures article)
    {
        foreach (var quote in article.Quotes)
        {
            Add(new Wording(article, quote));
        }
    }

    /// <summary>Puts an article with resolved speakers in the place of the same article; its quotes' words are the same.</summary>
    public void Replace(ArticleFeatures before, ArticleFeatures after)
    {
        var quotes = before.Quotes.Zip(after.Quotes).ToDictionary(q => (object)q.First, q => q.Second, ReferenceEqualityComparer.Instance);
        foreach (var group in _groups)
        {
            for (var i = 0; i < group.Wordings.Count; i++)
            {
                if (ReferenceEquals(group.Wordings[i].Article, before))
                {
                    group.Wordings[i] = new Wording(after, quotes[group.Wordings[i].Quote]);
                }
            }
        }
    }

    /// <summary>The utterance that a quote of an article went to.</summary>
    public string? IdOf(string articleId, int quoteIndex) => _groups.Find(g => g.Wordings.Exists(w => w.Article.ArticleId == articleId && w.Quote.QuoteIndex == quoteIndex))?.QuotationId;

    /// <summary>The words of a quote as they are compared: normalised, contractions written out.</summary>
    public static string[] Tokens(string text)
    {
        var tokens = new List<string>();
        foreach (var token in Tokenizer.Tokenize(text))
        {
            if (token.Kind == TokenKind.Punctuation)
            {
                continue;
            }

            var word = token.Span(text).ToString().ToLowerInvariant().Replace('’', '\'');
            var (stem, rest) = Expand(word);
            tokens.Add(stem);
            if (rest is not null)
            {
                tokens.Add(rest);
            }
        }

        return [.. tokens];
    }

    private void Add(Wording wording)
    {
        var tokens = Tokens(wording.Quote.Text);
        var group = tokens.Length < MinWords ? null : Best(tokens);
        if (group is null)
        {
            // The same short words twice ("candid", "America first") are one utterance when they are equal.
            var id = Identifiers.Quotation(string.Join(' ', tokens));
            group = _groups.Find(g => g.QuotationId == id);
            if (group is null)
            {
                group = new QuotationGroup(id, tokens, []);
                _groups.Add(group);
                foreach (var word in tokens.Where(t => !StopWords.IsStopWord(t)).Distinct(StringComparer.Ordinal))
                {
                    if (!_byWord.TryGetValue(word, out var groups))
                    {
                        _byWord[word] = groups = [];
                    }

                    groups.Add(group);
                }
            }
        }

        group.Wordings.Add(wording);
    }

    private QuotationGroup? Best(string[] tokens)
    {
        QuotationGroup? best = null;
        var bestScore = 0.0;
        var candidates = tokens.Distinct(StringComparer.Ordinal)
            .SelectMany(t => _byWord.GetValueOrDefault(t) ?? Enumerable.Empty<QuotationGroup>())
            .GroupBy(g => g).Where(g => g.Count() >= 2).Select(g => g.Key);
        foreach (var group in candidates)
        {
            if (group.Tokens.Length < MinWords)
            {
                continue;
            }

            var common = InOrder(tokens, group.Tokens);
            var whole = 2.0 * common / (tokens.Length + group.Tokens.Length);
            var part = (double)common / Math.Min(tokens.Length, group.Tokens.Length);
            var score = whole >= WholeSimilarity ? whole : part >= PartSimilarity ? part * 0.9 : 0;
            if (score > bestScore)
            {
                (best, bestScore) = (group, score);
            }
        }

        return best;
    }

    // Length of the longest common subsequence.
    private static int InOrder(string[] left, string[] right)
    {
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        foreach (var word in left)
        {
            for (var j = 0; j < right.Length; j++)
            {
                current[j + 1] = word == right[j] ? previous[j] + 1 : Math.Max(previous[j + 1], current[j]);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }

    private static (string Stem, string? Tail) Expand(string word)
    {
        var apostrophe = word.IndexOf('\'', StringComparison.Ordinal);
        return word switch
        {
            "won't" => ("will", "not"),
            "can't" or "cannot" => ("can", "not"),
            "let's" => ("let", "us"),
            _ when word.EndsWith("n't", StringComparison.Ordinal) => (word[..^3], "not"),
            _ when apostrophe > 0 => word[apostrophe..] switch
            {
                "'re" => (word[..apostrophe], "are"),
                "'ve" => (word[..apostrophe], "have"),
                "'ll" => (word[..apostrophe], "will"),
                "'m" => (word[..apostrophe], "am"),
                "'d" => (word[..apostrophe], "would"),
                "'s" when word is "it's" or "that's" or "he's" or "she's" or "there's" or "what's" or "here's" => (word[..apostrophe], "is"),
                _ => (word, null),
            },
            _ => (word, null),
        };
    }
}
