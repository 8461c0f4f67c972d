using System.Text;

namespace Storyline.Fetch.Robots;

/// <summary>
/// A robots.txt as RFC 9309 reads it: groups by product token, the longest matching rule wins, allow wins a tie, <c>*</c> and a final
/// <c>$</c> in patterns. What is not understood is skipped.
/// </summary>
public sealed class RobotsTxt
{
    /// <summary>Bytes that are read; the rest is ignored, as the RFC asks for.</summary>
    public const int MaxBytes = 500 * 1024;

    private readonly List<Group> _groups;

    private RobotsTxt(List<Group> groups) => _groups = groups;

    /// <summary>Nothing is forbidden: what an absent file (4xx) means.</summary>
    public static RobotsTxt AllowAll { get; } = new([]);

    /// <summary>Everything is forbidden: what a server that fails (5xx, no answer) means.</summary>
    public static RobotsTxt DisallowAll { get; } = Parse("User-agent: *\nDisallow: /"u8);

    /// <summary>Reads a robots.txt; never fails.</summary>
    public static RobotsTxt Parse(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, MaxBytes)];

        // A byte order mark, or what a careless copy left of one.
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        bytes = bytes[bytes.CommonPrefixLength(mark)..];

        var groups = new List<Group>();
        Group? current = null;
        var inAgents = false;
        foreach (var raw in Encoding.UTF8.GetString(bytes).Split('\n', '\r'))
        {
            var comment = raw.IndexOf('#', StringComparison.Ordinal);
            var line = (comment < 0 ? raw : raw[..comment]).Trim();
            if (!TrySplit(line, out var key, out var value))
            {
                continue;
            }

            if (IsUserAgent(key))
            {
                if (!inAgents)
                {
                    groups.Add(current = new Group());
                    inAgents = true;
                }

                current!.Agents.Add(ProductOf(value));
            }
            else if (IsAllow(key) || IsDisallow(key))
            {
                inAgents = false;
                if (current is not null && value.Length > 0)
                {
                    current.Rules.Add(new Rule(Normalise(value), IsAllow(key)));
                }
            }

            // Any other line (sitemap, crawl-delay) neither ends nor splits a group.
        }

        return new RobotsTxt(groups);
    }

    /// <summary>Whether a product may ask for a path.</summary>
    /// <param name="productToken">Our name, such as <c>StorylineBot</c>; compared without case.</param>
    /// <param name="pathAndQuery">Path with query, beginning with a slash; empty counts as <c>/</c>.</param>
    public bool IsAllowed(string productToken, string pathAndQuery)
    {
        ArgumentNullException.ThrowIfNull(productToken);
        ArgumentNullException.ThrowIfNull(pathAndQuery);
        var path = Normalise(pathAndQuery.Length == 0 ? "/" : pathAndQuery);
        if (path == "/robots.txt")
        {
            return true;
        }

        var own = _groups.Where(group => group.Agents.Contains(productToken, StringComparer.OrdinalIgnoreCase)).ToList();
        var groups = own.Count > 0 ? own : _groups.Where(group => group.Agents.Contains("*", StringComparer.Ordinal));
        var (length, allowed) = (-1, true);
        foreach (var rule in groups.SelectMany(group => group.Rules))
        {
            if ((rule.Pattern.Length > length || (rule.Pattern.Length == length && rule.IsAllow && !allowed)) && Matches(rule.Pattern, path))
            {
                (length, allowed) = (rule.Pattern.Length, rule.IsAllow);
            }
        }

        return allowed;
    }

    private static bool TrySplit(string line, out string key, out string value)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
        {
            key = line[..colon].Trim();
            value = line[(colon + 1)..].Trim();
            return true;
        }

        // "Disallow /path" without a colon is common enough to be understood.
        var space = line.IndexOfAny([' ', '\t']);
        key = space > 0 ? line[..space] : "";
        value = space > 0 ? line[(space + 1)..].Trim() : "";
        return space > 0 && !value.AsSpan().ContainsAny(' ', '\t');
    }

    private static bool IsUserAgent(string key) =>
        key.Equals("user-agent", StringComparison.OrdinalIgnoreCase) || key.Equals("useragent", StringComparison.OrdinalIgnoreCase)
        || key.Equals("user agent", StringComparison.OrdinalIgnoreCase);

    private static bool IsAllow(string key) => key.Equals("allow", StringComparison.OrdinalIgnoreCase);

    // The misspellings that Google's parser takes too.
    private static bool IsDisallow(string key) => key.ToLowerInvariant() is "disallow" or "dissallow" or "dissalow" or "disalow" or "diasllow" or "disallaw";

    // A product token is letters, underscores and hyphens; what follows (a version) does not count.
    private static string ProductOf(string value)
    {
        if (value.StartsWith('*') && (value.Length == 1 || char.IsWhiteSpace(value[1])))
        {
            return "*";
        }

        var length = 0;
        while (length < value.Length && (char.IsAsciiLetter(value[length]) || value[length] is '_' or '-'))
        {
            length++;
        }

        return value[..length];
    }

    // Escapes in upper case, characters outside ASCII escaped, so that both spellings of a path are one.
    private static string Normalise(string path)
    {
        StringBuilder? result = null;
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '%' && i + 2 < path.Length && char.IsAsciiHexDigit(path[i + 1]) && char.IsAsciiHexDigit(path[i + 2]))
            {
                result ??= new StringBuilder(path, 0, i, path.Length + 8);
                result.Append('%').Append(char.ToUpperInvariant(path[i + 1])).Append(char.ToUpperInvariant(path[i + 2]));
                i += 2;
            }
            else if (c > 0x7F)
            {
                result ??= new StringBuilder(path, 0, i, path.Length + 8);
                Rune.DecodeFromUtf16(path.AsSpan(i), out var rune, out var consumed);
                foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    result.Append('%').Append(b.ToString("X2", null));
                }

                i += consumed - 1;
            }
            else
            {
                result?.Append(c);
            }
        }

        return result?.ToString() ?? path;
    }

    // Greedy matching with one point to go back to: linear in practice, and never worse than pattern times path.
    private static bool Matches(string pattern, string path)
    {
        var anchored = pattern.EndsWith('$');
        var end = anchored ? pattern.Length - 1 : pattern.Length;
        int p = 0, s = 0, star = -1, mark = 0;
        while (s < path.Length)
        {
            if (p < end && pattern[p] == '*')
            {
                star = p++;
                mark = s;
            }
            else if (p < end && pattern[p] == path[s])
            {
                p++;
                s++;
            }
            else if (p == end && !anchored)
            {
                return true;
            }
            else if (star >= 0)
            {
                p = star + 1;
                s = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < end && pattern[p] == '*')
        {
            p++;
        }

        return p == end;
    }

    private sealed class Group
    {
        public List<string> Agents { get; } = [];

        public List<Rule> Rules { get; } = [];
    }

    private sealed record Rule(string Pattern, bool IsAllow);
}
