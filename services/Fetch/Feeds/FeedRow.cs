namespace Storyline.Fetch.Feeds;

/// <summary>What the last poll of a feed said of it; the numbers equal <c>storyline.fetch.v1.FeedState</c>.</summary>
public enum FeedState
{
    Unspecified = 0,
    New = 1,
    Active = 2,
    Failing = 3,
    Paused = 4,

    /// <summary>Polls succeed, but nothing has been new for far longer than is usual for this feed.</summary>
    Silent = 5,

    /// <summary>Polls succeed, but the feed, which had entries, has none.</summary>
    Empty = 6,
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

    /// <summary>The folders that it lies in (<see cref="FeedFolder"/>), one a line.</summary>
    public string Folders { get; init; } = "";

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

    /// <summary>Of these, those without a URL, which can be no articles.</summary>
    public int WithoutUrlLastPoll { get; init; }

    public long ArticlesSeen { get; init; }

    /// <summary>When a body was last read whole, without validators or with ones that did not match.</summary>
    public long? FullAt { get; init; }

    /// <summary>Digest of the last body that was read.</summary>
    public string BodySha256 { get; init; } = "";

    /// <summary>What the publisher asks to wait between polls.</summary>
    public long HintMs { get; init; }

    public double Slow { get; init; }

    public double Recent { get; init; }

    /// <summary>When something was last new; null before the first entry.</summary>
    public long? CountedAt { get; init; }

    public long? CountedSince { get; init; }

    public long LongestGapMs { get; init; }

    /// <summary>Latest publish time of any entry, when not in the future.</summary>
    public long? NewestPublishedAt { get; init; }

    /// <summary>Canonical URL that permanent redirects lead to; empty when they do not.</summary>
    public string MovedTo { get; init; } = "";

    public long? MovedSince { get; init; }

    /// <summary>Hours in which the publisher asks not to be polled; see <see cref="Feeds.SkippedTimes"/>.</summary>
    public int SkipHours { get; init; }

    /// <summary>Days likewise.</summary>
    public int SkipDays { get; init; }

    public SkippedTimes SkippedTimes => new(SkipHours, SkipDays);

    /// <summary>Null before the first entry.</summary>
    public FeedRhythm? Rhythm => CountedAt is { } at
        ? new FeedRhythm(Slow, Recent, DateTimeOffset.FromUnixTimeMilliseconds(at), DateTimeOffset.FromUnixTimeMilliseconds(CountedSince ?? at), TimeSpan.FromMilliseconds(LongestGapMs))
        : null;

    /// <summary>This feed with another rhythm.</summary>
    public FeedRow With(FeedRhythm? rhythm) => rhythm is null ? this : this with
    {
        Slow = rhythm.Slow, Recent = rhythm.Recent, CountedAt = rhythm.CountedAt.ToUnixTimeMilliseconds(), CountedSince = rhythm.Since.ToUnixTimeMilliseconds(),
        LongestGapMs = (long)rhythm.LongestGap.TotalMilliseconds,
    };
}
