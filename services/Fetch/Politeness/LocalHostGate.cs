namespace Storyline.Fetch.Politeness;

/// <summary>The gate of one process. Hosts that nobody asks for are forgotten.</summary>
public sealed class LocalHostGate(TimeProvider time) : IHostGate
{
    private const int SweepAbove = 10_000;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, Host> _hosts = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _sweepAt = SweepAbove;

    public ValueTask<GateAnswer> TryEnterAsync(string host, TimeSpan interval, int concurrency, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var state = Find(host, now);
            var next = Max(state.NextStart, state.AloneUntil);
            if (now < next || state.Running >= concurrency)
            {
                // Each one told to wait is sent to a later slot, so that they do not all come back for the same one.
                var earliest = next > now ? next : now + BusyPause;
                state.NextHint = Max(state.NextHint, earliest);
                var retryAfter = state.NextHint - now;
                state.NextHint += interval;
                return ValueTask.FromResult(new GateAnswer(null, retryAfter));
            }

            state.Running++;
            state.NextStart = now + interval;
            return ValueTask.FromResult(new GateAnswer(host, TimeSpan.Zero));
        }
    }

    public ValueTask LeaveAsync(string host, string lease, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_hosts.TryGetValue(host, out var state))
            {
                state.Running--;
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask PushBackAsync(string host, TimeSpan? asked, BackOff backOff, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var state = Find(host, now);

            // While it is left alone, requests that began before come back with the same answer.
            if (now >= state.AloneUntil)
            {
                var isSoon = now < state.AloneUntil + state.Alone;
                state.Alone = Max(isSoon ? Min(state.Alone * 2, backOff.Longest) : backOff.First, asked ?? TimeSpan.Zero);
                state.AloneUntil = now + state.Alone;
            }
            else if (asked is { } longer)
            {
                state.AloneUntil = Max(state.AloneUntil, now + longer);
            }
        }

        return ValueTask.CompletedTask;
    }

    private Host Find(string host, DateTimeOffset now)
    {
        if (!_hosts.TryGetValue(host, out var state))
        {
            Sweep(now);
            _hosts.Add(host, state = new Host());
        }

        return state;
    }

    private void Sweep(DateTimeOffset now)
    {
        if (_hosts.Count < _sweepAt)
        {
            return;
        }

        foreach (var (host, state) in _hosts)
        {
            if (state.Running == 0 && state.NextStart <= now && state.NextHint <= now && state.AloneUntil + state.Alone <= now)
            {
                _hosts.Remove(host);
            }
        }

        // Not at every new host while most of them are in use.
        _sweepAt = Math.Max(SweepAbove, _hosts.Count * 2);
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private sealed class Host
    {
        public DateTimeOffset NextStart { get; set; }

        public DateTimeOffset NextHint { get; set; }

        public int Running { get; set; }

        /// <summary>The end of the time for which the host is left alone.</summary>
        public DateTimeOffset AloneUntil { get; set; }

        /// <summary>How long that was.</summary>
        public TimeSpan Alone { get; set; }
    }
}
