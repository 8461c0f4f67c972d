namespace Storyline.Fetch.Feeds;

/// <summary>What the last poll of a feed said of it; the numbers equal <c>storyline.fetch.v1.FeedState</c>.</summary>
public enum FeedState
{
    Unspecified = 0,
    New = 1,
    Active = 2,
    Failing = 3,
    Paused = 4,
}

/// <summary>A feed as it is stored; times are Unix milliseconds.</summary>
public sealed record FeedRow
{
    /// <summary>32 hex digits that grow with the time of creation.</summary>
    public string FeedId { get; init; } = "";

    /// <summary>Canonical URL.</summary>
    public string Url { get; init; } = "";

    public string SourceId { get; init; } = "";

    public string Title { get; init; } = "";

    public FeedState State { get; init; }

    public FeedFormat Format { get; init; }

    public long CreatedAt { get; init; }

    /// <summary>Null while paused.</summary>
    public long? NextPollAt { get; init; }

    public long IntervalMs { get; init; }

    /// <summary>Validators of the last body that was read.</summary>
    public string Etag { get; init; } = "";

    public string LastModified { get; init; } = "";

    public long? LastPollAt { get; init; }

    public long? LastSuccessAt { get; init; }

    public int Failures { get; init; }

    public string LastError { get; init; } = "";

    public int EntriesLastPoll { get; init; }

    public long ArticlesSeen { get; init; }
}
