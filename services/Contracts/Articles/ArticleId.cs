using System.Security.Cryptography;
using System.Text;

namespace Storyline.Contracts;

/// <summary>
/// The id of an article: the first 128 bits of SHA-256, as 32 lower-case hex digits, over the canonical URL in UTF-8 or, for a document
/// without a URL, over its bytes. The same URL is the same article on every machine.
/// </summary>
public static class ArticleId
{
    /// <summary>Hex digits of an id.</summary>
    public const int Length = 32;

    /// <summary>The id of the article at a canonical URL (see <see cref="CanonicalUrl"/>).</summary>
    public static string OfUrl(string canonicalUrl) => Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalUrl)));

    /// <summary>The id of a document without a URL.</summary>
    public static string OfBytes(ReadOnlySpan<byte> document) => Hex(SHA256.HashData(document));

    /// <summary>What stands for the URL of a document without one: <c>urn:sha256:</c> and 64 hex digits.</summary>
    public static string UrnOfBytes(ReadOnlySpan<byte> document) => "urn:sha256:" + Convert.ToHexStringLower(SHA256.HashData(document));

    /// <summary>True when the text has the shape of an id.</summary>
    public static bool IsValid(string? id) => id is { Length: Length } && id.All(char.IsAsciiHexDigitLower);

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, Length / 2));
}
