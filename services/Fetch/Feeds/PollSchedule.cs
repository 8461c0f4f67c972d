using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Storyline.Fetch.Captures;

namespace Storyline.Fetch.Feeds;

/// <summary>
/// When a feed is asked next: twice as often as it brings something new, ever more seldom while it is quiet, never sooner than the publisher asks, within
/// <see cref="FetchOptions.MinPollInterval"/> and <see cref="FetchOptions.MaxPollInterval"/>.
/// </summary>
public static class PollSchedule
{
    private const double JitterShare = 0.1;
    private const double PollsPerEntry = 2;

    // A newsroom's night of eight hours puts the first poll of the morning off by half an hour at most.
    private const double PollsPerSilence = 16;

    private static readonly TimeSpan LongestSkip = TimeSpan.FromDays(1);
    private static readonly TimeSpan SkipSpread = TimeSpan.FromMinutes(10);

    /// <summary>After a poll that succeeded.</summary>
    /// <param name="options">Bounds.</param>
    /// <param name="rhythm">The feed's own; null when it never had an entry.</param>
    /// <param name="now">Now.</param>
    /// <param name="hint">What the publisher asks to wait at least; zero when nothing.</param>
    /// <param name="overflown">When every entry of the document was new: the time since the poll before. Others may have come and gone between, so half of it is the most to wait.</param>
    public static TimeSpan AfterSuccess(FetchOptions options, FeedRhythm? rhythm, DateTimeOffset now, TimeSpan hint, TimeSpan? overflown = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var own = options.PollInterval;
        if (rhythm is not null && Math.Max(rhythm.PerDay(now), rhythm.RecentPerDay(now)) is > 0 and var perDay)
        {
            var byRate = TimeSpan.FromDays(Math.Min(1 / perDay / PollsPerEntry, 365));
            var bySilence = (now - rhythm.CountedAt) / PollsPerSilence;
            own = byRate > bySilence ? byRate : bySilence;
        }
        else if (rhythm is not null && (now - rhythm.CountedAt) / PollsPerSilence is var quiet && quiet > own)
        {
            own = quiet;
        }

        own = overflown / 2 is { } half && half < own ? half : own;
        var asked = hint < options.MaxPollHint ? hint : options.MaxPollHint;
        return Clamp(own > asked ? own : asked, options);
    }

    /// <summary>
    /// Each failure doubles the time, up to the longest; a feed that is gone (410) waits the longest at once. A server that asks for more gets it, up to a day.
    /// The next success ends all of it.
    /// </summary>
    public static TimeSpan AfterFailure(FetchOptions options, int failures, FetchResult.Failure failure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(failure);
        var doubled = options.PollInterval * Math.Pow(2, Math.Min(failures - 1, 20));
        var interval = failure.StatusCode == (int)HttpStatusCode.Gone ? options.MaxPollInterval : Clamp(doubled, options);
        return failure.RetryAfter is { } asked && asked > interval ? asked : interval;
    }

    /// <summary>Up to a tenth more, so that feeds added together drift apart.</summary>
    public static TimeSpan Jitter(TimeSpan interval) => interval * (1 + (JitterShare * Random.Shared.NextDouble()));

    /// <summary>
    /// The first time from <paramref name="at"/> on at which the publisher does not ask to be left alone, some minutes into its hour, so that those who ask for the same do not come
    /// back together. A day from now is the latest, whatever is skipped: many feeds skip what they should not, and news that waits longer is none.
    /// </summary>
    public static DateTimeOffset NotSkipped(DateTimeOffset now, DateTimeOffset at, SkippedTimes skipped)
    {
        var latest = now + LongestSkip;
        for (var time = at; time < latest; time = new DateTimeOffset(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour + 1), TimeSpan.Zero))
        {
            if (!skipped.Contains(time))
            {
                return time == at ? at : time + (SkipSpread * Random.Shared.NextDouble());
            }
        }

        return at > latest ? at : latest;
    }

    /// <summary>How long an answer stays fresh (RFC 9111 §4.2): max-age less Age, else Expires less Date; zero when it says nothing, or nothing sensible.</summary>
    public static TimeSpan Freshness(HttpExchange exchange)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        if (CacheControlHeaderValue.TryParse(exchange.Header("Cache-Control"), out var control) && control is not null)
        {
            if (control.NoStore || control.NoCache)
            {
                return TimeSpan.Zero;
            }

            if ((control.SharedMaxAge ?? control.MaxAge) is { } maxAge)
            {
                var age = long.TryParse(exchange.Header("Age"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < int.MaxValue ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
                return maxAge > age ? maxAge - age : TimeSpan.Zero;
            }
        }

        return Date(exchange.Header("Expires")) - Date(exchange.Header("Date")) is { } fresh && fresh > TimeSpan.Zero ? fresh : TimeSpan.Zero;
    }

    private static DateTimeOffset? Date(string value) =>
        DateTimeOffset.TryParseExact(value, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static TimeSpan Clamp(TimeSpan interval, FetchOptions options)
    {
        // A first interval below the least one lowers it.
        var least = options.PollInterval < options.MinPollInterval ? options.PollInterval : options.MinPollInterval;
        return interval < least ? least : interval > options.MaxPollInterval ? options.MaxPollInterval : interval;
    }
}
