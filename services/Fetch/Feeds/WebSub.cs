using System.Globalization;
using Microsoft.Extensions.Options;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Politeness;

namespace Storyline.Fetch.Feeds;

/// <summary>
/// The subscriber's side of WebSub (W3C Recommendation): asks hubs, confirms what it asked for, renews before a lease ends, takes pushes that carry the right signature, and
/// takes leave of hubs that are not needed any more.
/// A hub that is silent, refuses or cannot be reached costs nothing but pushes: polls go on.
/// </summary>
public sealed partial class WebSub(
    SubscriptionStore subscriptions, FeedStore feeds, FeedPoll poll, HttpFetcher fetcher, IHostGate gate, IOptions<FetchOptions> options, TimeProvider time, ILogger<WebSub> logger)
{
    private const int Batch = 20;
    private const int AtOnce = 8;
    private const int MaxReason = 200;

    private static readonly TimeSpan TakenFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Lease = TimeSpan.FromDays(10);
    private static readonly TimeSpan ShortestLease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestLease = TimeSpan.FromDays(30);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromDays(1);

    /// <summary>Asks the hubs whose time has come, several at once: one that is slow holds up no other.</summary>
    /// <returns>How many requests were due.</returns>
    public async Task<int> AskDueAsync(CancellationToken cancellationToken)
    {
        var due = await subscriptions.TakeDueAsync(Batch, TakenFor, cancellationToken);
        var leaving = await subscriptions.TakeLeavingAsync(Batch, TakenFor, cancellationToken);
        await Parallel.ForEachAsync(
            [.. due.Select(subscription => (Func<CancellationToken, Task>)(token => AskAsync(subscription, token))), .. leaving.Select(leave => (Func<CancellationToken, Task>)(token => LeaveAsync(leave, token)))],
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            static async (request, token) => await request(token));
        return due.Count + leaving.Count;
    }

    /// <summary>A hub asks whether we mean it (§5.3), or says that it refuses (§5.2).</summary>
    /// <returns>What to answer with status 200; null for 404: we did not ask for that.</returns>
    public async Task<string?> VerifyAsync(string path, string mode, string topic, string challenge, string leaseSeconds, string reason, CancellationToken cancellationToken)
    {
        if (mode == "unsubscribe")
        {
            return challenge.Length > 0 && await subscriptions.IsLeavingAsync(path, topic, cancellationToken) ? challenge : null;
        }

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
        var again = Later(subscription.Failures);
        var (failure, busy) = await PostAsync(
            subscription.Hub,
            [
                KeyValuePair.Create("hub.mode", "subscribe"),
                KeyValuePair.Create("hub.topic", subscription.Topic),
                KeyValuePair.Create("hub.callback", Callback(subscription.Path)),
                KeyValuePair.Create("hub.secret", subscription.Secret),
                KeyValuePair.Create("hub.lease_seconds", ((long)Lease.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            ],

            // Noted first, because a hub may confirm before it answers.
            () => subscriptions.NoteAskedAsync(subscription.Path, failure: null, again, cancellationToken),
            cancellationToken);
        if (busy is { } wait)
        {
            await subscriptions.PostponeAsync(subscription.Path, wait, cancellationToken);
        }
        else if (failure is not null)
        {
            await subscriptions.NoteAskedAsync(subscription.Path, failure.Reason, failure.RetryAfter > again ? failure.RetryAfter.Value : again, cancellationToken);
        }
    }

    private async Task LeaveAsync(WebSubLeave leave, CancellationToken cancellationToken)
    {
        var (failure, busy) = await PostAsync(
            leave.Hub,
            [
                KeyValuePair.Create("hub.mode", "unsubscribe"),
                KeyValuePair.Create("hub.topic", leave.Topic),
                KeyValuePair.Create("hub.callback", Callback(leave.Path)),
            ],
            () => Task.CompletedTask,
            cancellationToken);
        await subscriptions.NoteLeavingAsync(leave.Path, busy ?? (failure is null ? null : failure.RetryAfter ?? Later(leave.Attempts)), counts: busy is null, cancellationToken);
    }

    // Through the gate, as every request; robots.txt speaks of pages, and a hub is there to be called.
    private async Task<(FetchResult.Failure? Failure, TimeSpan? Busy)> PostAsync(
        string hub, IReadOnlyCollection<KeyValuePair<string, string>> form, Func<Task> sending, CancellationToken cancellationToken)
    {
        var url = new Uri(hub);
        var (result, busy) = await gate.SendAsync(
            url, options.Value, time, static (_, _) => ValueTask.FromResult(new HopAnswer(null)),
            async redirecting =>
            {
                await sending();
                return await fetcher.PostAsync(url, form, redirecting, cancellationToken);
            },
            cancellationToken);
        return (result as FetchResult.Failure, busy);
    }

    private string Callback(string path) => $"{options.Value.WebSubCallback!.TrimEnd('/')}/{path}";

    private static TimeSpan Later(int failures)
    {
        var doubled = FirstRetry * Math.Pow(2, Math.Min(failures, 20));
        return doubled < LongestRetry ? doubled : LongestRetry;
    }

    [LoggerMessage(1, LogLevel.Information, "hub {Hub} denies the subscription to {Topic}")]
    private partial void LogDenied(string hub, string topic);
}
