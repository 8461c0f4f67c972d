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

    // KEYS of both scripts: state (hash: next start, next hint, end of the time left alone, that time; all in ms), leases (sorted set: lease → end).
    // ARGV: interval ms, concurrency, lease, lease time ms. Returns 0 when let in, else the milliseconds to wait.
    private const string Enter =
        """
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        local interval = tonumber(ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
        local s = redis.call('HMGET', KEYS[1], 'next', 'hint', 'until', 'alone')
        local start = math.max(tonumber(s[1] or '0'), tonumber(s[3] or '0'))
        local kept = math.max(start, tonumber(s[3] or '0') + tonumber(s[4] or '0'))
        if now < start or redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[2]) then
            local hint = math.max(start, now + 1)
            if start <= now then hint = now + 100 end
            hint = math.max(tonumber(s[2] or '0'), hint)
            redis.call('HSET', KEYS[1], 'hint', string.format('%.0f', hint + interval))
            redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(hint + interval, kept) - now + 1000))
            return hint - now
        end
        redis.call('ZADD', KEYS[2], string.format('%.0f', now + tonumber(ARGV[4])), ARGV[3])
        redis.call('PEXPIRE', KEYS[2], ARGV[4])
        if interval > 0 then
            redis.call('HSET', KEYS[1], 'next', string.format('%.0f', now + interval))
            redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(now + interval, tonumber(s[2] or '0'), kept) - now + 1000))
        end
        return 0
        """;

    // ARGV: ms asked for (0: not said), first, longest. As LocalHostGate has it.
    private const string PushBack =
        """
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        local asked = tonumber(ARGV[1])
        local s = redis.call('HMGET', KEYS[1], 'next', 'hint', 'until', 'alone')
        local ending = tonumber(s[3] or '0')
        local alone = tonumber(s[4] or '0')
        if now >= ending then
            if now < ending + alone then alone = math.min(alone * 2, tonumber(ARGV[3])) else alone = tonumber(ARGV[2]) end
            alone = math.max(alone, asked)
            ending = now + alone
        else
            ending = math.max(ending, now + asked)
        end
        redis.call('HSET', KEYS[1], 'until', string.format('%.0f', ending), 'alone', string.format('%.0f', alone))
        redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(ending + alone, tonumber(s[1] or '0'), tonumber(s[2] or '0')) - now + 1000))
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
                Enter, [State(host), Leases(host)], [Milliseconds(interval), concurrency, lease, Milliseconds(LeaseTime)]);
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
            await redis.GetDatabase().SortedSetRemoveAsync(Leases(host), lease);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The lease ends by itself.
            LogAway(host, exception.Message);
        }
    }

    public async ValueTask PushBackAsync(string host, TimeSpan? asked, BackOff backOff, CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetDatabase().ScriptEvaluateAsync(
                PushBack, [State(host), Leases(host)], [Milliseconds(asked ?? TimeSpan.Zero), Milliseconds(backOff.First), Milliseconds(backOff.Longest)]);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogAway(host, exception.Message);
            await local.PushBackAsync(host, asked, backOff, cancellationToken);
        }
    }

    private static long Milliseconds(TimeSpan time) => (long)time.TotalMilliseconds;

    // The braces keep a host's keys on one node of a cluster.
    private static RedisKey State(string host) => $"fetch:gate:{{{host}}}:state";

    private static RedisKey Leases(string host) => $"fetch:gate:{{{host}}}:leases";

    [LoggerMessage(1, LogLevel.Warning, "redis is away; the gate of {Host} is this replica's own: {Error}")]
    private partial void LogAway(string host, string error);
}
