using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Storyline.Fetch.Feeds;

namespace Storyline.Evaluation;

/// <summary>
/// What the production feed reader makes of the test cases of other feed parsers: <c>NAME.xml</c> with its <c>NAME.json</c>, which lists what a reader should
/// find. Where an expected value holds markup, the value with its markup is compared. Every other file must not crash the reader.
/// </summary>
public sealed class Feeds : EvaluationTask
{
    // A document that takes longer hangs.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly Uri Url = new("https://feeds.example/all.xml");

    public override string Name => "feeds";

    public override IReadOnlyList<string> Files => ["*.tar.gz"];

    public override async Task<Metrics> RunAsync(string data, int? limit, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        int files = 0, crashed = 0, pairs = 0, sameCount = 0;
        var fields = new SortedDictionary<string, (int Equal, int All)>(StringComparer.Ordinal);
        foreach (var archive in Directory.EnumerateFiles(data, "*.tar.gz").Order(StringComparer.Ordinal))
        {
            var entries = DataFiles.Entries(archive).ToDictionary(entry => entry.Name, entry => entry.Bytes, StringComparer.Ordinal);
            foreach (var (name, bytes) in entries)
            {
                // The expectation of a pair is no input.
                var isExpectation = name.EndsWith(".json", StringComparison.Ordinal) && entries.ContainsKey(Path.ChangeExtension(name, ".xml"));
                if (isExpectation || files == limit)
                {
                    continue;
                }

                cancellationToken.ThrowIfCancellationRequested();
                files++;
                FeedDocument? feed = null;
                var began = Stopwatch.GetTimestamp();
                try
                {
                    feed = FeedReader.Read(bytes, null, Url);
                }
                catch (FeedFormatException)
                {
                    // An answer too.
                }
#pragma warning disable CA1031 // Counting crashes is what this is for.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    crashed++;
                    await output.WriteLineAsync($"  {name}: {exception.GetType().Name}");
                }

                if (Stopwatch.GetElapsedTime(began) > Longest)
                {
                    crashed++;
                    await output.WriteLineAsync($"  {name}: too slow");
                }

                if (!name.EndsWith(".xml", StringComparison.Ordinal) || !entries.TryGetValue(Path.ChangeExtension(name, ".json"), out var json)
                    || Expected(json) is not { } expected)
                {
                    continue;
                }

                pairs++;
                if (feed?.Entries.Count == expected.Count)
                {
                    sameCount++;
                }
                else
                {
                    await output.WriteLineAsync($"  {name}: {feed?.Entries.Count.ToString(CultureInfo.InvariantCulture) ?? "no"} entries instead of {expected.Count}");
                }

                for (var i = 0; i < expected.Count; i++)
                {
                    foreach (var (field, value) in expected[i])
                    {
                        var found = feed is not null && i < feed.Entries.Count ? Values(feed.Entries[i], field) : [];
                        var equal = found.Contains(value, StringComparer.Ordinal);
                        var (hits, all) = fields.GetValueOrDefault(field);
                        fields[field] = (hits + (equal ? 1 : 0), all + 1);
                        if (!equal)
                        {
                            await output.WriteLineAsync($"  {name}: {field} is '{string.Join("', '", found)}' instead of '{value}'");
                        }
                    }
                }
            }
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"feeds over {data}: {files} files, {pairs} of them with expectations"));
        foreach (var (field, (equal, all)) in fields)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {field,-10} {equal,5} of {all}"));
        }

        return new Metrics()
            .Count("files", files)
            .Count("crashed", crashed)
            .Value("entries_equal", pairs == 0 ? null : (double)sameCount / pairs)
            .Value("fields_equal", fields.Count == 0 ? null : (double)fields.Values.Sum(field => field.Equal) / fields.Values.Sum(field => field.All));
    }

    // The entries of an expectation, each as (field, value); null for JSON that is none.
    private static List<List<(string Field, string Value)>>? Expected(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        return document.RootElement.TryGetProperty("entries", out var entries) || document.RootElement.TryGetProperty("items", out entries)
            ? [.. entries.EnumerateArray().Select(entry => Fields(entry).Where(field => field.Value.Length > 0).ToList())]
            : [];
    }

    private static IEnumerable<(string Field, string Value)> Fields(JsonElement entry)
    {
        foreach (var property in entry.EnumerateObject())
        {
            switch (property.Name)
            {
                case "title":
                    yield return ("title", Text(property.Value));
                    break;
                case "link":
                    yield return ("link", Text(property.Value));
                    break;
                case "id":
                    yield return ("id", Text(property.Value));
                    break;
                case "guid":
                    yield return ("id", Text(property.Value, "value"));
                    break;

                // The article is the alternate link; entries of RSS tell theirs in "link" as well.
                case "links" when !entry.TryGetProperty("link", out _):
                    yield return ("link", property.Value.EnumerateArray()
                        .Where(link => link.ValueKind == JsonValueKind.Object && Text(link, "rel") is "" or "alternate").Select(link => Text(link, "href"))
                        .FirstOrDefault(href => href.Length > 0) ?? "");
                    break;
                case "publishedParsed" or "pubDateParsed":
                    yield return ("published", Instant(property.Value.GetDateTimeOffset()));
                    break;
                case "updatedParsed":
                    yield return ("updated", Instant(property.Value.GetDateTimeOffset()));
                    break;
                case "author":
                    yield return ("author", property.Value.ValueKind == JsonValueKind.Object ? Text(property.Value, "name") : Text(property.Value));
                    break;
                case "authors":
                    foreach (var author in property.Value.EnumerateArray())
                    {
                        yield return ("author", Text(author, "name"));
                    }

                    break;
                case "categories":
                    foreach (var category in property.Value.EnumerateArray())
                    {
                        yield return ("category", category.ValueKind == JsonValueKind.Object
                            ? Text(category, "value") is { Length: > 0 } value ? value : Text(category, "term")
                            : Text(category));
                    }

                    break;
            }
        }
    }

    private static IEnumerable<string> Values(FeedEntry entry, string field) => field switch
    {
        "title" => Texts([entry.Title, entry.Markup?.Title]),
        "link" => Texts([entry.Url]),
        "id" => Texts([entry.Id]),
        "published" => entry.Published is { } published ? [Instant(published)] : [],
        "updated" => entry.Updated is { } updated ? [Instant(updated)] : [],
        "author" => Texts([.. entry.Authors, .. entry.Markup?.Authors ?? []]),
        _ => Texts([.. entry.Categories, .. entry.Markup?.Categories ?? []]),
    };

    private static IEnumerable<string> Texts(IEnumerable<string?> values) => values.OfType<string>().Select(Decoded);

    private static string Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? Text(value) : "";

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? Decoded(value.GetString()!) : "";

    private static string Decoded(string text) => WebUtility.HtmlDecode(text).Trim();

    private static string Instant(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}
