using System.Collections.Frozen;
using System.Reflection;

namespace Storyline.Parse.Metadata;

/// <summary>Given names of many languages. Evidence only: many a person has a name that is not among them, and many a name is a word, too.</summary>
internal static class GivenNames
{
    private static readonly Lazy<FrozenSet<string>> Names = new(() =>
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Storyline.Parse.Metadata.given-names.txt")
            ?? throw new InvalidOperationException("the assembly holds no given names"));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    });

    /// <summary>A given name, or two with a hyphen ("Hans-Peter").</summary>
    public static bool Holds(string word) =>
        Names.Value.Contains(word) || (word.IndexOf('-', StringComparison.Ordinal) is var at and > 0 && Names.Value.Contains(word[..at]) && Names.Value.Contains(word[(at + 1)..]));
}
