namespace Storyline.Fetch.Captures;

/// <summary>
/// The time that one request may take: so much in all, and once its body has begun, no longer than its bytes are worth at the least rate.
/// </summary>
internal sealed class RequestClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _linked;
    private TimeSpan _left;
    private long _started;
    private long _bodyStarted;
    private double _bytesPerSecond;
    private TimeSpan _slowStart;

    public RequestClock(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        _time = time;
        _left = limit;
        _started = time.GetTimestamp();
        _deadline = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(caller, _deadline.Token);
    }

    /// <summary>Cancelled when the time is over, or the caller gives up.</summary>
    public CancellationToken Token => _linked.Token;

    /// <summary>The whole time is over, rather than the body too slow.</summary>
    public bool IsOver => Left <= TimeSpan.Zero;

    private TimeSpan Left => _left - _time.GetElapsedTime(_started);

    /// <summary>What follows is not counted.</summary>
    public void Stop()
    {
        _left = Left;
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>What follows is counted again.</summary>
    public void Start()
    {
        _started = _time.GetTimestamp();
        _deadline.CancelAfter(_left > TimeSpan.Zero ? _left : TimeSpan.Zero);
    }

    public void StartBody(int bytesPerSecond, TimeSpan slowStart)
    {
        (_bytesPerSecond, _slowStart, _bodyStarted) = (bytesPerSecond, slowStart, _time.GetTimestamp());
        Received(0);
    }

    /// <summary>So many bytes of the body have come.</summary>
    public void Received(long bytes)
    {
        if (_bytesPerSecond > 0)
        {
            var worth = _slowStart + TimeSpan.FromSeconds(bytes / _bytesPerSecond) - _time.GetElapsedTime(_bodyStarted);
            var left = Left;
            var wait = worth < left ? worth : left;
            _deadline.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
        }
    }

    public void Dispose()
    {
        _linked.Dispose();
        _deadline.Dispose();
    }
}
