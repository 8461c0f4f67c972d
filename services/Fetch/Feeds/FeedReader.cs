using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Storyline.Fetch.Feeds;

/// <summary>
/// Reads feeds by what their bytes are, whatever their content type says: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0 (RFC 4287), JSON Feed 1.x,
/// sitemaps with or without the news extension. Ill-formed XML is mended where that is plain (bare ampersands, HTML entities, control characters)
/// and read up to the first place that cannot be.
/// </summary>
public static partial class FeedReader
{
    /// <summary>Largest feed, in bytes after content decoding.</summary>
    public const int MaxBytes = 20 * 1024 * 1024;

    /// <summary>Entries that are read; the rest is ignored.</summary>
    public const int MaxEntries = 50_000;

    /// <summary>Reads a feed.</summary>
    /// <param name="bytes">The body.</param>
    /// <param name="charset">The charset that the HTTP header declared, if it did.</param>
    /// <param name="url">Where it came from: relative links are resolved against it.</param>
    /// <exception cref="FeedFormatException">It is no feed.</exception>
    public static FeedDocument Read(ReadOnlySpan<byte> bytes, string? charset, Uri url)
    {
        var text = Decode(bytes, charset).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (text.Length == 0)
        {
            throw new FeedFormatException("the feed has nothing in it");
        }

        if (text[0] is '{' or '[')
        {
            return JsonFeedReader.Read(text, url);
        }

        return text[0] == '<'
            ? XmlFeedReader.Read(text, url)
            : throw new FeedFormatException("the document is neither XML nor JSON");
    }

    /// <summary>Plain text of what may be plain or escaped HTML; null when nothing is left.</summary>
    internal static string? PlainText(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var text = value.Contains('<', StringComparison.Ordinal) ? Tag().Replace(value, "") : value;
        text = text.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(text) : text;
        text = WhiteSpace().Replace(text, " ").Trim();
        return text.Length == 0 ? null : text;
    }

    /// <summary>An absolute http or https URL, or null.</summary>
    internal static string? Resolve(Uri @base, string? reference)
    {
        reference = reference?.Trim();
        return !string.IsNullOrEmpty(reference) && Uri.TryCreate(@base, reference, out var url) && url.Scheme is "http" or "https" ? url.AbsoluteUri : null;
    }

    // RFC 9110 and XML 1.0 appendix F, with the facts on the ground: a mark wins, then the header, then the declaration; bytes that are
    // not what they are declared to be are UTF-8 if they can be, else Windows-1252, which every byte is.
    private static string Decode(ReadOnlySpan<byte> bytes, string? charset)
    {
        switch (bytes)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                return Encoding.UTF8.GetString(bytes[3..]);
            case [0xFF, 0xFE, ..] or [(byte)'<', 0, ..]:
                return Encoding.Unicode.GetString(bytes);
            case [0xFE, 0xFF, ..] or [0, (byte)'<', ..]:
                return Encoding.BigEndianUnicode.GetString(bytes);
        }

        var declared = XmlEncoding().Match(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 200)]));
        foreach (var name in new[] { charset, declared.Success ? declared.Groups["name"].Value : null, "utf-8" })
        {
            if (name is not null && TryDecode(bytes, name, out var text))
            {
                return text;
            }
        }

        return CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes);
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, string name, out string text)
    {
        text = "";
        try
        {
            name = name.Trim().ToLowerInvariant() is "iso-8859-1" or "latin1" or "us-ascii" or "ascii" ? "windows-1252" : name.Trim();
            var found = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);

            // The declaration was read as single bytes, so it cannot be true of these.
            if (found.CodePage is 1200 or 1201 or 12000 or 12001 or 65000)
            {
                return false;
            }

            var encoding = (Encoding)found.Clone();
            encoding.DecoderFallback = DecoderFallback.ExceptionFallback;
            text = encoding.GetString(bytes);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or DecoderFallbackException or NotSupportedException)
        {
            return false;
        }
    }

    [GeneratedRegex("""^\s*<\?xml[^>]*?encoding\s*=\s*["'](?<name>[A-Za-z0-9._:-]{1,40})["']""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex XmlEncoding();

    [GeneratedRegex("""</?[A-Za-z!][^<>]*>""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("""\s+""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WhiteSpace();
}

/// <summary>JSON Feed 1.0 and 1.1.</summary>
internal static class JsonFeedReader
{
    public static FeedDocument Read(string text, Uri url)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
            {
                throw new FeedFormatException("the document is JSON, but not a JSON Feed: it has no items");
            }

            var feedAuthors = Authors(root);
            var language = Text(root, "language");
            var entries = items.EnumerateArray().Take(FeedReader.MaxEntries).Where(item => item.ValueKind == JsonValueKind.Object)
                .Select(item => new FeedEntry
                {
                    Url = FeedReader.Resolve(url, Text(item, "url") ?? Text(item, "external_url") ?? Text(item, "id")),
                    Id = Text(item, "id"),
                    Title = FeedReader.PlainText(Text(item, "title")),
                    Published = FeedDates.Parse(Text(item, "date_published")),
                    Updated = FeedDates.Parse(Text(item, "date_modified")),
                    Authors = Authors(item) is { Count: > 0 } own ? own : feedAuthors,
                    Categories = item.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
                        ? [.. tags.EnumerateArray().Select(Text).OfType<string>()]
                        : [],
                    Language = Text(item, "language") ?? language,
                })
                .ToList();
            return new FeedDocument(FeedFormat.JsonFeed, FeedReader.PlainText(Text(root, "title")) ?? "", entries);
        }
        catch (JsonException exception)
        {
            throw new FeedFormatException($"the document begins like JSON but is not: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
    }

    private static List<string> Authors(JsonElement element)
    {
        var authors = new List<string>();
        if (element.TryGetProperty("authors", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            authors.AddRange(list.EnumerateArray().Where(author => author.ValueKind == JsonValueKind.Object).Select(author => Text(author, "name")).OfType<string>());
        }
        else if (element.TryGetProperty("author", out var single) && single.ValueKind == JsonValueKind.Object && Text(single, "name") is { } name)
        {
            authors.Add(name);
        }

        return authors;
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Text(value) : null;

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),

                // Ids are numbers in some feeds, which the specification asks readers to accept.
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, as publishers leave it who cut a title inside an emoji: this text says nothing, the rest of the feed does.
            return null;
        }
    }
}
