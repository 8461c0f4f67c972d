using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Politeness;

namespace Storyline.Fetch.Robots;

/// <summary>What robots.txt says of a URL.</summary>
public enum RobotsAnswer
{
    /// <summary>It may be asked for.</summary>
    Allowed = 0,

    /// <summary>It may not.</summary>
    Denied = 1,

    /// <summary>The server fails to say, which counts as a denial for now (RFC 9309 §2.3.1.4).</summary>
    Unknown = 2,
}

/// <summary>What robots.txt says of a URL, and how it wants it to be asked for.</summary>
/// <param name="Answer">Whether it may be asked for.</param>
/// <param name="Reason">Why nobody knows; empty when somebody does.</param>
/// <param name="RetryAfter">When to ask again, because robots.txt must be read first and its host is busy; else null.</param>
public sealed record RobotsDecision(RobotsAnswer Answer, string Reason, TimeSpan? RetryAfter)
{
    /// <summary>The Crawl-delay asked of us, at most <see cref="FetchOptions.MaxCrawlDelay"/>.</summary>
    public TimeSpan CrawlDelay { get; init; }

    /// <summary>What the site reserves in its robots.txt, such as <c>robots:content-signal=ai-train=no</c>.</summary>
    public IReadOnlyList<string> Reservations { get; init; } = [];

    /// <summary>The sitemaps that the site names in its robots.txt.</summary>
    public IReadOnlyList<string> Sitemaps { get; init; } = [];
}

/// <summary>
/// The robots.txt of each host, kept for a day (RFC 9309 §2.4). One that cannot be read is asked for again after ten minutes; meanwhile its last copy
/// counts, for thirty days at most, and without one nothing is allowed.
/// </summary>
public sealed partial class RobotsCache(HttpFetcher fetcher, IHostGate gate, IOptions<FetchOptions> options, TimeProvider time, ILogger<RobotsCache> logger)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromHours(24);
    private static readonly TimeSpan FreshnessOfFailure = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LastCopyCounts = TimeSpan.FromDays(30);

    private readonly HostFiles<Entry> _files = new(time);

    /// <summary>Whether we may ask for a URL.</summary>
    public async Task<RobotsDecision> AskAsync(Uri url, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        var (entry, busy) = await _files.GetAsync(url, last => LoadAsync(url, last), cancellationToken);
        if (entry is null)
        {
            return new RobotsDecision(RobotsAnswer.Unknown, "", busy);
        }

        if (entry.Failure is not null)
        {
            return new RobotsDecision(RobotsAnswer.Unknown, entry.Failure, null);
        }

        var us = options.Value.ProductToken;
        return new RobotsDecision(entry.Robots.IsAllowed(us, url.PathAndQuery) ? RobotsAnswer.Allowed : RobotsAnswer.Denied, "", null)
        {
            CrawlDelay = entry.CrawlDelay,
            Reservations = Reservation.OfRobots(entry.Robots, us, url.PathAndQuery),
            Sitemaps = entry.Robots.Sitemaps,
        };
    }

    // One request; then the entry to keep, or how long the host is busy.
    private async Task<(Entry? Entry, TimeSpan? Busy)> LoadAsync(Uri url, Entry? last)
    {
        var address = new Uri(url, "/robots.txt");
        var request = new FetchRequest(address, RobotsTxt.MaxBytes, Accept: "text/plain,*/*;q=0.1") { Truncate = true };
        var (result, busy) = await gate.GetAsync(
            fetcher, request, options.Value, time, (_, _) => ValueTask.FromResult(new HopAnswer(null, last?.CrawlDelay ?? TimeSpan.Zero)), CancellationToken.None);
        var now = time.GetUtcNow();
        switch (result)
        {
            case null:
                return (null, busy);
            case FetchResult.Success success:
                var robots = RobotsTxt.Parse(success.Body);
                return (new Entry(robots, now + Freshness, now, Delay(url, robots)), null);

            // An answer that there is none, or none that can be found.
            case FetchResult.Failure { StatusCode: >= 300 and < 500 and not 429 } or FetchResult.Failure { Outcome: Outcome.TooManyRedirects }:
                return (new Entry(RobotsTxt.AllowAll, now + Freshness, now, TimeSpan.Zero), null);

            // The request for the URL itself will end with the right outcome.
            case FetchResult.Failure { Outcome: Outcome.AddressDenied }:
                return (new Entry(RobotsTxt.AllowAll, now + FreshnessOfFailure, null, TimeSpan.Zero), null);
            case FetchResult.Failure when last?.ReadAt is { } read && now < read + LastCopyCounts:
                return (last with { Expires = now + FreshnessOfFailure }, null);
            default:
                var failure = $"robots.txt cannot be read: {(result as FetchResult.Failure)?.Reason}";
                return (new Entry(RobotsTxt.DisallowAll, now + FreshnessOfFailure, null, TimeSpan.Zero) { Failure = failure }, null);
        }
    }

    private TimeSpan Delay(Uri url, RobotsTxt robots)
    {
        var asked = robots.CrawlDelay(options.Value.ProductToken);
        if (asked <= options.Value.MaxCrawlDelay)
        {
            return asked;
        }

        LogBounded(url.Authority, asked, options.Value.MaxCrawlDelay);
        return options.Value.MaxCrawlDelay;
    }

    [LoggerMessage(1, LogLevel.Information, "robots.txt of {Host} asks for a crawl-delay of {Asked}; {Taken} are kept")]
    private partial void LogBounded(string host, TimeSpan asked, TimeSpan taken);

    /// <param name="Robots">The rules.</param>
    /// <param name="Expires">When to ask for them again.</param>
    /// <param name="ReadAt">When the server gave them; null when it did not.</param>
    /// <param name="CrawlDelay">Asked of us, bounded.</param>
    private sealed record Entry(RobotsTxt Robots, DateTimeOffset Expires, DateTimeOffset? ReadAt, TimeSpan CrawlDelay) : HostFile(Expires)
    {
        public string? Failure { get; init; }

        public override int Size => Robots.Size;
    }
}
