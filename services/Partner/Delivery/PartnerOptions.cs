namespace Storyline.Partner.Delivery;

/// <summary>Section <c>Partner</c> of the configuration.</summary>
public sealed class PartnerOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Partner";

    /// <summary>The topic exchange that partners bind their queues to.</summary>
    public string Exchange { get; set; } = "storyline.partner";

    /// <summary>Messages to one partner that may wait for the broker's confirm. 1 to 128.</summary>
    // Half of the channel's limiter: above half it begins to delay publishes one by one, and so would change their order.
    public int MaxInFlight { get; set; } = 100;

    /// <summary>How long the broker may take to confirm a batch. 1 s to 5 min.</summary>
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause after a failed attempt, and the longest time that a message of another replica that died waits. 10 ms to 5 min.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a confirmed message is kept for <c>ListMessages</c>. 1 min to 10 years.</summary>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many confirmed messages per partner are kept at most. 1 to 100,000,000.</summary>
    public int KeepMessages { get; set; } = 100_000;

    /// <summary>How often what is no longer kept is removed. 1 s to 1 day.</summary>
    public TimeSpan TrimInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Every broken rule.</summary>
    public static IEnumerable<string> Errors(PartnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Exchange.Length is 0 or > 255)
        {
            yield return $"Partner:Exchange is '{options.Exchange}': must have 1 to 255 characters";
        }

        string?[] ranges =
        [
            Between(nameof(MaxInFlight), options.MaxInFlight, 1, 128),
            Between(nameof(ConfirmTimeout), options.ConfirmTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
            Between(nameof(RetryDelay), options.RetryDelay, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5)),
            Between(nameof(KeepFor), options.KeepFor, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3653)),
            Between(nameof(KeepMessages), options.KeepMessages, 1, 100_000_000),
            Between(nameof(TrimInterval), options.TrimInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        ];
        foreach (var error in ranges.OfType<string>())
        {
            yield return error;
        }
    }

    private static string? Between<T>(string property, T value, T least, T most) where T : IComparable<T> =>
        value.CompareTo(least) < 0 || value.CompareTo(most) > 0 ? $"Partner:{property} is {value}: must be {least} to {most}" : null;
}
