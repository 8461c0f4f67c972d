namespace Storyline.Fetch.Politeness;

/// <summary>
/// Lets requests to a host through: never two starts within the interval, never more at once than the limit. In process for one replica,
/// in Redis for many.
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
}

/// <summary>The gate's answer.</summary>
/// <param name="Lease">Set when the request may start: to be given back. Null when it may not.</param>
/// <param name="RetryAfter">When to ask again; spread so that those who wait do not come back together.</param>
public readonly record struct GateAnswer(string? Lease, TimeSpan RetryAfter);

/// <summary>Waiting at the gate.</summary>
public static class HostGateExtensions
{
    /// <summary>Runs a request as soon as its host allows.</summary>
    /// <param name="gate">The gate.</param>
    /// <param name="url">The request's URL.</param>
    /// <param name="options">Interval, concurrency, and how long to wait here.</param>
    /// <param name="time">Clock.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The result; or, when the host is busy for longer than may be waited here, when to try again.</returns>
    public static async Task<(T? Result, TimeSpan? RetryAfter)> RunAsync<T>(
        this IHostGate gate, Uri url, FetchOptions options, TimeProvider time, Func<Task<T>> request, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(gate);
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(request);
        var host = url.Authority.ToLowerInvariant();
        var began = time.GetTimestamp();
        GateAnswer answer;
        while ((answer = await gate.TryEnterAsync(host, options.HostInterval, options.HostConcurrency, cancellationToken)).Lease is null)
        {
            if (time.GetElapsedTime(began) + answer.RetryAfter > options.MaxHostWait)
            {
                return (null, answer.RetryAfter);
            }

            await Task.Delay(answer.RetryAfter, time, cancellationToken);
        }

        try
        {
            return (await request(), null);
        }
        finally
        {
            await gate.LeaveAsync(host, answer.Lease, CancellationToken.None);
        }
    }
}
