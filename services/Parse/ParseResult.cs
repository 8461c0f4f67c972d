using System.Globalization;
using Storyline.Contracts;
using Storyline.Parse.Metadata;
using Storyline.Parse.Documents;
using Storyline.Parse.Html;

namespace Storyline.Parse;

/// <summary>What <see cref="DocumentParser.Parse"/> made of a document: an article, or the reason why there is none.</summary>
public sealed record ParseResult
{
    /// <summary><see cref="Outcome.Unspecified"/> when <see cref="Content"/> holds the article; otherwise why there is none.</summary>
    public Outcome Outcome { get; private init; }

    /// <summary>For people, at most 200 characters; empty for an article.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>The article; null when <see cref="Outcome"/> says why there is none.</summary>
    public ArticleContent? Content { get; private init; }

    /// <summary>SHA-256 over title and body, 64 lower-case hex digits; empty without an article.</summary>
    public string ContentDigest { get; private init; } = "";

    /// <summary><see cref="DocumentParser.Version"/>, and behind a plus sign the rule of the page's site where there is one: <c>storyline-parser/0.3+example.com/2</c>.</summary>
    public string ParserVersion { get; init; } = DocumentParser.Version;

    /// <summary>The absolute canonical URL that the page declares, if it does.</summary>
    public string? CanonicalUrl { get; private init; }

    /// <summary>What the document says about the fields; only where it was asked for.</summary>
    public IReadOnlyList<FieldEvidence> Evidence { get; init; } = [];

    /// <summary>The page's pieces of text in reading order, and why each was kept or dropped; only where it was asked for.</summary>
    public IReadOnlyList<BlockEvidence> Blocks { get; init; } = [];

    /// <summary>An article; a text longer than <see cref="ParserLimits.MaxTextLength"/> is a book or a dump, and none.</summary>
    public static ParseResult Article(ArticleContent content, string? canonicalUrl)
    {
        var length = content.Blocks.Sum(block => (long)block.Text.Length);
        return length > ParserLimits.MaxTextLength
            ? Rejected(Outcome.TooLarge, string.Create(CultureInfo.InvariantCulture, $"a text of {length} characters; articles have at most {ParserLimits.MaxTextLength}"))
            : new() { Content = content, ContentDigest = Parse.ContentDigest.Of(content.Title, content.Body), CanonicalUrl = canonicalUrl };
    }

    public static ParseResult Rejected(Outcome outcome, string reason) => new()
    {
        Outcome = outcome,
        Reason = reason.Length <= 200 ? reason : reason[..199] + "…",
    };
}
