namespace Storyline.Fetch.Politeness;

/// <summary>The gate of one process. Hosts that nobody asks for are forgotten.</summary>
public sealed class LocalHostGate(TimeProvider time) : IHostGate
{
    private const int SweepAbove = 10_000;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, Host> _hosts = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public ValueTask<GateAnswer> TryEnterAsync(string host, TimeSpan interval, int concurrency, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (!_hosts.TryGetValue(host, out var state))
            {
                Sweep(now);
                _hosts.Add(host, state = new Host());
            }

            if (now < state.NextStart || state.Running >= concurrency)
            {
                // Each one told to wait is sent to a later slot, so that they do not all come back for the same one.
                var earliest = state.NextStart > now ? state.NextStart : now + BusyPause;
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

    private void Sweep(DateTimeOffset now)
    {
        if (_hosts.Count < SweepAbove)
        {
            return;
        }

        foreach (var host in _hosts.Where(host => host.Value.Running == 0 && host.Value.NextStart <= now && host.Value.NextHint <= now).Select(host => host.Key).ToList())
        {
            _hosts.Remove(host);
        }
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private sealed class Host
    {
        public DateTimeOffset NextStart { get; set; }

        public DateTimeOffset NextHint { get; set; }

        public int Running { get; set; }
    }
}
