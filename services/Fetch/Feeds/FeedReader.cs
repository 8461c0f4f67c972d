using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Storyline.Fetch.Feeds;

/// <summary>
/// Reads feeds by what their bytes are, whatever their content type says: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0 (RFC 4287), JSON Feed 1.x,
/// sitemaps with or without the news extension, as XML, as lines or gzipped, and sitemap indexes. Ill-formed XML is read as far as it makes sense
/// (<see cref="XmlScanner"/>).
/// </summary>
public static partial class FeedReader
{
    /// <summary>Largest feed, in bytes after content decoding.</summary>
    public const int MaxBytes = 20 * 1024 * 1024;

    /// <summary>Entries that are read; the rest is ignored.</summary>
    public const int MaxEntries = 50_000;

    private const int MaxGarbage = 64 * 1024;

    // Characters; what is larger is rare, and would stay with the lender.
    private const int MaxLent = 1024 * 1024;

    /// <summary>Reads a feed.</summary>
    /// <param name="bytes">The body.</param>
    /// <param name="charset">The charset that the HTTP header declared, if it did.</param>
    /// <param name="url">Where it came from: relative links are resolved against it.</param>
    /// <exception cref="FeedFormatException">It is no feed.</exception>
    public static FeedDocument Read(ReadOnlySpan<byte> bytes, string? charset, Uri url)
    {
        if (bytes is [0x1F, 0x8B, ..])
        {
            bytes = Unpacked(bytes);
        }

        // The text of nearly every feed would be a large object, which only full collections free: its characters are lent.
        var (encoding, mark) = EncodingOf(bytes, charset);
        bytes = bytes[mark..];
        var count = encoding.GetCharCount(bytes);
        var characters = count <= MaxLent ? ArrayPool<char>.Shared.Rent(count) : new char[count];
        try
        {
            return Read(new ArraySegment<char>(characters, 0, encoding.GetChars(bytes, characters)), url);
        }
        finally
        {
            if (count <= MaxLent)
            {
                ArrayPool<char>.Shared.Return(characters);
            }
        }
    }

    /// <summary>The text of a document that lies in a file: by its byte order mark, else by what its bytes can be, else as its XML declaration says.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var (encoding, mark) = EncodingOf(bytes, charset: null);
        return encoding.GetString(bytes[mark..]).TrimStart('\uFEFF');
    }

    private static FeedDocument Read(ArraySegment<char> text, Uri url)
    {
        text = text[^text.AsSpan().TrimStart(['\uFEFF', '\0', ' ', '\t', '\r', '\n']).Length..];
        if (text.Count == 0)
        {
            throw new FeedFormatException("the feed has nothing in it");
        }

        if (text[0] is '{' or '[')
        {
            return JsonFeedReader.Read(text.AsSpan().ToString(), url);
        }

        if (text.AsSpan().StartsWith("http", StringComparison.OrdinalIgnoreCase) && ReadTextSitemap(text, url) is { } sitemap)
        {
            return sitemap;
        }

        // What stands before the first tag is garbage, which has its bounds.
        var tag = text.AsSpan(0, Math.Min(text.Count, MaxGarbage)).IndexOf('<');
        return tag >= 0
            ? XmlFeedReader.Read(text[tag..], url)
            : throw new FeedFormatException("the document is neither XML nor JSON");
    }

    // sitemaps.org: one URL a line.
    private static FeedDocument? ReadTextSitemap(ReadOnlySpan<char> text, Uri url)
    {
        var entries = new List<FeedEntry>();
        foreach (var line in text.EnumerateLines())
        {
            if (line.IsWhiteSpace())
            {
                continue;
            }

            if (!line.TrimStart().StartsWith("http", StringComparison.OrdinalIgnoreCase) || FeedText.Url(url, line) is not { } page)
            {
                return null;
            }

            entries.Add(new FeedEntry { Url = page });
            if (entries.Count == MaxEntries)
            {
                break;
            }
        }

        return new FeedDocument(FeedFormat.Sitemap, "", entries);
    }

    // sitemap.xml.gz is a gzip file, whatever the transfer did to it.
    private static byte[] Unpacked(ReadOnlySpan<byte> bytes)
    {
        try
        {
            using var stream = new GZipStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress);
            using var result = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (int count; (count = stream.Read(buffer)) > 0; result.Write(buffer, 0, count))
            {
                if (result.Length + count > MaxBytes)
                {
                    throw new FeedFormatException($"the feed unpacks to more than {MaxBytes} bytes");
                }
            }

            return result.ToArray();
        }
        catch (InvalidDataException)
        {
            throw new FeedFormatException("the document is a broken gzip file");
        }
    }

    // A mark wins. Bytes that are valid UTF-8 are UTF-8, whatever is declared: in no other encoding does text look so by chance, and headers are often a
    // server's default. Then what is declared, by the header first (RFC 9110); what that cannot be is UTF-8 with damage, else Windows-1252, which every byte is.
    private static (Encoding Encoding, int Mark) EncodingOf(ReadOnlySpan<byte> bytes, string? charset)
    {
        switch (bytes)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                return (Encoding.UTF8, 3);
            case [0xFF, 0xFE, 0, 0, ..]:
                return (Encoding.UTF32, 0);
            case [0xFF, 0xFE, ..] or [(byte)'<' or (byte)'{', 0, ..]:
                return (Encoding.Unicode, 0);
            case [0xFE, 0xFF, ..] or [0, (byte)'<' or (byte)'{', ..]:
                return (Encoding.BigEndianUnicode, 0);
        }

        // Seven-bit encodings are valid UTF-8, but tell themselves by their escapes.
        const byte Escape = 0x1B;
        if (Utf8.IsValid(bytes) && !bytes.Contains(Escape))
        {
            return (Encoding.UTF8, 0);
        }

        var declared = XmlEncoding().Match(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 200)]));
        foreach (var name in new[] { charset, declared.Success ? declared.Groups["name"].Value : null })
        {
            if (name is not null && Named(name) is { } encoding && CanDecode(bytes, encoding))
            {
                return (encoding, 0);
            }
        }

        var utf8 = Encoding.UTF8.GetString(bytes);
        var damaged = utf8.AsSpan().Count('\uFFFD');
        return (damaged <= utf8.Count(c => c is > '\u007F' and not '\uFFFD') ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding(1252)!, 0);
    }

    private static Encoding? Named(string name)
    {
        try
        {
            name = name.Trim().ToLowerInvariant() is "iso-8859-1" or "latin1" or "us-ascii" or "ascii" ? "windows-1252" : name.Trim();
            var found = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);

            // The declaration was read as single bytes, so it cannot be true of these.
            return found.CodePage is 1200 or 1201 or 12000 or 12001 or 65000 ? null : found;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static bool CanDecode(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        try
        {
            var strict = (Encoding)encoding.Clone();
            strict.DecoderFallback = DecoderFallback.ExceptionFallback;
            strict.GetCharCount(bytes);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    [GeneratedRegex("""^\s*<\?xml[^>]*?encoding\s*=\s*["'](?<name>[A-Za-z0-9._:-]{1,40})["']""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex XmlEncoding();
}
