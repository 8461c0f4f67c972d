using CsCheck;

namespace Storyline.Fetch.Tests;

internal static class Pick
{
    /// <summary>One of the given values.</summary>
    public static Gen<string> From(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
