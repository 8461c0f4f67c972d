using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace Storyline.Platform.Newsroom;

/// <summary>
/// A publisher's page: HTML with <c>{{placeholders}}</c>, and fragments (<c>&lt;!-- fragment: name --&gt;…&lt;!-- end --&gt;</c>) for parts
/// that only some pages have or that repeat. Times carry a .NET format: <c>{{published:d MMM yyyy}}</c>.
/// </summary>
internal sealed partial class PageTemplate
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly string _page;
    private readonly Dictionary<string, string> _fragments = new(StringComparer.Ordinal);
    private readonly CultureInfo _culture;

    public PageTemplate(string html, CultureInfo culture)
    {
        _culture = culture;
        _page = Fragments().Replace(html, match =>
        {
            _fragments.Add(match.Groups["name"].Value, match.Groups["html"].Value.Trim());
            return "";
        });
    }

    /// <summary>Text as it must stand in HTML; letters stay letters, so that the page's encoding matters.</summary>
    public static string Encode(string text) => Encoder.Encode(text);

    public bool Has(string fragment) => _fragments.ContainsKey(fragment);

    public string RenderPage(IReadOnlyDictionary<string, object> values) => Fill(_page, values);

    /// <summary>A fragment, or nothing where the publisher has none of that name.</summary>
    public string RenderFragment(string name, IReadOnlyDictionary<string, object> values) =>
        _fragments.TryGetValue(name, out var html) ? Fill(html, values) : "";

    /// <summary>Strings are encoded, <see cref="Markup"/> is taken as it is, times are formatted. A name without a value is left out.</summary>
    private string Fill(string template, IReadOnlyDictionary<string, object> values) => Placeholders().Replace(template, match =>
        values.GetValueOrDefault(match.Groups["name"].Value) switch
        {
            Markup markup => markup.Html,
            string text => Encode(text),
            DateTimeOffset time => Encode(time.ToString(match.Groups["format"] is { Success: true } format ? format.Value : "O", _culture)),
            _ => "",
        });

    [GeneratedRegex(@"<!-- fragment: (?<name>[\w-]+) -->(?<html>.*?)<!-- end -->\s*", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fragments();

    [GeneratedRegex(@"\{\{(?<name>[\w-]+)(:(?<format>[^}]+))?\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholders();
}

/// <summary>HTML that is ready to stand in a page.</summary>
internal sealed record Markup(string Html);
