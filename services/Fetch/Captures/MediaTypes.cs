using System.Buffers;
using System.Net.Mime;

namespace Storyline.Fetch.Captures;

/// <summary>
/// What a document is: the declared type when it is one that we take, else what the bytes tell (after the WHATWG MIME Sniffing Standard,
/// §7.1: byte order marks, signatures, binary control bytes, tags). Bytes that are plainly binary win over any declaration.
/// </summary>
public static class MediaTypes
{
    public const string Html = "text/html";
    public const string PlainText = "text/plain";

    private const int Header = 1445;

    private static readonly SearchValues<byte> Blank = SearchValues.Create(" \t\r\n\f\0"u8);

    private static readonly byte[][] Signatures =
    [
        "%PDF-"u8.ToArray(), [0x89, .. "PNG\r\n"u8], "GIF8"u8.ToArray(), [0xFF, 0xD8, 0xFF], "RIFF"u8.ToArray(), [.. "PK"u8, 3, 4], [0x1F, 0x8B, 0x08],
        "Rar!"u8.ToArray(), [0x37, 0x7A, 0xBC, 0xAF], "OggS"u8.ToArray(), "ID3"u8.ToArray(), [0x7F, .. "ELF"u8],
        "wOFF"u8.ToArray(), "wOF2"u8.ToArray(), "%!PS-Adobe-"u8.ToArray(), "SQLite format 3"u8.ToArray(),
    ];

    private static readonly string[] Tags =
    [
        "<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<h1", "<div", "<font", "<table", "<a ", "<style", "<title", "<b>", "<br", "<p>", "<p ", "<!--", "<meta",
        "<article", "<section", "<main", "<?xml",
    ];

    /// <summary>Tells the media type of a document.</summary>
    /// <param name="declared">The Content-Type as declared, with or without parameters; empty when none was.</param>
    /// <param name="bytes">The document.</param>
    /// <param name="mediaType"><c>text/html</c> or <c>text/plain</c>; when false, what it is instead.</param>
    /// <param name="charset">The declared charset; null when none was.</param>
    /// <returns>False for a document that is neither HTML nor plain text.</returns>
    public static bool TryAccept(string? declared, ReadOnlySpan<byte> bytes, out string mediaType, out string? charset)
    {
        (mediaType, charset) = Parse(declared);
        if (IsBinary(bytes))
        {
            mediaType = mediaType is "" or Html or PlainText ? "application/octet-stream" : mediaType;
            return false;
        }

        switch (mediaType)
        {
            case Html:
            case PlainText:
                return true;
            case "application/xhtml+xml":
                mediaType = Html;
                return true;
            case "" or "application/octet-stream" or "text/xml" or "application/xml" or "unknown/unknown" or "application/unknown" or "*/*":
                var isXml = mediaType.EndsWith("xml", StringComparison.Ordinal);
                var looksLikeHtml = LooksLikeHtml(bytes, isXml);
                if (isXml && !looksLikeHtml)
                {
                    return false;
                }

                mediaType = looksLikeHtml ? Html : PlainText;
                return true;
            default:
                return false;
        }
    }

    /// <summary>True when there is nothing but white space and a byte order mark.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> bytes) => WithoutMark(bytes).IndexOfAnyExcept(Blank) < 0;

    private static (string MediaType, string? Charset) Parse(string? declared)
    {
        if (string.IsNullOrWhiteSpace(declared))
        {
            return ("", null);
        }

        try
        {
            var type = new ContentType(declared);
            var charset = type.CharSet?.Trim('\'', '"', ' ');
            return (type.MediaType.ToLowerInvariant(), string.IsNullOrEmpty(charset) || charset.Length > 40 ? null : charset.ToLowerInvariant());
        }
        catch (FormatException)
        {
            var end = declared.IndexOfAny([';', ',', ' ']);
            var bare = (end < 0 ? declared : declared[..end]).Trim().ToLowerInvariant();
            return (bare.Contains('/', StringComparison.Ordinal) && bare.Length <= 100 ? bare : "", null);
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => bytes[3..],
        [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] => bytes[2..],
        _ => bytes,
    };

    private static bool IsBinary(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
        {
            return false;
        }

        foreach (var signature in Signatures)
        {
            if (bytes.StartsWith(signature))
            {
                return true;
            }
        }

        if (bytes.Length > 11 && bytes.Slice(4, 4).SequenceEqual("ftyp"u8))
        {
            return true;
        }

        var head = bytes[..Math.Min(bytes.Length, Header)];
        int evenZeros = 0, oddZeros = 0, controls = 0;
        for (var i = 0; i < head.Length; i++)
        {
            var b = head[i];
            if (b == 0)
            {
                _ = (i & 1) == 0 ? evenZeros++ : oddZeros++;
            }
            else if (b is < 0x09 or 0x0B or (> 0x0D and < 0x1B) or (> 0x1B and < 0x20))
            {
                controls++;
            }
        }

        if (evenZeros + oddZeros == 0)
        {
            // A stray control character is a mistake of a template; many are a format of their own.
            return controls > head.Length / 50 + 1;
        }

        // UTF-16 without a mark: nearly every other byte of Western text is zero, on one side only.
        var wide = Math.Max(evenZeros, oddZeros) > head.Length / 4 && Math.Min(evenZeros, oddZeros) <= head.Length / 50;
        return !wide;
    }

    private static bool LooksLikeHtml(ReadOnlySpan<byte> bytes, bool xml)
    {
        var text = System.Text.Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, Header)]).Replace("\0", "", StringComparison.Ordinal).TrimStart('\u00ef', '\u00bb', '\u00bf', '\u00fe', '\u00ff', ' ', '\t', '\r', '\n', '\f');
        return xml
            ? text.Contains("<html", StringComparison.OrdinalIgnoreCase)
            : Array.Exists(Tags, tag => text.StartsWith(tag, StringComparison.OrdinalIgnoreCase));
    }
}
