using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Storyline.Fetch.Politeness;
using Storyline.Fixtures;

namespace Storyline.Fetch.Tests.Politeness;

public sealed class HostGateTests(RedisFixture redis)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TryEnter_AnyOrderOfQuestions_KeepsIntervalAndConcurrency() =>
        await Gen.Select(Gen.Int[0, 700], Gen.Bool).Array[1, 60].SampleAsync(
            async steps =>
            {
                var time = new FakeTimeProvider();
                var gate = new LocalHostGate(time);
                var leases = new Queue<string>();
                DateTimeOffset? last = null;
                foreach (var (wait, leave) in steps)
                {
                    time.Advance(TimeSpan.FromMilliseconds(wait));
                    if (leave && leases.TryDequeue(out var ended))
                    {
                        await gate.LeaveAsync("h", ended, Cancellation);
                    }

                    if ((await gate.TryEnterAsync("h", Interval, 2, Cancellation)).Lease is not { } lease)
                    {
                        continue;
                    }

                    Assert.True(last is null || time.GetUtcNow() - last >= Interval);
                    last = time.GetUtcNow();
                    leases.Enqueue(lease);
                    Assert.InRange(leases.Count, 1, 2);
                }
            },
            iter: 2_000);

    [Fact]
    public async Task TryEnter_ManyAtOnce_AreToldDifferentTimes()
    {
        var gate = new LocalHostGate(new FakeTimeProvider());
        Assert.NotNull((await gate.TryEnterAsync("h", Interval, 2, Cancellation)).Lease);

        var waits = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            waits.Add((await gate.TryEnterAsync("h", Interval, 2, Cancellation)).RetryAfter);
        }

        Assert.Equal(Enumerable.Range(1, 5).Select(i => Interval * i), waits);
    }

    [Fact]
    public async Task TryEnter_OtherHost_IsNotHeldUp()
    {
        var gate = new LocalHostGate(new FakeTimeProvider());
        await gate.TryEnterAsync("h", Interval, 1, Cancellation);

        Assert.NotNull((await gate.TryEnterAsync("other", Interval, 1, Cancellation)).Lease);
    }

    [Fact]
    public async Task Redis_TwoReplicas_ShareIntervalAndConcurrency()
    {
        redis.SkipIfUnavailable();
        var connectionString = redis.CreateDatabase();
        await using var first = await ConnectionMultiplexer.ConnectAsync(connectionString);
        await using var second = await ConnectionMultiplexer.ConnectAsync(connectionString);
        IHostGate[] gates = [Gate(first), Gate(second)];
        var hour = TimeSpan.FromHours(1);

        Assert.NotNull((await gates[0].TryEnterAsync("slow", hour, 5, Cancellation)).Lease);
        var answer = await gates[1].TryEnterAsync("slow", hour, 5, Cancellation);
        Assert.Null(answer.Lease);
        Assert.InRange(answer.RetryAfter, TimeSpan.FromMinutes(59), hour);
        Assert.InRange((await gates[0].TryEnterAsync("slow", hour, 5, Cancellation)).RetryAfter, hour, 2 * hour);

        var lease = (await gates[0].TryEnterAsync("narrow", TimeSpan.Zero, 1, Cancellation)).Lease;
        Assert.NotNull(lease);
        Assert.Null((await gates[1].TryEnterAsync("narrow", TimeSpan.Zero, 1, Cancellation)).Lease);
        await gates[0].LeaveAsync("narrow", lease, Cancellation);
        Assert.NotNull((await gates[1].TryEnterAsync("narrow", TimeSpan.Zero, 1, Cancellation)).Lease);
    }

    [Fact]
    public async Task Redis_Away_EachReplicaIsPoliteAlone()
    {
        await using var away = await ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=100,syncTimeout=100,asyncTimeout=100");
        var gate = Gate(away);

        var answer = await gate.TryEnterAsync("h", Interval, 5, Cancellation);
        Assert.NotNull(answer.Lease);
        Assert.Null((await gate.TryEnterAsync("h", Interval, 5, Cancellation)).Lease);
        await gate.LeaveAsync("h", answer.Lease, Cancellation);
    }

    private static RedisHostGate Gate(IConnectionMultiplexer connection) =>
        new(connection, new LocalHostGate(TimeProvider.System), Options.Create(new FetchOptions()), NullLogger<RedisHostGate>.Instance);
}
