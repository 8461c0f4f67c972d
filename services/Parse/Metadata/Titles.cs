namespace Storyline.Parse.Metadata;

/// <summary>Headlines without the names that sites put around them.</summary>
public static class Titles
{
    private static readonly string[] Separators = [" | ", " - ", " – ", " — ", " :: ", " » ", " › ", " • ", " · ", " ∙ ", " ‹ ", " « ", " / ", "｜", " ┃ ", " > ", " // ", " ─ ", " : "];

    /// <summary>
    /// <paramref name="title"/> without a site's name before or after it. A part goes when it is (most of) a name in <paramref name="siteNames"/>;
    /// further parts only while one of <paramref name="confirmed"/> (the page's own headlines) is what remains.
    /// </summary>
    public static string WithoutSite(string title, IReadOnlyList<string> siteNames, IReadOnlyList<string> confirmed)
    {
        title = Text.Normalise(title);
        var keys = siteNames.Select(n => Text.Key(n)).Where(k => k.Length > 1).ToList();
        var headlines = confirmed.Select(h => Text.Key(h)).Where(k => k.Length > 0).ToHashSet(StringComparer.Ordinal);
        for (var round = 0; round < 4; round++)
        {
            var shorter = Confirmed(title, headlines) ?? WithoutEnd(title, keys) ?? WithoutStart(title, keys);
            if (shorter is null)
            {
                break;
            }

            title = shorter;
        }

        return title;
    }

    private static string? Confirmed(string title, HashSet<string> headlineKeys)
    {
        foreach (var separator in Separators)
        {
            var at = title.LastIndexOf(separator, StringComparison.Ordinal);
            if (at > 0 && headlineKeys.Contains(Text.Key(title.AsSpan(0, at))))
            {
                return title[..at].Trim();
            }

            var first = title.IndexOf(separator, StringComparison.Ordinal);
            if (first > 0 && headlineKeys.Contains(Text.Key(title.AsSpan(first + separator.Length))))
            {
                return title[(first + separator.Length)..].Trim();
            }
        }

        return null;
    }

    private static string? WithoutEnd(string title, List<string> siteKeys)
    {
        var (at, length) = Separators.Select(s => (At: title.LastIndexOf(s, StringComparison.Ordinal), s.Length)).MaxBy(p => p.At);
        return at > 0 && IsSite(Text.Key(title.AsSpan(at + length)), siteKeys) ? title[..at].Trim() : null;
    }

    private static string? WithoutStart(string title, List<string> siteKeys)
    {
        var (at, length) = Separators.Append(": ").Select(s => (At: title.IndexOf(s, StringComparison.Ordinal), Length: s.Length)).Where(p => p.At > 0).DefaultIfEmpty((At: -1, Length: 0)).MinBy(p => p.At);
        return at > 0 && IsSite(Text.Key(title.AsSpan(0, at)), siteKeys) ? title[(at + length)..].Trim() : null;
    }

    private static bool IsSite(string key, List<string> siteKeys) => key.Length > 1
        && siteKeys.Any(site => key == site
            || (site.Length >= 4 && key.Contains(site, StringComparison.Ordinal) && key.Length <= site.Length * 3)
            || (key.Length >= 4 && site.Contains(key, StringComparison.Ordinal)));

    /// <summary>The heading is the title with something before or after it (a kicker, a label).</summary>
    public static bool Holds(string heading, string title)
    {
        var key = Text.Key(title);
        return key.Length >= 12 && Text.Key(heading) is var whole && key.Length * 3 > whole.Length && (whole.EndsWith(key, StringComparison.Ordinal) || whole.StartsWith(key, StringComparison.Ordinal));
    }

    /// <summary>Share of the shorter title's words of four or more characters that the other has, 0 to 1.</summary>
    public static double Overlap(string a, string b)
    {
        var (left, right) = (Words(a), Words(b));
        var smaller = Math.Min(left.Count, right.Count);
        return smaller == 0 ? 0 : (double)left.Count(right.Contains) / smaller;
    }

    private static HashSet<string> Words(string text) =>
        [.. text.Split([' ', '-', '–', '—', ':', ',', '.', '!', '?', '"', '“', '”', '„', '«', '»', '(', ')', '|'], StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length >= 4).Select(w => w.ToLowerInvariant())];

    public static bool SameText(string a, string b)
    {
        var key = Text.Key(a);
        return key.Length > 0 && key == Text.Key(b);
    }

    /// <summary>A headline from the last path segment of a URL: <c>…/2024/03/harbour-bridge-opens-4711.html</c> → <c>Harbour bridge opens</c>; null when it names nothing.</summary>
    public static string? FromSlug(string? url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return null;
        }

        var words = uri.Segments.Reverse()
            .Select(s => Uri.UnescapeDataString(s).Trim('/'))
            .Select(s => s.Contains('.', StringComparison.Ordinal) ? s[..s.IndexOf('.', StringComparison.Ordinal)] : s)
            .Select(s => s.Split(['-', '_', '+', ' '], StringSplitOptions.RemoveEmptyEntries).Where(w => !w.Any(char.IsDigit)).ToArray())
            .FirstOrDefault(w => w.Length >= 3);
        if (words is null)
        {
            return null;
        }

        var title = string.Join(' ', words);
        return char.ToUpperInvariant(title[0]) + title[1..];
    }
}
