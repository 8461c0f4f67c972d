using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Feeds;

/// <summary>The tables <c>feed_subscriptions</c> and <c>feed_unsubscriptions</c>.</summary>
public sealed class SubscriptionStore([FromKeyedServices(FetchModule.ServiceName)] Database database, TimeProvider time)
{
    private const string Columns = "feed_id, hub, topic, path, secret, state, reason, failures, lease_expires_at, last_push_at";
    private const int SilentAfterMissed = 2;

    /// <summary>Asked so often to end a subscription, a hub is left alone: the lease ends, and what it still pushes is refused.</summary>
    public const int MaxLeaveAttempts = 3;

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromDays(1);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    public Task<WebSubSubscription?> FindAsync(string feedId, CancellationToken cancellationToken) => FindAsync("feed_id", feedId, cancellationToken);

    public Task<WebSubSubscription?> FindByPathAsync(string path, CancellationToken cancellationToken) => FindAsync("path", path, cancellationToken);

    /// <summary>A feed names a hub. The same hub and topic change nothing; others make a new subscription under a new callback.</summary>
    public Task OfferAsync(string feedId, string hub, string topic, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, transaction) =>
        {
            await LeaveAsync(connection, transaction, feedId, Now, hub, topic);
            await connection.ExecuteAsync(
                """
                INSERT INTO feed_subscriptions (feed_id, hub, topic, path, secret, state, renew_at)
                SELECT @feedId, @hub, @topic, @path, @secret, @requested, @Now WHERE EXISTS (SELECT 1 FROM feeds WHERE feed_id = @feedId)
                ON CONFLICT (feed_id) DO UPDATE SET hub = excluded.hub, topic = excluded.topic, path = excluded.path, secret = excluded.secret, state = excluded.state,
                    reason = '', failures = 0, renew_at = excluded.renew_at, lease_expires_at = NULL, missed = 0
                    WHERE feed_subscriptions.hub <> excluded.hub OR feed_subscriptions.topic <> excluded.topic
                """,
                new { feedId, hub, topic, path = Random(16), secret = Random(32), requested = WebSubState.Requested, Now }, transaction);
        },
        cancellationToken);

    /// <summary>The feed names no hub any more: what the old one still pushes is refused.</summary>
    public Task WithdrawAsync(string feedId, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, transaction) =>
        {
            await LeaveAsync(connection, transaction, feedId, Now);
            await connection.ExecuteAsync("DELETE FROM feed_subscriptions WHERE feed_id = @feedId", new { feedId }, transaction);
        },
        cancellationToken);

    /// <summary>Notes that a feed's subscription is to end, when it has one that its hub confirmed and that still runs; the hub is asked later.</summary>
    /// <param name="connection">Of the transaction.</param>
    /// <param name="transaction">The one in which the feed is deleted, or changes its hub.</param>
    /// <param name="feedId">The feed.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="hub">The hub that takes over: with the same topic it is the same subscription, and nothing is noted; null: none does.</param>
    /// <param name="topic">Its topic.</param>
    internal static Task LeaveAsync(DbConnection connection, DbTransaction transaction, string feedId, long now, string? hub = null, string? topic = null) => connection.ExecuteAsync(
        """
        INSERT INTO feed_unsubscriptions (path, hub, topic, due_at, expires_at)
        SELECT path, hub, topic, @now, @expires FROM feed_subscriptions WHERE feed_id = @feedId AND lease_expires_at > @now AND (hub <> @hub OR topic <> @topic)
        ON CONFLICT (path) DO NOTHING
        """,
        new { feedId, now, expires = now + (long)LeaveWithin.TotalMilliseconds, hub = hub ?? "", topic = topic ?? "" }, transaction);

    /// <summary>Subscriptions whose hub is to be asked to end them; each is given to one caller until the time given. Those that are too old are forgotten.</summary>
    public Task<IReadOnlyList<WebSubLeave>> TakeLeavingAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<WebSubLeave>>(
        async (connection, transaction) =>
        {
            await connection.ExecuteAsync("DELETE FROM feed_unsubscriptions WHERE expires_at <= @Now", new { Now }, transaction);
            return
            [
                .. await connection.QueryAsync<WebSubLeave>(
                    """
                    UPDATE feed_unsubscriptions SET due_at = @until
                    WHERE due_at <= @Now AND path IN (SELECT path FROM feed_unsubscriptions WHERE due_at <= @Now ORDER BY due_at LIMIT @limit)
                    RETURNING path, hub, topic, attempts
                    """,
                    new { until = Now + (long)lease.TotalMilliseconds, Now, limit }, transaction),
            ];
        },
        cancellationToken);

    /// <summary>The hub has been asked to end a subscription, or was too busy to be.</summary>
    /// <param name="path">Of the callback.</param>
    /// <param name="again">When to ask again; null when it took the request.</param>
    /// <param name="counts">Whether it was asked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task NoteLeavingAsync(string path, TimeSpan? again, bool counts, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE feed_unsubscriptions SET attempts = attempts + @asked, due_at = CASE WHEN attempts + @asked >= @most THEN NULL ELSE @due END WHERE path = @path",
            new { path, asked = counts ? 1 : 0, most = MaxLeaveAttempts, due = again is { } wait ? Now + (long)wait.TotalMilliseconds : (long?)null }, transaction),
        cancellationToken);

    /// <summary>Whether we asked, not long ago, for that subscription to end.</summary>
    public async Task<bool> IsLeavingAsync(string path, string topic, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT path FROM feed_unsubscriptions WHERE path = @path AND topic = @topic AND expires_at > @Now", new { path, topic, Now }, cancellationToken: cancellationToken)) is not null;
    }

    /// <summary>Subscriptions that are to be asked for or renewed; each is given to one caller until the time given.</summary>
    public Task<IReadOnlyList<WebSubSubscription>> TakeDueAsync(int limit, TimeSpan lease, CancellationToken cancellationToken) => database.WriteAsync<IReadOnlyList<WebSubSubscription>>(
        async (connection, transaction) =>
        [
            .. await connection.QueryAsync<WebSubSubscription>(
                $"""
                UPDATE feed_subscriptions SET renew_at = @until
                WHERE renew_at <= @Now AND feed_id IN (SELECT feed_id FROM feed_subscriptions WHERE renew_at <= @Now ORDER BY renew_at LIMIT @limit)
                RETURNING {Columns}
                """,
                new { until = Now + (long)lease.TotalMilliseconds, Now, limit }, transaction),
        ],
        cancellationToken);

    /// <summary>The hub is about to be asked, or could not be. A lease that still runs goes on.</summary>
    public Task NoteAskedAsync(string path, string? failure, TimeSpan again, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            UPDATE feed_subscriptions SET failures = failures + @asked, reason = @reason, renew_at = @again,
                state = CASE WHEN lease_expires_at > @Now AND state IN (@active, @silent) THEN state ELSE @state END
            WHERE path = @path
            """,
            new
            {
                path, asked = failure is null ? 1 : 0, reason = failure ?? "", again = Now + (long)again.TotalMilliseconds, Now, active = WebSubState.Active, silent = WebSubState.Silent,
                state = failure is null ? WebSubState.Requested : WebSubState.Unreachable,
            },
            transaction),
        cancellationToken);

    /// <summary>Not asked now, because the hub's host is busy.</summary>
    public Task PostponeAsync(string path, TimeSpan wait, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE feed_subscriptions SET renew_at = @due WHERE path = @path", new { path, due = Now + (long)wait.TotalMilliseconds }, transaction),
        cancellationToken);

    /// <summary>The hub confirmed; it is asked again before the lease ends.</summary>
    public Task ConfirmAsync(string path, TimeSpan lease, TimeSpan renew, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE feed_subscriptions SET state = @active, reason = '', failures = 0, missed = 0, lease_expires_at = @ends, renew_at = @renewAt WHERE path = @path",
            new { path, active = WebSubState.Active, ends = Now + (long)lease.TotalMilliseconds, renewAt = Now + (long)renew.TotalMilliseconds }, transaction),
        cancellationToken);

    public Task DenyAsync(string path, string reason, TimeSpan again, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE feed_subscriptions SET state = @denied, reason = @reason, lease_expires_at = NULL, renew_at = @again WHERE path = @path",
            new { path, reason, denied = WebSubState.Denied, again = Now + (long)again.TotalMilliseconds }, transaction),
        cancellationToken);

    /// <summary>A push came and was genuine: the hub can be relied on again.</summary>
    public Task NotePushAsync(string path, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            "UPDATE feed_subscriptions SET last_push_at = @Now, missed = 0, state = CASE WHEN state = @silent THEN @active ELSE state END WHERE path = @path",
            new { path, Now, silent = WebSubState.Silent, active = WebSubState.Active }, transaction),
        cancellationToken);

    /// <summary>A poll found what was not pushed. Once may be a race; twice in a row the hub is silent.</summary>
    public Task NoteMissedAsync(string feedId, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            $"""
            UPDATE feed_subscriptions SET missed = missed + 1, state = CASE WHEN missed + 1 >= {SilentAfterMissed} THEN @silent ELSE state END
            WHERE feed_id = @feedId AND state = @active
            """,
            new { feedId, silent = WebSubState.Silent, active = WebSubState.Active }, transaction),
        cancellationToken);

    private async Task<WebSubSubscription?> FindAsync(string column, string value, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<WebSubSubscription>(new CommandDefinition(
            $"SELECT {Columns} FROM feed_subscriptions WHERE {column} = @value", new { value }, cancellationToken: cancellationToken));
    }

    private static string Random(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
