namespace Storyline.Parse.Fields;

/// <summary>A headline that a page may have meant.</summary>
/// <param name="Value">The headline, as it would be given.</param>
/// <param name="Source">Where the page says so, for people.</param>
/// <param name="Row">What the model judges it by.</param>
internal sealed record TitleCandidate(string Value, string Source, float[] Row);

/// <summary>Somebody whom a page may name as an author.</summary>
/// <param name="Value">The name.</param>
/// <param name="Source">Where the page says so, for people.</param>
/// <param name="Row">What the model judges it by.</param>
/// <param name="Statements">Numbers of the statements that name the person.</param>
/// <param name="IsDeclaredOfNews">A newsroom declares so of its own news.</param>
internal sealed record AuthorCandidate(string Value, string Source, float[] Row, IReadOnlySet<int> Statements, bool IsDeclaredOfNews);
