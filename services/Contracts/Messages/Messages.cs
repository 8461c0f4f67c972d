using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Storyline.Contracts;

// The records on the bus. Additive only: a member is never renamed, retyped or removed, and a new one is optional
// with a default that old senders mean. Their JSON is pinned by tests/Contracts.Tests.

/// <summary>Work for fetch: capture one URL. Sent by the feed poller and by <c>IngestService.SubmitUrl</c>.</summary>
public sealed record FetchArticle
{
    /// <summary>First 128 bits of SHA-256 over the canonical URL, 32 lower-case hex digits.</summary>
    public required string ArticleId { get; init; }

    /// <summary>The canonical URL.</summary>
    public required string Url { get; init; }

    /// <summary>The publisher; the URL's host when nothing better is known.</summary>
    public required string SourceId { get; init; }

    /// <summary>The feed that announced it, if one did.</summary>
    public string? FeedId { get; init; }

    /// <summary>What the feed's entry said of it, used where the page itself is silent.</summary>
    public EntryHint? Entry { get; init; }

    /// <summary>When the platform first saw the URL.</summary>
    public required DateTimeOffset DiscoveredAt { get; init; }
}

/// <summary>What a feed entry or a submitter said of an article.</summary>
/// <param name="Title">Headline.</param>
/// <param name="PublishTime">Publish time.</param>
/// <param name="Authors">Authors.</param>
/// <param name="Language">BCP 47 tag.</param>
public sealed record EntryHint(string? Title = null, DateTimeOffset? PublishTime = null, string[]? Authors = null, string? Language = null);

/// <summary>A capture is stored and ready to be parsed. Sent by fetch, handled by parse.</summary>
public sealed record ArticleFetched
{
    /// <inheritdoc cref="FetchArticle.ArticleId"/>
    public required string ArticleId { get; init; }

    /// <summary>1, 2, 3 … for each fetch of the article whose bytes differ from the one before.</summary>
    public required int Capture { get; init; }

    /// <summary>The canonical URL; <c>urn:sha256:…</c> for a submitted document without one.</summary>
    public required string Url { get; init; }

    /// <inheritdoc cref="FetchArticle.SourceId"/>
    public required string SourceId { get; init; }

    /// <inheritdoc cref="FetchArticle.FeedId"/>
    public string? FeedId { get; init; }

    /// <summary>When the bytes were received.</summary>
    public required DateTimeOffset FetchedAt { get; init; }

    /// <summary>The media type as declared or sniffed, lower case, without parameters: <c>text/html</c>, <c>text/plain</c>, …</summary>
    public required string MediaType { get; init; }

    /// <summary>The charset that the HTTP header declared, if it did.</summary>
    public string? Charset { get; init; }

    /// <summary>The bytes after content decoding (at most 10 MiB), compressed with Brotli.</summary>
    public required byte[] BodyBrotli { get; init; }

    /// <summary>Length of the bytes before Brotli.</summary>
    public required int BodyLength { get; init; }

    /// <summary>SHA-256 over the bytes before Brotli, 64 lower-case hex digits.</summary>
    public required string BodySha256 { get; init; }

    /// <inheritdoc cref="FetchArticle.Entry"/>
    public EntryHint? Entry { get; init; }

    /// <summary>
    /// What the publisher reserves of the use of the page (text and data mining, AI, archiving), each as <c>where:name=value</c>: <c>robots</c> for its robots.txt, <c>tdmrep</c> for its tdmrep.json,
    /// <c>header</c> for the answer's headers, <c>meta</c> for what a parser reads from the page itself. <c>header:tdm-reservation=1</c>.
    /// </summary>
    public string[] Reservations { get; init; } = [];

    /// <summary>
    /// Only tell the ledger what the parser makes of it: the answer is an <see cref="ArticleRejected"/> whatever is found, and no article goes on.
    /// </summary>
    public bool CompareOnly { get; init; }

    /// <summary>The stages passed so far.</summary>
    public StageRecord[] Trail { get; init; } = [];
}

/// <summary>What a parser made of a capture, in a form that the ledger can keep and compare with another parser's.</summary>
/// <param name="ParserVersion">The parser.</param>
/// <param name="ContentDigest">As <see cref="ArticleParsed.ContentDigest"/>; empty when there is no article.</param>
/// <param name="BodyDigest">SHA-256 over the UTF-8 body, 64 lower-case hex digits; empty when there is no article.</param>
/// <param name="Title">The headline; empty when there is no article.</param>
public sealed record ParsedForm(string ParserVersion, string ContentDigest = "", string BodyDigest = "", string Title = "")
{
    /// <summary>That of an article.</summary>
    public static ParsedForm Of(string parserVersion, string contentDigest, ArticleContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return new(parserVersion, contentDigest, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.Body))), content.Title);
    }
}

