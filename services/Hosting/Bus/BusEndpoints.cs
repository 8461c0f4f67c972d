using MassTransit;

namespace Storyline.Hosting.Bus;

/// <summary>Gathers what the modules consume, checks it against the topology, and configures the endpoints from it.</summary>
internal sealed class BusEndpoints(BusTopology topology) : IBusEndpoints
{
    private readonly Dictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Endpoint> All => _endpoints.Values;

    public void Consume<TConsumer>(string queue, EndpointSettings settings) where TConsumer : class, IConsumer
    {
        var bound = topology.Queue(queue);
        var unrouted = typeof(TConsumer).GetInterfaces()
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConsumer<>))
            .Select(type => type.GetGenericArguments()[0])
            .Where(type => !bound.MessageTypes.Contains(type))
            .ToArray();
        if (unrouted.Length > 0)
        {
            throw new ArgumentException(
                $"{typeof(TConsumer).Name} consumes {string.Join(", ", unrouted.Select(type => type.Name))}, which the bus topology does not route to {queue}", nameof(queue));
        }

        if (!_endpoints.TryGetValue(queue, out var endpoint))
        {
            _endpoints.Add(queue, endpoint = new Endpoint(bound, Checked(queue, settings)));
        }
        else if (endpoint.Settings != settings)
        {
            throw new ArgumentException($"{queue} has other settings already", nameof(settings));
        }

        endpoint.Consumers.Add(new Consumer(
            configurator => configurator.AddConsumer<TConsumer>(),
            (configurator, context) => configurator.ConfigureConsumer<TConsumer>(context)));
    }

    private EndpointSettings Checked(string queue, EndpointSettings settings)
    {
        if (settings.Concurrency < 1 || settings.Prefetch < settings.Concurrency || settings.Prefetch > ushort.MaxValue
            || settings.Retries < 0 || settings.RetryInterval < TimeSpan.Zero
            || settings.HandlerTimeout <= TimeSpan.Zero || settings.HandlerTimeout > TimeSpan.FromMinutes(15))
        {
            throw new ArgumentException(
                $"settings of {queue} must have 1 <= Concurrency <= Prefetch, Retries and RetryInterval >= 0, HandlerTimeout up to 15 min: {settings}", nameof(settings));
        }

        foreach (var next in settings.Next)
        {
            _ = topology.Queue(next);
        }

        return settings;
    }

    internal sealed record Consumer(
        Action<IBusRegistrationConfigurator> Register, Action<IReceiveEndpointConfigurator, IRegistrationContext> Configure);

    internal sealed record Endpoint(BusQueue Queue, EndpointSettings Settings)
    {
        public List<Consumer> Consumers { get; } = [];
    }
}
