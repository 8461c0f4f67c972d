using System.Runtime.InteropServices;
using Storyline.Enrich.Keywords;

namespace Storyline.Enrich.Stories;

/// <summary>One term of one article.</summary>
/// <param name="Hash">FNV-1a of the term: the order in which vectors are joined, equal in every process.</param>
/// <param name="Weight">Its share of the article's vector, which has length 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct WindowTerm(ulong Hash, float Weight);

/// <summary>An article in the window.</summary>
public sealed class WindowArticle(ArticleFeatures features, long order, WindowTerm[] words, WindowTerm[] names)
{
    /// <summary>What is remembered of it; replaced when its entities are resolved.</summary>
    public ArticleFeatures Features { get; set; } = features;

    /// <summary>Its place in the stream: when it first joined its story.</summary>
    public long Order { get; } = order;

    /// <summary>Its words by ascending hash.</summary>
    public WindowTerm[] Words { get; } = words;

    /// <summary>Its names by ascending hash.</summary>
    public WindowTerm[] Names { get; } = names;

    /// <summary>False once it has left the window.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>Its story.</summary>
    public Story? Story { get; set; }
}

/// <summary>
/// The articles that new ones are compared with: an inverted index from terms to articles, with document frequencies.
/// An article's terms are weighted once, when it enters, and stored so: the window is a function of the active stories alone, and every
/// replica that loads the same stories holds the same one. Not thread-safe.
/// </summary>
public sealed class StoryWindow(DocumentFrequencies background)
{
    // How many articles the background table counts for beside the window's own.
    private const double BackgroundArticles = 400;
    private const int MaxTerms = 128;

    private readonly Dictionary<ulong, Posting> _postings = [];

    /// <summary>Articles in the window.</summary>
    public int Count { get; private set; }

    /// <summary>The features with their terms weighted by inverse document frequency over window and background, and scaled to length 1.</summary>
    public ArticleFeatures Weigh(ArticleFeatures features) => features with
    {
        Words = Weigh(features.Words, ""),
        Names = Weigh(features.Names, DocumentFrequencies.NamePrefix),
    };

    /// <summary>Adds an article whose terms are weighted.</summary>
    public WindowArticle Add(ArticleFeatures features, long order)
    {
        var article = new WindowArticle(features, order, Terms(features.Words, ""), Terms(features.Names, DocumentFrequencies.NamePrefix));
        foreach (var term in article.Words.Concat(article.Names))
        {
            if (!_postings.TryGetValue(term.Hash, out var posting))
            {
                _postings[term.Hash] = posting = new Posting();
            }

            posting.Articles.Add((article, term.Weight));
            posting.Live++;
        }

        Count++;
        return article;
    }

    /// <summary>Takes an article out.</summary>
    public void Remove(WindowArticle article)
    {
        article.IsActive = false;
        Count--;
        foreach (var term in article.Words.Concat(article.Names))
        {
            var posting = _postings[term.Hash];
            if (--posting.Live == 0)
            {
                _postings.Remove(term.Hash);
            }
            else if (posting.Live * 2 < posting.Articles.Count)
            {
                // Dead entries are swept when they are the majority: each costs one look.
                posting.Articles.RemoveAll(a => !a.Article.IsActive);
            }
        }
    }

    /// <summary>The articles that have most in common with one, by its most telling terms, best first.</summary>
    /// <param name="article">The article, in the window or not.</param>
    /// <param name="terms">How many of its terms are looked up.</param>
    /// <param name="nameShare">Share of names in the similarity.</param>
    /// <param name="limit">Articles given at most.</param>
    public IEnumerable<WindowArticle> Like(WindowArticle article, int terms, double nameShare, int limit)
    {
        var similar = new Dictionary<WindowArticle, double>();
        var telling = article.Words.Select(t => (t.Hash, Weight: t.Weight * (1 - nameShare)))
            .Concat(article.Names.Select(t => (t.Hash, Weight: t.Weight * nameShare)))
            .OrderByDescending(t => t.Weight).ThenBy(t => t.Hash).Take(terms);
        foreach (var (hash, weight) in telling)
        {
            foreach (var (other, otherWeight) in CollectionsMarshal.AsSpan(_postings.GetValueOrDefault(hash)?.Articles))
            {
                if (other.IsActive && other != article)
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(similar, other, out _) += weight * otherWeight;
                }
            }
        }

        return similar.OrderByDescending(p => p.Value).ThenBy(p => p.Key.Order).Take(limit).Select(p => p.Key);
    }

    private TermVector Weigh(TermVector vector, string prefix)
    {
        var weighted = new (string Term, double Weight)[vector.Terms.Length];
        for (var i = 0; i < weighted.Length; i++)
        {
            var term = prefix + vector.Terms[i];
            var live = _postings.GetValueOrDefault(Hash(term))?.Live ?? 0;
            var idf = Math.Log((Count + BackgroundArticles) / (live + (BackgroundArticles * background.Rate(term)) + 0.5));
            weighted[i] = (vector.Terms[i], vector.Weights[i] * Math.Max(0, idf));
        }

        var kept = weighted.Where(w => w.Weight > 0).OrderByDescending(w => w.Weight).ThenBy(w => w.Term, StringComparer.Ordinal).Take(MaxTerms)
            .OrderBy(w => w.Term, StringComparer.Ordinal).ToArray();
        var norm = Math.Sqrt(kept.Sum(w => w.Weight * w.Weight));
        return new TermVector([.. kept.Select(w => w.Term)], [.. kept.Select(w => (float)(w.Weight / norm))]);
    }

    private static WindowTerm[] Terms(TermVector vector, string prefix)
    {
        var terms = new WindowTerm[vector.Terms.Length];
        for (var i = 0; i < terms.Length; i++)
        {
            terms[i] = new WindowTerm(Hash(prefix + vector.Terms[i]), vector.Weights[i]);
        }

        Array.Sort(terms, (a, b) => a.Hash.CompareTo(b.Hash));
        return terms;
    }

    private static ulong Hash(string term)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in term)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash;
    }

    private sealed class Posting
    {
        public List<(WindowArticle Article, float Weight)> Articles { get; } = [];

        public int Live { get; set; }
    }
}
