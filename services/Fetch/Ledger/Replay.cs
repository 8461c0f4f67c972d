using Storyline.Contracts;

namespace Storyline.Fetch.Ledger;

/// <summary>Where a replay is. The numbers equal those of the gRPC enum.</summary>
public enum ReplayState
{
    Unspecified = 0,
    Running = 1,
    Done = 2,
    Cancelled = 3,
}

/// <summary>What another parser made of a capture. The numbers equal those of the gRPC enum.</summary>
public enum ReplayChange
{
    /// <summary>Not known: the capture has no outcome yet.</summary>
    Unspecified = 0,
    Unchanged = 1,
    Title = 2,
    Body = 3,
    TitleAndBody = 4,
    NewlyArticle = 5,
    NewlyRejected = 6,

    /// <summary>No article before and after, for another reason.</summary>
    OtherRejection = 7,

    /// <summary>The capture's end was noted before digests were.</summary>
    NotComparable = 8,

    /// <summary>It could not be replayed: the archive no longer has it, or it was quarantined on its way. The article is as it was.</summary>
    Failed = 9,
}

/// <summary>Which captures are replayed: the last one of each article that fits everything given.</summary>
public sealed record ReplayFilter
{
    /// <summary>Empty: all.</summary>
    public string[] ArticleIds { get; init; } = [];

    public string SourceId { get; init; } = "";

    /// <summary>Fetched at or after, Unix milliseconds.</summary>
    public long? From { get; init; }

    /// <summary>Fetched before.</summary>
    public long? To { get; init; }

    public Outcome Outcome { get; init; }

    /// <summary>Only captures that this parser handled last, with or without a site's rule behind a plus sign.</summary>
    public string ParserVersion { get; init; } = "";
}

/// <summary>A replay.</summary>
public sealed record ReplayRow
{
    public string ReplayId { get; init; } = "";

    /// <summary>JSON of a <see cref="ReplayFilter"/>.</summary>
    public string Filter { get; init; } = "";

    public int CompareOnly { get; init; }

    public int RatePerSecond { get; init; }

    public int MaxInFlight { get; init; }

    public ReplayState State { get; init; }

    /// <summary>The last article that was looked at.</summary>
    public string Position { get; init; } = "";

    /// <summary>Captures taken so far.</summary>
    public long Selected { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }
}

/// <summary>A capture before and after a replay.</summary>
public sealed record ReplayExample
{
    public string ArticleId { get; init; } = "";

    public string Url { get; init; } = "";

    public ReplayChange Change { get; init; }

    public Outcome OldOutcome { get; init; }

    public Outcome NewOutcome { get; init; }

    public string OldTitle { get; init; } = "";

    public string NewTitle { get; init; } = "";

    public string Reason { get; init; } = "";
}

/// <summary>A replay with what it has found.</summary>
/// <param name="Row">The replay.</param>
/// <param name="InFlight">Captures on their way.</param>
/// <param name="Changes">Captures whose way has ended, by what changed.</param>
/// <param name="ParserVersions">Parsers that handled the captures before and after, each at most ten.</param>
/// <param name="Examples">A few of each change.</param>
public sealed record ReplayReport(
    ReplayRow Row, long InFlight, IReadOnlyDictionary<ReplayChange, long> Changes, (string[] Before, string[] After) ParserVersions, IReadOnlyList<ReplayExample> Examples);
