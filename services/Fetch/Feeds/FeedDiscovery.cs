using System.Net;

namespace Storyline.Fetch.Feeds;

/// <summary>
/// The feeds that a site's page names, the most likely first: links that declare a feed, links that declare XML or JSON at a feed-like address, anchors that
/// look like feeds, the sitemaps of robots.txt (those of news first), and last the addresses where feeds usually are. The page is scanned for tags, no tree is built: a broken page costs no more than a good one.
/// </summary>
public static class FeedDiscovery
{
    /// <summary>Most candidates of a page.</summary>
    public const int MaxCandidates = 50;

    // Pages are longer than this only by what no one reads.
    private const int MaxLength = 4 * 1024 * 1024;
    private const int MaxAttributes = 64;

    private static readonly string[] RawTextElements = ["script", "style", "textarea", "title"];

    private static readonly string[] CommonPaths =
        ["/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feeds/posts/default", "/feed.json", "/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml"];

    private static readonly string[] FeedTypes =
        ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "application/x.atom+xml", "application/x-atom+xml", "application/x-rss+xml", "text/rss+xml", "text/rss", "text/atom"];

    private static readonly string[] FeedSuffixes =
        ["/feed", "/feeds", "/rss", "/atom", "/rdf", ".rss", ".rdf", ".atom", "/rss.xml", "/feed.xml", "/atom.xml", "/index.rdf", "/feed.json", "/rss2", "/rss20.xml", "/rss.php", "/feed.php", "/feeds/posts/default"];

    private static readonly string[] FeedQueries = ["feed=rss", "feed=atom", "format=rss", "format=atom", "format=feed", "alt=rss", "type=rss", "output=rss", "type=100"];

    private enum Rank
    {
        Declared,
        DeclaredComments,
        DeclaredAsXml,
        Anchor,
        AnchorElsewhere,
        Common,
    }

    /// <summary>Finds the candidates; each is http or https, none is named twice, none is the page itself.</summary>
    /// <param name="html">The page.</param>
    /// <param name="page">Where it came from.</param>
    /// <param name="withGuesses">The addresses where feeds usually are as well.</param>
    /// <param name="sitemaps">The sitemaps that the site's robots.txt names.</param>
    public static IReadOnlyList<Uri> Find(string html, Uri page, bool withGuesses = true, IReadOnlyList<string>? sitemaps = null)
    {
        ArgumentNullException.ThrowIfNull(html);
        ArgumentNullException.ThrowIfNull(page);
        var found = new List<(Rank Rank, Uri Url)>();
        var @base = page;
        var text = html.AsSpan(0, Math.Min(html.Length, MaxLength));
        var attributes = new List<(string Name, string Value)>();
        for (var position = 0; found.Count < 10 * MaxCandidates && NextTag(text, ref position, out var name); )
        {
            if (!(Is(name, "link") || Is(name, "a") || Is(name, "base")))
            {
                // What is in there is no markup.
                foreach (var raw in RawTextElements)
                {
                    position = Is(name, raw) ? SkipRaw(text, position, raw) : position;
                }

                continue;
            }

            ReadAttributes(text, ref position, attributes);
            if (Value(attributes, "href") is not { Length: > 0 } href)
            {
                continue;
            }

            if (Is(name, "base"))
            {
                // The first one counts.
                @base = ReferenceEquals(@base, page) && Uri.TryCreate(page, href, out var other) ? other : @base;
            }
            else if (Resolve(@base, href) is { } url && (Is(name, "a") ? RankOfAnchor(url, attributes, page) : RankOfLink(url, attributes)) is { } rank)
            {
                found.Add((rank, url));
            }
        }

        return [.. found.OrderBy(candidate => candidate.Rank).Select(candidate => candidate.Url)
            .Concat((sitemaps ?? []).OrderBy(sitemap => !sitemap.Contains("news", StringComparison.OrdinalIgnoreCase)).Select(sitemap => Resolve(page, sitemap)).OfType<Uri>())
            .Concat((withGuesses ? CommonPaths : []).Select(path => Resolve(page, path)).OfType<Uri>())
            .Where(url => url != page)
            .DistinctBy(url => url.AbsoluteUri, StringComparer.Ordinal)
            .Take(MaxCandidates)];
    }

    private static Rank? RankOfLink(Uri url, List<(string Name, string Value)> attributes)
    {
        var relations = (Value(attributes, "rel") ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var type = TypeOf(attributes);
        var isFeed = relations.Contains("feed", StringComparer.OrdinalIgnoreCase);
        if (!isFeed && !relations.Contains("alternate", StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        if (isFeed || FeedTypes.Contains(type, StringComparer.Ordinal))
        {
            var about = url.AbsolutePath + " " + Value(attributes, "title");
            return about.Contains("comment", StringComparison.OrdinalIgnoreCase) ? Rank.DeclaredComments : Rank.Declared;
        }

        // Sites declare other things of these types as well: oEmbed, APIs, search descriptions.
        return type is "text/xml" or "application/xml" or "application/json" && LooksLikeFeed(url) ? Rank.DeclaredAsXml : null;
    }

    private static Rank? RankOfAnchor(Uri url, List<(string Name, string Value)> attributes, Uri page)
    {
        if (!LooksLikeFeed(url) && !FeedTypes.Contains(TypeOf(attributes), StringComparer.Ordinal))
        {
            return null;
        }

        return SiteOf(url) == SiteOf(page) ? Rank.Anchor : Rank.AnchorElsewhere;
    }

    private static bool LooksLikeFeed(Uri url)
    {
        var path = url.AbsolutePath.TrimEnd('/');
        return Array.Exists(FeedSuffixes, suffix => path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            || (path.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) && (path.Contains("rss", StringComparison.OrdinalIgnoreCase) || path.Contains("feed", StringComparison.OrdinalIgnoreCase)))
            || Array.Exists(FeedQueries, query => url.Query.Contains(query, StringComparison.OrdinalIgnoreCase))
            || url.Host.StartsWith("feeds.", StringComparison.Ordinal) || url.Host.StartsWith("rss.", StringComparison.Ordinal);
    }

    // The last two labels: coarse, and only for the order of candidates.
    private static string SiteOf(Uri url) => string.Join('.', url.Host.Split('.')[^Math.Min(2, url.Host.Split('.').Length)..]);

    private static string TypeOf(List<(string Name, string Value)> attributes) => (Value(attributes, "type") ?? "").Split(';')[0].Trim().ToLowerInvariant();

    private static string? Value(List<(string Name, string Value)> attributes, string name) =>
        attributes.Find(attribute => attribute.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static bool Is(ReadOnlySpan<char> name, string expected) => name.Equals(expected, StringComparison.OrdinalIgnoreCase);

    private static Uri? Resolve(Uri @base, string href)
    {
        // feed:https://site/feed and feed://site/feed are for feed readers.
        var text = href.Trim();
        if (text.StartsWith("feed:", StringComparison.OrdinalIgnoreCase))
        {
            text = text[5..].StartsWith("//", StringComparison.Ordinal) ? "https:" + text[5..] : text[5..];
        }

        if (!Uri.TryCreate(@base, text, out var url) || url.Scheme is not ("http" or "https"))
        {
            return null;
        }

        return url.Fragment.Length == 0 ? url : new UriBuilder(url) { Fragment = "" }.Uri;
    }

    // Moves behind the next start tag's name.
    private static bool NextTag(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> name)
    {
        name = default;
        while (position < text.Length)
        {
            var next = text[position..].IndexOf('<');
            if (next < 0)
            {
                return false;
            }

            position += next + 1;
            if (text[position..].StartsWith("!--", StringComparison.Ordinal))
            {
                var end = text[position..].IndexOf("-->", StringComparison.Ordinal);
                if (end < 0)
                {
                    return false;
                }

                position += end + 3;
                continue;
            }

            var start = position;
            while (position < text.Length && char.IsAsciiLetterOrDigit(text[position]))
            {
                position++;
            }

            if (position > start)
            {
                name = text[start..position];
                return true;
            }
        }

        return false;
    }

    private static int SkipRaw(ReadOnlySpan<char> text, int position, string name)
    {
        var end = text[position..].IndexOf("</" + name, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? text.Length : position + end;
    }

    private static void ReadAttributes(ReadOnlySpan<char> text, ref int position, List<(string Name, string Value)> attributes)
    {
        attributes.Clear();
        while (true)
        {
            while (position < text.Length && (char.IsWhiteSpace(text[position]) || text[position] is '/' or '"' or '\'' or '='))
            {
                position++;
            }

            if (position >= text.Length || text[position] is '>' or '<' || attributes.Count == MaxAttributes)
            {
                return;
            }

            var start = position;
            while (position < text.Length && !char.IsWhiteSpace(text[position]) && text[position] is not ('=' or '>' or '/' or '<'))
            {
                position++;
            }

            var name = text[start..position].ToString();
            Skip(text, ref position);
            if (position >= text.Length || text[position] != '=')
            {
                attributes.Add((name, ""));
                continue;
            }

            position++;
            Skip(text, ref position);
            ReadOnlySpan<char> value;
            if (position < text.Length && text[position] is '"' or '\'')
            {
                var end = text[(position + 1)..].IndexOf(text[position]);
                value = end < 0 ? text[(position + 1)..] : text.Slice(position + 1, end);
                position += value.Length + (end < 0 ? 1 : 2);
            }
            else
            {
                start = position;
                while (position < text.Length && !char.IsWhiteSpace(text[position]) && text[position] != '>')
                {
                    position++;
                }

                value = text[start..position];
            }

            attributes.Add((name, WebUtility.HtmlDecode(value.ToString())));
        }
    }

    private static void Skip(ReadOnlySpan<char> text, ref int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }
    }
}
