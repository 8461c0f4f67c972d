using System.Text.Json.Serialization;

namespace Storyline.Contracts;

/// <summary>
/// Where a URL ended and why. Every URL the platform ever saw has exactly one current outcome in the ledger.
/// The wire form is the upper-case name; the numbers equal <c>storyline.type.v1.Outcome</c>.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
public enum Outcome
{
    /// <summary>Not a value that is ever sent.</summary>
    [JsonStringEnumMemberName("OUTCOME_UNSPECIFIED")] Unspecified = 0,

    /// <summary>Known and waiting, or on its way through the stages.</summary>
    [JsonStringEnumMemberName("PENDING")] Pending = 1,

    /// <summary>Searchable at its current revision.</summary>
    [JsonStringEnumMemberName("INDEXED")] Indexed = 2,

    /// <summary>The publisher said 304, or the content equals the current revision's.</summary>
    [JsonStringEnumMemberName("NOT_MODIFIED")] NotModified = 3,

    /// <summary>robots.txt (RFC 9309) denies the path; no request was made for it.</summary>
    [JsonStringEnumMemberName("ROBOTS_DENIED")] RobotsDenied = 4,

    /// <summary>The page is HTML or text but holds no article: index, video or search page, login wall, soft 404.</summary>
    [JsonStringEnumMemberName("NO_ARTICLE")] NoArticle = 5,

    /// <summary>An article too short to be one (teaser, placeholder).</summary>
    [JsonStringEnumMemberName("TOO_SHORT")] TooShort = 6,

    /// <summary>Over the size limit for a document (10 MiB raw) or over the decompression ratio.</summary>
    [JsonStringEnumMemberName("TOO_LARGE")] TooLarge = 7,

    /// <summary>Neither HTML nor text: a PDF, an image, an archive.</summary>
    [JsonStringEnumMemberName("UNSUPPORTED_MEDIA_TYPE")] UnsupportedMediaType = 8,

    /// <summary>Nothing in it: zero bytes, or white space only.</summary>
    [JsonStringEnumMemberName("EMPTY")] Empty = 9,

    /// <summary>Bytes that are text in no known encoding.</summary>
    [JsonStringEnumMemberName("UNDECODABLE")] Undecodable = 10,

    /// <summary>A final HTTP status of 4xx or 5xx, after retries where they make sense.</summary>
    [JsonStringEnumMemberName("HTTP_ERROR")] HttpError = 11,

    /// <summary>No connection, TLS failure, time-out, or a response that breaks HTTP.</summary>
    [JsonStringEnumMemberName("UNREACHABLE")] Unreachable = 12,

    /// <summary>The address is one that may not be asked: private, loopback, link-local, metadata.</summary>
    [JsonStringEnumMemberName("ADDRESS_DENIED")] AddressDenied = 13,

    /// <summary>More redirects than allowed, or a loop.</summary>
    [JsonStringEnumMemberName("TOO_MANY_REDIRECTS")] TooManyRedirects = 14,

    /// <summary>Not a URL that can be fetched.</summary>
    [JsonStringEnumMemberName("INVALID_URL")] InvalidUrl = 15,

    /// <summary>Its canonical URL is another known article's.</summary>
    [JsonStringEnumMemberName("DUPLICATE_URL")] DuplicateUrl = 16,

    /// <summary>A poison message: it waits in quarantine for a person.</summary>
    [JsonStringEnumMemberName("QUARANTINED")] Quarantined = 17,

    /// <summary>Taken down: gone everywhere, a tombstone is kept.</summary>
    [JsonStringEnumMemberName("WITHDRAWN")] Withdrawn = 18,

    /// <summary>An article in a language that is not wanted here (<c>Parse:Languages</c>).</summary>
    [JsonStringEnumMemberName("WRONG_LANGUAGE")] WrongLanguage = 19,
}

/// <summary>A stage of the pipeline, in the order an article passes them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Stage>))]
public enum Stage
{
    /// <summary>Not a value that is ever sent.</summary>
    [JsonStringEnumMemberName("STAGE_UNSPECIFIED")] Unspecified = 0,

    /// <summary>From the URL or submission to a stored capture.</summary>
    [JsonStringEnumMemberName("FETCH")] Fetch = 1,

    /// <summary>From a capture to an article.</summary>
    [JsonStringEnumMemberName("PARSE")] Parse = 2,

    /// <summary>Names, quotes, keywords, story.</summary>
    [JsonStringEnumMemberName("ENRICH")] Enrich = 3,

    /// <summary>Stored and searchable.</summary>
    [JsonStringEnumMemberName("INDEX")] Index = 4,

    /// <summary>Delivered to partners.</summary>
    [JsonStringEnumMemberName("PARTNER")] Partner = 5,
}
