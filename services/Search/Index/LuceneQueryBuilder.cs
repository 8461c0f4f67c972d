using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Spans;
using Storyline.Search.Queries;

namespace Storyline.Search.Index;

/// <summary>
/// Turns a query as understood into one that Lucene runs. Ranking is BM25 over stemmed title and body, plus a part for words that
/// stand close together as they do in the query (sequential dependence, Metzler and Croft, SIGIR 2005).
/// </summary>
/// <param name="analyzer">The index's own.</param>
/// <param name="entities">The ids of entities that have a spelling with these terms, from an entity field.</param>
/// <param name="stories">The story that stands for an id after merges.</param>
internal sealed class LuceneQueryBuilder(
    NewsAnalyzer analyzer, Func<string, Query, IReadOnlyList<string>, IReadOnlyCollection<string>> entities, IReadOnlyDictionary<string, string> stories)
{
    private const float TitleBoost = 0.5f;
    private const float PairBoost = 0.25f;
    private const int PairSlop = 4;

    /// <summary>Pairs cost more than words, and beyond a sentence add nothing.</summary>
    private const int MaxPairs = 16;

    public Query Build(QueryNode? node) => node is null ? new MatchAllDocsQuery() : Build(node, null);

    private Query Build(QueryNode node, QueryField? field) => node switch
    {
        WordNode word => Word(word.Text, field),
        PhraseNode phrase => Phrase(phrase.Text, field),
        PrefixNode prefix => Prefix(prefix.Text, field),
        NearNode near => Near(near, field),
        FieldNode inner => Build(inner.Inner, inner.Field),
        PublishedNode published => NumericRangeQuery.NewInt64Range(ArticleDocument.Published, published.From, published.To, true, true),
        AndNode and => All(and.Parts, field),
        OrNode or => Any(or.Parts, field),
        NotNode not => Excluding(Build(not.Inner, field)),
        SequenceNode sequence => Sequence(sequence, field),
        _ => throw new InvalidOperationException($"no Lucene form for {node.GetType().Name}"),
    };

    private BooleanQuery All(IEnumerable<QueryNode> parts, QueryField? field)
    {
        var all = new BooleanQuery();
        var isPositive = false;
        foreach (var part in parts)
        {
            isPositive |= part is not NotNode;
            AddRequired(all, part, field);
        }

        return isPositive ? all : WithEverything(all);
    }

    private BooleanQuery Any(IEnumerable<QueryNode> parts, QueryField? field)
    {
        var any = new BooleanQuery();
        foreach (var part in parts)
        {
            any.Add(Build(part, field), Occur.SHOULD);
        }

        return any;
    }

    private BooleanQuery Sequence(SequenceNode sequence, QueryField? field)
    {
        var alternatives = sequence.Alternatives.ToArray();
        var all = new BooleanQuery();
        foreach (var condition in sequence.Conditions)
        {
            AddRequired(all, condition, field);
        }

        if (alternatives.Length > 0)
        {
            var ranked = Ranked(alternatives, field);
            if (all.Clauses.Count == 0)
            {
                return ranked;
            }

            all.Add(ranked, Occur.MUST);
            return all;
        }

        return sequence.Conditions.All(condition => condition is NotNode) ? WithEverything(all) : all;
    }

    /// <summary>Words side by side: any of them matches; stop words only count when there is nothing else.</summary>
    private BooleanQuery Ranked(QueryNode[] parts, QueryField? field)
    {
        parts = [.. parts.SelectMany(Pieces)];
        var telling = parts.Where(part => part is not WordNode word || !IsStopWord(word.Text)).ToArray();
        var any = Any(telling.Length > 0 ? telling : parts, field);
        if (field is null or QueryField.Title or QueryField.Body)
        {
            AddPairs(any, telling, field);
        }

        return any;
    }

    /// <summary>
    /// <c>newly-created</c> among other words is two words; alone, or with an operator, it is a phrase. A script without spaces
    /// has one term per character, which alone mean little: there a run stays together.
    /// </summary>
    private IEnumerable<QueryNode> Pieces(QueryNode part)
    {
        if (part is not WordNode word || word.Text.Any(character => character >= '\u2E80'))
        {
            return [part];
        }

        var pieces = analyzer.Spans(ArticleDocument.Body, word.Text).ToArray();
        return pieces.Length < 2
            ? [part]
            : pieces.Select(piece => new WordNode(word.Text[piece.Start..piece.End], word.Position + piece.Start));
    }

    private void AddPairs(BooleanQuery any, QueryNode[] parts, QueryField? field)
    {
        var words = parts.OfType<WordNode>().SelectMany(word => analyzer.Terms(ArticleDocument.BodyStem, word.Text)).ToArray();
        for (var i = 0; i + 1 < words.Length && i < MaxPairs; i++)
        {
            if (string.Equals(words[i], words[i + 1], StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var (name, boost) in TextFields(field, stem: true))
            {
                any.Add(
                    new PhraseQuery { Slop = PairSlop, Boost = PairBoost * boost }.With(name, words[i], words[i + 1]),
                    Occur.SHOULD);
            }
        }
    }

    private Query Word(string text, QueryField? field) => field switch
    {
        QueryField.Source => new TermQuery(new Term(ArticleDocument.Source, text.ToLowerInvariant())),
        QueryField.Lang => new TermQuery(new Term(ArticleDocument.Language, text.ToLowerInvariant())),
        QueryField.Story => Story(text),
        QueryField.Person or QueryField.Org or QueryField.Place => Entity(text, field.Value),
        QueryField.Speaker => Terms(ArticleDocument.Speaker, text),
        QueryField.Topic => Terms(ArticleDocument.Topic, text),
        QueryField.Quote => Terms(ArticleDocument.Quote, text),
        _ => TextQuery(field, stem: true, text),
    };

    private Query Phrase(string text, QueryField? field) => field switch
    {
        null or QueryField.Title or QueryField.Body => TextQuery(field, stem: false, text),
        QueryField.Source => new TermQuery(new Term(ArticleDocument.Source, text.Trim().ToLowerInvariant())),
        _ => Word(text.Trim(), field),
    };

    private Query Prefix(string text, QueryField? field)
    {
        if (field is QueryField.Source or QueryField.Lang or QueryField.Story)
        {
            return new PrefixQuery(new Term(PlainField(field.Value), text.ToLowerInvariant()));
        }

        // What the tokenizer splits cannot be one prefix: its last part is the prefix, and the parts before it are words.
        var any = new BooleanQuery();
        foreach (var (name, boost) in TextFields(field, stem: false))
        {
            var parts = analyzer.Terms(name, text);
            if (parts.Count == 0)
            {
                continue;
            }

            var all = new BooleanQuery { Boost = boost };
            foreach (var part in parts.SkipLast(1))
            {
                all.Add(new TermQuery(new Term(name, part)), Occur.MUST);
            }

            all.Add(new PrefixQuery(new Term(name, parts[^1])), Occur.MUST);
            any.Add(all, Occur.SHOULD);
        }

        return any;
    }

    private BooleanQuery Near(NearNode near, QueryField? field)
    {
        var any = new BooleanQuery();
        foreach (var (name, boost) in TextFields(field, stem: true))
        {
            if (Span(near.Left, name) is { } left && Span(near.Right, name) is { } right)
            {
                any.Add(new SpanNearQuery([left, right], near.Distance, inOrder: false) { Boost = boost }, Occur.SHOULD);
            }
        }

        return any;
    }

    private SpanQuery? Span(QueryNode node, string field)
    {
        if (node is NearNode near)
        {
            return Span(near.Left, field) is { } left && Span(near.Right, field) is { } right
                ? new SpanNearQuery([left, right], near.Distance, inOrder: false)
                : null;
        }

        var terms = analyzer.Terms(field, node is WordNode word ? word.Text : ((PhraseNode)node).Text);
        var spans = terms.Select(term => (SpanQuery)new SpanTermQuery(new Term(field, term))).ToArray();
        return spans.Length switch
        {
            0 => null,
            1 => spans[0],
            _ => new SpanNearQuery(spans, 0, inOrder: true),
        };
    }

    private TermQuery Story(string id)
    {
        id = id.ToLowerInvariant();
        return new TermQuery(new Term(ArticleDocument.Story, stories.GetValueOrDefault(id, id)));
    }

    /// <summary>The articles with this spelling, and those that name the same entity by another.</summary>
    private BooleanQuery Entity(string text, QueryField field)
    {
        var name = PlainField(field);
        var spelling = Terms(name, text);
        var ids = entities(name, spelling, analyzer.Terms(name, text));
        var any = new BooleanQuery { { spelling, Occur.SHOULD }, { new TermQuery(new Term(ArticleDocument.EntityId, text)), Occur.SHOULD } };
        foreach (var id in ids)
        {
            any.Add(new TermQuery(new Term(ArticleDocument.EntityId, id)), Occur.SHOULD);
        }

        return any;
    }

    private BooleanQuery TextQuery(QueryField? field, bool stem, string text)
    {
        var any = new BooleanQuery();
        foreach (var (name, boost) in TextFields(field, stem))
        {
            var query = Terms(name, text);
            query.Boost = boost;
            any.Add(query, Occur.SHOULD);
        }

        return any;
    }

    /// <summary>One term, or several in order; nothing when the text has no terms.</summary>
    private Query Terms(string field, string text)
    {
        var terms = analyzer.Terms(field, text);
        return terms.Count switch
        {
            0 => new BooleanQuery(),
            1 => new TermQuery(new Term(field, terms[0])),
            _ => new PhraseQuery().With(field, [.. terms]),
        };
    }

    private bool IsStopWord(string text) => analyzer.Terms(ArticleDocument.Body, text) is [var term] && NewsAnalyzer.IsStopWord(term);

    private void AddRequired(BooleanQuery all, QueryNode part, QueryField? field)
    {
        if (part is NotNode not)
        {
            all.Add(Build(not.Inner, field), Occur.MUST_NOT);
        }
        else
        {
            all.Add(Build(part, field), Occur.MUST);
        }
    }

    private static BooleanQuery Excluding(Query query) => WithEverything(new BooleanQuery { { query, Occur.MUST_NOT } });

    private static BooleanQuery WithEverything(BooleanQuery exclusions)
    {
        exclusions.Add(new MatchAllDocsQuery(), Occur.MUST);
        return exclusions;
    }

    private static (string Name, float Boost)[] TextFields(QueryField? field, bool stem) => field switch
    {
        QueryField.Title => [(stem ? ArticleDocument.TitleStem : ArticleDocument.Title, 1)],
        QueryField.Body => [(stem ? ArticleDocument.BodyStem : ArticleDocument.Body, 1)],
        null when stem => [(ArticleDocument.BodyStem, 1), (ArticleDocument.TitleStem, TitleBoost)],
        null => [(ArticleDocument.Body, 1), (ArticleDocument.Title, TitleBoost)],
        _ => [(PlainField(field.Value), 1)],
    };

    private static string PlainField(QueryField field) => field switch
    {
        QueryField.Source => ArticleDocument.Source,
        QueryField.Lang => ArticleDocument.Language,
        QueryField.Story => ArticleDocument.Story,
        QueryField.Person => ArticleDocument.Person,
        QueryField.Org => ArticleDocument.Organisation,
        QueryField.Place => ArticleDocument.Place,
        QueryField.Speaker => ArticleDocument.Speaker,
        QueryField.Topic => ArticleDocument.Topic,
        QueryField.Quote => ArticleDocument.Quote,
        QueryField.Title => ArticleDocument.Title,
        QueryField.Body => ArticleDocument.Body,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "has no terms"),
    };
}

internal static class PhraseQueries
{
    public static PhraseQuery With(this PhraseQuery phrase, string field, params string[] terms)
    {
        foreach (var term in terms)
        {
            phrase.Add(new Term(field, term));
        }

        return phrase;
    }
}
