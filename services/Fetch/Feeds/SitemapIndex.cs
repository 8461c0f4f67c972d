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
/// A child that is as old as an archive and was never read is left alone; one that did not change is not asked for again. A child that is an index itself, which the
/// protocol does not foresee and large sites have, is followed in the same way, a few levels deep, and counts as read when nothing in it waits any more.
/// </summary>
public sealed class SitemapIndex(FeedStore feeds, PoliteFetcher fetcher, IOptions<FetchOptions> options, TimeProvider time)
{
    private const string Accept = "application/xml,text/xml;q=0.9,*/*;q=0.1";

    // Of the children without a date; the newest are the first or the last of an index.
    private const int UndatedFromEachEnd = 10;

    // Levels of indexes below the feed itself, and how many of them one poll reads.
    private const int MaxDepth = 3;
    private const int MaxIndexes = 10;

    // Well below the lease of a poll.
    private static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(2);

    /// <summary>Reads the children whose turn it is.</summary>
    /// <returns>Their entries, what to remember of them, and whether others wait for the next poll.</returns>
    public async Task<(IReadOnlyList<FeedEntry> Entries, IReadOnlyList<SitemapChild> Read, bool HasMore)> ReadAsync(FeedRow feed, FeedDocument index, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(index);
        var walk = new Walk(await feeds.SitemapChildrenAsync(feed.FeedId, cancellationToken), time.GetUtcNow(), time.GetTimestamp());
        walk.Seen.Add(feed.Url);
        var isWhole = await FollowAsync(walk, index, depth: 0, cancellationToken);
        return (walk.Entries, walk.Read, !isWhole);
    }

    /// <returns>Whether nothing that is due waits for the next poll.</returns>
    private async Task<bool> FollowAsync(Walk walk, FeedDocument index, int depth, CancellationToken cancellationToken)
    {
        var isWhole = true;
        foreach (var reference in Due(index, walk))
        {
            if (!walk.Seen.Add(reference.Url))
            {
                continue;
            }

            var before = walk.Known.GetValueOrDefault(reference.Url);
            if (IsEnough(walk))
            {
                // Those without a date have their turn later anyway.
                isWhole &= reference.Modified is null && before is not null;
                continue;
            }

            var (result, busy) = await fetcher.GetAsync(
                new FetchRequest(new Uri(reference.Url), FeedReader.MaxBytes, before?.Etag ?? "", before?.LastModified ?? "", Accept), cancellationToken);
            if (busy is not null || result is FetchResult.Failure { IsTransient: true })
            {
                walk.Sitemaps++;
                isWhole = false;
                continue;
            }

            var child = new SitemapChild
            {
                Url = reference.Url, Announced = reference.Modified?.ToUnixTimeMilliseconds(), ReadAt = walk.Now.ToUnixTimeMilliseconds(), Etag = before?.Etag ?? "", LastModified = before?.LastModified ?? "",
            };
            if (result is FetchResult.Success success && FeedPoll.Read(success).Document is { } document)
            {
                if (document.Format == FeedFormat.SitemapIndex)
                {
                    walk.Indexes++;
                    if (depth < MaxDepth - 1 && !await FollowAsync(walk, document, depth + 1, cancellationToken))
                    {
                        isWhole = false;
                        continue;
                    }

                    // An index says little of whether its children changed, so it is read whole each time.
                    walk.Read.Add(child with { Etag = "", LastModified = "" });
                    continue;
                }

                walk.Entries.AddRange(document.Entries);
                child = child with { Etag = success.Exchange.ETag, LastModified = success.Exchange.LastModified };
            }

            // One that is gone or no sitemap is asked for again when the index says that it changed.
            walk.Sitemaps++;
            walk.Read.Add(child);
        }

        return isWhole;
    }

    private bool IsEnough(Walk walk) =>
        walk.Sitemaps >= options.Value.SitemapChildren || walk.Indexes >= MaxIndexes || walk.Entries.Count >= FeedReader.MaxEntries || time.GetElapsedTime(walk.Began) > MaxTime;

    private List<SitemapReference> Due(FeedDocument index, Walk walk)
    {
        var children = index.Sitemaps.DistinctBy(child => child.Url, StringComparer.Ordinal).ToList();
        var dated = children.Where(child => child.Modified is { } modified && (walk.Known.TryGetValue(child.Url, out var before)
                ? before.Announced != modified.ToUnixTimeMilliseconds()
                : modified >= walk.Now - options.Value.SitemapMaxAge))
            .OrderByDescending(child => child.Modified).ThenBy(child => walk.Known.GetValueOrDefault(child.Url)?.ReadAt ?? 0);
        var undated = children.Where(child => child.Modified is null).ToList();
        return
        [
            .. dated,
            .. undated.Where((_, i) => i < UndatedFromEachEnd || i >= undated.Count - UndatedFromEachEnd).OrderBy(child => walk.Known.GetValueOrDefault(child.Url)?.ReadAt ?? 0)
                .Take(options.Value.SitemapChildren),
        ];
    }

    /// <summary>One poll's way through an index and those in it.</summary>
    /// <param name="Known">The children that were read before, by URL.</param>
    /// <param name="Now">When it began.</param>
    /// <param name="Began">The same, to measure by.</param>
    private sealed record Walk(IReadOnlyDictionary<string, SitemapChild> Known, DateTimeOffset Now, long Began)
    {
        /// <summary>URLs met; none is followed twice.</summary>
        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        public List<FeedEntry> Entries { get; } = [];

        public List<SitemapChild> Read { get; } = [];

        public int Sitemaps { get; set; }

        public int Indexes { get; set; }
    }
}
