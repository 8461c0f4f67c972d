using MassTransit;

namespace Storyline.Hosting.Bus;

/// <summary>Where a service's module says what it consumes.</summary>
public interface IBusEndpoints
{
    /// <summary>
    /// Handles messages of a queue. One queue may have several consumers (one per record type); they share its settings.
    /// Handlers must be idempotent, take their cancellation from <see cref="PipeContext.CancellationToken"/> and publish through the
    /// <see cref="ConsumeContext"/>; the message is acknowledged when the handler returns, and a publication is confirmed when it is awaited.
    /// A publication waits while the broker is away or a queue that it reaches is full, until its own token is cancelled: always give it one.
    /// </summary>
    /// <param name="queue">A queue of <see cref="BusTopology"/>.</param>
    /// <param name="settings">Limits of the queue's endpoint.</param>
    /// <exception cref="ArgumentException">
    /// The topology has no such queue, or does not route one of the consumer's records to it, or the queue has other settings already.
    /// </exception>
    void Consume<TConsumer>(string queue, EndpointSettings settings) where TConsumer : class, IConsumer;
}

/// <summary>Limits of one queue's endpoint.</summary>
public sealed record EndpointSettings
{
    /// <summary>Messages the broker may hand over ahead of their handling; at least <see cref="Concurrency"/>.</summary>
    public int Prefetch { get; init; } = 16;

    /// <summary>Messages handled at the same time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>
    /// Limit of one handling with its in-process retries; then its token is cancelled and the failure counts as transient.
    /// Far below the broker's own limit for an acknowledgement (30 min).
    /// </summary>
    public TimeSpan HandlerTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>In-process retries before the message goes to wait in the retry ladder.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Pause before the first in-process retry; each further one doubles it.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Queues that the handlers publish to: nothing is handled while one of them is over <see cref="BusOptions.HighWater"/>.</summary>
    public IReadOnlyList<string> Next { get; init; } = [];
}
