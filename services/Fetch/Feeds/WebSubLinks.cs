using System.Text.RegularExpressions;
using Storyline.Fetch.Captures;

namespace Storyline.Fetch.Feeds;

/// <summary>Where a feed says that it is pushed from (WebSub §4): HTTP Link headers go before what the document says.</summary>
public static partial class WebSubLinks
{
    private const int MaxLength = 2048;

    /// <summary>The hub to subscribe at and the topic to subscribe to; null when the feed has no hub.</summary>
    public static (Uri Hub, string Topic)? Find(HttpExchange exchange, FeedDocument document)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(document);
        var links = exchange.Headers.Where(header => header.Key.Equals("Link", StringComparison.OrdinalIgnoreCase))
            .SelectMany(header => Link().Matches(header.Value[..Math.Min(header.Value.Length, 8192)]))
            .Select(link => (Relations: Relation(link.Groups["parameters"].Value), Url: Uri.TryCreate(new Uri(exchange.Url), link.Groups["url"].Value.Trim(), out var url) ? url.AbsoluteUri : null))
            .ToList();
        var hub = Named("hub") ?? (document.Hubs.Count > 0 ? document.Hubs[0] : null);
        var topic = Named("self") ?? document.Self ?? exchange.Url;
        return hub is { Length: <= MaxLength } && topic.Length <= MaxLength && Uri.TryCreate(hub, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? (address, topic) : null;

        string? Named(string relation) => links.Find(link => link.Url is not null && link.Relations.Contains(relation, StringComparer.OrdinalIgnoreCase)).Url;
    }

    private static string[] Relation(string parameters) =>
        Rel().Match(parameters) is { Success: true } match ? match.Groups["value"].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];

    [GeneratedRegex("""<(?<url>[^<>]*)>(?<parameters>(\s*;\s*[^\s=;,"]+(\s*=\s*("[^"]*"|[^\s;,"]*))?)*)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(""";\s*rel\s*=\s*("(?<value>[^"]*)"|(?<value>[^\s;,"]+))""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rel();
}
