using Storyline.Contracts;
using Storyline.Parse.Furniture;
using Storyline.Parse.Metadata;

namespace Storyline.Parse.PlainText;

/// <summary>
/// Reads an article from text without markup, as a scraper or a mail leaves it: pieces separated by blank lines, the site's furniture among
/// them. What a piece is follows from its own shape (does it close a sentence, how long is it, does it name a photographer) and from where it
/// stands: the article runs from the first to the last piece of running text, and its headline stands before it.
/// </summary>
internal static class PlainTextReader
{
    /// <summary>A piece of running text this long is certainly the article's.</summary>
    private const int SolidWords = 12;

    public static ParseResult Read(string text, string? url, EntryHint? hint, DateTimeOffset? fetchedAt)
    {
        if (StructuredFormat(text) is { } format)
        {
            return ParseResult.Rejected(Outcome.UnsupportedMediaType, $"the document is {format}, not HTML or text");
        }

        var pieces = Pieces.Split(text);
        var title = FindTitle(pieces, hint);
        var blocks = Blocks(pieces, title, out var titleText);
        var body = ArticleBody.Join(blocks);
        if (body.Length == 0)
        {
            return ParseResult.Rejected(Outcome.NoArticle, "no running text in the document");
        }

        if (ArticleBody.IsTooShort(body))
        {
            return ParseResult.Rejected(Outcome.TooShort, $"{body.Length} characters of text, an article has at least {Documents.ParserLimits.MinBodyLength}");
        }

        TimeEvidence[] times = [.. ArticleBody.HintTime(hint, []), .. WrittenTimes(pieces, title), .. UrlTime(url)];
        var (published, confidence) = PublishTimes.Decide([.. times.Where(t => !PublishTimes.IsToCome(t.Reading, fetchedAt))]);
        string[] bylines = [.. pieces.Take(title + 6).Where(p => p.Kind == PieceKind.Byline).Select(p => p.Text)];
        var authors = AuthorNames.Persons(hint?.Authors is { Length: > 0 } given ? given : bylines, siteName: null);
        return ParseResult.Article(
            new ArticleContent
            {
                Title = ArticleBody.Title([titleText, hint?.Title, Titles.FromSlug(url)], body),
                Blocks = [.. blocks],
                Body = body,
                Language = LanguageDetector.Detect(body, hint?.Language),
                Authors = authors,
                WireCredits = WireCredits.Find(bylines, blocks),
                PublishTime = published,
                PublishTimeConfidence = confidence,
            },
            canonicalUrl: null);
    }

    /// <summary>Data formats that decode as text and are no prose; feeds were told before.</summary>
    private static string? StructuredFormat(string text)
    {
        var start = text.AsSpan(0, Math.Min(text.Length, 256)).TrimStart(" \t\r\n\uFEFF");
        return start.StartsWith("<?xml") ? "XML"
            : start.Length > 1 && start[0] == '{' && start[1..].TrimStart() is ['"', ..] ? "JSON"
            : start.StartsWith("[{") ? "JSON"
            : null;
    }

    /// <summary>
    /// Index of the headline: the piece that the submitter's title names, else the first single line of at least four words that closes no
    /// sentence, before the text begins; −1 when there is none.
    /// </summary>
    private static int FindTitle(List<Piece> pieces, EntryHint? hint)
    {
        var start = FirstSolid(pieces, 0);
        var limit = start < 0 ? pieces.Count : start;
        if (hint?.Title is { Length: > 0 } given)
        {
            var named = pieces.FindIndex(p => Titles.SameText(p.Lines[0], given));
            if (named >= 0)
            {
                return named;
            }
        }

        var line = pieces.FindIndex(0, limit, p => p.Kind == PieceKind.Line && Text.WordCount(p.Lines[0]) >= 4);
        return line >= 0 ? line : pieces.FindIndex(0, limit, p => p.Kind is PieceKind.Line or PieceKind.Running && p.Lines.Length == 1 && Text.WordCount(p.Text) is >= 3 and <= 25);
    }

