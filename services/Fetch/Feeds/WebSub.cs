using System.Globalization;
using Microsoft.Extensions.Options;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Politeness;

namespace Storyline.Fetch.Feeds;

/// <summary>
/// The subscriber's side of WebSub (W3C Recommendation): asks hubs, confirms what it asked for, renews before a lease ends, takes pushes that carry the right signature.
/// A hub that is silent, refuses or cannot be reached costs nothing but pushes: polls go on.
/// </summary>
public sealed partial class WebSub(
    SubscriptionStore subscriptions, FeedStore feeds, FeedPoll poll, HttpFetcher fetcher, IHostGate gate, IOptions<FetchOptions> options, ILogger<WebSub> logger)
{
    private const int Batch = 20;
    private const int MaxReason = 200;

    private static readonly TimeSpan TakenFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Lease = TimeSpan.FromDays(10);
    private static readonly TimeSpan ShortestLease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLease = TimeSpan.FromDays(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromDays(1);

    /// <summary>Asks the hubs whose time has come.</summary>
    /// <returns>How many were.</returns>
    public async Task<int> AskDueAsync(CancellationToken cancellationToken)
    {
        var due = await subscriptions.TakeDueAsync(Batch, TakenFor, cancellationToken);
        foreach (var subscription in due)
        {
            await AskAsync(subscription, cancellationToken);
        }

        return due.Count;
    }

    /// <summary>A hub asks whether we mean it (§5.3), or says that it refuses (§5.2).</summary>
    /// <returns>What to answer with status 200; null for 404: we did not ask for that.</returns>
    public async Task<string?> VerifyAsync(string path, string mode, string topic, string challenge, string leaseSeconds, string reason, CancellationToken cancellationToken)
    {
        if (await subscriptions.FindByPathAsync(path, cancellationToken) is not { } subscription || subscription.Topic != topic)
        {
            return null;
        }

        switch (mode)
        {
            case "denied":
                LogDenied(subscription.Hub, subscription.Topic);
                await subscriptions.DenyAsync(path, reason.Length <= MaxReason ? reason : reason[..MaxReason], LongestRetry, cancellationToken);
                return "";
            case "subscribe" when challenge.Length > 0:
                var lease = long.TryParse(leaseSeconds, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < int.MaxValue ? TimeSpan.FromSeconds(seconds) : Lease;
                lease = lease < ShortestLease ? ShortestLease : lease > LongestLease ? LongestLease : lease;
                await subscriptions.ConfirmAsync(path, lease, lease * 0.8, cancellationToken);
                return challenge;
            default:
                return null;
        }
    }

    /// <summary>A hub pushes (§7). What does not carry our signature is dropped without a word, as the specification has it.</summary>
    /// <returns>False when there is no such subscription, which tells the hub to stop.</returns>
    public async Task<bool> ReceiveAsync(string path, string? signature, string contentType, byte[] body, CancellationToken cancellationToken)
    {
        if (await subscriptions.FindByPathAsync(path, cancellationToken) is not { } subscription || await feeds.FindAsync(subscription.FeedId, cancellationToken) is not { } feed)
        {
            return false;
        }

        if (!WebSubSignature.IsValid(signature, body, subscription.Secret))
        {
            FetchTelemetry.Pushed("bad_signature");
            return true;
        }

        if (feed.State != FeedState.Paused)
        {
            await subscriptions.NotePushAsync(path, cancellationToken);
            FetchTelemetry.Pushed(await poll.PushAsync(feed, contentType, body, cancellationToken) ? "success" : "failure");
        }

        return true;
    }

    private async Task AskAsync(WebSubSubscription subscription, CancellationToken cancellationToken)
    {
        var hub = new Uri(subscription.Hub);
        var host = hub.Authority.ToLowerInvariant();
        var answer = await gate.TryEnterAsync(host, options.Value.HostInterval, options.Value.HostConcurrency, cancellationToken);
        if (answer.Lease is null)
        {
            await subscriptions.PostponeAsync(subscription.Path, answer.RetryAfter, cancellationToken);
            return;
        }

        // Noted first, because a hub may confirm before it answers.
        var doubled = FirstRetry * Math.Pow(2, Math.Min(subscription.Failures, 20));
        var again = doubled < LongestRetry ? doubled : LongestRetry;
        await subscriptions.NoteAskedAsync(subscription.Path, failure: null, again, cancellationToken);
        try
        {
            var failure = await fetcher.PostAsync(
                hub,
                [
                    KeyValuePair.Create("hub.mode", "subscribe"),
                    KeyValuePair.Create("hub.topic", subscription.Topic),
                    KeyValuePair.Create("hub.callback", $"{options.Value.WebSubCallback!.TrimEnd('/')}/{subscription.Path}"),
                    KeyValuePair.Create("hub.secret", subscription.Secret),
                    KeyValuePair.Create("hub.lease_seconds", ((long)Lease.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
                ],
                cancellationToken);
            if (failure is not null)
            {
                await subscriptions.NoteAskedAsync(subscription.Path, failure.Reason, again, cancellationToken);
            }
        }
        finally
        {
            await gate.LeaveAsync(host, answer.Lease, CancellationToken.None);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "hub {Hub} denies the subscription to {Topic}")]
    private partial void LogDenied(string hub, string topic);
}
