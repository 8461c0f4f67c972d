using Storyline.Fetch.Robots;

namespace Storyline.Fetch.Captures;

/// <summary>
/// What a publisher reserves of the use of a page, recorded with its capture; nothing here decides what is done about it. Each is one string
/// <c>where:name=value</c>, where is <c>robots</c>, <c>tdmrep</c> for the site's tdmrep.json, <c>header</c> or, when a parser reads it from the page, <c>meta</c>:
/// <c>robots:content-signal=search=yes, ai-train=no</c>, <c>robots:license=https://example.org/license.xml</c> (RSL), <c>tdmrep:tdm-reservation=1</c>,
/// <c>header:tdm-reservation=1</c> (TDMRep, where what is nearer to the page goes before), <c>header:x-robots-tag=noai, noarchive</c>. Names are in lower case, values as the publisher wrote them.
/// </summary>
public static class Reservation
{
    private const int MaxLength = 250;
    private const int MaxPerCapture = 32;

    private static readonly string[] Robots = ["noai", "noimageai", "noindex", "none", "noarchive", "nosnippet"];

    /// <summary>Those of the site's robots.txt.</summary>
    public static IReadOnlyList<string> OfRobots(RobotsTxt robots, string productToken, string pathAndQuery)
    {
        ArgumentNullException.ThrowIfNull(robots);
        var usage = robots.Usage(productToken, pathAndQuery);
        return usage.Count == 0 && robots.Licences.Count == 0
            ? []
            : [.. usage.Select(line => Text("robots", line.Name, line.Value)), .. robots.Licences.Select(licence => Text("robots", "license", licence))];
    }

    /// <summary>Those of the site's tdmrep.json.</summary>
    public static IReadOnlyList<string> OfTdmRep(TdmRep file, string pathAndQuery)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Find(pathAndQuery) switch
        {
            ({ } reservation, { } policy) => [Text("tdmrep", "tdm-reservation", reservation == 1 ? "1" : "0"), Text("tdmrep", "tdm-policy", policy)],
            ({ } reservation, null) => [Text("tdmrep", "tdm-reservation", reservation == 1 ? "1" : "0")],
            _ => [],
        };
    }

    /// <summary>Those of the answer's headers.</summary>
    public static IReadOnlyList<string> OfHeaders(IEnumerable<KeyValuePair<string, string>> headers, string productToken)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var found = new List<string>();
        foreach (var (key, value) in headers)
        {
            var name = key.ToLowerInvariant();
            var isOne = name switch
            {
                "tdm-reservation" or "tdm-policy" or "content-usage" or "content-signal" => true,
                "x-robots-tag" => Reserves(value, productToken),
                "link" => value.Contains("application/rsl+xml", StringComparison.OrdinalIgnoreCase),
                _ => false,
            };
            if (isOne && found.Count < MaxPerCapture)
            {
                found.Add(Text("header", name, value));
            }
        }

        return found;
    }

    // "noai, noarchive" holds for all, "otherbot: noindex" for one product, up to the next name.
    private static bool Reserves(string value, string productToken)
    {
        var isForUs = true;
        foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? "" : part[..colon].Trim();

            // These have a value of their own after the colon, and name nobody.
            if (colon >= 0 && name is not ("unavailable_after" or "max-snippet" or "max-image-preview" or "max-video-preview"))
            {
                isForUs = name == "*" || name.Equals(productToken, StringComparison.OrdinalIgnoreCase);
            }

            if (isForUs && Robots.Contains(part[(colon + 1)..].Trim(), StringComparer.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string Text(string where, string name, string value)
    {
        var text = $"{where}:{name}={value.Trim()}";
        return text.Length <= MaxLength ? text : text[..MaxLength];
    }
}
