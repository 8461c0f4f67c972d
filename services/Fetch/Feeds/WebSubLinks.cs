using Storyline.Fetch.Captures;

namespace Storyline.Fetch.Feeds;

/// <summary>Where a feed says that it is pushed from (WebSub §4): HTTP Link headers go before what the document says.</summary>
public static class WebSubLinks
{
    private const int MaxLength = 2048;

    /// <summary>The hub to subscribe at and the topic to subscribe to; null when the feed has no hub.</summary>
    public static (Uri Hub, string Topic)? Find(HttpExchange exchange, FeedDocument document)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(document);
        var links = LinkHeader.Read(exchange);
        var hub = Named("hub") ?? (document.Hubs.Count > 0 ? document.Hubs[0] : null);
        var topic = Named("self") ?? document.Self ?? exchange.Url;
        return hub is { Length: <= MaxLength } && topic.Length <= MaxLength && Uri.TryCreate(hub, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? (address, topic) : null;

        string? Named(string relation) => links.FirstOrDefault(link => link.Is(relation))?.Url.AbsoluteUri;
    }
}
