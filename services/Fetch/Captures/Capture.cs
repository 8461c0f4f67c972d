using System.Security.Cryptography;
using Storyline.Contracts;

namespace Storyline.Fetch.Captures;

/// <summary>The raw bytes of one fetch of one URL, or of one submitted document, with what is known of them.</summary>
public sealed record Capture
{
    /// <summary>Its article.</summary>
    public required string ArticleId { get; init; }

    /// <summary>Canonical URL, or <c>urn:sha256:…</c> of a submitted document.</summary>
    public required string Url { get; init; }

    public required string SourceId { get; init; }

    /// <summary>The feed that announced it; empty if none did.</summary>
    public string FeedId { get; init; } = "";

    public required DateTimeOffset FetchedAt { get; init; }

    /// <summary>When the platform first saw the URL.</summary>
    public required DateTimeOffset DiscoveredAt { get; init; }

    /// <summary>Lower case, without parameters.</summary>
    public required string MediaType { get; init; }

    public string? Charset { get; init; }

    /// <summary>The bytes after content decoding.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public EntryHint? Entry { get; init; }

    /// <summary>What the publisher reserves: strings of <see cref="Reservation"/>.</summary>
    public IReadOnlyList<string> Reservations { get; init; } = [];

    /// <summary>How it came over HTTP; null for a submitted document.</summary>
    public HttpExchange? Http { get; init; }

    /// <summary>The stages passed so far.</summary>
    public StageRecord[] Trail { get; init; } = [];

    /// <summary>When the page is to be asked for again, in search of corrections; null: not by itself.</summary>
    public DateTimeOffset? RefetchAt { get; init; }

    /// <summary>Its WARC-Record-ID.</summary>
    public Guid RecordId { get; } = Guid.CreateVersion7();

    /// <summary>SHA-256 over <see cref="Body"/>, 64 lower-case hex digits.</summary>
    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(SHA256.HashData(Body.Span));

    private string? _sha256;
}

/// <summary>What HTTP said of a capture.</summary>
/// <param name="Url">The URL that answered, after redirects.</param>
/// <param name="StatusCode">Its status.</param>
/// <param name="Version">HTTP version, such as <c>1.1</c>.</param>
/// <param name="ReasonPhrase">As sent.</param>
/// <param name="Headers">Response headers as received.</param>
public sealed record HttpExchange(
    string Url, int StatusCode, string Version, string ReasonPhrase, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>URLs that led to <see cref="Url"/>, in order, without the one that was asked for.</summary>
    public IReadOnlyList<string> Redirects { get; init; } = [];

    /// <summary>Address of the server that answered; empty when it is not known.</summary>
    public string IpAddress { get; init; } = "";

    public string ETag => Header("ETag");

    public string LastModified => Header("Last-Modified");

    /// <summary>The first header of a name; empty when there is none, or one of over 500 characters.</summary>
    public string Header(string name) =>
        Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { Length: <= 500 } value ? value : "";
}
