namespace Storyline.Hosting.Bus;

/// <summary>Makes producers wait for the consumers of a queue.</summary>
public interface IBackpressure
{
    /// <summary>Returns as soon as the queue holds no more than <see cref="BusOptions.HighWater"/> ready messages, as known for at most a second.</summary>
    /// <exception cref="ArgumentException">The bus has no such queue.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    Task WaitAsync(string queue, CancellationToken cancellationToken);
}