/// <summary>A capture is now an article. Sent by parse, handled by enrich.</summary>
public sealed record ArticleParsed
{
    /// <inheritdoc cref="FetchArticle.ArticleId"/>
    public required string ArticleId { get; init; }

    /// <inheritdoc cref="ArticleFetched.Capture"/>
    public required int Capture { get; init; }

    /// <inheritdoc cref="ArticleFetched.Url"/>
    public required string Url { get; init; }

    /// <inheritdoc cref="FetchArticle.SourceId"/>
    public required string SourceId { get; init; }

    /// <inheritdoc cref="ArticleFetched.FetchedAt"/>
    public required DateTimeOffset FetchedAt { get; init; }

    /// <summary>The article.</summary>
    public required ArticleContent Content { get; init; }

    /// <summary>SHA-256 over title and body, 64 lower-case hex digits: equal digests are the same revision.</summary>
    public required string ContentDigest { get; init; }

    /// <summary>The parser that made it: same capture and version give byte-equal output.</summary>
    public required string ParserVersion { get; init; }

    /// <inheritdoc cref="ArticleFetched.Trail"/>
    public StageRecord[] Trail { get; init; } = [];
}

/// <summary>An article revision with its names, quotes, keywords and story. Sent by enrich, handled by search and partner.</summary>
public sealed record ArticleEnriched
{
    /// <inheritdoc cref="FetchArticle.ArticleId"/>
    public required string ArticleId { get; init; }

    /// <summary>1, 2, 3 … for each change of the content.</summary>
    public required int Revision { get; init; }

    /// <inheritdoc cref="ArticleFetched.Capture"/>
    public required int Capture { get; init; }

    /// <inheritdoc cref="ArticleFetched.Url"/>
    public required string Url { get; init; }

    /// <inheritdoc cref="FetchArticle.SourceId"/>
    public required string SourceId { get; init; }

    /// <inheritdoc cref="ArticleFetched.FetchedAt"/>
    public required DateTimeOffset FetchedAt { get; init; }

    /// <inheritdoc cref="ArticleParsed.Content"/>
    public required ArticleContent Content { get; init; }

    /// <inheritdoc cref="ArticleParsed.ParserVersion"/>
    public required string ParserVersion { get; init; }

    /// <summary>Who and what it names, most salient first.</summary>
    public ArticleEntity[] Entities { get; init; } = [];

    /// <summary>Who is quoted, in text order.</summary>
    public ArticleQuote[] Quotes { get; init; } = [];

    /// <summary>What it is about, strongest first.</summary>
    public Keyword[] Keywords { get; init; } = [];

    /// <summary>The story it tells.</summary>
    public required string StoryId { get; init; }

    /// <summary>Its role in that story when it was assigned; <see cref="StoryChanged"/> has the current one.</summary>
    public required Telling Telling { get; init; }

    /// <summary>What the ledger is told of <see cref="Content"/>; null from an earlier sender.</summary>
    public ParsedForm? Parsed { get; init; }

    /// <summary>Trace id of the article's way through the platform, 32 hex digits, if it was traced.</summary>
    public string? TraceId { get; init; }

    /// <inheritdoc cref="ArticleFetched.Trail"/>
    public StageRecord[] Trail { get; init; } = [];
}

/// <summary>What happened to a story.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StoryChange>))]
public enum StoryChange
{
    [JsonStringEnumMemberName("STORY_CHANGE_UNSPECIFIED")] Unspecified = 0,
    [JsonStringEnumMemberName("CREATED")] Created = 1,
    [JsonStringEnumMemberName("UPDATED")] Updated = 2,
    [JsonStringEnumMemberName("MERGED")] Merged = 3,
    [JsonStringEnumMemberName("SPLIT")] Split = 4,
    [JsonStringEnumMemberName("RETIRED")] Retired = 5,
}

/// <summary>One utterance as the articles of a story carry it.</summary>
/// <param name="QuotationId">Stable id.</param>
/// <param name="Speaker">Canonical name of the speaker, if known.</param>
/// <param name="SpeakerEntityId">The speaker's entity, if known.</param>
/// <param name="Variants">How each article words it.</param>
public sealed record Quotation(string QuotationId, string? Speaker, string? SpeakerEntityId, QuotationVariant[] Variants);

