using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Storyline.Parse.Html;

/// <summary>What a page says of its article in schema.org JSON-LD. Every member may be absent; texts are entity-decoded.</summary>
public sealed record JsonLdArticle
{
    /// <summary>Its type says news: what a newsroom declares as the headline is the headline.</summary>
    public bool IsNews { get; init; }

    public string? Headline { get; init; }

    /// <summary>Headlines of other news on the page: an article may be described twice, by the newsroom and for search engines.</summary>
    public IReadOnlyList<string> OtherHeadlines { get; init; } = [];

    public string? Description { get; init; }

    public string? Body { get; init; }

    public string? DatePublished { get; init; }

    public string? DateModified { get; init; }

    /// <summary>Names of authors that are not declared as organisations.</summary>
    public IReadOnlyList<string> Authors { get; init; } = [];

    /// <summary>Names of authors that are declared as organisations: agencies, desks, the publisher itself.</summary>
    public IReadOnlyList<string> Organisations { get; init; } = [];

    public string? Section { get; init; }

    public IReadOnlyList<string> Keywords { get; init; } = [];

    public string? Image { get; init; }

    public string? Publisher { get; init; }

    public string? Language { get; init; }

    public bool? IsAccessibleForFree { get; init; }

    /// <summary>The entries of a live blog, in the order that they are declared in.</summary>
    public IReadOnlyList<LiveUpdate> Updates { get; init; } = [];
}

/// <summary>An entry of a live blog as the page declares it.</summary>
public sealed record LiveUpdate(string? Headline, string? Body, string? DatePublished);

