using System.Globalization;

namespace Storyline.Search.Queries;

/// <summary>
/// Reads the query language of <c>docs/query-language.md</c> by recursive descent:
/// <code>
/// sequence = or { or }
/// or       = and { "OR" and }
/// and      = near { "AND" near }
/// near     = unary { "near/N" unary }
/// unary    = ( "NOT" | "-" ) unary | field ":" value | "(" sequence ")" | word | "phrase" | prefix*
/// </code>
/// </summary>
public sealed class QueryParser
{
    private readonly IReadOnlyList<Token> _tokens;
    private int _next;
    private int _clauses;

    private QueryParser(IReadOnlyList<Token> tokens) => _tokens = tokens;

    private Token Current => _tokens[_next];

    /// <summary>Null for an empty query, which means everything.</summary>
    /// <exception cref="QuerySyntaxException">The query is too long, too complex or not of the language.</exception>
    public static QueryNode? Parse(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Length > QueryLimits.MaxLength)
        {
            throw new QuerySyntaxException(
                string.Create(CultureInfo.InvariantCulture, $"the query has {query.Length} characters"), QueryLimits.MaxLength,
                string.Create(CultureInfo.InvariantCulture, $"at most {QueryLimits.MaxLength}"));
        }

        if (string.IsNullOrWhiteSpace(query))
        {
            return null;
        }

        var parser = new QueryParser(QueryLexer.Read(query));
        if (parser.Current.Kind == TokenKind.End)
        {
            throw new QuerySyntaxException("there is no word in the query", 0, "write a word or a number; an empty query finds everything");
        }

        var node = parser.ReadSequence(0);
        return parser.Current.Kind == TokenKind.End
            ? node
            : throw new QuerySyntaxException("a bracket closes that was never opened", parser.Current.Position, "remove it, or open it with (");
    }

    private QueryNode ReadSequence(int depth)
    {
        var position = Current.Position;
        var parts = new List<QueryNode> { ReadOr(depth) };
        while (Current.Kind is not (TokenKind.End or TokenKind.Close))
        {
            parts.Add(ReadOr(depth));
        }

        return parts.Count == 1 ? parts[0] : new SequenceNode(parts, position);
    }

    private QueryNode ReadOr(int depth)
    {
        var position = Current.Position;
        var parts = new List<QueryNode> { ReadAnd(depth) };
        while (Current.Kind == TokenKind.Or)
        {
            _next++;
            parts.Add(ReadAnd(depth));
        }

        return parts.Count == 1 ? parts[0] : new OrNode(parts, position);
    }

    private QueryNode ReadAnd(int depth)
    {
        var position = Current.Position;
        var parts = new List<QueryNode> { ReadNear(depth) };
        while (Current.Kind == TokenKind.And)
        {
            _next++;
            parts.Add(ReadNear(depth));
        }

        return parts.Count == 1 ? parts[0] : new AndNode(parts, position);
    }

    private QueryNode ReadNear(int depth)
    {
        var left = ReadUnary(depth);
        while (Current.Kind == TokenKind.Near)
        {
            var near = Current;
            _next++;
            var right = ReadUnary(depth);
            if (left is not (WordNode or PhraseNode) || right is not (WordNode or PhraseNode))
            {
                throw new QuerySyntaxException("near/ stands between two words or phrases", near.Position, "as in coalition near/5 \"prime minister\"");
            }

            left = new NearNode(left, right, int.Parse(near.Text, CultureInfo.InvariantCulture), left.Position);
        }

        return left;
    }

    private QueryNode ReadUnary(int depth)
    {
        var token = Current;
        if (depth > QueryLimits.MaxNesting)
        {
            throw new QuerySyntaxException(
                "the query is nested too deeply", token.Position,
                string.Create(CultureInfo.InvariantCulture, $"at most {QueryLimits.MaxNesting} levels"));
        }

        _next++;
        switch (token.Kind)
        {
            case TokenKind.Not:
                return new NotNode(ReadUnary(depth + 1), token.Position);
            case TokenKind.Field:
                return ReadField(token, depth);
            case TokenKind.Open:
                return ReadGroup(token, depth);
            case TokenKind.Word:
                CountClause(token);
                return new WordNode(token.Text, token.Position);
            case TokenKind.Phrase:
                CountClause(token);
                return new PhraseNode(token.Text, token.Position);
            case TokenKind.Prefix:
                CountClause(token);
                return new PrefixNode(token.Text, token.Position);
            default:
                throw Misplaced(token);
        }
    }

    private QueryNode ReadGroup(Token open, int depth)
    {
        if (Current.Kind == TokenKind.Close)
        {
            throw new QuerySyntaxException("the brackets are empty", open.Position, "write something between them, or remove them");
        }

        if (Current.Kind == TokenKind.End)
        {
            throw new QuerySyntaxException("a bracket is never closed", open.Position, "close it with )");
        }

        var node = ReadSequence(depth + 1);
        if (Current.Kind != TokenKind.Close)
        {
            throw new QuerySyntaxException("a bracket is never closed", open.Position, "close it with )");
        }

        _next++;
        return node;
    }

    private QueryNode ReadField(Token token, int depth)
    {
        var field = Enum.Parse<QueryField>(token.Text, ignoreCase: true);
        if (field == QueryField.Published)
        {
            var time = Current;
            CountClause(time);
            _next++;
            return PublishedRange.Read(time.Text, time.Position, token.Position);
        }

        var inner = ReadUnary(depth + 1);
        if (Contains(inner, node => node is FieldNode or PublishedNode))
        {
            throw new QuerySyntaxException($"a field inside the field {token.Text}", inner.Position, "close the brackets before the next field");
        }

        if (field is QueryField.Source or QueryField.Lang or QueryField.Story && Contains(inner, node => node is NearNode))
        {
            throw new QuerySyntaxException($"near/ means nothing in the field {token.Text}", inner.Position, "use it in text: title: body: quote:");
        }

        return new FieldNode(field, inner, token.Position);
    }

    private static bool Contains(QueryNode node, Func<QueryNode, bool> condition) => condition(node) || node switch
    {
        AndNode and => and.Parts.Any(part => Contains(part, condition)),
        OrNode or => or.Parts.Any(part => Contains(part, condition)),
        SequenceNode sequence => sequence.Parts.Any(part => Contains(part, condition)),
        NotNode not => Contains(not.Inner, condition),
        FieldNode field => Contains(field.Inner, condition),
        _ => false,
    };

    private void CountClause(Token token)
    {
        if (++_clauses > QueryLimits.MaxClauses)
        {
            throw new QuerySyntaxException(
                "the query has too many parts", token.Position, string.Create(CultureInfo.InvariantCulture, $"at most {QueryLimits.MaxClauses} words, phrases and ranges"));
        }
    }

    private static QuerySyntaxException Misplaced(Token token) => token.Kind switch
    {
        TokenKind.And or TokenKind.Or => new QuerySyntaxException(
            $"{token.Text} has nothing before it", token.Position, $"write something on both sides, or \"{token.Text}\" for the word"),
        TokenKind.Near => new QuerySyntaxException(
            "near/ has nothing before it", token.Position, "write a word on both sides, as in coalition near/5 talks"),
        TokenKind.Close => new QuerySyntaxException(
            "a bracket closes where a word is due", token.Position, "write something before it, or remove it"),
        _ => new QuerySyntaxException("the query ends where a word is due", token.Position, "write what should follow, or remove the last operator"),
    };
}