/// <summary>One article's wording of a quotation.</summary>
/// <param name="ArticleId">The article.</param>
/// <param name="Text">Its words.</param>
/// <param name="Altered">The words differ from the variant that most independent tellings carry (typography apart).</param>
public sealed record QuotationVariant(string ArticleId, string Text, bool Altered);

/// <summary>The whole current state of a story. Sent by enrich; consumers keep the highest <see cref="Version"/>.</summary>
public sealed record StoryChanged
{
    /// <summary>Stable for life, 32 lower-case hex digits.</summary>
    public required string StoryId { get; init; }

    /// <summary>Grows with every change of this story.</summary>
    public required long Version { get; init; }

    /// <summary>What happened.</summary>
    public required StoryChange Change { get; init; }

    /// <summary>The surviving story, when <see cref="Change"/> is <see cref="StoryChange.Merged"/>.</summary>
    public string? MergedInto { get; init; }

    /// <summary>Headline of the most central telling.</summary>
    public required string Title { get; init; }

    /// <summary>BCP 47 tag.</summary>
    public required string Language { get; init; }

    /// <summary>Every telling, oldest first; at most 1,000.</summary>
    public required Telling[] Tellings { get; init; }

    /// <summary>Tellings that do not derive from another.</summary>
    public required int IndependentOriginCount { get; init; }

    /// <summary>Entities across the tellings, most salient first; at most 50, without mentions.</summary>
    public ArticleEntity[] Entities { get; init; } = [];

    /// <summary>Keywords across the tellings, strongest first; at most 20.</summary>
    public Keyword[] Keywords { get; init; } = [];

    /// <summary>Quotations that at least two articles carry first, then the others; at most 200.</summary>
    public Quotation[] Quotations { get; init; } = [];

    /// <summary>Publish time of the first telling.</summary>
    public required DateTimeOffset FirstPublishTime { get; init; }

    /// <summary>Publish time of the latest telling.</summary>
    public required DateTimeOffset LastPublishTime { get; init; }
}

/// <summary>An article revision is searchable. Sent by search, handled by fetch's ledger.</summary>
public sealed record ArticleIndexed
{
    /// <inheritdoc cref="FetchArticle.ArticleId"/>
    public required string ArticleId { get; init; }

    /// <inheritdoc cref="ArticleFetched.Capture"/>
    public required int Capture { get; init; }

    /// <inheritdoc cref="ArticleEnriched.Revision"/>
    public required int Revision { get; init; }

    /// <inheritdoc cref="ArticleEnriched.StoryId"/>
    public required string StoryId { get; init; }

    /// <summary>When a search first could find it.</summary>
    public required DateTimeOffset IndexedAt { get; init; }

    /// <summary>What the parser made of the capture; null from an earlier sender.</summary>
    public ParsedForm? Parsed { get; init; }

    /// <inheritdoc cref="ArticleEnriched.TraceId"/>
    public string? TraceId { get; init; }

    /// <inheritdoc cref="ArticleFetched.Trail"/>
    public StageRecord[] Trail { get; init; } = [];
}

/// <summary>An article's way ended before the index. Sent by any stage, handled by fetch's ledger.</summary>
public sealed record ArticleRejected
{
    /// <inheritdoc cref="FetchArticle.ArticleId"/>
    public required string ArticleId { get; init; }

    /// <inheritdoc cref="ArticleFetched.Capture"/>
    public required int Capture { get; init; }

    /// <summary>The stage that ended it.</summary>
    public required Stage Stage { get; init; }

    /// <summary>The outcome.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>For people: what, and where possible how to mend it; at most 200 characters.</summary>
    public required string Reason { get; init; }

    /// <summary>The revision that stays current, when <see cref="Outcome"/> is <see cref="Contracts.Outcome.NotModified"/>.</summary>
    public int? Revision { get; init; }

    /// <summary>The story of that revision.</summary>
    public string? StoryId { get; init; }

    /// <inheritdoc cref="ArticleIndexed.Parsed"/>
    public ParsedForm? Parsed { get; init; }

    /// <inheritdoc cref="ArticleEnriched.TraceId"/>
    public string? TraceId { get; init; }

    /// <inheritdoc cref="ArticleFetched.Trail"/>
    public StageRecord[] Trail { get; init; } = [];
}
