using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Storyline.Fetch.Politeness;

/// <summary>
/// The gate that all replicas share. One script per question, on the clock of Redis, so that replicas need not agree on the time.
/// A replica that dies holds its leases no longer than <see cref="LeaseTime"/>. While Redis is away each replica is polite on its own, at an interval
/// that keeps the sum polite for <see cref="Replicas"/> of them.
/// </summary>
public sealed partial class RedisHostGate(
    IConnectionMultiplexer redis, LocalHostGate local, IOptions<FetchOptions> options, ILogger<RedisHostGate> logger) : IHostGate
{
    /// <summary>Replicas assumed while they cannot see one another.</summary>
    public const int Replicas = 4;

    private const string LocalLease = "local";

    // KEYS: next start (ms), leases (sorted set: lease → end), next hint (ms). ARGV: interval ms, concurrency, lease, lease time ms.
    // Returns 0 when let in, else the milliseconds to wait.
    private const string Enter =
        """
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        local interval = tonumber(ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
        local start = tonumber(redis.call('GET', KEYS[1]) or '0')
        if now < start or redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[2]) then
            local hint = math.max(start, now + 1)
            if start <= now then hint = now + 100 end
            hint = math.max(tonumber(redis.call('GET', KEYS[3]) or '0'), hint)
            redis.call('SET', KEYS[3], string.format('%.0f', hint + interval), 'PX', hint + interval - now + 1000)
            return hint - now
        end
        redis.call('ZADD', KEYS[2], now + tonumber(ARGV[4]), ARGV[3])
        redis.call('PEXPIRE', KEYS[2], ARGV[4])
        if interval > 0 then redis.call('SET', KEYS[1], string.format('%.0f', now + interval), 'PX', interval + 1000) end
        return 0
        """;

    /// <summary>Longer than any request may take.</summary>
    private TimeSpan LeaseTime => options.Value.RequestTimeout + TimeSpan.FromSeconds(30);

    public async ValueTask<GateAnswer> TryEnterAsync(string host, TimeSpan interval, int concurrency, CancellationToken cancellationToken)
    {
        var lease = Guid.NewGuid().ToString("n");
        try
        {
            var wait = (long)await redis.GetDatabase().ScriptEvaluateAsync(
                Enter,
                [Key(host, "next"), Key(host, "leases"), Key(host, "hint")],
                [(long)interval.TotalMilliseconds, concurrency, lease, (long)LeaseTime.TotalMilliseconds]);
            return wait == 0 ? new GateAnswer(lease, TimeSpan.Zero) : new GateAnswer(null, TimeSpan.FromMilliseconds(wait));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogAway(host, exception.Message);
            var answer = await local.TryEnterAsync(host, interval * Replicas, 1, cancellationToken);
            return answer.Lease is null ? answer : answer with { Lease = LocalLease };
        }
    }

    public async ValueTask LeaveAsync(string host, string lease, CancellationToken cancellationToken)
    {
        if (lease == LocalLease)
        {
            await local.LeaveAsync(host, lease, cancellationToken);
            return;
        }

        try
        {
            await redis.GetDatabase().SortedSetRemoveAsync(Key(host, "leases"), lease);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The lease ends by itself.
            LogAway(host, exception.Message);
        }
    }

    // The braces keep a host's keys on one node of a cluster.
    private static RedisKey Key(string host, string name) => $"fetch:gate:{{{host}}}:{name}";

    [LoggerMessage(1, LogLevel.Warning, "redis is away; the gate of {Host} is this replica's own: {Error}")]
    private partial void LogAway(string host, string error);
}
