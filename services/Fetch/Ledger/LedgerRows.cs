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

    public EntryHint? EntryHint => LedgerJson.ReadEntry(Entry);

    public StageRecord[] Stages => JsonSerializer.Deserialize<StageRecord[]>(Trail) ?? [];
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

    public WarcPosition Position => new(WarcFile, WarcOffset, WarcLength);
}

/// <summary>The end of one capture's way, as a later stage reports it.</summary>
public sealed record OutcomeReport(
    string ArticleId, int Capture, Outcome Outcome, Stage Stage, string Reason, int Revision, string StoryId, string Trail, DateTimeOffset At);

internal static class LedgerJson
{
    public static string WriteEntry(EntryHint? entry) => entry is null ? "" : JsonSerializer.Serialize(entry);

    public static EntryHint? ReadEntry(string json) => json.Length == 0 ? null : JsonSerializer.Deserialize<EntryHint>(json);

    public static string WriteReservations(IReadOnlyList<string> reservations) => reservations.Count == 0 ? "" : JsonSerializer.Serialize(reservations);

    public static string[] ReadReservations(string json) => json.Length == 0 ? [] : JsonSerializer.Deserialize<string[]>(json) ?? [];

    public static string WriteTrail(StageRecord[] trail) => JsonSerializer.Serialize(trail);
}
