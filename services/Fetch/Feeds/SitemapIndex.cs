using Microsoft.Extensions.Options;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Politeness;

namespace Storyline.Fetch.Feeds;

/// <summary>A child of a sitemap index as it was last read; times are Unix milliseconds.</summary>
public sealed record SitemapChild
{
    public string Url { get; init; } = "";

    /// <summary>When the index said that it had changed; null when it did not say.</summary>
    public long? Announced { get; init; }

    public string Etag { get; init; } = "";

    public string LastModified { get; init; } = "";

    public long ReadAt { get; init; }
}

/// <summary>
/// Follows a sitemap index, a bounded part of it each poll: the children that changed, newest first, and in turn those of which the index does not say when they changed.
/// A child that is as old as an archive and was never read is left alone; one that did not change is not asked for again.
/// </summary>
public sealed class SitemapIndex(FeedStore feeds, PoliteFetcher fetcher, IOptions<FetchOptions> options, TimeProvider time)
{
    private const string Accept = "application/xml,text/xml;q=0.9,*/*;q=0.1";

    // Of the children without a date; the newest are the first or the last of an index.
    private const int UndatedFromEachEnd = 10;

    /// <summary>Reads the children whose turn it is.</summary>
    /// <returns>Their entries, what to remember of them, and whether others wait for the next poll.</returns>
    public async Task<(IReadOnlyList<FeedEntry> Entries, IReadOnlyList<SitemapChild> Read, bool HasMore)> ReadAsync(string feedId, FeedDocument index, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(index);
        var now = time.GetUtcNow();
        var known = await feeds.SitemapChildrenAsync(feedId, cancellationToken);
        var due = Due(index, known, now);
        var entries = new List<FeedEntry>();
        var read = new List<SitemapChild>();
        var hasMore = due.Count(child => child.Modified is not null) > options.Value.SitemapChildren;
        foreach (var reference in due.Take(options.Value.SitemapChildren))
        {
            if (entries.Count >= FeedReader.MaxEntries)
            {
                return (entries, read, true);
            }

            var before = known.GetValueOrDefault(reference.Url);
            var (result, busy) = await fetcher.GetAsync(
                new FetchRequest(new Uri(reference.Url), FeedReader.MaxBytes, before?.Etag ?? "", before?.LastModified ?? "", Accept), cancellationToken);
            if (busy is not null || result is FetchResult.Failure { IsTransient: true })
            {
                hasMore = true;
                continue;
            }

            var child = new SitemapChild
            {
                Url = reference.Url, Announced = reference.Modified?.ToUnixTimeMilliseconds(), ReadAt = now.ToUnixTimeMilliseconds(), Etag = before?.Etag ?? "", LastModified = before?.LastModified ?? "",
            };
            if (result is FetchResult.Success success && FeedPoll.Read(success).Document is { } document)
            {
                entries.AddRange(document.Entries);
                child = child with { Etag = success.Exchange.ETag, LastModified = success.Exchange.LastModified };
            }

            // One that is gone or no sitemap is asked for again when the index says that it changed.
            read.Add(child);
        }

        return (entries, read, hasMore);
    }

    private List<SitemapReference> Due(FeedDocument index, IReadOnlyDictionary<string, SitemapChild> known, DateTimeOffset now)
    {
        var children = index.Sitemaps.DistinctBy(child => child.Url, StringComparer.Ordinal).ToList();
        var dated = children.Where(child => child.Modified is { } modified && (known.TryGetValue(child.Url, out var before)
                ? before.Announced != modified.ToUnixTimeMilliseconds()
                : modified >= now - options.Value.SitemapMaxAge))
            .OrderByDescending(child => child.Modified);
        var undated = children.Where(child => child.Modified is null).ToList();
        return
        [
            .. dated,
            .. undated.Where((_, i) => i < UndatedFromEachEnd || i >= undated.Count - UndatedFromEachEnd).OrderBy(child => known.GetValueOrDefault(child.Url)?.ReadAt ?? 0)
                .Take(options.Value.SitemapChildren),
        ];
    }
}
