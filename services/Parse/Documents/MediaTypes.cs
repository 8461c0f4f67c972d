namespace Storyline.Parse.Documents;

/// <summary>What a document is, told by its declared media type and its first bytes (after the WHATWG MIME Sniffing Standard).</summary>
public static class MediaTypes
{
    private static readonly (byte[] Magic, string Format)[] Signatures =
    [
        ("%PDF-"u8.ToArray(), "a PDF"),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], "a PNG image"),
        ("GIF8"u8.ToArray(), "a GIF image"),
        ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        ([0x1F, 0x8B, 0x08], "gzip data"),
        ([(byte)'P', (byte)'K', 3, 4], "a ZIP archive"),
        ([(byte)'R', (byte)'I', (byte)'F', (byte)'F'], "RIFF media"),
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], "a program"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an Office document"),
        ("ID3"u8.ToArray(), "MP3 audio"),
        ("{\\rtf"u8.ToArray(), "an RTF document"),
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd data"),
    ];

    /// <summary>A name for people when the bytes begin like a known binary format, else null.</summary>
    public static string? BinaryFormat(ReadOnlySpan<byte> bytes)
    {
        // Scripts that write a file often send a line feed of their own first.
        var start = bytes.TrimStart("\r\n\t "u8);
        foreach (var (magic, format) in Signatures)
        {
            if (bytes.StartsWith(magic) || start.StartsWith(magic))
            {
                return format;
            }
        }

        return bytes.Length > 12 && bytes[4..8].SequenceEqual("ftyp"u8) ? "MP4 media" : null;
    }

    public static string WithoutParameters(string? mediaType)
    {
        var value = mediaType.AsSpan();
        var semicolon = value.IndexOf(';');
        return (semicolon < 0 ? value : value[..semicolon]).Trim().ToString().ToLowerInvariant();
    }

    /// <summary>The charset parameter of a media type, if it has one.</summary>
    public static string? Charset(string? mediaType)
    {
        foreach (var parameter in (mediaType ?? "").Split(';').Skip(1))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && parameter.AsSpan(0, equals).Trim().Equals("charset", StringComparison.OrdinalIgnoreCase))
            {
                return parameter[(equals + 1)..].Trim(' ', '"', '\'');
            }
        }

        return null;
    }

    /// <summary>Types that are read. Unknown bytes (<c>application/octet-stream</c>) are given their chance: servers say so of anything.</summary>
    public static bool IsReadable(string mediaType) => mediaType is
        "text/html" or "application/xhtml+xml" or "text/plain" or "text/markdown" or "application/xml" or "text/xml"
        or "application/octet-stream" or "application/unknown" or "unknown/unknown" or "*/*";

    /// <summary>
    /// Text that opens like a page is one whatever it was declared as. What is declared HTML and shows no tag at all is read as plain text:
    /// it has no structure that an HTML reader could use.
    /// </summary>
    public static bool IsHtml(string declared, ReadOnlySpan<char> text)
    {
        var start = text[..Math.Min(text.Length, 2048)].TrimStart(" \t\r\n\f\uFEFF");
        if (declared is "text/html" or "application/xhtml+xml")
        {
            return text.Contains("</", StringComparison.Ordinal) || start.StartsWith("<") || text.Contains("<p", StringComparison.OrdinalIgnoreCase)
                || text.Contains("<br", StringComparison.OrdinalIgnoreCase);
        }

        return start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<head", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<body", StringComparison.OrdinalIgnoreCase)
            || (start.StartsWith("<?xml") && start.Contains("<html", StringComparison.OrdinalIgnoreCase))
            || (start.StartsWith("<!--") && text.Contains("<html", StringComparison.OrdinalIgnoreCase))
            || (start.StartsWith("<") && text.Contains("<p", StringComparison.OrdinalIgnoreCase) && text.Contains("</", StringComparison.Ordinal));
    }

    /// <summary>A name for people when the text is a feed or a sitemap, told by its root element whatever it was declared as; else null.</summary>
    public static string? FeedFormat(ReadOnlySpan<char> text)
    {
        var start = text[..Math.Min(text.Length, 4096)].TrimStart(" \t\r\n\f\uFEFF");
        while (start.StartsWith("<?") || start.StartsWith("<!--") || start.StartsWith("<!DOCTYPE rss", StringComparison.OrdinalIgnoreCase))
        {
            var mark = start.StartsWith("<!--") ? "-->" : ">";
            var end = start.IndexOf(mark);
            if (end < 0)
            {
                return null;
            }

            start = start[(end + mark.Length)..].TrimStart(" \t\r\n\f");
        }

        return IsElement(start, "<rss") || (IsElement(start, "<rdf:RDF") && start.Contains("//purl.org/rss/", StringComparison.Ordinal)) ? "an RSS feed"
            : IsElement(start, "<feed") ? "an Atom feed"
            : IsElement(start, "<urlset") || IsElement(start, "<sitemapindex") ? "a sitemap"
            : null;
    }

    private static bool IsElement(ReadOnlySpan<char> text, ReadOnlySpan<char> tag) => text.StartsWith(tag) && text.Length > tag.Length && (text[tag.Length] == '>' || char.IsWhiteSpace(text[tag.Length]));
}
