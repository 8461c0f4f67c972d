using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Politeness;
using Storyline.Fetch.Robots;
using Storyline.Fixtures;

namespace Storyline.Fetch.Tests.Politeness;

/// <summary>What no order of events may break.</summary>
public sealed class PolitenessPropertyTests(RedisFixture redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gate_AnyOrderOfEvents_KeepsIntervalConcurrencyAndPeace() =>
        await Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3000], Gen.Int[1, 3]).Array[1, 80].SampleAsync(
            async steps =>
            {
                var time = new FakeTimeProvider();
                var gate = new LocalHostGate(time);
                var backOff = new BackOff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
                var leases = new Queue<string>();
                var earliest = time.GetUtcNow();
                foreach (var (kind, milliseconds, concurrency) in steps)
                {
                    var some = TimeSpan.FromMilliseconds(milliseconds);
                    switch (kind)
                    {
                        case 0:
                            time.Advance(some);
                            break;
                        case 1 when leases.TryDequeue(out var ended):
                            await gate.LeaveAsync("h", ended, Cancellation);
                            break;
                        case 2:
                            await gate.PushBackAsync("h", milliseconds % 2 == 0 ? some : null, backOff, Cancellation);
                            var until = time.GetUtcNow() + (milliseconds % 2 == 0 ? some : TimeSpan.Zero);
                            earliest = until > earliest ? until : earliest;
                            break;
                        case 3 when (await gate.TryEnterAsync("h", some, concurrency, Cancellation)).Lease is { } lease:
                            Assert.True(time.GetUtcNow() >= earliest, $"let in {earliest - time.GetUtcNow()} too early");
                            leases.Enqueue(lease);
                            Assert.True(leases.Count <= concurrency, $"{leases.Count} at once");
                            earliest = time.GetUtcNow() + some;
                            break;
                    }
                }
            },
            iter: 5_000);

    [Fact]
    public async Task Redis_TwoReplicasAtOnce_KeepIntervalAndConcurrency()
    {
        redis.SkipIfUnavailable();
        var connectionString = redis.CreateDatabase();
        await using var first = await ConnectionMultiplexer.ConnectAsync(connectionString);
        await using var second = await ConnectionMultiplexer.ConnectAsync(connectionString);
        var options = Options.Create(new FetchOptions());
        var leaseTime = options.Value.RequestTimeout + TimeSpan.FromSeconds(30);
        RedisHostGate[] replicas = [.. new[] { first, second }.Select(connection => new RedisHostGate(connection, new LocalHostGate(TimeProvider.System), options, NullLogger<RedisHostGate>.Instance))];
        await Gen.Select(Gen.Int[1, 12], Gen.Int[1, 3], Gen.Int[2, 8], Gen.Int[0, 1_000_000]).SampleAsync(
            async (milliseconds, concurrency, workers, name) =>
            {
                var (host, running, most) = ($"h{name}", 0, 0);
                var starts = new ConcurrentBag<double>();
                await Parallel.ForAsync(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = Cancellation }, async (worker, token) =>
                {
                    var gate = replicas[worker % 2];
                    for (var i = 0; i < 4; i++)
                    {
                        GateAnswer answer;
                        while ((answer = await gate.TryEnterAsync(host, TimeSpan.FromMilliseconds(milliseconds), concurrency, token)).Lease is null)
                        {
                            await Task.Delay(1, token);
                        }

                        most = Math.Max(most, Interlocked.Increment(ref running));

                        // The lease ends a known time after the start, on the clock that decided about it.
                        starts.Add((await first.GetDatabase().SortedSetScoreAsync($"fetch:gate:{{{host}}}:leases", answer.Lease))!.Value - leaseTime.TotalMilliseconds);
                        Interlocked.Decrement(ref running);
                        await gate.LeaveAsync(host, answer.Lease, token);
                    }
                });

                var ordered = starts.Order().ToArray();
                Assert.Equal(workers * 4, ordered.Length);
                Assert.True(most <= concurrency, $"{most} at once, {concurrency} allowed");
                Assert.All(ordered.Zip(ordered.Skip(1)), pair => Assert.True(pair.Second - pair.First >= milliseconds, $"{pair.Second - pair.First} ms apart, {milliseconds} asked for"));
            },
            iter: 15, threads: 1);
    }

    [Fact]
    public async Task PoliteFetcher_TwoReplicasAnyRulesAndRedirects_AskNothingDeniedAndNothingTooSoon() =>
        await Gen.Select(
            Pick.From("/a", "/b", "/a/c", "/*d", "/a$", "/").Array[0, 4],
            Pick.From("/a/e", "/b/d", "/").Array[0, 2],
            Gen.Int[0, 5],
            Pick.From("/a", "/b", "/a/c", "/a/e", "/b/d", "/x", "/y/d").Array[1, 8]).SampleAsync(
            async (denied, allowed, crawlDelay, paths) =>
            {
                var robots = "User-agent: *\n" + string.Concat(denied.Select(path => $"Disallow: {path}\n")) + string.Concat(allowed.Select(path => $"Allow: {path}\n"))
                    + string.Create(CultureInfo.InvariantCulture, $"Crawl-delay: {crawlDelay}\n");
                await using var site = await Site.StartAsync();
                site.Page("/robots.txt", robots, "text/plain");

                // Every path leads to the next one.
                for (var i = 0; i + 1 < paths.Length; i++)
                {
                    var next = paths[i + 1];
                    site.Map(paths[i], context =>
                    {
                        context.Response.Redirect(next);
                        return Task.CompletedTask;
                    });
                }

                var time = new FakeTimeProvider();
                var options = Options.Create(new FetchOptions { AllowPrivateAddresses = true, HostConcurrency = 2, RequestTimeout = TimeSpan.FromMinutes(10), MinBytesPerSecond = 0 });
                var gate = new RecordingGate(new LocalHostGate(time), time);
                using var fetcher = new HttpFetcher(options, time);
                PoliteFetcher[] replicas =
                [
                    .. Enumerable.Range(0, 2).Select(_ => new PoliteFetcher(
                        fetcher, new RobotsCache(fetcher, gate, options, time, NullLogger<RobotsCache>.Instance), new TdmRepCache(time), gate, options, time)),
                ];
                var all = Task.WhenAll(paths.SelectMany(path => replicas.Select(replica => replica.GetAsync(
                    new FetchRequest(new Uri(site.Url(path)), 1000) { WithReservations = true }, Cancellation))));
                while (!all.IsCompleted)
                {
                    time.Advance(TimeSpan.FromMilliseconds(200));
                    await Task.Delay(1, Cancellation);
                }

                await all;
                var rules = RobotsTxt.Parse(Encoding.UTF8.GetBytes(robots));
                Assert.All(site.Requests, path => Assert.True(rules.IsAllowed("StorylineBot", path), $"{path} was asked for against\n{robots}"));

                // One pass through the gate for each request, that for robots.txt and those of redirects among them.
                Assert.Equal(site.Requests.Count, gate.Starts.Count);
                Assert.InRange(gate.MostAtOnce, 1, 2);
                var starts = gate.Starts.Order().ToArray();
                Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(1), $"{pair.Second - pair.First} apart"));

                // Each replica reads robots.txt for itself; what it asks for after that keeps to the delay that it has read.
                var slow = gate.Intervals.Where(interval => interval > TimeSpan.FromSeconds(1)).ToList();
                Assert.True(crawlDelay <= 1 ? slow.Count == 0 : slow.All(interval => interval == TimeSpan.FromSeconds(crawlDelay)));
            },
            iter: 40, threads: 1);

    private sealed class RecordingGate(LocalHostGate inner, TimeProvider time) : IHostGate
    {
        private int _running;

        public ConcurrentQueue<DateTimeOffset> Starts { get; } = new();

        public ConcurrentQueue<TimeSpan> Intervals { get; } = new();

        public int MostAtOnce { get; private set; }

        public async ValueTask<GateAnswer> TryEnterAsync(string host, TimeSpan interval, int concurrency, CancellationToken cancellationToken)
        {
            var now = time.GetUtcNow();
            var answer = await inner.TryEnterAsync(host, interval, concurrency, cancellationToken);
            if (answer.Lease is not null)
            {
                Starts.Enqueue(now);
                Intervals.Enqueue(interval);
                MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
            }

            return answer;
        }

        public ValueTask LeaveAsync(string host, string lease, CancellationToken cancellationToken)
        {
            Interlocked.Decrement(ref _running);
            return inner.LeaveAsync(host, lease, cancellationToken);
        }

        public ValueTask PushBackAsync(string host, TimeSpan? asked, BackOff backOff, CancellationToken cancellationToken) => inner.PushBackAsync(host, asked, backOff, cancellationToken);
    }
}
