namespace Storyline.Search.Queries;

/// <summary>A query that cannot be understood.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="position">Where, in UTF-16 code units from 0.</param>
/// <param name="hint">How to mend it.</param>
public sealed class QuerySyntaxException(string message, int position, string hint) : Exception(message)
{
    public int Position { get; } = position;

    public string Hint { get; } = hint;
}

/// <summary>What a query may cost.</summary>
public static class QueryLimits
{
    /// <summary>UTF-16 code units of the whole query.</summary>
    public const int MaxLength = 2_000;

    /// <summary>Words, phrases, prefixes and ranges.</summary>
    public const int MaxClauses = 200;

    /// <summary>Brackets, NOTs and fields inside each other.</summary>
    public const int MaxNesting = 20;

    /// <summary>Letters and digits before the asterisk.</summary>
    public const int MinPrefixLength = 2;

    /// <summary>Words between the two sides of <c>near/N</c>.</summary>
    public const int MaxDistance = 50;
}
