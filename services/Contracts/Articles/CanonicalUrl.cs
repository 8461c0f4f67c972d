using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Storyline.Contracts;

/// <summary>
/// The one spelling of a URL that an article's id is made from. Applying it twice changes nothing. In this order:
/// <list type="number">
/// <item>White space around it, and tabs and line breaks inside it, go (as browsers do).</item>
/// <item>A copy in an AMP cache stands for the page that it is a copy of (<see cref="AmpCache"/>), which then goes through the rules itself.</item>
/// <item>Only <c>http</c> and <c>https</c>; user name and password are dropped, the fragment is dropped.</item>
/// <item>RFC 3986 §6.2.2: scheme and host in lower case, the host in its ASCII form without a final dot, dot segments resolved,
/// escapes of unreserved characters decoded, other escapes in upper case, characters that a URL may not hold escaped as UTF-8.</item>
/// <item>RFC 3986 §6.2.3: the scheme's own port dropped, an empty path written as <c>/</c>.</item>
/// <item>Query parameters that only track the reader are dropped (<see cref="IsTracking"/>). The others keep their order and spelling.
/// An empty query goes.</item>
/// </list>
/// The path is never case-folded and keeps its final slash; <c>http</c> and <c>https</c>, <c>www.</c> and no <c>www.</c> stay different.
/// What two URLs of one article look like beyond this, only the page can say: docs/canonical-urls.md.
/// </summary>
public static class CanonicalUrl
{
    /// <summary>Longest canonical URL, in characters.</summary>
    public const int MaxLength = 2048;

    private const int MaxRawLength = 8192;

    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    // What RFC 3986 lets stand in a path or query besides unreserved characters.
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/?");

