using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Storyline.Fetch.Politeness;
using Storyline.Fixtures;

namespace Storyline.Fetch.Tests.Politeness;

public sealed class BackOffTests(RedisFixture redis)
{
    private static readonly BackOff HalfMinuteToHour = new(TimeSpan.FromSeconds(30), TimeSpan.FromHours(1));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PushBack_AgainSoon_DoublesUpToTheLongest_AndBeginsAnewAfterPeace()
    {
        var time = new FakeTimeProvider();
        var gate = new LocalHostGate(time);
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 9; i++)
        {
            await gate.PushBackAsync("h", null, HalfMinuteToHour, Cancellation);
            waits.Add(await ClosedForAsync(gate));
            time.Advance(waits[^1]);
        }

        Assert.Equal([30, 60, 120, 240, 480, 960, 1920, 3600, 3600], waits.Select(wait => (int)wait.TotalSeconds));

        time.Advance(TimeSpan.FromHours(1));
        await gate.PushBackAsync("h", null, HalfMinuteToHour, Cancellation);
        Assert.Equal(TimeSpan.FromSeconds(30), await ClosedForAsync(gate));
    }

    [Fact]
    public async Task PushBack_HostSaysForHowLong_IsLeftAloneThatLong()
    {
        var gate = new LocalHostGate(new FakeTimeProvider());

        await gate.PushBackAsync("h", TimeSpan.FromMinutes(7), HalfMinuteToHour, Cancellation);

        Assert.Equal(TimeSpan.FromMinutes(7), await ClosedForAsync(gate));
        Assert.NotNull((await gate.TryEnterAsync("other", TimeSpan.Zero, 1, Cancellation)).Lease);
    }

    [Fact]
    public async Task PushBack_OfRequestsThatBeganBefore_CountsOnce()
    {
        var time = new FakeTimeProvider();
        var gate = new LocalHostGate(time);
        for (var i = 0; i < 5; i++)
        {
            await gate.PushBackAsync("h", null, HalfMinuteToHour, Cancellation);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(TimeSpan.FromSeconds(25), await ClosedForAsync(gate));

        await gate.PushBackAsync("h", TimeSpan.FromMinutes(2), HalfMinuteToHour, Cancellation);
        Assert.Equal(TimeSpan.FromMinutes(2), await ClosedForAsync(gate));
    }

    [Fact]
    public async Task PushBack_ToOneReplica_HoldsForAll()
    {
        redis.SkipIfUnavailable();
        var connectionString = redis.CreateDatabase();
        await using var first = await ConnectionMultiplexer.ConnectAsync(connectionString);
        await using var second = await ConnectionMultiplexer.ConnectAsync(connectionString);
        var (one, other) = (Gate(first), Gate(second));

        await one.PushBackAsync("h", null, HalfMinuteToHour, Cancellation);
        await other.PushBackAsync("h", null, HalfMinuteToHour, Cancellation);
        Assert.InRange(await ClosedForAsync(other), TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(30));

        await one.PushBackAsync("h", TimeSpan.FromHours(2), HalfMinuteToHour, Cancellation);
        Assert.InRange(await ClosedForAsync(other), TimeSpan.FromMinutes(119), TimeSpan.FromHours(2));
    }

    [Fact]
    public async Task PushBack_RedisAgainSoon_Doubles()
    {
        redis.SkipIfUnavailable();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.CreateDatabase());
        var gate = Gate(connection);
        var quick = new BackOff(TimeSpan.FromMilliseconds(200), TimeSpan.FromHours(1));
        await gate.PushBackAsync("h", null, quick, Cancellation);
        while ((await gate.TryEnterAsync("h", TimeSpan.Zero, 10, Cancellation)).Lease is null)
        {
            await Task.Delay(5, Cancellation);
        }

        await gate.PushBackAsync("h", null, quick, Cancellation);

        Assert.InRange((await gate.TryEnterAsync("h", TimeSpan.Zero, 10, Cancellation)).RetryAfter, TimeSpan.FromMilliseconds(201), TimeSpan.FromMilliseconds(400));
    }

    private static async Task<TimeSpan> ClosedForAsync(IHostGate gate)
    {
        var answer = await gate.TryEnterAsync("h", TimeSpan.Zero, 10, Cancellation);
        Assert.Null(answer.Lease);
        return answer.RetryAfter;
    }

    private static RedisHostGate Gate(IConnectionMultiplexer connection) =>
        new(connection, new LocalHostGate(TimeProvider.System), Options.Create(new FetchOptions()), NullLogger<RedisHostGate>.Instance);
}
