using System.Text.Json;
using Storyline.Contracts;
using Storyline.Fetch.Captures;

namespace Storyline.Fetch.Ledger;

/// <summary>What the ledger holds of one URL.</summary>
public sealed record ArticleRow
{
    public string ArticleId { get; init; } = "";

    public string Url { get; init; } = "";

    public string SourceId { get; init; } = "";

    public string FeedId { get; init; } = "";

    public Outcome Outcome { get; init; }

    /// <summary>The stage that set the outcome.</summary>
    public Stage Stage { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>Number of the last capture; 0 while there is none.</summary>
    public int Capture { get; init; }

    /// <summary>Digest of the last capture's bytes.</summary>
    public string Sha256 { get; init; } = "";

    public int Revision { get; init; }

    public string StoryId { get; init; } = "";

    public long DiscoveredAt { get; init; }

    public long UpdatedAt { get; init; }

    public string Traceparent { get; init; } = "";

    /// <summary>JSON of <see cref="StageRecord"/>s.</summary>
    public string Trail { get; init; } = "[]";

    /// <summary>JSON of an <see cref="EntryHint"/>; empty when there is none.</summary>
    public string Entry { get; init; } = "";

    /// <summary>The article whose capture answers for this URL; empty when it answers for itself.</summary>
    public string DuplicateOf { get; init; } = "";

    /// <summary>When a fetch is owed; null when none is.</summary>
    public long? DueAt { get; init; }

    /// <summary>Fetches that failed for reasons that may pass.</summary>
    public int Attempts { get; init; }

    /// <summary>How often it was fetched again in search of corrections.</summary>
    public int Refetches { get; init; }

    /// <summary>1: the fetch that is owed looks for a correction; whatever comes of it but a change leaves the outcome as it is.</summary>
    public int Refetching { get; init; }

    public bool IsRefetch => Refetching == 1;

    public EntryHint? EntryHint => LedgerJson.ReadEntry(Entry);

    public StageRecord[] Stages => LedgerJson.ReadTrail(Trail);
}

/// <summary>What the ledger holds of one capture.</summary>
public sealed record CaptureRow
{
    public string ArticleId { get; init; } = "";

    public int Capture { get; init; }

    public string WarcFile { get; init; } = "";

    public long WarcOffset { get; init; }

    public long WarcLength { get; init; }

    public string Sha256 { get; init; } = "";

    public string MediaType { get; init; } = "";

    public string Charset { get; init; } = "";

    public string Etag { get; init; } = "";

    public string LastModified { get; init; } = "";

    public int BodyLength { get; init; }

    public long FetchedAt { get; init; }

    public string Traceparent { get; init; } = "";

    public string Entry { get; init; } = "";

    public string Trail { get; init; } = "[]";

    /// <summary>JSON of strings of <see cref="Reservation"/>; empty when there are none.</summary>
    public string Reservations { get; init; } = "";

    public string RecordId { get; init; } = "";

    /// <summary>The URL that answered, after redirects; empty for a document that was handed in.</summary>
    public string FinalUrl { get; init; } = "";

    /// <summary>URLs between the article's and <see cref="FinalUrl"/>, separated by spaces.</summary>
    public string Redirects { get; init; } = "";

    /// <summary>Where its way ended; unspecified while it is on it.</summary>
    public Outcome Outcome { get; init; }

    public Stage Stage { get; init; }

    public string Reason { get; init; } = "";

    public long? EndedAt { get; init; }

    /// <summary>JSON of the <see cref="StageRecord"/>s of its whole way.</summary>
    public string EndTrail { get; init; } = "[]";

    public string ParserVersion { get; init; } = "";

    public string ContentDigest { get; init; } = "";

    public string BodyDigest { get; init; } = "";

    public string Title { get; init; } = "";

    /// <summary>The replay that made it; empty for bytes that came from outside.</summary>
    public string ReplayId { get; init; } = "";

    /// <summary>The capture that it is a replay of.</summary>
    public int BaseCapture { get; init; }

    public WarcPosition Position => new(WarcFile, WarcOffset, WarcLength);
}

/// <summary>The end of one capture's way, as a later stage reports it.</summary>
public sealed record OutcomeReport(
    string ArticleId, int Capture, Outcome Outcome, Stage Stage, string Reason, int Revision, string StoryId, string Trail, DateTimeOffset At)
{
    /// <summary>What the parser made of it; null when the report does not tell.</summary>
    public ParsedForm? Parsed { get; init; }
}

/// <summary>A fetch that brought no capture.</summary>
public sealed record AttemptRow
{
    public string ArticleId { get; init; } = "";

    public long AttemptedAt { get; init; }

    public Outcome Outcome { get; init; }

    public string Reason { get; init; } = "";

    public long DurationMs { get; init; }

    /// <summary>URLs that it was sent on to, separated by spaces.</summary>
    public string Redirects { get; init; } = "";

    public string TraceId { get; init; } = "";
}

internal static class LedgerJson
{
    public static string WriteEntry(EntryHint? entry) => entry is null ? "" : JsonSerializer.Serialize(entry);

    public static EntryHint? ReadEntry(string json) => json.Length == 0 ? null : JsonSerializer.Deserialize<EntryHint>(json);

    public static string WriteReservations(IReadOnlyList<string> reservations) => reservations.Count == 0 ? "" : JsonSerializer.Serialize(reservations);

    public static string[] ReadReservations(string json) => json.Length == 0 ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];

    public static StageRecord[] ReadTrail(string json) => JsonSerializer.Deserialize<StageRecord[]>(json) ?? [];

    public static string WriteTrail(StageRecord[] trail) => JsonSerializer.Serialize(trail);
}
