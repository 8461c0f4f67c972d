using Storyline.Contracts;

namespace Storyline.Enrich.Names;

/// <summary>One place in a text that names something.</summary>
/// <param name="FirstToken">Index of its first token.</param>
/// <param name="EndToken">Index after its last token.</param>
/// <param name="Text">The name as written, without possessive ending.</param>
/// <param name="Title">The honorific or office directly before it, as written; empty when none.</param>
/// <param name="Cues">How strongly the surroundings speak for each <see cref="EntityType"/>, indexed by its number.</param>
public sealed record NameMention(int FirstToken, int EndToken, string Text, string Title, int[] Cues);

/// <summary>Everything one document calls by one name.</summary>
public sealed record DocumentEntity
{
    /// <summary>The name in the form that is compared: folded, a person's without initials.</summary>
    public required string Key { get; init; }

    /// <summary>What it is.</summary>
    public required EntityType Type { get; init; }

    /// <summary>The longest well-attested spelling.</summary>
    public required string Name { get; init; }

    /// <summary>The spellings with their counts, most frequent first.</summary>
    public required (string Text, int Count)[] Spellings { get; init; }

    /// <summary>Where the body names it.</summary>
    public required Mention[] Mentions { get; init; }

    /// <summary>Share of the document that is about it, 0 to 1.</summary>
    public required double Salience { get; init; }

    /// <summary>True when the headline names it.</summary>
    public required bool InTitle { get; init; }
}
