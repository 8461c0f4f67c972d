using System.Text.Json;

namespace Storyline.Fetch.Feeds;

/// <summary>JSON Feed 1.0 and 1.1.</summary>
internal static class JsonFeedReader
{
    private const int MaxHubs = 10;

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
                    Url = FeedText.Url(url, Text(item, "url") ?? Text(item, "external_url") ?? (Text(item, "id") is { } id && id.StartsWith("http", StringComparison.Ordinal) ? id : null)),
                    Id = Text(item, "id"),
                    Title = FeedText.Plain(Text(item, "title")),
                    Published = FeedDates.Parse(Text(item, "date_published")),
                    Updated = FeedDates.Parse(Text(item, "date_modified")),
                    Authors = Authors(item) is { Count: > 0 } own ? own : feedAuthors,
                    Categories = item.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
                        ? [.. tags.EnumerateArray().Select(Text).OfType<string>()]
                        : [],
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
