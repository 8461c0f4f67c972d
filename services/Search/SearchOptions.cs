namespace Storyline.Search;

/// <summary>How search stores and indexes. Section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    /// <summary>Messages that share one write transaction at most.</summary>
    public int WriteBatch { get; set; } = 128;

    /// <summary>Articles that the index takes in one step.</summary>
    public int IndexBatch { get; set; } = 256;

    /// <summary>Articles after which the index is made durable.</summary>
    public int CommitEvery { get; set; } = 5_000;

    /// <summary>Time after which it is made durable.</summary>
    public TimeSpan CommitInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How soon a replica sees what others wrote.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause before indexing begins again after a failure.</summary>
    public TimeSpan RetryInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Mebibytes for documents that are not in a segment yet.</summary>
    public int IndexBufferMegabytes { get; set; } = 48;

    /// <summary>How long a list of hot stories is good for all replicas.</summary>
    public TimeSpan HotLifetime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a replica waits for the cache before it asks the database.</summary>
    public TimeSpan CachePatience { get; set; } = TimeSpan.FromMilliseconds(250);

    public static IEnumerable<string> Errors(SearchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new[]
        {
            Number("WriteBatch", options.WriteBatch, 1, 10_000),
            Number("IndexBatch", options.IndexBatch, 1, 10_000),
            Number("CommitEvery", options.CommitEvery, 1, 1_000_000),
            Number("IndexBufferMegabytes", options.IndexBufferMegabytes, 4, 1_024),
            Duration("CommitInterval", options.CommitInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            Duration("PollInterval", options.PollInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            Duration("RetryInterval", options.RetryInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10)),
            Duration("HotLifetime", options.HotLifetime, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
            Duration("CachePatience", options.CachePatience, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10)),
        }.OfType<string>();
    }

    private static string? Number(string name, int value, int min, int max) =>
        value >= min && value <= max ? null : $"Search:{name} is {value}: must be {min} to {max}";

    private static string? Duration(string name, TimeSpan value, TimeSpan min, TimeSpan max) =>
        value >= min && value <= max ? null : $"Search:{name} is {value}: must be {min} to {max}";
}
