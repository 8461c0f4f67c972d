using System.Buffers;
using System.Globalization;
using System.Text;

namespace Storyline.Fetch.Robots;

/// <summary>
/// A robots.txt as RFC 9309 reads it, with the tolerance of Google's parser: groups by product token, several groups of one product count as one, the
/// longest matching rule wins, allow wins a tie, <c>*</c> and a final <c>$</c> in patterns. What is not understood is skipped. It is read as bytes,
/// because many files are in no valid UTF-8.
/// </summary>
/// <remarks>
/// The RFC wants <c>%62</c> and <c>b</c> to be the same, Google's parser compares what is written. Where the two readings differ, the one that denies counts:
/// an allow rule matches the path as it is sent, a disallow rule also every other spelling of it.
/// </remarks>
public sealed class RobotsTxt
{
    /// <summary>Bytes that are read; the rest is ignored, as the RFC asks for.</summary>
    public const int MaxBytes = 500 * 1024;

    // Eight times what browsers take for a URL; the rest of a longer line is ignored.
    private const int MaxLineBytes = (2083 * 8) - 1;

    private const int MaxStatements = 16;
    private const int MaxStatementLength = 200;
    private const int MaxSitemaps = 50;
    private const int MaxUrlLength = 2048;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    // The characters of a path that can be written in one way only.
    private static readonly SearchValues<char> OneSpelling = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Except(['%', '*', '$'])]);

    private readonly List<Group> _groups = [];
    private readonly List<string> _licences = [];
    private readonly List<string> _sitemaps = [];

    private RobotsTxt()
    {
    }

    /// <summary>Nothing is forbidden: what an absent file (4xx) means.</summary>
    public static RobotsTxt AllowAll { get; } = new();

    /// <summary>Everything is forbidden: what a server that fails (5xx, no answer) means.</summary>
    public static RobotsTxt DisallowAll { get; } = Parse("User-agent: *\nDisallow: /"u8);

    /// <summary>URLs of RSL licence documents (<c>License:</c> lines), which hold for the whole site.</summary>
    public IReadOnlyList<string> Licences => _licences;

    /// <summary>URLs of the site's sitemaps (<c>Sitemap:</c> lines), in order.</summary>
    public IReadOnlyList<string> Sitemaps => _sitemaps;

    /// <summary>Characters of all rules: about half the bytes that this object holds.</summary>
    public int Size { get; private set; }

    /// <summary>Reads a robots.txt; never fails.</summary>
    public static RobotsTxt Parse(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, MaxBytes)];

        // A byte order mark, or what a careless copy left of one.
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        bytes = bytes[bytes.CommonPrefixLength(mark)..];

        var robots = new RobotsTxt();
        Group? current = null;
        var inAgents = false;
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOfAny(LineEnds);
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (!TrySplit(line, out var key, out var value))
            {
                continue;
            }

            if (Begins(key, "user-agent"u8) || Begins(key, "useragent"u8) || Begins(key, "user agent"u8))
            {
                if (!inAgents)
                {
                    robots._groups.Add(current = new Group());
                    inAgents = true;
                }

                current!.Agents.Add(ProductOf(value));
            }
            else if (IsDisallow(key) || Begins(key, "allow"u8))
            {
                inAgents = false;
                if (current is not null && !value.IsEmpty)
                {
                    robots.Add(current, Escape(value), !IsDisallow(key));
                }
            }
            else
            {
                // Any other line neither ends nor splits a group.
                robots.Note(current, Encoding.ASCII.GetString(key).ToLowerInvariant(), value);
            }
        }

        return robots;
    }

    /// <summary>Whether a product may ask for a path.</summary>
    /// <param name="productToken">Our name, such as <c>StorylineBot</c>; compared without case.</param>
    /// <param name="pathAndQuery">Path with query, as it is sent: percent-encoded, beginning with a slash; empty counts as <c>/</c>.</param>
    public bool IsAllowed(string productToken, string pathAndQuery)
    {
        ArgumentNullException.ThrowIfNull(productToken);
        ArgumentNullException.ThrowIfNull(pathAndQuery);
        ReadOnlySpan<char> sent = pathAndQuery.Length == 0 ? "/" : UpperEscapes(pathAndQuery);
        if (sent.SequenceEqual("/robots.txt"))
        {
            return true;
        }

        // Most paths have one spelling only, and nothing is allocated for them.
        var plain = sent.IndexOfAnyExcept(OneSpelling) < 0 ? sent : Plain(Encoding.UTF8.GetBytes(pathAndQuery));
        var (length, allowed) = (-1, true);
        var own = HasOwnGroup(productToken);
        foreach (var group in _groups)
        {
            if (!group.IsFor(productToken, own))
            {
                continue;
            }

            foreach (var rule in group.Rules)
            {
                if (rule.Length >= length && (rule.Length > length || (rule.IsAllow && !allowed))
                    && Matches(rule.Pattern, rule.IsAllow ? sent : plain))
                {
                    (length, allowed) = (rule.Length, rule.IsAllow);
                }
            }
        }

        return allowed;
    }

    /// <summary>The longest Crawl-delay that a product is asked for; zero when there is none.</summary>
    public TimeSpan CrawlDelay(string productToken)
    {
        var own = HasOwnGroup(productToken);
        var longest = TimeSpan.Zero;
        foreach (var group in _groups)
        {
            if (group.CrawlDelay > longest && group.IsFor(productToken, own))
            {
                longest = group.CrawlDelay;
            }
        }

        return longest;
    }

    /// <summary>
    /// What the site says of the use of what is fetched: the <c>Content-Usage</c> and <c>Content-Signal</c> lines that hold for a product and a path, the ones
    /// with the longest matching path for each name.
    /// </summary>
    /// <returns>Name in lower case, and value as written.</returns>
    public IReadOnlyList<(string Name, string Value)> Usage(string productToken, string pathAndQuery)
    {
        ArgumentNullException.ThrowIfNull(pathAndQuery);
        List<(string Name, string Value)>? found = null;
        var own = HasOwnGroup(productToken);
        foreach (var byName in _groups.Where(group => group.IsFor(productToken, own)).SelectMany(group => group.Statements)
                     .Where(statement => Matches(statement.Pattern, pathAndQuery)).GroupBy(statement => statement.Name, StringComparer.Ordinal))
        {
            var longest = byName.Max(statement => statement.Pattern.Length);
            (found ??= []).AddRange(byName.Where(statement => statement.Pattern.Length == longest).Select(statement => (statement.Name, statement.Value)).Distinct());
        }

        return found ?? (IReadOnlyList<(string, string)>)[];
    }

    private bool HasOwnGroup(string productToken)
    {
        foreach (var group in _groups)
        {
            if (group.Names(productToken))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(Group group, string pattern, bool isAllow)
    {
        group.Rules.Add(new Rule(isAllow ? pattern : PlainPattern(pattern), isAllow, pattern.Length));
        Size += pattern.Length + 32;

        // As Google has it, allowing a folder's index page allows the folder's own URL.
        var slash = pattern.LastIndexOf('/');
        if (isAllow && slash >= 0 && pattern.AsSpan(slash).StartsWith("/index.htm"))
        {
            Add(group, string.Concat(pattern.AsSpan(0, slash + 1), "$"), isAllow);
        }
    }

    private void Note(Group? group, string key, ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value[..Math.Min(value.Length, key == "sitemap" ? MaxUrlLength : MaxStatementLength)]);
        switch (key)
        {
            case "crawl-delay" when group is not null && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds):
                var delay = TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.SecondsPerDay));
                group.CrawlDelay = delay > group.CrawlDelay ? delay : group.CrawlDelay;
                break;
            case "content-usage" or "content-signal" when group is not null && text.Length > 0 && group.Statements.Count < MaxStatements:
                var space = text.IndexOfAny([' ', '\t']);
                var hasPath = text[0] == '/' && space > 0;
                group.Statements.Add(new Statement(key, hasPath ? Escape(Encoding.UTF8.GetBytes(text[..space])) : "/", hasPath ? text[space..].Trim() : text));
                break;
            case "license" when _licences.Count < MaxStatements && Uri.TryCreate(text, UriKind.Absolute, out var licence) && licence.Scheme is "http" or "https":
                _licences.Add(text);
                break;
            case "sitemap" when _sitemaps.Count < MaxSitemaps && Uri.TryCreate(text, UriKind.Absolute, out var sitemap) && sitemap.Scheme is "http" or "https":
                _sitemaps.Add(text);
                Size += text.Length;
                break;
        }
    }

    private static bool TrySplit(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        line = line[..Math.Min(line.Length, MaxLineBytes)];
        var comment = line.IndexOf((byte)'#');
        line = Trim(comment < 0 ? line : line[..comment]);
        var colon = line.IndexOf((byte)':');
        if (colon >= 0)
        {
            key = Trim(line[..colon]);
            value = Trim(line[(colon + 1)..]);
            return !key.IsEmpty;
        }

        // "Disallow /path" without a colon is common enough to be understood.
        var space = line.IndexOfAny(" \t"u8);
        key = space > 0 ? line[..space] : default;
        value = space > 0 ? Trim(line[(space + 1)..]) : default;
        return space > 0 && value.IndexOfAny(" \t"u8) < 0;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t\v\f"u8);

    private static bool Begins(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name) => key.Length >= name.Length && Ascii.EqualsIgnoreCase(key[..name.Length], name);

    // With the misspellings that Google's parser takes too.
    private static bool IsDisallow(ReadOnlySpan<byte> key) =>
        Begins(key, "disallow"u8) || Begins(key, "dissallow"u8) || Begins(key, "dissalow"u8) || Begins(key, "disalow"u8) || Begins(key, "diasllow"u8) || Begins(key, "disallaw"u8);

    // A product token is letters, underscores and hyphens; what follows (a version) does not count.
    private static string ProductOf(ReadOnlySpan<byte> value)
    {
        if (value is [(byte)'*'] or [(byte)'*', (byte)' ' or (byte)'\t', ..])
        {
            return "*";
        }

        var length = 0;
        while (length < value.Length && (char.IsAsciiLetter((char)value[length]) || value[length] is (byte)'_' or (byte)'-'))
        {
            length++;
        }

        return Encoding.ASCII.GetString(value[..length]);
    }

    /// <summary>Escapes in upper case, octets outside ASCII escaped.</summary>
    internal static string Escape(ReadOnlySpan<byte> value)
    {
        var result = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (IsEscape(value, i))
            {
                result.Append('%').Append(char.ToUpperInvariant((char)value[i + 1])).Append(char.ToUpperInvariant((char)value[i + 2]));
                i += 2;
            }
            else
            {
                Append(result, value[i], value[i] > 0x7F);
            }
        }

        return result.ToString();
    }

    private static string UpperEscapes(string path) => !path.Contains('%', StringComparison.Ordinal)
        ? path
        : string.Create(path.Length, path, static (upper, path) =>
        {
            path.CopyTo(upper);
            for (var i = path.IndexOf('%', StringComparison.Ordinal); i >= 0 && i + 2 < path.Length; i = path.IndexOf('%', i + 1))
            {
                upper[i + 1] = char.ToUpperInvariant(path[i + 1]);
                upper[i + 2] = char.ToUpperInvariant(path[i + 2]);
            }
        });

    /// <summary>The one spelling of a path that RFC 9309 §2.2.2 compares: unreserved characters bare, others escaped.</summary>
    internal static string Plain(ReadOnlySpan<byte> path)
    {
        var result = new StringBuilder(path.Length + 16);
        for (var i = 0; i < path.Length; i++)
        {
            if (IsEscape(path, i))
            {
                var octet = byte.Parse(path.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                Append(result, octet, !(char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~'));
                i += 2;
            }
            else
            {
                Append(result, path[i], path[i] is > 0x7F or (byte)'*' or (byte)'$');
            }
        }

        return result.ToString();
    }

    /// <summary>Likewise of a pattern, whose octets outside ASCII are escaped already; its stars and its final dollar are no characters of a path.</summary>
    internal static string PlainPattern(string pattern)
    {
        if (pattern.AsSpan().IndexOfAny('%', '$') < 0)
        {
            return pattern;
        }

        var isAnchored = pattern.EndsWith('$');
        return string.Join('*', (isAnchored ? pattern[..^1] : pattern).Split('*').Select(part => Plain(Encoding.ASCII.GetBytes(part)))) + (isAnchored ? "$" : "");
    }

    private static bool IsEscape(ReadOnlySpan<byte> text, int at) =>
        text[at] == '%' && at + 2 < text.Length && char.IsAsciiHexDigit((char)text[at + 1]) && char.IsAsciiHexDigit((char)text[at + 2]);

    private static void Append(StringBuilder result, byte octet, bool escaped)
    {
        if (escaped)
        {
            result.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }
        else
        {
            result.Append((char)octet);
        }
    }

    /// <summary>Whether a path begins with a pattern: its first part from the beginning, each further one as early as possible, the last one at the end if it must.</summary>
    internal static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> path)
    {
        var isAnchored = pattern.EndsWith("$");
        pattern = isAnchored ? pattern[..^1] : pattern;
        var star = pattern.IndexOf('*');
        if (star < 0)
        {
            return isAnchored ? path.SequenceEqual(pattern) : path.StartsWith(pattern);
        }

        if (!path.StartsWith(pattern[..star]))
        {
            return false;
        }

        path = path[star..];
        while (star >= 0)
        {
            pattern = pattern[(star + 1)..];
            star = pattern.IndexOf('*');
            var part = star < 0 ? pattern : pattern[..star];
            if (star < 0 && isAnchored)
            {
                return path.EndsWith(part);
            }

            var at = path.IndexOf(part);
            if (at < 0)
            {
                return false;
            }

            path = path[(at + part.Length)..];
        }

        return true;
    }

    private sealed class Group
    {
        public List<string> Agents { get; } = [];

        public List<Rule> Rules { get; } = [];

        public List<Statement> Statements { get; } = [];

        public TimeSpan CrawlDelay { get; set; }

        public bool Names(string productToken)
        {
            foreach (var agent in Agents)
            {
                if (agent.Equals(productToken, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>Whether the group holds for a product, which either has groups of its own or takes those for all.</summary>
        public bool IsFor(string productToken, bool hasOwn) => Names(hasOwn ? productToken : "*");
    }

    /// <param name="Pattern">Of an allow rule as written, with octets outside ASCII escaped; of a disallow rule in the spelling of <see cref="Plain"/>.</param>
    /// <param name="IsAllow">Allow, else disallow.</param>
    /// <param name="Length">Of the pattern as written.</param>
    private readonly record struct Rule(string Pattern, bool IsAllow, int Length);

    /// <param name="Name"><c>content-usage</c> or <c>content-signal</c>.</param>
    /// <param name="Pattern">The paths that it holds for.</param>
    /// <param name="Value">Its preferences, as written.</param>
    private readonly record struct Statement(string Name, string Pattern, string Value);
}
