using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Storyline.Fetch.Captures;

/// <summary>
/// What the head of a page says of its identity: canonical URL and title. Read without building a tree, before the page goes on, because only
/// the ledger knows whether another article has the same; the rules are in docs/canonical-urls.md.
/// </summary>
/// <param name="CanonicalUrl">The canonical URL that is declared, in canonical form; null when there is none that may be believed.</param>
/// <param name="TitleDigest">SHA-256 over the title, white space normalised; empty when the page has none.</param>
public sealed record PageHead(string? CanonicalUrl, string TitleDigest)
{
    // Heads of real pages end long before; what comes later may be the article's text.
    private const int MaxBytes = 256 * 1024;

    private static readonly SearchValues<char> EndsName = SearchValues.Create(" \t\r\n\f/");
    private static readonly SearchValues<char> EndsValue = SearchValues.Create(" \t\r\n\f");

    // Other spellings of one site.
    private static readonly string[] HostPrefixes = ["www.", "m.", "mobile.", "amp."];

    /// <summary>Reads an HTML page in an encoding that ASCII is part of; null for anything else.</summary>
    /// <param name="body">The page.</param>
    /// <param name="mediaType">Its media type.</param>
    /// <param name="url">Where it lies, after redirects.</param>
    /// <param name="links">What its HTTP headers link it with.</param>
    public static PageHead? Read(ReadOnlySpan<byte> body, string mediaType, Uri url, IReadOnlyList<HttpLink> links)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(links);
        if (mediaType is not ("text/html" or "application/xhtml+xml"))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxBytes)]);
        string? title = null, openGraphTitle = null, baseUrl = null;
        var canonicals = new List<string>();
        for (var at = 0; (at = text.IndexOf('<', at)) >= 0;)
        {
            if (text.AsSpan(at).StartsWith("<!--", StringComparison.Ordinal))
            {
                at = EndOf(text, "-->", at);
                continue;
            }

            var end = TagEnd(text, at);
            var tag = text.AsSpan(at + 1, end - at - 1);
            at = end;
            switch (Name(tag))
            {
                case "script" or "style" or "noscript" or "template":
                    at = EndOf(text, "</" + Name(tag), at);
                    break;
                case "title" when title is null:
                    var close = text.IndexOf("</title", at, StringComparison.OrdinalIgnoreCase);
                    title = close > at ? text[(at + 1)..close] : "";
                    break;
                case "base" when baseUrl is null:
                    baseUrl = Attribute(tag, "href");
                    break;
                case "link" when Attribute(tag, "rel") is { } rel && rel.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Contains("canonical", StringComparer.OrdinalIgnoreCase):
                    canonicals.Add(Attribute(tag, "href") ?? "");
                    break;
                case "meta" when openGraphTitle is null && "og:title".Equals(Attribute(tag, "property") ?? Attribute(tag, "name"), StringComparison.OrdinalIgnoreCase):
                    openGraphTitle = Attribute(tag, "content");
                    break;
                case "body":
                    at = text.Length;
                    break;
            }
        }

        var resolved = Uri.TryCreate(url, baseUrl, out var @base) ? @base : url;

        // The page and its headers count alike: where they differ, nobody knows which one is right.
        var declared = canonicals.Where(canonical => canonical.Length > 0).Select(canonical => Uri.TryCreate(resolved, canonical, out var absolute) ? absolute : null)
            .Concat(links.Where(link => link.Is("canonical")).Select(link => link.Url))
            .Select(declaration => declaration is not null && Contracts.CanonicalUrl.TryCreate(declaration.AbsoluteUri, out var canonical, out _) ? canonical : null)
            .OfType<string>().Distinct(StringComparer.Ordinal).ToArray() is [var only] ? Believed(only, url) : null;
        var name = string.Join(' ', WebUtility.HtmlDecode(openGraphTitle is { Length: > 0 } ? openGraphTitle : title ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new PageHead(declared, name.Length == 0 ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
    }

    // Not another site's, and not the home page, which some sites declare on every page.
    private static string? Believed(string declared, Uri page) =>
        new Uri(declared) is var target && target.PathAndQuery is not "/" && IsSameSite(target.IdnHost, page.IdnHost) ? declared : null;

    private static bool IsSameSite(string one, string other)
    {
        var (a, b) = (Bare(one), Bare(other));
        return a == b || a.EndsWith("." + b, StringComparison.Ordinal) || b.EndsWith("." + a, StringComparison.Ordinal);
    }

    private static string Bare(string host)
    {
        host = host.ToLowerInvariant();
        var prefix = Array.Find(HostPrefixes, prefix => host.StartsWith(prefix, StringComparison.Ordinal) && host.AsSpan(prefix.Length).Contains('.'));
        return prefix is null ? host : host[prefix.Length..];
    }

    private static int EndOf(string text, string mark, int from)
    {
        var end = text.IndexOf(mark, from, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? text.Length : end + mark.Length;
    }

    // The '>' that closes a tag, or the end of the text; one inside quotes does not.
    private static int TagEnd(string text, int from)
    {
        var quote = '\0';
        for (var i = from; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'' && text[i - 1] is '=' or ' ' or '\t' or '\n')
            {
                quote = c;
            }
            else if (c == '>')
            {
                return i;
            }
        }

        return text.Length;
    }

    private static string Name(ReadOnlySpan<char> tag)
    {
        var end = 0;
        while (end < tag.Length && char.IsAsciiLetter(tag[end]))
        {
            end++;
        }

        return end is 0 or > 10 ? "" : tag[..end].ToString().ToLowerInvariant();
    }

    private static string? Attribute(ReadOnlySpan<char> tag, string name)
    {
        for (var at = tag.IndexOfAny(EndsName); at >= 0 && at < tag.Length;)
        {
            while (at < tag.Length && (char.IsWhiteSpace(tag[at]) || tag[at] == '/'))
            {
                at++;
            }

            var start = at;
            while (at < tag.Length && !char.IsWhiteSpace(tag[at]) && tag[at] is not ('=' or '/'))
            {
                at++;
            }

            var found = tag[start..at].Equals(name, StringComparison.OrdinalIgnoreCase);
            while (at < tag.Length && char.IsWhiteSpace(tag[at]))
            {
                at++;
            }

            var value = ReadOnlySpan<char>.Empty;
            if (at < tag.Length && tag[at] == '=')
            {
                do
                {
                    at++;
                }
                while (at < tag.Length && char.IsWhiteSpace(tag[at]));
                var quote = at < tag.Length && tag[at] is '"' or '\'' ? tag[at] : '\0';
                var rest = quote == '\0' ? tag[at..] : tag[(at + 1)..];
                var length = quote == '\0' ? rest.IndexOfAny(EndsValue) : rest.IndexOf(quote);
                value = length < 0 ? rest : rest[..length];
                at += value.Length + (quote == '\0' ? 0 : 2);
            }
            else if (at == start)
            {
                at++;
            }

            if (found)
            {
                return WebUtility.HtmlDecode(value.ToString()).Trim();
            }
        }

        return null;
    }
}
