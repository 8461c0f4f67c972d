using Storyline.Contracts;
using Storyline.Fetch.Captures;

namespace Storyline.Fetch.Politeness;

/// <summary>What is known of a URL before it is asked for, the first one and each that a redirect leads to.</summary>
/// <param name="Refusal">Why it must not be asked for; null when it may.</param>
/// <param name="CrawlDelay">Least time between two requests to its host, if longer than ours.</param>
/// <param name="Busy">When to come back, because it is not known yet whether it may be asked for.</param>
public readonly record struct HopAnswer(FetchResult.Failure? Refusal, TimeSpan CrawlDelay = default, TimeSpan? Busy = null);

/// <summary>Requests through the gate.</summary>
public static class GatedRequest
{
    // A redirect may be held up by the hosts it leads to for this long in all; its time is not the server's.
    private static readonly TimeSpan RedirectPatience = TimeSpan.FromMinutes(2);

    private static readonly FetchResult.Failure HostIsBusy = new(Outcome.Unreachable, "redirects to a busy host", IsTransient: true);

    /// <summary>Gets a URL as soon as its host allows; see <see cref="SendAsync"/>.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="fetcher">Asks.</param>
    /// <param name="request">What to ask for.</param>
    /// <param name="options">Interval, concurrency, and how long to wait here.</param>
    /// <param name="time">Clock.</param>
    /// <param name="ask">Whether a URL may be asked for, and how often its host.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The result; or, when a host is busy for longer than may be waited here, when to try again.</returns>
    public static Task<(FetchResult? Result, TimeSpan? Busy)> GetAsync(
        this IHostGate gate, HttpFetcher fetcher, FetchRequest request, FetchOptions options, TimeProvider time,
        Func<Uri, CancellationToken, ValueTask<HopAnswer>> ask, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fetcher);
        ArgumentNullException.ThrowIfNull(request);
        return gate.SendAsync(
            request.Url, options, time, ask,
            async enter => await fetcher.GetAsync(
                request with { Redirecting = async (url, token) => (request.Redirecting is { } redirecting ? await redirecting(url, token) : null) ?? await enter(url, token) }, cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Sends a request as soon as its host allows. Each redirect enters the gate of the host that it leads to, and a host that answers 429 or 503 is left alone.
    /// </summary>
    /// <param name="gate">The gate.</param>
    /// <param name="url">Where the request goes first.</param>
    /// <param name="options">Interval, concurrency, and how long to wait here.</param>
    /// <param name="time">Clock.</param>
    /// <param name="ask">Whether a URL may be asked for, and how often its host.</param>
    /// <param name="send">Sends it; is given what to call before it follows a redirect, which may refuse.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What <paramref name="send"/> returned; or, when a host is busy for longer than may be waited here, when to try again.</returns>
    public static async Task<(FetchResult? Result, TimeSpan? Busy)> SendAsync(
        this IHostGate gate, Uri url, FetchOptions options, TimeProvider time, Func<Uri, CancellationToken, ValueTask<HopAnswer>> ask,
        Func<Func<Uri, CancellationToken, Task<FetchResult.Failure?>>, Task<FetchResult?>> send, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(send);
        TimeSpan? busy = null;
        (string Host, string Lease)? place = null;
        var patience = options.MaxHostWait;
        try
        {
            if (await EnterAsync(url, cancellationToken) is { } refusal)
            {
                return busy is null ? (refusal, null) : (null, busy);
            }

            patience = RedirectPatience;
            var result = await send(EnterAsync);
            if (result is FetchResult.Failure { StatusCode: 429 or 503, RetryAfter: var asked } && place is { } asker)
            {
                await gate.PushBackAsync(asker.Host, asked, new BackOff(options.HostBackOff, options.MaxHostBackOff), CancellationToken.None);
            }

            return busy is null ? (result, null) : (null, busy);
        }
        finally
        {
            await LeaveAsync();
        }

        async Task<FetchResult.Failure?> EnterAsync(Uri hopUrl, CancellationToken token)
        {
            await LeaveAsync();
            var hop = await ask(hopUrl, token);
            if (hop.Refusal is not null)
            {
                return hop.Refusal;
            }

            busy = hop.Busy ?? await WaitAsync(hopUrl, hop.CrawlDelay > options.HostInterval ? hop.CrawlDelay : options.HostInterval, token);
            return busy is null ? null : HostIsBusy;
        }

        async Task<TimeSpan?> WaitAsync(Uri hopUrl, TimeSpan interval, CancellationToken token)
        {
            var host = hopUrl.Authority.ToLowerInvariant();
            while (true)
            {
                var (lease, retryAfter) = await gate.TryEnterAsync(host, interval, options.HostConcurrency, token);
                if (lease is not null)
                {
                    place = (host, lease);
                    return null;
                }

                if (retryAfter > patience)
                {
                    return retryAfter;
                }

                patience -= retryAfter;
                await Task.Delay(retryAfter, time, token);
            }
        }

        async ValueTask LeaveAsync()
        {
            if (place is { } left)
            {
                place = null;
                await gate.LeaveAsync(left.Host, left.Lease, CancellationToken.None);
            }
        }
    }
}
