namespace Storyline.Hosting.Bus;

/// <summary>A message that could not be handled, as it is kept until a person requeues or purges it.</summary>
public sealed record QuarantinedMessage
{
    /// <summary>The queue it came from and goes back to when requeued.</summary>
    public required string Queue { get; init; }

    /// <summary>The stage that could not handle it: the part of the queue's name before the dot.</summary>
    public string Stage => Queue[..Queue.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>Id the publisher gave it; null for a foreign message without one.</summary>
    public string? MessageId { get; init; }

    /// <summary>Short name of the record, such as <c>ArticleFetched</c>; null when the envelope cannot be read.</summary>
    public string? MessageType { get; init; }

    /// <summary>MIME type of <see cref="Body"/>.</summary>
    public string? ContentType { get; init; }

    /// <summary>The bytes as they were published: an envelope whose <c>message</c> is the record.</summary>
    public required byte[] Body { get; init; }

    /// <summary>Transport headers as they were published, trace context included.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>
    /// Why it is here: <see cref="PermanentException.Outcome"/> as thrown, or <c>RETRIES_EXHAUSTED</c>, <c>UNDECODABLE</c> (not an envelope of a known form),
    /// <c>UNEXPECTED_TYPE</c> (no consumer for its record), <c>DELIVERY_LIMIT</c> (hosts died while handling it).
    /// </summary>
    public required string Outcome { get; init; }

    /// <summary>The error, at most 200 characters on one line.</summary>
    public required string Error { get; init; }

    /// <summary>How many times it was taken up, without in-process retries: 1 and each step of the ladder.</summary>
    public required int Attempts { get; init; }

    /// <summary>When its handling first failed.</summary>
    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>W3C trace id, 32 lower-case hex digits; null when it was not traced.</summary>
    public string? TraceId { get; init; }
}

/// <summary>Keeps quarantined messages. Lives outside this project, which knows no service's tables.</summary>
public interface IQuarantineSink
{
    /// <summary>
    /// Stores a message; it leaves the broker only after this returns, and comes again when it throws.
    /// Must be idempotent on (<see cref="QuarantinedMessage.Queue"/>, <see cref="QuarantinedMessage.MessageId"/>, <see cref="QuarantinedMessage.FirstSeen"/>).
    /// </summary>
    Task StoreAsync(QuarantinedMessage message, CancellationToken cancellationToken);
}

/// <summary>Gives quarantined messages another chance.</summary>
public interface IMessageRequeuer
{
    /// <summary>Puts the original bytes and headers back on <see cref="QuarantinedMessage.Queue"/> with attempts at zero. Returns when the broker has confirmed it.</summary>
    /// <exception cref="ArgumentException">The bus has no such queue.</exception>
    Task RequeueAsync(QuarantinedMessage message, CancellationToken cancellationToken);
}
