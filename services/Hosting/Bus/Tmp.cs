using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Storyline.Hosting.Bus;

// Placeholder until the bus lands: delete this file then.
public static class BusTopology;

public sealed class BusOptions
{
    public int HighWater { get; set; }
}

public static class BusPlaceholder
{
    public static void AddStorylineBus(this IServiceCollection services, IConfiguration configuration, Action<IBusEndpoints> endpoints)
    {
        _ = services;
        _ = configuration;
        _ = endpoints;
    }
}
