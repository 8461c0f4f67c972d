namespace Storyline.Fetch.Feeds;

/// <summary>How a subscription stands; the numbers equal <c>storyline.fetch.v1.WebSubState</c>.</summary>
public enum WebSubState
{
    Unspecified = 0,

    /// <summary>To be asked for, or asked for and not confirmed by the hub yet.</summary>
    Requested = 1,

    /// <summary>The hub pushes; polls are seldom.</summary>
    Active = 2,

    /// <summary>The hub did not push what polls then found; polls are as without it.</summary>
    Silent = 3,

    /// <summary>The hub or the publisher refused.</summary>
    Denied = 4,

    /// <summary>The hub could not be asked.</summary>
    Unreachable = 5,
}

/// <summary>A WebSub subscription as it is stored; times are Unix milliseconds.</summary>
public sealed record WebSubSubscription
{
    public string FeedId { get; init; } = "";

    public string Hub { get; init; } = "";

    public string Topic { get; init; } = "";

    /// <summary>Last segment of the callback: 32 random hex digits, so that nobody guesses it.</summary>
    public string Path { get; init; } = "";

    /// <summary>Key of the signatures, 64 random hex digits.</summary>
    public string Secret { get; init; } = "";

    public WebSubState State { get; init; }

    public string Reason { get; init; } = "";

    public int Failures { get; init; }

    public long? LeaseExpiresAt { get; init; }

    public long? LastPushAt { get; init; }

    /// <summary>Whether pushes can be relied on.</summary>
    public bool IsLive(DateTimeOffset now) => State == WebSubState.Active && LeaseExpiresAt > now.ToUnixTimeMilliseconds();
}

/// <summary>A subscription that is to end.</summary>
public sealed record WebSubLeave
{
    public string Path { get; init; } = "";

    public string Hub { get; init; } = "";

    public string Topic { get; init; } = "";

    /// <summary>How often the hub was asked.</summary>
    public int Attempts { get; init; }
}