/// <summary>
/// Reads <c>script type=application/ld+json</c>. Publishers' blocks are often not quite JSON (raw line breaks inside strings, trailing
/// commas, comments); those are mended, anything worse is passed over.
/// </summary>
public sealed partial class JsonLd
{
    private const int MaxNodes = 5_000;
    private const int MaxHeadlines = 10;
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 64 };

    private readonly List<JsonElement> _nodes = [];
    private readonly Dictionary<string, JsonElement> _byId = new(StringComparer.Ordinal);

    private JsonLd()
    {
    }

    /// <summary>The best article node, if the page has one.</summary>
    public JsonLdArticle? Article { get; private set; }

    /// <summary>When the page itself was published, by a description of it that is no article's.</summary>
    public string? PagePublished { get; private set; }

    /// <summary>The licence that the article, else the page, is declared to be under.</summary>
    public string? License { get; private set; }

    /// <summary>Names of the persons that the page describes, whatever they are to it.</summary>
    public IEnumerable<string> Persons => NamesOf(types => types.Contains("Person", StringComparer.Ordinal));

    /// <summary>Names of the organisations that the page describes and that are not persons, too, as bloggers say of themselves.</summary>
    public IEnumerable<string> Organisations => NamesOf(types => types.Exists(t => t.EndsWith("Organization", StringComparison.Ordinal)) && !types.Contains("Person", StringComparer.Ordinal));

    /// <summary>Every <c>@type</c> on the page.</summary>
    public HashSet<string> Types { get; } = new(StringComparer.Ordinal);

    /// <param name="blocks">The texts of a page's blocks.</param>
    public static JsonLd Read(IEnumerable<ReadOnlyMemory<char>> blocks)
    {
        var result = new JsonLd();
        foreach (var block in blocks)
        {
            if (Parse(block) is { } root)
            {
                result.Collect(root, 0);
            }
        }

        var articles = result._nodes.Where(IsArticle).ToList();
        result.PagePublished = result._nodes.Where(n => TypesOf(n).Any(t => t.EndsWith("Page", StringComparison.Ordinal))).Select(n => Text(n, "datePublished")).FirstOrDefault(t => t is not null);
        result.License = articles.Concat(result._nodes.Where(n => TypesOf(n).Any(t => t.EndsWith("Page", StringComparison.Ordinal)))).Select(n => Text(n, "license")).FirstOrDefault(t => t is not null);
        if (articles.Count > 0)
        {
            var article = result.ToArticle(articles.MaxBy(Richness));
            result.Article = article with { OtherHeadlines = articles.Count == 1 ? [] : [.. articles.Where(IsNews).Select(n => Text(n, "headline")).OfType<string>().Where(h => h != article.Headline).Take(MaxHeadlines)] };
        }

        return result;
    }

    private static JsonElement? Parse(ReadOnlyMemory<char> text)
    {
        text = text.Trim().TrimEnd(';');
        // Hardly any text has half a pair: asking for one first spares looking at every escape.
        text = !text.Span.Contains(@"\ud", StringComparison.OrdinalIgnoreCase) ? text
            : Escapes().Replace(text.ToString(), escape => escape.Groups["half"].Success ? @"\uFFFD" : escape.Value).AsMemory();
        foreach (var attempt in (Func<ReadOnlyMemory<char>>[])[() => text, () => Mended(text.Span).AsMemory()])
        {
            try
            {
                using var parsed = JsonDocument.Parse(attempt(), Lenient);
                return parsed.RootElement.Clone();
            }
            catch (JsonException)
            {
                // the next attempt, or none: a broken block is evidence of nothing
            }
        }

        return null;
    }

    // Every escape of a JSON text; "half" is half a surrogate pair, as it is left by who cuts a text inside an emoji. No string can hold it.
    [GeneratedRegex(@"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", RegexOptions.CultureInvariant | RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Escapes();

    /// <summary>Control characters inside strings become spaces; HTML comment and CDATA wrappers go.</summary>
    private static string Mended(ReadOnlySpan<char> text)
    {
        var start = text.IndexOfAny('{', '[');
        var end = text.LastIndexOfAny('}', ']');
        if (start < 0 || end <= start)
        {
            return "null";
        }

        var mended = new StringBuilder(end - start + 1);
        foreach (var c in text.Slice(start, end - start + 1))
        {
            mended.Append(char.IsControl(c) ? ' ' : c);
        }

        return mended.ToString();
    }

    private void Collect(JsonElement element, int depth)
    {
        if (depth > 12 || _nodes.Count >= MaxNodes)
        {
            return;
        }

        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Collect(item, depth + 1);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            _nodes.Add(element);
            Types.UnionWith(TypesOf(element));
            if (Text(element, "@id") is { } id)
            {
                // The first full description of a thing; a bare reference {"@id": …} describes nothing.
                if (element.EnumerateObject().Skip(1).Any())
                {
                    _byId.TryAdd(id, element);
                }
            }

            foreach (var property in element.EnumerateObject())
            {
                // What readers wrote about a thing is no article of the page.
                if (property.Name is not ("review" or "reviews" or "comment"))
                {
                    Collect(property.Value, depth + 1);
                }
            }
        }
    }

    private static IEnumerable<string> TypesOf(JsonElement node) => Strings(node, "@type").Select(t => t[(t.LastIndexOfAny(['/', ':']) + 1)..]);

    private IEnumerable<string> NamesOf(Predicate<List<string>> isOne) => _nodes.Where(n => isOne([.. TypesOf(n)])).SelectMany(n => Strings(n, "name")).Distinct(StringComparer.Ordinal);

    private static bool IsArticle(JsonElement node) => TypesOf(node).Any(t =>
        t.EndsWith("Article", StringComparison.Ordinal) || t.EndsWith("Posting", StringComparison.Ordinal) && t != "JobPosting" || t is "Report" or "Review" or "OpinionNewsArticle");

    private static bool IsNews(JsonElement node) => TypesOf(node).Any(t => t.EndsWith("NewsArticle", StringComparison.Ordinal) || t == "LiveBlogPosting");

    // A page may describe several articles (related ones, a blog's posts); its own is the one it says most of.
    private static int Richness(JsonElement node)
    {
        ReadOnlySpan<string> telling = ["headline", "datePublished", "author", "articleBody", "mainEntityOfPage", "publisher", "description", "image", "dateModified"];
        var score = node.TryGetProperty("liveBlogUpdate", out _) ? telling.Length : 0; // its entries describe themselves as articles
        foreach (var name in telling)
        {
            score += node.TryGetProperty(name, out _) ? 1 : 0;
        }

        return score;
    }

    private JsonLdArticle ToArticle(JsonElement node)
    {
        var people = new List<string>();
        var organisations = new List<string>();
        foreach (var property in (string[])["author", "creator"])
        {
            if (people.Count + organisations.Count == 0 && node.TryGetProperty(property, out var author))
            {
                Authors(author, people, organisations, 0);
            }
        }

        return new JsonLdArticle
        {
            IsNews = IsNews(node),
            Headline = Text(node, "headline") ?? Text(node, "name"),
            Description = Text(node, "description"),
            Body = Text(node, "articleBody"),
            DatePublished = Text(node, "datePublished") ?? Text(node, "dateCreated"),
            DateModified = Text(node, "dateModified"),
            Authors = people,
            Organisations = organisations,
            Section = Strings(node, "articleSection").FirstOrDefault(),
            Keywords = [.. Strings(node, "keywords")],
            Image = Named(node, "image", "url"),
            Publisher = Named(node, "publisher", "name"),
            Language = Text(node, "inLanguage"),
            IsAccessibleForFree = Free(node),
            Updates = Updates(node),
        };
    }

    private static LiveUpdate[] Updates(JsonElement node)
    {
        const int MaxUpdates = 300;
        return !node.TryGetProperty("liveBlogUpdate", out var updates) || updates.ValueKind != JsonValueKind.Array ? [] :
        [
            .. updates.EnumerateArray().Take(MaxUpdates).Where(u => u.ValueKind == JsonValueKind.Object)
                .Select(u => new LiveUpdate(Text(u, "headline"), Text(u, "articleBody"), Text(u, "datePublished") ?? Text(u, "dateModified"))),
        ];
    }

    private void Authors(JsonElement author, List<string> people, List<string> organisations, int depth)
    {
        switch (author.ValueKind)
        {
            case JsonValueKind.String:
                people.Add(Decoded(author.GetString()!));
                break;
            case JsonValueKind.Array when depth < 3:
                foreach (var item in author.EnumerateArray())
                {
                    Authors(item, people, organisations, depth + 1);
                }

                break;
            case JsonValueKind.Object:
                var node = Resolved(author);
                var isOrganisation = TypesOf(node).Any(t => t.EndsWith("Organization", StringComparison.Ordinal) || t is "Corporation" or "Brand");
                foreach (var name in Strings(node, "name"))
                {
                    (isOrganisation ? organisations : people).Add(name);
                }

                break;
        }
    }

    private JsonElement Resolved(JsonElement node) =>
        !node.TryGetProperty("name", out _) && Text(node, "@id") is { } id && _byId.TryGetValue(id, out var full) ? full : node;

    private string? Named(JsonElement node, string property, string member)
    {
        if (!node.TryGetProperty(property, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            value = value.EnumerateArray().FirstOrDefault();
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => Decoded(value.GetString()!),
            JsonValueKind.Object => Strings(Resolved(value), member).FirstOrDefault(),
            _ => null,
        };
    }

    private static bool? Free(JsonElement node) => node.TryGetProperty("isAccessibleForFree", out var free)
        ? free.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => !free.GetString()!.Equals("false", StringComparison.OrdinalIgnoreCase),
            _ => null,
        }
        : null;

    private static string? Text(JsonElement node, string property) => Strings(node, property).FirstOrDefault();

    private static IEnumerable<string> Strings(JsonElement node, string property)
    {
        if (!node.TryGetProperty(property, out var value))
        {
            return [];
        }

        var items = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Take(100) : Enumerable.Repeat(value, 1);
        return items.Where(v => v.ValueKind == JsonValueKind.String).Select(v => Decoded(v.GetString()!)).Where(v => v.Length > 0);
    }

    private static string Decoded(string text) => WebUtility.HtmlDecode(text).Trim();
}
