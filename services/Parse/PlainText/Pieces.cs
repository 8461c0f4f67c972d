using Storyline.Parse.Furniture;

namespace Storyline.Parse.PlainText;

/// <summary>What a piece of plain text is by its own shape.</summary>
internal enum PieceKind
{
    /// <summary>Sentences.</summary>
    Running,

    /// <summary>A single line that closes no sentence: a headline, a sub-heading, a link.</summary>
    Line,

    /// <summary>A bullet or numbered point.</summary>
    Item,

    /// <summary>Words under a picture.</summary>
    Caption,

    /// <summary>"By …".</summary>
    Byline,

    /// <summary>Not the article's.</summary>
    Furniture,
}

/// <summary>Lines between two blank lines.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Lines">Its lines, white space normalised, none empty.</param>
/// <param name="Text">The lines as one text.</param>
internal sealed record Piece(PieceKind Kind, string[] Lines, string Text);

/// <summary>Cuts plain text into typed pieces.</summary>
internal static class Pieces
{
    private const int MaxPieces = 20_000;

    public static List<Piece> Split(string text)
    {
        var groups = Groups(text);

        // Without a single blank line each line is a piece of its own (one paragraph a line), unless the lines are wrapped ones.
        if (groups.Count == 1 && groups[0].Count > 3 && !IsWrapped(groups[0]))
        {
            groups = [.. groups[0].Select(line => new List<string> { line })];
        }

        return [.. groups.Take(MaxPieces).SelectMany(Typed)];
    }

    private static List<List<string>> Groups(string text)
    {
        var groups = new List<List<string>>();
        var current = new List<string>();
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = Parse.Text.Normalise(raw);
            if (line.Length > 0)
            {
                current.Add(line);
            }
            else if (current.Count > 0)
            {
                groups.Add(current);
                current = [];
            }
        }

        if (current.Count > 0)
        {
            groups.Add(current);
        }

        return groups;
    }

    /// <summary>Lines broken at a column: long, of like length, most of them ending inside a sentence.</summary>
    private static bool IsWrapped(List<string> lines) =>
        lines.Max(l => l.Length) <= 120 && lines.SkipLast(1).Count(l => l.Length >= 45 && !Parse.Text.EndsSentence(l)) * 2 > lines.Count;

    private static IEnumerable<Piece> Typed(List<string> lines)
    {
        if (lines.Any(IsItem))
        {
            return lines.Select(line => IsItem(line) ? new Piece(PieceKind.Item, [line], WithoutBullet(line)) : Classified([line]));
        }

        return [Classified([.. lines])];
    }

    private static Piece Classified(string[] lines)
    {
        var text = string.Join(' ', lines);
        return new Piece(Kind(lines, text), lines, text);
    }

    private static PieceKind Kind(string[] lines, string text)
    {
        if (Captions.IsCaption(text))
        {
            return PieceKind.Caption;
        }

        if (FurnitureText.IsFurniture(text) || lines.Any(l => FurnitureText.IsFurniture(l) && lines.Length > 1) || FurnitureText.EndsArticle(text))
        {
            return PieceKind.Furniture;
        }

        if (IsByline(text))
        {
            return PieceKind.Byline;
        }

        var words = Parse.Text.WordCount(text);
        if (IsRunning(text, words))
        {
            return PieceKind.Running;
        }

        // Several short lines without a sentence are a menu, a list of links or the label of a player.
        return lines.Length == 1 ? PieceKind.Line : PieceKind.Furniture;
    }

    /// <summary>Closes a sentence, or holds one and is long, or speaks (a quotation mark opens and closes in it).</summary>
    private static bool IsRunning(string text, int words)
    {
        if (Parse.Text.EndsSentence(text))
        {
            // A sub-heading may end in a full stop ("Background: what came before.") and a headline in a question mark: both read like text and stay.
            return words >= 3;
        }

        return (words >= 20 && HoldsSentence(text)) || (words >= 12 && text[^1] is ':' or ',' or ';' or '"' or '”' or '»');
    }

    /// <summary>A sentence ends inside: a mark after a word in lower case (an initial or "U.S." is none), then a space.</summary>
    private static bool HoldsSentence(string text)
    {
        for (var i = 2; i + 1 < text.Length; i++)
        {
            if (Parse.Text.IsSentenceEnd(text[i]) && (text[i + 1] == ' ' || Parse.Text.IsUnspaced(text[i + 1])) && !char.IsUpper(text[i - 1]) && !char.IsUpper(text[i - 2]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsByline(string text) => text.Length <= 80
        && (text.StartsWith("By ", StringComparison.Ordinal) || text.StartsWith("BY ", StringComparison.Ordinal) || text.StartsWith("Von ", StringComparison.Ordinal) || text.StartsWith("Por ", StringComparison.Ordinal) || text.StartsWith("Par ", StringComparison.Ordinal))
        && !Parse.Text.EndsSentence(text) && Metadata.AuthorNames.Persons([text], siteName: null).Length > 0;

    private static bool IsItem(string line) => line.Length > 2
        && ((line[0] is '•' or '‣' or '▪' or '●' or '◦' || (line[0] is '-' or '*' or '–' && line[1] == ' ')) || (char.IsAsciiDigit(line[0]) && line.IndexOf(". ", StringComparison.Ordinal) is 1 or 2 && line.Length > 20));

    private static string WithoutBullet(string line) => line.TrimStart('•', '‣', '▪', '●', '◦', '-', '*', '–', ' ');
}
