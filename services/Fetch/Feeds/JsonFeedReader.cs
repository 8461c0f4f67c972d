using System.Text;
using System.Text.Json;

namespace Storyline.Fetch.Feeds;

/// <summary>
/// JSON Feed 1.0 and 1.1. Line breaks and other control characters inside texts, which JSON forbids, are spaces; a document that is cut, or broken further down, is read up to the
/// last item that is whole.
/// </summary>
internal static class JsonFeedReader
{
    private const int MaxHubs = 10;
    private const int MaxTexts = 200;

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    public static FeedDocument Read(string text, Uri url)
    {
        try
        {
            using var document = Parse(text);
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
                    Url = FeedText.Url(url, Text(item, "url")) ?? FeedText.Url(url, Text(item, "external_url"))
                        ?? (Text(item, "id") is { } id && id.StartsWith("http", StringComparison.Ordinal) ? FeedText.Url(url, id) : null),
                    Id = Text(item, "id"),
                    Title = FeedText.Plain(Text(item, "title")),
                    Published = FeedDates.Parse(Text(item, "date_published")),
                    Updated = FeedDates.Parse(Text(item, "date_modified")),
                    Authors = Authors(item) is { Count: > 0 } own ? own : feedAuthors,
                    Categories = item.TryGetProperty("tags", out var tags) ? Texts(tags, "name") : [],
                    Language = Text(item, "language") ?? language,
                })
                .ToList();
            return new FeedDocument(FeedFormat.JsonFeed, FeedText.Plain(Text(root, "title")) ?? "", entries)
            {
                Language = language,
                Self = FeedText.Url(url, Text(root, "feed_url")),
                Hubs = root.TryGetProperty("hubs", out var hubs) && hubs.ValueKind == JsonValueKind.Array
                    ? [.. hubs.EnumerateArray().Where(hub => hub.ValueKind == JsonValueKind.Object && string.Equals(Text(hub, "type"), "WebSub", StringComparison.OrdinalIgnoreCase))
                        .Select(hub => FeedText.Url(url, Text(hub, "url"))).OfType<string>().Distinct(StringComparer.Ordinal).Take(MaxHubs)]
                    : [],
            };
        }
        catch (JsonException exception)
        {
            throw new FeedFormatException($"the document begins like JSON but is not: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
        }
    }

    private static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Lenient);
        }
        catch (JsonException) when (UpToLastItem(text) is { } whole)
        {
            return JsonDocument.Parse(whole, Lenient);
        }
    }

    // Null when not even the first item is whole.
    private static byte[]? UpToLastItem(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        foreach (ref var octet in bytes.AsSpan())
        {
            octet = octet < (byte)' ' ? (byte)' ' : octet;
        }

        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip }));
        var (end, tail, isInItems) = (0L, "", false);
        try
        {
            while (reader.Read() && !(end > 0 && reader.CurrentDepth == 0))
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
                {
                    isInItems = reader.ValueTextEquals("items"u8);
                }
                else if (isInItems && reader.CurrentDepth == 2 && reader.TokenType == JsonTokenType.EndObject)
                {
                    (end, tail) = (reader.BytesConsumed, "]}");
                }
                else if (reader.CurrentDepth == 1 && end > 0 && reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
                {
                    // The list's own end, and whatever is whole behind it.
                    (end, tail) = (reader.BytesConsumed, "}");
                }
            }
        }
        catch (JsonException)
        {
            // What comes from here on is lost.
        }

        return end == 0 ? null : [.. bytes.AsSpan(0, (int)end), .. Encoding.ASCII.GetBytes(tail)];
    }

    // 1.1 has a list of objects, 1.0 an object; some write names where the objects should be.
    private static List<string> Authors(JsonElement element)
    {
        var authors = element.TryGetProperty("authors", out var list) ? Texts(list, "name") : [];
        return authors.Count == 0 && element.TryGetProperty("author", out var single) ? Texts(single, "name") : authors;
    }

    /// <summary>The texts of a list, or of one thing that should be in one; of an object the member of that name.</summary>
    private static List<string> Texts(JsonElement value, string name) =>
    [
        .. (value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Take(MaxTexts) : [value])
            .Select(one => FeedText.Plain(one.ValueKind == JsonValueKind.Object ? Text(one, name) : Text(one))).OfType<string>().Distinct(StringComparer.Ordinal),
    ];

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
