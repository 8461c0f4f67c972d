using System.Runtime.InteropServices;

namespace Storyline.Fetch.Feeds;

/// <summary>The format of a feed; the numbers equal <c>storyline.fetch.v1.FeedFormat</c>.</summary>
public enum FeedFormat
{
    Unknown = 0,
    Rss = 1,
    Atom = 2,
    JsonFeed = 3,
    Sitemap = 4,
    SitemapIndex = 5,
}

/// <summary>A feed as its bytes tell it.</summary>
/// <param name="Format">The format.</param>
/// <param name="Title">Its own title; empty when it has none.</param>
/// <param name="Entries">Its entries in document order, at most <see cref="FeedReader.MaxEntries"/>; a sitemap index has none.</param>
public sealed record FeedDocument(FeedFormat Format, string Title, IReadOnlyList<FeedEntry> Entries)
{
    /// <summary>BCP 47 tag as given.</summary>
    public string? Language { get; init; }

    /// <summary>The sitemaps of a sitemap index, in document order, at most <see cref="FeedReader.MaxEntries"/>; empty for all else.</summary>
    public IReadOnlyList<SitemapReference> Sitemaps { get; init; } = [];

    /// <summary>WebSub hubs, absolute URLs.</summary>
    public IReadOnlyList<string> Hubs { get; init; } = [];

    /// <summary>The feed's own address as it tells it, the topic of a WebSub subscription; absolute.</summary>
    public string? Self { get; init; }

    /// <summary>How often the publisher says that it changes (RSS <c>ttl</c>, else the syndication module's period and frequency); null when it says nothing.</summary>
    public TimeSpan? UpdateInterval { get; init; }

    /// <summary>When the publisher asks not to be polled (RSS <c>skipHours</c> and <c>skipDays</c>).</summary>
    public SkippedTimes Skipped { get; init; }
}

/// <summary>Times at which a publisher asks not to be polled, in UTC.</summary>
/// <param name="Hours">A bit for each hour of the day.</param>
/// <param name="Days">A bit for each day of the week, from Sunday on.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SkippedTimes(int Hours, int Days)
{
    public bool Contains(DateTimeOffset time) => (Hours & (1 << time.UtcDateTime.Hour)) != 0 || (Days & (1 << (int)time.UtcDateTime.DayOfWeek)) != 0;

    public SkippedTimes WithHour(int hour) => this with { Hours = Hours | (1 << hour) };

    public SkippedTimes WithDay(DayOfWeek day) => this with { Days = Days | (1 << (int)day) };
}

/// <summary>One sitemap that an index names.</summary>
/// <param name="Url">Absolute URL.</param>
/// <param name="Modified">When it changed last; null when the index does not say.</param>
public sealed record SitemapReference(string Url, DateTimeOffset? Modified);

/// <summary>One entry of a feed.</summary>
public sealed record FeedEntry
{
    /// <summary>Absolute URL of the article; null when the entry has none.</summary>
    public string? Url { get; init; }

    /// <summary>RSS guid, Atom id, JSON Feed id.</summary>
    public string? Id { get; init; }

    /// <summary>Plain text.</summary>
    public string? Title { get; init; }

    public DateTimeOffset? Published { get; init; }

    public DateTimeOffset? Updated { get; init; }

    public IReadOnlyList<string> Authors { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>BCP 47 tag as given.</summary>
    public string? Language { get; init; }

    /// <summary>Title, authors and categories before markup was taken out of them; null when none had any.</summary>
    public FeedMarkup? Markup { get; init; }
}

/// <summary>The texts of an entry as HTML, the way the publisher wrote them: not to be shown without sanitising.</summary>
/// <param name="Title">The title; null when it has none.</param>
/// <param name="Authors">The authors, in order.</param>
/// <param name="Categories">The categories, in order.</param>
public sealed record FeedMarkup(string? Title, IReadOnlyList<string> Authors, IReadOnlyList<string> Categories);

/// <summary>The bytes are no feed. The message says what they are instead, for people.</summary>
public sealed class FeedFormatException(string message) : Exception(message);