    private static readonly FrozenSet<string> TrackingParameters = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "fbclid", "gclid", "gclsrc", "dclid", "wbraid", "gbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid", "li_fat_id", "igshid", "igsh",
        "mc_cid", "mc_eid", "mkt_tok", "_ga", "_gl", "_hsenc", "_hsmi", "__hstc", "__hssc", "__hsfp", "hsctatracking", "vero_id", "vero_conv",
        "oly_anon_id", "oly_enc_id", "wickedid", "rb_clickid", "s_cid", "ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee",
        "at_medium", "at_campaign", "at_campaign_type", "at_link_id", "at_link_type", "at_link_origin", "at_format", "at_bbc_team", "at_ptr_name",
        "__twitter_impression", "ito", "cmpid", "smid", "ftag", "guccounter", "guce_referrer", "guce_referrer_sig", "soc_src", "soc_trk", "spm_id_from");

    private static readonly string[] TrackingPrefixes = ["utm_", "pk_", "mtm_", "hsa_", "matomo_"];

    /// <summary>Makes the canonical form.</summary>
    /// <param name="url">As seen in a feed, on a page or from a caller; absolute.</param>
    /// <param name="canonical">The canonical form, at most <see cref="MaxLength"/> ASCII characters.</param>
    /// <param name="error">Why there is none, for people, in lower case.</param>
    public static bool TryCreate(string? url, [NotNullWhen(true)] out string? canonical, [NotNullWhen(false)] out string? error)
    {
        canonical = null;
        var text = Clean(url);
        if (text.Length == 0)
        {
            error = "the URL is empty";
            return false;
        }

        if (text.Length > MaxRawLength)
        {
            error = $"the URL has more than {MaxLength} characters";
            return false;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            error = "the URL is not an absolute http or https URL";
            return false;
        }

        var host = HostOf(uri);
        if (host is null)
        {
            error = "the URL has no valid host";
            return false;
        }

        if (AmpCache.Unwrap(uri, host) is { } cached)
        {
            // Shorter than what held it, so this ends.
            return TryCreate(cached, out canonical, out error);
        }

        // System.Uri resolves dot segments and decodes some escapes; what decoding reveals is resolved in the second round.
        var path = Normalise(uri.AbsolutePath);
        if (path.Contains("/.", StringComparison.Ordinal))
        {
            path = RemoveDotSegments(path);
        }

        var query = WithoutTracking(Normalise(uri.Query.StartsWith('?') ? uri.Query[1..] : uri.Query));
        var result = new StringBuilder(text.Length + 8).Append(uri.Scheme).Append("://").Append(host);
        if (!uri.IsDefaultPort)
        {
            result.Append(':').Append(uri.Port);
        }

        result.Append(path.Length == 0 ? "/" : path);
        if (query.Length > 0)
        {
            result.Append('?').Append(query);
        }

        if (result.Length > MaxLength)
        {
            error = $"the URL has more than {MaxLength} characters";
            return false;
        }

        canonical = result.ToString();
        error = null;
        return true;
    }

    /// <summary>True for a query parameter that tells how the reader came, not what is read. Names are compared without case.</summary>
    public static bool IsTracking(string name) =>
        TrackingParameters.Contains(name) || Array.Exists(TrackingPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    private static string Clean(string? url)
    {
        var text = (url ?? "").AsSpan().Trim().Trim("\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000b\u000e\u000f\u001b\u001f\ufeff ").ToString();
        return text.AsSpan().ContainsAny('\t', '\r', '\n') ? string.Concat(text.Where(c => c is not ('\t' or '\r' or '\n'))) : text;
    }

    private static string? HostOf(Uri uri)
    {
        if (uri.HostNameType == UriHostNameType.IPv6)
        {
            return uri.ScopeIdFree();
        }

        string host;
        try
        {
            host = uri.IdnHost.ToLowerInvariant().TrimEnd('.');

            // What mapping or the final dot hid may be an address: "1." is a name, "1" is 0.0.0.1.
            if (uri.HostNameType == UriHostNameType.Dns && !host.Equals(uri.Host, StringComparison.OrdinalIgnoreCase))
            {
                host = Uri.TryCreate("http://" + host + "/", UriKind.Absolute, out var plain) ? plain.IdnHost.ToLowerInvariant() : "";
            }
        }
        catch (UriFormatException)
        {
            return null;
        }

        return host.Length is > 0 and <= 253 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_') ? host : null;
    }

    private static string ScopeIdFree(this Uri uri)
    {
        var host = uri.Host;
        var zone = host.IndexOf('%', StringComparison.Ordinal);
        return (zone < 0 ? host : host[..zone] + "]").ToLowerInvariant();
    }

    private static string Normalise(string component)
    {
        var clean = true;
        foreach (var c in component)
        {
            if (!Allowed.Contains(c))
            {
                clean = false;
                break;
            }
        }

        if (clean)
        {
            return component;
        }

        var result = new StringBuilder(component.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < component.Length; i++)
        {
            var c = component[i];
            if (c == '%' && i + 2 < component.Length && char.IsAsciiHexDigit(component[i + 1]) && char.IsAsciiHexDigit(component[i + 2]))
            {
                var value = (char)Convert.ToByte(component.Substring(i + 1, 2), 16);
                if (Unreserved.Contains(value))
                {
                    result.Append(value);
                }
                else
                {
                    result.Append('%').Append(char.ToUpperInvariant(component[i + 1])).Append(char.ToUpperInvariant(component[i + 2]));
                }

                i += 2;
            }
            else if (Allowed.Contains(c))
            {
                result.Append(c);
            }
            else
            {
                var status = Rune.DecodeFromUtf16(component.AsSpan(i), out var rune, out var consumed);
                var length = (status == OperationStatus.Done ? rune : Rune.ReplacementChar).EncodeToUtf8(utf8);
                foreach (var b in utf8[..length])
                {
                    result.Append('%').Append(b.ToString("X2", null));
                }

                i += consumed - 1;
            }
        }

        return result.ToString();
    }

    // RFC 3986 §5.2.4 over a path that begins with a slash.
    private static string RemoveDotSegments(string path)
    {
        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            var last = i == segments.Length - 1;
            switch (segments[i])
            {
                case ".":
                    break;
                case "..":
                    if (kept.Count > 0)
                    {
                        kept.RemoveAt(kept.Count - 1);
                    }

                    break;
                default:
                    kept.Add(segments[i]);
                    continue;
            }

            if (last)
            {
                kept.Add("");
            }
        }

        return "/" + string.Join('/', kept);
    }

    private static string WithoutTracking(string query)
    {
        if (query.Length == 0)
        {
            return query;
        }

        var parameters = query.Split('&');
        var kept = parameters.Where(parameter => !IsTracking(parameter.Split('=', 2)[0])).ToArray();
        return kept.Length == parameters.Length ? query : string.Join('&', kept);
    }
}
