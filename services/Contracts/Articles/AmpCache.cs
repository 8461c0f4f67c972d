using System.Collections.Frozen;

namespace Storyline.Contracts;

/// <summary>
/// URLs of copies that AMP caches and viewers hold of others' pages; the address of the page is in the path:
/// <c>example-com.cdn.ampproject.org/c/s/example.com/news/1</c>, <c>www.google.com/amp/s/example.com/news/1</c>, <c>www.bing-amp.com/c/s/example.com/news/1</c>.
/// The <c>s</c> means https.
/// </summary>
internal static class AmpCache
{
    // c: the cached document, v: the same in a viewer, wp: as a signed exchange. Others (i, ii, r) are pictures and fonts.
    private static readonly FrozenSet<string> DocumentKinds = FrozenSet.Create(StringComparer.Ordinal, "c", "v", "wp");

    /// <summary>The URL of the page; null when this is no such copy.</summary>
    /// <param name="uri">Absolute, http or https.</param>
    /// <param name="host">Its host in canonical form.</param>
    public static string? Unwrap(Uri uri, string host)
    {
        var segments = uri.AbsolutePath.Split('/', 4);
        if (segments.Length < 3 || !IsCopy(host, segments[1]))
        {
            return null;
        }

        var isSecure = segments[2] == "s";
        var rest = isSecure ? (segments.Length > 3 ? segments[3] : "") : string.Join('/', segments[2..]);
        var end = rest.IndexOf('/', StringComparison.Ordinal);
        var target = Uri.UnescapeDataString(end < 0 ? rest : rest[..end]);
        if (!target.Contains('.', StringComparison.Ordinal) || Uri.CheckHostName(target) != UriHostNameType.Dns)
        {
            return null;
        }

        return (isSecure ? "https://" : "http://") + target + (end < 0 ? "/" : rest[end..]) + WithoutViewer(uri.Query);
    }

    private static bool IsCopy(string host, string kind) =>
        host.EndsWith(".cdn.ampproject.org", StringComparison.Ordinal) || host is "cdn.ampproject.org" or "bing-amp.com" || host.EndsWith(".bing-amp.com", StringComparison.Ordinal)
            ? DocumentKinds.Contains(kind)
            : kind == "amp" && IsGoogle(host);

    // google.com and its countries: google.de, google.co.uk, google.com.au.
    private static bool IsGoogle(string host)
    {
        var labels = (host.StartsWith("www.", StringComparison.Ordinal) ? host[4..] : host).Split('.');
        return labels is ["google", "com"] or ["google", { Length: 2 }] or ["google", "co" or "com", { Length: 2 }];
    }

    // What the viewer adds for itself.
    private static string WithoutViewer(string query)
    {
        var kept = query.TrimStart('?').Split('&').Where(part => part.Length > 0 && !part.StartsWith("amp_", StringComparison.Ordinal)
            && part.Split('=', 2)[0] is not ("usqp" or "aoh" or "csi"));
        return string.Join('&', kept) is { Length: > 0 } rest ? "?" + rest : "";
    }
}
