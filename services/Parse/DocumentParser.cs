using Storyline.Contracts;
using Storyline.Parse.Blocks;
using Storyline.Parse.Documents;
using Storyline.Parse.Fields;
using Storyline.Parse.Html;
using Storyline.Parse.PlainText;
using Storyline.Parse.Publishers;

namespace Storyline.Parse;

/// <summary>
/// From the bytes of a capture to an article. A pure function: the same bytes and declarations give the same result with the same
/// <see cref="ParseResult.ParserVersion"/>; bad input is an outcome, never an exception. Thread-safe.
/// </summary>
/// <param name="blocks">Judges blocks; null for the one that is shipped.</param>
/// <param name="fields">Judges what is offered for title and authors; null for the one that is shipped.</param>
/// <param name="rules">For single sites; null for those that are shipped.</param>
public sealed class DocumentParser(BlockModel? blocks = null, FieldModel? fields = null, PublisherRules? rules = null)
{
    private readonly BlockModel _blocks = blocks ?? BlockModel.Shipped;
    private readonly FieldModel _fields = fields ?? FieldModel.Shipped;
    private readonly PublisherRules _rules = rules ?? PublisherRules.Shipped;

    /// <summary>Name and version of the parser. Changes whenever output may; a test over stored pages sees to it.</summary>
    public const string Version = "storyline-parser/0.25";

    /// <param name="bytes">The document after content decoding.</param>
    /// <param name="mediaType">As declared or sniffed, parameters allowed; null or empty when unknown.</param>
    /// <param name="charset">As the HTTP header declared it; null when it did not.</param>
    /// <param name="url">Where it was found; null or a URN when unknown. Resolves links, and its date and slug are evidence.</param>
    /// <param name="hint">What a feed entry or submitter said, used where the document is silent.</param>
    /// <param name="explain">Also say what the document's fields rest on.</param>
    /// <param name="fetchedAt">When it was fetched: no evidence of a publication is from later. Null when unknown.</param>
    public ParseResult Parse(ReadOnlyMemory<byte> bytes, string? mediaType, string? charset, string? url, EntryHint? hint, bool explain = false, DateTimeOffset? fetchedAt = null)
    {
        if (bytes.IsEmpty)
        {
            return ParseResult.Rejected(Outcome.Empty, "the document has no bytes");
        }

        using var document = DocumentDecoder.Decode(bytes, mediaType, charset ?? MediaTypes.Charset(mediaType));
        if (document.Outcome != Outcome.Unspecified)
        {
            return ParseResult.Rejected(document.Outcome, document.Reason);
        }

        if (MediaTypes.FeedFormat(document.Text) is { } format)
        {
            return ParseResult.Rejected(Outcome.UnsupportedMediaType, $"the document is {format}, not an article");
        }

        return document.IsHtml ? HtmlArticleReader.Read(document.Characters, url, hint, fetchedAt, _blocks, _fields, _rules, explain) : PlainTextReader.Read(document.Text.ToString(), url, hint, fetchedAt);
    }
}
