namespace Storyline.Fetch.Feeds;

/// <summary>The format of a feed; the numbers equal <c>storyline.fetch.v1.FeedFormat</c>.</summary>
public enum FeedFormat
{
    Unknown = 0,
    Rss = 1,
    Atom = 2,
    JsonFeed = 3,
    Sitemap = 4,
}

/// <summary>A feed as its bytes tell it.</summary>
/// <param name="Format">The format.</param>
/// <param name="Title">Its own title; empty when it has none.</param>
/// <param name="Entries">Its entries in document order, at most <see cref="FeedReader.MaxEntries"/>.</param>
public sealed record FeedDocument(FeedFormat Format, string Title, IReadOnlyList<FeedEntry> Entries);

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
