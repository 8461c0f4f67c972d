namespace Storyline.Parse.Fields;

/// <summary>An answer that a page offers for a field of its article.</summary>
/// <param name="Value">The answer, as it would be given.</param>
/// <param name="Source">Where the page says so, for people.</param>
/// <param name="Row">What a model judges it by.</param>
internal sealed record Candidate<T>(T Value, string Source, float[] Row);
