using Storyline.Parse.Tree;

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

    internal static PageMetadata Read(Element html, PageSigns signs, Uri? address)
    {
        var @base = Absolute(signs.Base, address) is { } b ? new Uri(b) : address;
        var metadata = new PageMetadata(NotEmpty(html.Value("lang")) ?? NotEmpty(html.Value("xml:lang")), @base);
        foreach (var element in signs.Metas)
        {
            var name = element.Value("property") ?? element.Value("name") ?? element.Value("itemprop") ?? element.Value("http-equiv");
            if (NotEmpty(name) is { } key && NotEmpty(element.Value("content")) is { } content)
            {
                if (!metadata._values.TryGetValue(key, out var list))
                {
                    metadata._values[key] = list = [];
                }

                list.Add(content);
            }
        }

        var canonical = signs.Links.Find(link => link.Has("href") && link.Attribute("rel").Contains("canonical", StringComparison.OrdinalIgnoreCase));
        metadata.CanonicalUrl = Absolute(canonical?.Value("href"), @base) ?? Absolute(metadata.First("og:url"), @base);
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
