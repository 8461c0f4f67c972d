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

    /// <summary>What the feed says of the time; it counts for more when the page declares the same instant.</summary>
    public static TimeEvidence[] HintTime(EntryHint? hint, IReadOnlyList<TimeEvidence> declared) =>
        hint?.PublishTime is not { } time ? []
        : [new TimeEvidence(new DateReading(time, HasTime: true, HasZone: true), declared.Any(d => d.Reading is { HasTime: true, HasZone: true } && (d.Reading.Time - time).Duration() < TimeSpan.FromMinutes(1)) ? 0.9 : 0.8)];

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
