using System.Globalization;
using Storyline.Contracts;

namespace Storyline.Hosting.Bus;

/// <summary>A queue of the pipeline and the record types that are routed to it.</summary>
/// <param name="Name"><c>stage.what</c>; the part before the dot is the stage that handles it.</param>
/// <param name="MessageTypes">Records whose publication reaches the queue.</param>
public sealed record BusQueue(string Name, params System.Type[] MessageTypes)
{
    /// <summary>Most messages it may hold; the broker refuses more and the publisher's confirm fails.</summary>
    public int MaxLength { get; init; } = 100_000;

    /// <summary>Most bytes it may hold, likewise.</summary>
    public long MaxBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Where messages go that cannot be handled.</summary>
    public string Quarantine => Name + ".quarantine";

    /// <summary>The queue in which a message waits for <paramref name="delay"/> before it comes back to this one.</summary>
    // The delay is part of the name: arguments of a queue cannot be changed, so another delay has to be another queue.
    internal string RetryQueue(TimeSpan delay) => string.Create(CultureInfo.InvariantCulture, $"{Name}.retry.{delay switch
    {
        { TotalMinutes: >= 1, Seconds: 0, Milliseconds: 0 } => $"{delay.TotalMinutes:0}m",
        { TotalSeconds: >= 1, Milliseconds: 0 } => $"{delay.TotalSeconds:0}s",
        _ => $"{delay.TotalMilliseconds:0}ms",
    }}");
}

/// <summary>
/// Which records reach which queues: the one table that every host declares at the broker and every consumer endpoint is configured from.
/// Each host declares all of it, because hosts start in any order and a record published before its consumer's first start must not be lost.
/// </summary>
public sealed class BusTopology(params BusQueue[] queues)
{
    private readonly Dictionary<string, BusQueue> _queues = queues.ToDictionary(queue => queue.Name, StringComparer.Ordinal);

    /// <summary>The queues of Storyline.</summary>
    public static BusTopology Pipeline { get; } = new(
        new BusQueue("fetch.article", typeof(FetchArticle)),
        new BusQueue("fetch.outcomes", typeof(ArticleIndexed), typeof(ArticleRejected)),
        new BusQueue("parse.fetched", typeof(ArticleFetched)),
        new BusQueue("enrich.parsed", typeof(ArticleParsed)),
        new BusQueue("search.enriched", typeof(ArticleEnriched)),
        new BusQueue("search.stories", typeof(StoryChanged)),
        new BusQueue("partner.enriched", typeof(ArticleEnriched)),
        new BusQueue("partner.stories", typeof(StoryChanged)));

    /// <summary>All queues.</summary>
    public IReadOnlyCollection<BusQueue> Queues => _queues.Values;

    /// <summary>The queue of that name.</summary>
    /// <exception cref="ArgumentException">The table does not have it.</exception>
    public BusQueue Queue(string name) => _queues.TryGetValue(name, out var queue)
        ? queue
        : throw new ArgumentException($"queue {name} is not in the bus topology", nameof(name));

    /// <summary>The queues that a record of that type reaches; empty when none does.</summary>
    public IEnumerable<BusQueue> QueuesOf(System.Type messageType) => _queues.Values.Where(queue => queue.MessageTypes.Contains(messageType));
}