    private static int FirstSolid(List<Piece> pieces, int from)
    {
        var solid = pieces.FindIndex(from, p => p.Kind == PieceKind.Running && Text.WordCount(p.Text) >= SolidWords);
        return solid >= 0 ? solid : pieces.FindIndex(from, p => p.Kind == PieceKind.Running);
    }

    private static List<Block> Blocks(List<Piece> pieces, int title, out string? titleText)
    {
        titleText = title >= 0 ? pieces[title].Lines[0] : null;
        var blocks = new List<Block>();
        var start = FirstSolid(pieces, title + 1);
        if (start < 0)
        {
            return blocks;
        }

        // Captions between headline and text belong to the article; the rest of what stands there does not.
        blocks.AddRange(pieces.Skip(title + 1).Take(start - title - 1).Where(p => p.Kind == PieceKind.Caption).Select(ToBlock));
        var end = End(pieces, start);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = start; i <= end; i++)
        {
            var piece = pieces[i];
            if (piece.Kind is PieceKind.Furniture or PieceKind.Byline || (piece.Kind == PieceKind.Line && IsStray(pieces, i, end)) || !seen.Add(piece.Text))
            {
                continue;
            }

            blocks.Add(ToBlock(piece));
        }

        return blocks;
    }

    /// <summary>
    /// Index of the last piece of running text. A heading that opens comments or a link list ends the text for good unless a good part of the
    /// running text follows it (then it stood in the middle of the page).
    /// </summary>
    private static int End(List<Piece> pieces, int start)
    {
        var last = pieces.FindLastIndex(p => p.Kind is PieceKind.Running or PieceKind.Item);
        for (var i = start + 1; i <= last; i++)
        {
            if (FurnitureText.EndsArticle(pieces[i].Lines[0]) && Running(pieces, i, last) < Running(pieces, start, i) / 6)
            {
                return pieces.FindLastIndex(i, p => p.Kind == PieceKind.Running);
            }
        }

        return last;
    }

    private static int Running(List<Piece> pieces, int from, int to) =>
        pieces.Skip(from).Take(to - from + 1).Where(p => p.Kind == PieceKind.Running).Sum(p => p.Text.Length);

    /// <summary>A line is a sub-heading when it stands alone before running text; lines in a row are a list of links.</summary>
    private static bool IsStray(List<Piece> pieces, int i, int end)
    {
        var next = i + 1;
        while (next <= end && pieces[next].Kind is PieceKind.Caption or PieceKind.Furniture)
        {
            next++;
        }

        return next > end || pieces[next].Kind == PieceKind.Line || (i > 0 && pieces[i - 1].Kind is PieceKind.Line) || Text.WordCount(pieces[i].Text) < 2;
    }

    private static Block ToBlock(Piece piece) => new(
        piece.Kind switch
        {
            PieceKind.Caption => BlockKind.Caption,
            PieceKind.Line => BlockKind.Heading,
            PieceKind.Item => BlockKind.ListItem,
            _ => BlockKind.Paragraph,
        },
        piece.Text);

    /// <summary>A date in the lines around the headline.</summary>
    private static IEnumerable<TimeEvidence> WrittenTimes(List<Piece> pieces, int title)
    {
        var start = FirstSolid(pieces, title + 1);
        foreach (var piece in pieces.Take(Math.Max(start, 0)).Where(p => p.Kind is PieceKind.Line or PieceKind.Furniture or PieceKind.Byline))
        {
            if (piece.Text.Length <= 120 && DateText.Words(piece.Text) is { } reading)
            {
                yield return new TimeEvidence(reading, 0.5);
            }
        }
    }

    private static TimeEvidence[] UrlTime(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && UrlDate.Read(uri) is { } day ? [new TimeEvidence(day, 0.45)] : [];
}
