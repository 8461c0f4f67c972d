using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Robots;

namespace Storyline.Fetch.Politeness;

/// <summary>
/// The one way to ask other people's sites for what robots.txt speaks of: its rules and its Crawl-delay, the pace and the back-off of the host, for the URL and for each
/// one that a redirect leads to; and what the site reserves.
/// </summary>
public sealed class PoliteFetcher(HttpFetcher fetcher, RobotsCache robots, TdmRepCache tdmReps, IHostGate gate, IOptions<FetchOptions> options, TimeProvider time)
{
    /// <summary>Asks for a URL.</summary>
    /// <returns>The result, a denial by robots.txt among them; or, when a host is busy, when to try again.</returns>
    public async Task<(FetchResult? Result, TimeSpan? Busy)> GetAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var reservations = (IReadOnlyList<string>)[];
        var (result, busy) = await gate.GetAsync(fetcher, request, options.Value, time, AskAsync, cancellationToken);
        return result is FetchResult.Success success
            ? (success with { Reservations = [.. reservations, .. Reservation.OfHeaders(success.Exchange.Headers, options.Value.ProductToken)] }, null)
            : (result, busy);

        async ValueTask<HopAnswer> AskAsync(Uri url, CancellationToken token)
        {
            var decision = await robots.AskAsync(url, token);
            reservations = decision.Reservations;
            if (request.WithReservations && decision.Answer == RobotsAnswer.Allowed)
            {
                var (declared, wait) = await tdmReps.AskAsync(url, file => GetAsync(file, CancellationToken.None), token);
                if (wait is not null)
                {
                    return new HopAnswer(null, Busy: wait);
                }

                reservations = [.. reservations, .. declared];
            }

            var where = url == request.Url ? "" : "redirects to where ";
            return decision.Answer switch
            {
                RobotsAnswer.Allowed => new HopAnswer(null, decision.CrawlDelay),
                RobotsAnswer.Denied => new HopAnswer(new FetchResult.Failure(Outcome.RobotsDenied, where + "robots.txt denies the path", IsTransient: false)),
                _ when decision.RetryAfter is { } busyFor => new HopAnswer(null, Busy: busyFor),
                _ => new HopAnswer(new FetchResult.Failure(Outcome.Unreachable, where + decision.Reason, IsTransient: true)),
            };
        }
    }
}
