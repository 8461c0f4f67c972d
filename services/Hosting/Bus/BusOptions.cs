namespace Storyline.Hosting.Bus;

/// <summary>Section <c>Bus</c> of the configuration. Validated when the host starts; every error is reported at once.</summary>
public sealed class BusOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Bus";

    private static readonly TimeSpan[] DefaultRetryDelays =
        [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    /// <summary><c>amqp://user:password@host:port/vhost</c> (or <c>amqps</c>) of a RabbitMQ 4 broker; absent means the in-memory bus.</summary>
    public string? RabbitMq { get; set; }

    /// <summary>
    /// How long a message waits after its first, second, … failed handling; after the last one it goes to quarantine.
    /// 1 to 8 delays of 10 ms to 24 h. Default: 10 s, 1 min, 10 min, 1 h. All hosts of a deployment must agree, or the ladder grows queues nobody fills.
    /// </summary>
    // Null rather than a filled array: the configuration binder appends to what it finds.
    public TimeSpan[]? RetryDelays { get; set; }

    /// <summary>Producers wait while the queue they feed holds more ready messages than this. 1 to 1,000,000.</summary>
    public int HighWater { get; set; } = 5_000;

    /// <summary>Largest serialised message, in bytes: the broker's own default limit. 1 KiB to 128 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How long a starting host tries to reach the broker before it gives up with an error. 1 s to 10 min.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a stopping host lets handlers finish before their tokens are cancelled. 1 s to 10 min.
    /// The host's shutdown timeout is raised to this plus 10 s; a pod's grace period must be longer still.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    internal IReadOnlyList<TimeSpan> Ladder => RetryDelays is { Length: > 0 } ? RetryDelays : DefaultRetryDelays;

    internal Uri? Broker => string.IsNullOrWhiteSpace(RabbitMq) ? null : new Uri(RabbitMq);

    internal static IEnumerable<string> Errors(BusOptions options)
    {
        if (!string.IsNullOrWhiteSpace(options.RabbitMq)
            && !(Uri.TryCreate(options.RabbitMq, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri.Host.Length > 0))
        {
            // The value may hold a password, so it is not repeated.
            yield return "Bus:RabbitMq is not an address: must be amqp://user:password@host:port/vhost or amqps";
        }

        if (options.Ladder.Count > 8)
        {
            yield return $"Bus:RetryDelays has {options.Ladder.Count} delays: must be at most 8";
        }

        if (options.Ladder.Any(delay => delay < TimeSpan.FromMilliseconds(10) || delay > TimeSpan.FromHours(24)))
        {
            yield return $"Bus:RetryDelays is {string.Join(", ", options.Ladder)}: each must be 00:00:00.010 to 24:00:00";
        }

        if (options.Ladder.Distinct().Count() != options.Ladder.Count)
        {
            yield return $"Bus:RetryDelays is {string.Join(", ", options.Ladder)}: each must be different, for each has its own queue";
        }

        if (options.HighWater is < 1 or > 1_000_000)
        {
            yield return $"Bus:HighWater is {options.HighWater}: must be 1 to 1000000";
        }

        if (options.MaxMessageBytes is < 1024 or > 128 * 1024 * 1024)
        {
            yield return $"Bus:MaxMessageBytes is {options.MaxMessageBytes}: must be 1024 to 134217728";
        }

        if (options.StartTimeout < TimeSpan.FromSeconds(1) || options.StartTimeout > TimeSpan.FromMinutes(10))
        {
            yield return $"Bus:StartTimeout is {options.StartTimeout}: must be 00:00:01 to 00:10:00";
        }

        if (options.DrainTimeout < TimeSpan.FromSeconds(1) || options.DrainTimeout > TimeSpan.FromMinutes(10))
        {
            yield return $"Bus:DrainTimeout is {options.DrainTimeout}: must be 00:00:01 to 00:10:00";
        }
    }
}
