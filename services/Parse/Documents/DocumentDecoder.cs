using System.Buffers;
using System.Text;
using Storyline.Contracts;
using UtfUnknown;

namespace Storyline.Parse.Documents;

/// <summary>
/// From bytes to characters. The declared media type and charset are claims; the bytes decide (a PDF served as text/html is a PDF,
/// valid UTF-8 declared as Latin-1 is UTF-8). Order of evidence for the charset as in the WHATWG encoding sniffing algorithm: byte order mark,
/// HTTP header, <c>meta</c> within the first 4 KiB, statistics; valid UTF-8 with at least one multi-byte character outranks a declaration,
/// because text in another encoding practically never is that.
/// </summary>
public static class DocumentDecoder
{
    private const int SniffLength = 4096;

    /// <summary>One NUL in so many bytes is damage; more is no text.</summary>
    private const int MaxNulShare = 1_000;
    private static readonly SearchValues<char> CharsetEnd = SearchValues.Create(" \"'>;/?\r\n");

    // The code pages register once per process; GetEncoding needs them for every charset beyond the built-in ones.
    static DocumentDecoder() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static DecodedDocument Decode(ReadOnlyMemory<byte> document, string? mediaType, string? charset)
    {
        var bytes = document.Span;
        if (bytes.Length > ParserLimits.MaxBytes)
        {
            return DecodedDocument.Rejected(Outcome.TooLarge, $"{bytes.Length} bytes, at most {ParserLimits.MaxBytes} are parsed");
        }

        if (MediaTypes.BinaryFormat(bytes) is { } format)
        {
            return DecodedDocument.Rejected(Outcome.UnsupportedMediaType, $"the bytes are {format}, not HTML or text");
        }

        var declared = MediaTypes.WithoutParameters(mediaType);
        if (declared.Length > 0 && !MediaTypes.IsReadable(declared))
        {
            return DecodedDocument.Rejected(Outcome.UnsupportedMediaType, $"media type {declared}, not HTML or text");
        }

        var encoding = ByteOrderMark(bytes, out var markLength);
        bytes = bytes[markLength..];
        if (encoding is null && bytes.Count((byte)0) * MaxNulShare > bytes.Length)
        {
            return DecodedDocument.Rejected(Outcome.Undecodable, "binary data: NUL bytes outside UTF-16 and UTF-32");
        }

        encoding ??= ValidUtf8(bytes) ? Encoding.UTF8 : null;

        encoding ??= Known(charset) ?? Known(MetaCharset(bytes)) ?? Detected(bytes);
        var text = encoding is null ? null : DecodedDocument.Of(encoding, bytes);
        if (encoding is UTF8Encoding && markLength == 0 && IsNotUtf8(text!.Text))
        {
            text.Dispose();
            text = Detected(bytes) is { } other ? DecodedDocument.Of(other, bytes) : null;
        }

        if (text is null || IsGarbage(text.Text))
        {
            text?.Dispose();
            return DecodedDocument.Rejected(Outcome.Undecodable, "the bytes are text in no known encoding");
        }

        if (text.Text.IsWhiteSpace())
        {
            text.Dispose();
            return DecodedDocument.Rejected(Outcome.Empty, "the document is empty");
        }

        text.Repair();
        text.IsHtml = MediaTypes.IsHtml(declared, text.Text);
        return text;
    }

    private static Encoding? ByteOrderMark(ReadOnlySpan<byte> bytes, out int length)
    {
        (var encoding, length) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, 0x00, 0x00, ..] => (Encoding.UTF32, 4),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            _ => ((Encoding?)null, 0),
        };
        return encoding;
    }

    /// <summary>Valid UTF-8 that is not merely ASCII with the escape sequences of ISO-2022.</summary>
    private static bool ValidUtf8(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) && !bytes.Contains((byte)0x1B);

    /// <summary>Damage to UTF-8 is rare and local; replacement characters all over are the letters of another encoding.</summary>
    private static bool IsNotUtf8(ReadOnlySpan<char> text)
    {
        var replaced = text.Count('\uFFFD');
        return replaced > 0 && replaced * 2 > BeyondAscii(text);
    }

    private static int BeyondAscii(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var c in text)
        {
            count += c > '\u007F' ? 1 : 0;
        }

        return count;
    }

    private static Encoding? Known(string? charset)
    {
        var name = charset?.Trim(' ', '"', '\'', '\t', '\r', '\n');
        if (string.IsNullOrEmpty(name) || name.Length > 40)
        {
            return null;
        }

        // The web's names (WHATWG Encoding): what calls itself Latin-1 or ASCII is windows-1252; UTF-16 cannot be declared inside a page.
        name = name.ToUpperInvariant() switch
        {
            "ISO-8859-1" or "LATIN1" or "US-ASCII" or "ASCII" => "windows-1252",
            "ISO-8859-9" => "windows-1254",
            "UTF8" or "UTF-16" or "UTF-16LE" or "UTF-16BE" or "UTF-7" => "utf-8",
            "GB2312" or "GBK" or "X-GBK" => "gb18030",
            "SHIFT-JIS" or "X-SJIS" or "SJIS" => "shift_jis",
            var other => other,
        };
        try
        {
            return Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null; // a name that nobody knows is no declaration
        }
    }

    private static string? MetaCharset(ReadOnlySpan<byte> bytes)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, SniffLength)]);
        var at = head.IndexOf("charset", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            at = head.IndexOf("encoding", StringComparison.OrdinalIgnoreCase); // <?xml … encoding="…"?>
        }

        if (at < 0)
        {
            return null;
        }

        var value = head.AsSpan(at).TrimStart("charsetnodigCHARSETNODIG").TrimStart(" =\"'");
        var end = value.IndexOfAny(CharsetEnd);
        return end > 0 ? value[..end].ToString() : null;
    }

    private static Encoding? Detected(ReadOnlySpan<byte> bytes)
    {
        // Statistics settle within the first 64 KiB; the rest only costs time.
        var sample = bytes[..Math.Min(bytes.Length, 64 * 1024)].ToArray();
        var detected = CharsetDetector.DetectFromBytes(sample).Detected;
        return detected is { Confidence: >= 0.3f } ? Known(detected.EncodingName) ?? detected.Encoding : Known("windows-1252");
    }

    private static readonly SearchValues<char> Unreadable = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\f')), '\uFFFD']);

    /// <summary>More than one character in ten is a replacement or a control character: the bytes were not text.</summary>
    private static bool IsGarbage(ReadOnlySpan<char> text)
    {
        var bad = 0;
        var sample = text[..Math.Min(text.Length, 64 * 1024)];
        var rest = sample;
        for (var at = rest.IndexOfAny(Unreadable); at >= 0; at = rest.IndexOfAny(Unreadable))
        {
            bad++;
            rest = rest[(at + 1)..];
        }

        return bad > 0 && bad * 10 > sample.Length;
    }
}
