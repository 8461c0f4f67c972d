using AngleSharp.Dom;

namespace Storyline.Parse.Html;

/// <summary>The <c>meta</c>, <c>link</c> and <c>html</c> attributes of a page, by lower-case name.</summary>
public sealed class PageMetadata
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.OrdinalIgnoreCase);

    private PageMetadata(string? language, Uri? address)
    {
        Language = language;
        Address = address;
    }

    /// <summary>The language that the document element declares.</summary>
    public string? Language { get; }

    /// <summary>Where the document was, with its <c>base</c> applied.</summary>
    public Uri? Address { get; }

    /// <summary>The absolute canonical URL that the page declares.</summary>
    public string? CanonicalUrl { get; private set; }

    public static PageMetadata Read(IDocument document, Uri? address)
    {
        var @base = Absolute(document.QuerySelector("base[href]")?.GetAttribute("href"), address) is { } b ? new Uri(b) : address;
        var root = document.DocumentElement;
        var metadata = new PageMetadata(NotEmpty(root?.GetAttribute("lang")) ?? NotEmpty(root?.GetAttribute("xml:lang")), @base);
        foreach (var element in document.QuerySelectorAll("meta[content]").Take(1_000))
        {
            var name = element.GetAttribute("property") ?? element.GetAttribute("name") ?? element.GetAttribute("itemprop") ?? element.GetAttribute("http-equiv");
            if (NotEmpty(name) is { } key && NotEmpty(element.GetAttribute("content")) is { } content)
            {
                if (!metadata._values.TryGetValue(key, out var list))
                {
                    metadata._values[key] = list = [];
                }

                list.Add(content);
            }
        }

        metadata.CanonicalUrl = Absolute(document.QuerySelector("link[rel~='canonical'][href]")?.GetAttribute("href"), @base)
            ?? Absolute(metadata.First("og:url"), @base);
        return metadata;
    }

    /// <summary>The first value of the first name that has one.</summary>
    public string? First(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_values.TryGetValue(name, out var values))
            {
                return values[0];
            }
        }

        return null;
    }

    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>The absolute http(s) URL of a reference, or null.</summary>
    public static string? Absolute(string? reference, Uri? @base)
    {
        if (string.IsNullOrWhiteSpace(reference) || reference.Length > 2_048)
        {
            return null;
        }

        var made = @base is null ? Uri.TryCreate(reference.Trim(), UriKind.Absolute, out var uri) : Uri.TryCreate(@base, reference.Trim(), out uri);
        return made && uri!.Scheme is "http" or "https" ? uri!.AbsoluteUri : null;
    }

    private static string? NotEmpty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
