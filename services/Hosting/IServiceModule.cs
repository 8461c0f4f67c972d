using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Storyline.Hosting.Bus;

namespace Storyline.Hosting;

/// <summary>
/// One of the five services, as a host takes it in. Alone in a process it is that service;
/// all five in one process are the embedded platform.
/// </summary>
public interface IServiceModule
{
    /// <summary>Lower-case name: of its database, its configuration section's lower case, its traces.</summary>
    string Name { get; }

    /// <summary>Registers what the service is made of.</summary>
    void ConfigureServices(IHostApplicationBuilder builder);

    /// <summary>Names the queues it consumes.</summary>
    void ConfigureBus(IBusEndpoints endpoints);

    /// <summary>Maps its gRPC services; JSON transcoding comes with them.</summary>
    void MapGrpc(IEndpointRouteBuilder app);
}
