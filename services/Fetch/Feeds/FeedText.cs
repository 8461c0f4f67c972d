using System.Buffers;
using System.Collections.Frozen;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Storyline.Fetch.Feeds;

/// <summary>What the texts of feeds mean: HTML in titles, mailboxes as authors, references.</summary>
internal static partial class FeedText
{
    // Where Windows-1252 has letters that Latin-1, and so a numeric reference, has control characters.
    private const string Windows1252 = "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

    // Of ASCII, what a plain text may hold, and what a URL does.
    private static readonly SearchValues<char> Printable = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('<' or '&'))]);
    private static readonly SearchValues<char> UrlCharacters = SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c is not ('<' or '>' or '"' or '\\'))]);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Blocks =
        FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "br", "p", "div", "li", "ul", "ol", "tr", "td", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote")
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Plain text of what may be plain or HTML: tags out, references decoded, white space and control characters one space; null when nothing is left.</summary>
    public static string? Plain(ReadOnlySpan<char> value)
    {
        value = value.Trim();
        if (value.IsEmpty)
        {
            return null;
        }

        if (IsPlain(value))
        {
            return value.ToString();
        }

        var text = value.Contains('<') ? WithoutTags(value) : value.ToString();
        text = text.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(text) : text;
        var result = new StringBuilder(text.Length);
        var isSpace = true;
        foreach (var written in text)
        {
            var c = written is >= '\u0080' and <= '\u009f' ? Windows1252[written - '\u0080'] : written;
            var blank = char.IsWhiteSpace(c) || char.IsControl(c);
            if (!blank)
            {
                result.Append(c);
            }
            else if (!isSpace)
            {
                result.Append(' ');
            }

            isSpace = blank;
        }

        result.Length -= isSpace && result.Length > 0 ? 1 : 0;
        return result.Length == 0 ? null : result.ToString();
    }

    /// <summary>The name in a mailbox: <c>a@b.example (Name)</c>, <c>Name (a@b.example)</c> and <c>Name &lt;a@b.example&gt;</c> are Name; anything else is itself.</summary>
    public static string? Person(string? value)
    {
        if (value is null || !value.Contains('@', StringComparison.Ordinal) || value.Length > 500)
        {
            return value;
        }

        var match = Mailbox().Match(value);
        return match.Success ? match.Groups["name"].Value.Trim() : value;
    }

    /// <summary>True for an address without a name.</summary>
    public static bool IsAddress(string person) => person.Contains('@', StringComparison.Ordinal) && !person.Contains(' ', StringComparison.Ordinal);

    /// <summary>
    /// An absolute http or https URL, or null. One that is absolute is kept as it is written, but for white space and control characters.
    /// </summary>
    public static string? Url(Uri @base, ReadOnlySpan<char> reference)
    {
        reference = reference.Trim();
        if (reference.IsEmpty)
        {
            return null;
        }

        if (IsPlainUrl(reference))
        {
            return reference.ToString();
        }

        // Browsers drop line breaks and tabs in URLs; templates leave many.
        var text = reference.ContainsAny('\n', '\r', '\t') ? string.Concat(reference.ToString().Split('\n', '\r', '\t').Select(part => part.Trim())) : reference.ToString();
        return Uri.TryCreate(@base, text, out var url) && url.Scheme is "http" or "https" ? url.AbsoluteUri : null;
    }

    /// <summary>A reference made absolute, as an identifier: kept as written when it is not relative.</summary>
    public static string Identifier(Uri @base, string id) => !id.Contains(' ', StringComparison.Ordinal) && Uri.TryCreate(id, UriKind.Relative, out _) && Uri.TryCreate(@base, id, out var url) ? url.AbsoluteUri : id;

    /// <summary>HTML whose links are made absolute.</summary>
    public static string WithAbsoluteLinks(string html, Uri @base) => !html.Contains('<', StringComparison.Ordinal)
        ? html
        : LinkAttribute().Replace(html, match => Uri.TryCreate(@base, WebUtility.HtmlDecode(match.Groups["url"].Value), out var url)
            ? match.Groups["before"].Value + WebUtility.HtmlEncode(url.AbsoluteUri) + match.Groups["after"].Value
            : match.Value);

    /// <summary>What one <c>div</c> around everything holds; anything else is itself. XHTML in Atom has that div for its namespace only.</summary>
    public static string WithoutOuterDiv(string html)
    {
        var match = OuterDiv().Match(html);
        return match.Success ? match.Groups["inner"].Value.Trim() : html;
    }

    /// <summary>What base64 stands for when that is UTF-8 text; null else.</summary>
    public static string? FromBase64(ReadOnlySpan<char> text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, bytes, out var length) && System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(0, length))
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : null;
    }

    private static bool IsPlain(ReadOnlySpan<char> value)
    {
        if (value.Contains("  ", StringComparison.Ordinal))
        {
            return false;
        }

        for (var rest = value; rest.IndexOfAnyExcept(Printable) is >= 0 and var at; rest = rest[(at + 1)..])
        {
            if (rest[at] is '<' or '&' or <= '\u00a0' or '\u1680' || (rest[at] > '\u1680' && char.IsWhiteSpace(rest[at])))
            {
                return false;
            }
        }

        return true;
    }

    // Valid without a doubt: scheme, a host of letters, digits and single dots, and printable ASCII.
    private static bool IsPlainUrl(ReadOnlySpan<char> url)
    {
        var start = url.StartsWith("https://", StringComparison.Ordinal) ? 8 : url.StartsWith("http://", StringComparison.Ordinal) ? 7 : -1;
        if (start < 0)
        {
            return false;
        }

        var end = start;
        while (end < url.Length && (char.IsAsciiLetterOrDigit(url[end]) || url[end] is '-' or '.'))
        {
            end++;
        }

        var host = url[start..end];
        if (host.Length is 0 or > 200 || !char.IsAsciiLetter(host[^1]) || host[0] is '-' or '.' || host.Contains("..", StringComparison.Ordinal) || (end < url.Length && url[end] is not ('/' or '?' or '#')))
        {
            return false;
        }

        return !url[end..].ContainsAnyExcept(UrlCharacters);
    }

    private static string WithoutTags(ReadOnlySpan<char> html)
    {
        var result = new StringBuilder(html.Length);
        while (true)
        {
            var start = html.IndexOf('<');
            if (start < 0 || start + 1 >= html.Length)
            {
                return result.Append(html).ToString();
            }

            result.Append(html[..start]);
            var tag = html[start..];
            var stop = tag[1..].IndexOfAny('<', '>') + 1;
            var name = tag[(tag[1] == '/' ? 2 : 1)..];
            if (stop == 0 || tag[stop] == '<' || name.IsEmpty || !(char.IsAsciiLetter(name[0]) || name[0] == '!'))
            {
                // A bracket of the text.
                result.Append('<');
                html = tag[1..];
                continue;
            }

            var length = 0;
            while (length < name.Length && char.IsAsciiLetterOrDigit(name[length]))
            {
                length++;
            }

            if (Blocks.Contains(name[..length]))
            {
                result.Append(' ');
            }

            html = tag[(stop + 1)..];
        }
    }

    [GeneratedRegex("""\A\s*(?:\S+@\S+\s*\((?<name>[^()@]+)\)|"?(?<name>[^<>"()@]+?)"?\s*(?:<[^<>\s]+@[^<>\s]+>|\([^()\s]+@[^()\s]+\)))\s*\z""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mailbox();

    [GeneratedRegex("""(?<before>\s(?:href|src|cite|action|poster|background|longdesc|data|usemap|codebase|profile)\s*=\s*(?<quote>["']))(?<url>[^"'<>]*)(?<after>\k<quote>)""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LinkAttribute();

    [GeneratedRegex("""\A\s*<(?<name>(?:[A-Za-z]+:)?div)\b[^<>]*>(?<inner>.*)</\k<name>\s*>\s*\z""", RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OuterDiv();
}
