using Storyline.Contracts;
using Storyline.Parse.Documents;
using Storyline.Parse.Metadata;

namespace Storyline.Parse;

/// <summary>What markup and plain text share in making an article.</summary>
internal static class ArticleBody
{
    /// <summary>The texts of all blocks but captions, joined by a blank line.</summary>
    public static string Join(IEnumerable<Block> blocks) => string.Join("\n\n", blocks.Where(b => b.Kind != BlockKind.Caption).Select(b => b.Text));

    public static bool IsTooShort(string body) => body.Length + body.Count(Text.IsUnspaced) < ParserLimits.MinBodyLength;

    public static TimeEvidence[] HintTime(EntryHint? hint) =>
        hint?.PublishTime is { } time ? [new TimeEvidence(new DateReading(time, HasTime: true, HasZone: true), 0.8)] : [];

    /// <summary>The first candidate that is not empty; without any, the first words of the body.</summary>
    public static string Title(ReadOnlySpan<string?> candidates, string body)
    {
        foreach (var candidate in candidates)
        {
            var title = Text.Normalise(candidate);
            if (title.Length > 0)
            {
                return title.Length <= ParserLimits.MaxTitleLength ? title : Cut(title, ParserLimits.MaxTitleLength);
            }
        }

        var end = body.AsSpan().IndexOfAny("\n.!?。");
        var sentence = end > 0 ? body[..end] : body;
        return sentence.Length <= 100 ? sentence : Cut(sentence, 100);
    }

    /// <summary>Shortened at a word's end, never inside a surrogate pair.</summary>
    private static string Cut(string text, int length)
    {
        var at = text.LastIndexOf(' ', length - 1);
        at = at > length / 2 ? at : length - 1;
        return text[..(char.IsHighSurrogate(text[at - 1]) ? at - 1 : at)].TrimEnd() + "…";
    }
}
