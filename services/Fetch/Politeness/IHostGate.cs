using System.Runtime.InteropServices;

namespace Storyline.Fetch.Politeness;

/// <summary>
/// Lets requests to a host through: never two starts within the interval, never more at once than the limit, none while the host wants to be left
/// alone. In process for one replica, in Redis for many.
/// </summary>
public interface IHostGate
{
    /// <summary>Asks to start a request now.</summary>
    /// <param name="host">Authority of the URL, lower case: <c>example.com</c> or <c>example.com:8080</c>.</param>
    /// <param name="interval">Least time between two starts.</param>
    /// <param name="concurrency">Most requests at the same time.</param>
    /// <param name="cancellationToken">Gives up asking.</param>
    ValueTask<GateAnswer> TryEnterAsync(string host, TimeSpan interval, int concurrency, CancellationToken cancellationToken);

    /// <summary>The request of that lease has ended.</summary>
    ValueTask LeaveAsync(string host, string lease, CancellationToken cancellationToken);

    /// <summary>
    /// The host has asked to be left alone (429, 503): nobody is let in for as long as it says, and not before <paramref name="backOff"/> is over, which doubles
    /// each time that the host asks again soon after, and begins anew when it has been content for as long as it was left alone.
    /// </summary>
    /// <param name="host">As for <see cref="TryEnterAsync"/>.</param>
    /// <param name="asked">How long the host asks for; null when it does not say.</param>
    /// <param name="backOff">First and longest time to leave a host alone that does not say.</param>
    /// <param name="cancellationToken">Gives up telling.</param>
    ValueTask PushBackAsync(string host, TimeSpan? asked, BackOff backOff, CancellationToken cancellationToken);
}

/// <summary>The gate's answer.</summary>
/// <param name="Lease">Set when the request may start: to be given back. Null when it may not.</param>
/// <param name="RetryAfter">When to ask again; spread so that those who wait do not come back together.</param>
public readonly record struct GateAnswer(string? Lease, TimeSpan RetryAfter);

/// <summary>How long a host is left alone that does not say.</summary>
/// <param name="First">The first time.</param>
/// <param name="Longest">The limit of the doubling.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct BackOff(TimeSpan First, TimeSpan Longest);
