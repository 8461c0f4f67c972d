using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Storyline.Hosting.Bus.InMemory;

/// <summary>Counts the messages that each queue of the in-memory bus holds, those in hand included, and makes producers wait on them.</summary>
internal sealed class InMemoryDepth(BusTopology topology, IOptions<BusOptions> options, TimeProvider time) : IBackpressure
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, int> _held = new(StringComparer.Ordinal);

    public void Added(string queue) => _held.AddOrUpdate(queue, 1, (_, held) => held + 1);

    public void Removed(string queue) => _held.AddOrUpdate(queue, 0, (_, held) => held - 1);

    public async Task WaitAsync(string queue, CancellationToken cancellationToken)
    {
        var name = topology.Queue(queue).Name;
        while (_held.GetValueOrDefault(name) > options.Value.HighWater)
        {
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
