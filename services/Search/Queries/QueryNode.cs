using System.Globalization;
using System.Text;

namespace Storyline.Search.Queries;

/// <summary>The fields that a query can name.</summary>
public enum QueryField
{
    Title,
    Body,
    Source,
    Lang,
    Person,
    Org,
    Place,
    Topic,
    Story,
    Quote,
    Speaker,
    Published,
}

/// <summary>A part of a query as understood.</summary>
/// <param name="Position">Where it begins, in UTF-16 code units from 0.</param>
public abstract record QueryNode(int Position)
{
    /// <summary>
    /// It restricts instead of ranking: beside words it must hold, where words are alternatives.
    /// <c>lang:en chancellor</c> means English articles with the word, not English articles or those with the word.
    /// </summary>
    public virtual bool IsCondition => false;

    /// <summary>The query with every bracket and operator written out; parses to a query with the same matches.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Render(text);
        return text.ToString();
    }

    internal abstract void Render(StringBuilder text);

    private protected static void Join(StringBuilder text, IEnumerable<QueryNode> parts, string separator)
    {
        text.Append('(');
        var first = true;
        foreach (var part in parts)
        {
            if (!first)
            {
                text.Append(separator);
            }

            part.Render(text);
            first = false;
        }

        text.Append(')');
    }
}

/// <summary>One word.</summary>
public sealed record WordNode(string Text, int Position) : QueryNode(Position)
{
    // Lower case, so that a query in capitals does not come back as operators.
    internal override void Render(StringBuilder text) => text.Append(Text.ToLowerInvariant());
}

/// <summary>These words, as written, in this order.</summary>
public sealed record PhraseNode(string Text, int Position) : QueryNode(Position)
{
    internal override void Render(StringBuilder text) => text.Append('"').Append(Text).Append('"');
}

/// <summary>Words that begin so; at least <see cref="QueryLimits.MinPrefixLength"/> letters or digits.</summary>
public sealed record PrefixNode(string Text, int Position) : QueryNode(Position)
{
    internal override void Render(StringBuilder text) => text.Append(Text.ToLowerInvariant()).Append('*');
}

/// <summary>Both, at most <paramref name="Distance"/> words apart, in any order.</summary>
public sealed record NearNode(QueryNode Left, QueryNode Right, int Distance, int Position) : QueryNode(Position)
{
    internal override void Render(StringBuilder text)
    {
        text.Append('(');
        Left.Render(text);
        text.Append(CultureInfo.InvariantCulture, $" near/{Distance} ");
        Right.Render(text);
        text.Append(')');
    }
}

/// <summary>What is inside, in one field only.</summary>
public sealed record FieldNode(QueryField Field, QueryNode Inner, int Position) : QueryNode(Position)
{
    public override bool IsCondition => true;

    internal override void Render(StringBuilder text)
    {
        text.Append(Field.ToString().ToLowerInvariant()).Append(':');
        Inner.Render(text);
    }
}

/// <summary>Published in a span of time, both ends included.</summary>
/// <param name="From">Unix milliseconds; null: open.</param>
/// <param name="To">Unix milliseconds; null: open.</param>
/// <param name="Position">Where it begins.</param>
public sealed record PublishedNode(long? From, long? To, int Position) : QueryNode(Position)
{
    public override bool IsCondition => true;

    internal override void Render(StringBuilder text) =>
        text.Append("published:[").Append(Show(From)).Append(" TO ").Append(Show(To)).Append(']');

    private static string Show(long? time) => time is null
        ? "*"
        : DateTimeOffset.FromUnixTimeMilliseconds(time.Value).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>All of them.</summary>
public sealed record AndNode(IReadOnlyList<QueryNode> Parts, int Position) : QueryNode(Position)
{
    public override bool IsCondition => Parts.All(part => part.IsCondition);

    internal override void Render(StringBuilder text) => Join(text, Parts, " AND ");
}

/// <summary>At least one of them.</summary>
public sealed record OrNode(IReadOnlyList<QueryNode> Parts, int Position) : QueryNode(Position)
{
    public override bool IsCondition => Parts.All(part => part.IsCondition);

    internal override void Render(StringBuilder text) => Join(text, Parts, " OR ");
}

/// <summary>None of what is inside.</summary>
public sealed record NotNode(QueryNode Inner, int Position) : QueryNode(Position)
{
    public override bool IsCondition => true;

    internal override void Render(StringBuilder text)
    {
        text.Append("NOT ");
        Inner.Render(text);
    }
}

/// <summary>
/// Parts side by side: every condition and exclusion must hold, and at least one of the others; the more of them a text
/// has, and the closer together, the better it ranks.
/// </summary>
public sealed record SequenceNode(IReadOnlyList<QueryNode> Parts, int Position) : QueryNode(Position)
{
    public IEnumerable<QueryNode> Conditions => Parts.Where(part => part.IsCondition);

    public IEnumerable<QueryNode> Alternatives => Parts.Where(part => !part.IsCondition);

    public override bool IsCondition => Parts.All(part => part.IsCondition);

    internal override void Render(StringBuilder text)
    {
        var alternatives = Alternatives.ToArray();
        var conditions = Conditions.ToArray();
        if (conditions.Length == 0)
        {
            Join(text, alternatives, " OR ");
            return;
        }

        QueryNode[] any = alternatives.Length switch
        {
            0 => [],
            1 => alternatives,
            _ => [new OrNode(alternatives, Position)],
        };
        Join(text, [.. any, .. conditions], " AND ");
    }
}
