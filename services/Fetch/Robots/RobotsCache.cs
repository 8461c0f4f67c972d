using System.Collections.Concurrent;
using System.Globalization;
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

/// <summary>
/// The robots.txt of each host, kept for a day (RFC 9309 §2.4), an unreachable one for ten minutes. Bounded: the hosts that were not
/// asked for the longest go first.
/// </summary>
public sealed class RobotsCache(HttpFetcher fetcher, IHostGate gate, IOptions<FetchOptions> options, TimeProvider time)
{
    private const int MaxHosts = 10_000;
    private static readonly TimeSpan Freshness = TimeSpan.FromHours(24);
    private static readonly TimeSpan FreshnessOfFailure = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Lazy<Task<Entry>>> _hosts = new(StringComparer.Ordinal);

    /// <summary>Whether we may ask for a URL.</summary>
    /// <returns>The answer; or, when the host's robots.txt must be asked for first and the host is busy, when to try again.</returns>
    public async Task<(RobotsAnswer Answer, string Reason, TimeSpan? RetryAfter)> AskAsync(Uri url, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(url);
        var key = url.GetLeftPart(UriPartial.Authority).ToLowerInvariant();
        while (true)
        {
            var lazy = _hosts.GetOrAdd(key, _ => new Lazy<Task<Entry>>(() => LoadAsync(url)));
            Entry entry;
            try
            {
                // Many may wait for one request, so no single caller's token may cancel it.
                entry = await lazy.Value.WaitAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                _hosts.TryRemove(KeyValuePair.Create(key, lazy));
                throw;
            }

            if (entry.RetryAfter is not null)
            {
                _hosts.TryRemove(KeyValuePair.Create(key, lazy));
                return (RobotsAnswer.Unknown, "", entry.RetryAfter);
            }

            if (time.GetUtcNow() >= entry.Expires)
            {
                _hosts.TryRemove(KeyValuePair.Create(key, lazy));
                continue;
            }

            entry.LastAsked = time.GetTimestamp();
            Bound();
            return entry.Failure is null
                ? (entry.Robots.IsAllowed(options.Value.ProductToken, url.PathAndQuery) ? RobotsAnswer.Allowed : RobotsAnswer.Denied, "", null)
                : (RobotsAnswer.Unknown, entry.Failure, null);
        }
    }

    private async Task<Entry> LoadAsync(Uri url)
    {
        var address = new Uri(url, "/robots.txt");
        var (result, retryAfter) = await gate.RunAsync(
            address, options.Value, time,
            () => fetcher.GetAsync(new FetchRequest(address, RobotsTxt.MaxBytes, Accept: "text/plain,*/*;q=0.1") { Truncate = true }, CancellationToken.None),
            CancellationToken.None);
        var now = time.GetUtcNow();
        return result switch
        {
            null => new Entry(RobotsTxt.DisallowAll, now) { RetryAfter = retryAfter },
            FetchResult.Success success => new Entry(RobotsTxt.Parse(success.Body), now + Freshness),

            FetchResult.Failure { StatusCode: >= 400 and < 500 and not 429 } => new Entry(RobotsTxt.AllowAll, now + Freshness),
            FetchResult.Failure { Outcome: Outcome.TooManyRedirects } => new Entry(RobotsTxt.AllowAll, now + Freshness),

            // The request for the URL itself will end with the right outcome.
            FetchResult.Failure { Outcome: Outcome.AddressDenied } => new Entry(RobotsTxt.AllowAll, now + FreshnessOfFailure),
            FetchResult.Failure failure => new Entry(RobotsTxt.DisallowAll, now + FreshnessOfFailure)
            {
                Failure = string.Create(CultureInfo.InvariantCulture, $"robots.txt cannot be read: {failure.Reason}"),
            },
            _ => new Entry(RobotsTxt.AllowAll, now + Freshness),
        };
    }

    private void Bound()
    {
        if (_hosts.Count <= MaxHosts)
        {
            return;
        }

        foreach (var (key, _) in _hosts
                     .Where(host => host.Value.IsValueCreated && host.Value.Value.IsCompletedSuccessfully)
                     .OrderBy(host => host.Value.Value.GetAwaiter().GetResult().LastAsked)
                     .Take(MaxHosts / 10)
                     .ToList())
        {
            _hosts.TryRemove(key, out _);
        }
    }

    private sealed record Entry(RobotsTxt Robots, DateTimeOffset Expires)
    {
        public string? Failure { get; init; }

        public TimeSpan? RetryAfter { get; init; }

        public long LastAsked { get; set; }
    }
}
