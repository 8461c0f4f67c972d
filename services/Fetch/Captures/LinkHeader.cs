namespace Storyline.Fetch.Captures;

/// <summary>A link that an answer's <c>Link</c> header says of the document itself.</summary>
/// <param name="Url">Absolute.</param>
/// <param name="Relations">Its relation types, as written.</param>
public sealed record HttpLink(Uri Url, IReadOnlyList<string> Relations)
{
    public bool Is(string relation) => Relations.Contains(relation, StringComparer.OrdinalIgnoreCase);
}

/// <summary>Reads <c>Link</c> headers (RFC 8288 §3, appendix B): bounded, and what breaks the rules costs no more than itself.</summary>
public static class LinkHeader
{
    private const int MaxLength = 8192;
    private const int MaxLinks = 100;
    private const int MaxRelations = 20;

    /// <summary>The links of an answer in order, without those that have another context (<c>anchor</c>).</summary>
    public static IReadOnlyList<HttpLink> Read(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        var links = new List<HttpLink>();
        foreach (var (_, value) in exchange.Headers.Where(header => header.Key.Equals("Link", StringComparison.OrdinalIgnoreCase)))
        {
            Read(value.AsSpan(0, Math.Min(value.Length, MaxLength)), new Uri(exchange.Url), links);
        }

        return links;
    }

    private static void Read(ReadOnlySpan<char> value, Uri page, List<HttpLink> links)
    {
        for (var at = 0; links.Count < MaxLinks; )
        {
            Skip(value, ref at, " \t,");
            if (at >= value.Length)
            {
                return;
            }

            string? target = null, relations = null, anchor = null;
            if (value[at] == '<' && value[at..].IndexOf('>') is > 0 and var end)
            {
                target = value.Slice(at + 1, end - 1).Trim().ToString();
                at += end + 1;
            }

            // Of a parameter that comes twice the first one counts.
            while (Parameter(value, ref at, out var name, out var parameter))
            {
                relations ??= name.Equals("rel", StringComparison.OrdinalIgnoreCase) ? parameter : null;
                anchor ??= name.Equals("anchor", StringComparison.OrdinalIgnoreCase) ? parameter : null;
            }

            if (target is not null && relations is not null && Uri.TryCreate(page, target, out var url)
                && (anchor is null || (Uri.TryCreate(page, anchor, out var context) && Uri.Compare(context, page, UriComponents.HttpRequestUrl, UriFormat.UriEscaped, StringComparison.Ordinal) == 0)))
            {
                links.Add(new HttpLink(url, [.. relations.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(MaxRelations)]));
            }
        }
    }

    // Moves over one ";name=value"; false, and behind it, at the end of the link.
    private static bool Parameter(ReadOnlySpan<char> value, ref int at, out ReadOnlySpan<char> name, out string parameter)
    {
        name = default;
        parameter = "";
        Skip(value, ref at, " \t");
        if (at < value.Length && value[at] != ';')
        {
            // What is no parameter is skipped up to the next one, or to the next link.
            var rest = value[at..];
            var stop = rest.IndexOfAny(';', ',');
            at = stop < 0 ? value.Length : at + stop;
        }

        if (at >= value.Length || value[at] == ',')
        {
            return false;
        }

        Skip(value, ref at, "; \t");
        var start = at;
        while (at < value.Length && value[at] is not ('=' or ';' or ',' or ' ' or '\t'))
        {
            at++;
        }

        name = value[start..at];
        Skip(value, ref at, " \t");
        if (at >= value.Length || value[at] != '=')
        {
            return true;
        }

        at++;
        Skip(value, ref at, " \t");
        if (at < value.Length && value[at] == '"')
        {
            parameter = Quoted(value, ref at);
            return true;
        }

        start = at;
        while (at < value.Length && value[at] is not (';' or ','))
        {
            at++;
        }

        parameter = value[start..at].Trim().ToString();
        return true;
    }

    private static string Quoted(ReadOnlySpan<char> value, ref int at)
    {
        var text = new System.Text.StringBuilder();
        for (at++; at < value.Length && value[at] != '"'; at++)
        {
            at += value[at] == '\\' && at + 1 < value.Length ? 1 : 0;
            text.Append(value[at]);
        }

        at = Math.Min(at + 1, value.Length);
        return text.ToString();
    }

    private static void Skip(ReadOnlySpan<char> value, ref int at, ReadOnlySpan<char> characters)
    {
        while (at < value.Length && characters.Contains(value[at]))
        {
            at++;
        }
    }
}
