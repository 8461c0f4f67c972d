using System.Globalization;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Storyline.Hosting.Bus.InMemory;
using Storyline.Hosting.Bus.RabbitMq;
using Storyline.Hosting.Options;

namespace Storyline.Hosting.Bus;

/// <summary>Registers the bus.</summary>
public static class BusRegistration
{
    private static readonly TimeSpan StopMargin = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds the bus that section <c>Bus</c> of the configuration asks for: RabbitMQ when <c>Bus:RabbitMq</c> is given, else in memory.
    /// Gives the host <see cref="IBus"/>, <see cref="IBackpressure"/> and <see cref="IMessageRequeuer"/>, and a health check <c>bus</c> tagged <c>ready</c>.
    /// Call it once, for all modules of the host.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">The host's configuration.</param>
    /// <param name="endpoints">Names the consumers of each queue.</param>
    /// <param name="topology">The queues; <see cref="BusTopology.Pipeline"/> when null.</param>
    public static IServiceCollection AddStorylineBus(
        this IServiceCollection services, IConfiguration configuration, Action<IBusEndpoints> endpoints, BusTopology? topology = null)
    {
        topology ??= BusTopology.Pipeline;
        var consumed = new BusEndpoints(topology);
        endpoints(consumed);
        var inMemory = string.IsNullOrWhiteSpace(configuration[$"{BusOptions.Section}:{nameof(BusOptions.RabbitMq)}"]);

        services.AddCheckedOptions<BusOptions>(BusOptions.Section, BusOptions.Errors);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(topology);
        services.AddSingleton<FailureHandling>();
        services.AddOptions<MassTransitHostOptions>().Configure<IOptions<BusOptions>>((host, bus) =>
        {
            // Without it the host is "started" before its queues are bound.
            host.WaitUntilStarted = true;
            host.StartTimeout = bus.Value.StartTimeout;
            host.ConsumerStopTimeout = bus.Value.DrainTimeout;
            host.StopTimeout = bus.Value.DrainTimeout + StopMargin;
        });
        services.Configure<HostOptions>(host =>
        {
            // Read while the host is built, before the options are checked: through them, their errors would hide all others'.
            var drain = TimeSpan.TryParse(configuration[$"{BusOptions.Section}:{nameof(BusOptions.DrainTimeout)}"], CultureInfo.InvariantCulture, out var set)
                ? set
                : new BusOptions().DrainTimeout;
            var least = drain + StopMargin + StopMargin;
            host.ShutdownTimeout = host.ShutdownTimeout > least ? host.ShutdownTimeout : least;
        });

        if (inMemory)
        {
            AddInMemory(services, topology, consumed);
        }
        else
        {
            AddRabbitMq(services, topology);
        }

        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "bus";
                health.Tags.Add("ready");
            });
            foreach (var consumer in consumed.All.SelectMany(endpoint => endpoint.Consumers))
            {
                consumer.Register(bus);
            }

            if (inMemory)
            {
                bus.UsingInMemory((context, transport) => ConfigureInMemory(context, transport, consumed));
            }
            else
            {
                bus.UsingRabbitMq((context, transport) => ConfigureRabbitMq(context, transport, consumed));
            }
        });
        return services;
    }

    /// <summary>
    /// Lets this host collect the quarantined messages of every queue into <typeparamref name="TSink"/>, which is resolved in a scope of its own for each.
    /// </summary>
    public static IServiceCollection AddQuarantineCollector<TSink>(this IServiceCollection services) where TSink : class, IQuarantineSink
    {
        services.TryAddScoped<TSink>();
        services.AddSingleton<IHostedService>(provider => provider.GetService<InMemoryDeliveries>() is null
            ? ActivatorUtilities.CreateInstance<RabbitMqQuarantineCollector<TSink>>(provider)
            : ActivatorUtilities.CreateInstance<InMemoryQuarantineCollector<TSink>>(provider));
        return services;
    }

    private static void AddInMemory(IServiceCollection services, BusTopology topology, BusEndpoints consumed)
    {
        var queues = consumed.All.Select(endpoint => endpoint.Queue).ToHashSet();
        services.AddSingleton<InMemoryDepth>();
        services.AddSingleton<IBackpressure>(provider => provider.GetRequiredService<InMemoryDepth>());
        // The bus is made with its failure handling, so that cannot ask for the bus before it has something to send.
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<InMemoryDeliveries>(provider, (Func<IBus>)provider.GetRequiredService<IBus>));
        services.AddSingleton<IFailedDeliveries>(provider => provider.GetRequiredService<InMemoryDeliveries>());
        services.AddSingleton<IMessageRequeuer>(provider => provider.GetRequiredService<InMemoryDeliveries>());
        services.AddPublishObserver(provider =>
        {
            var depth = provider.GetRequiredService<InMemoryDepth>();
            return new PublishLimits(topology, provider.GetRequiredService<IOptions<BusOptions>>(), queue =>
            {
                // A queue that nobody consumes in this process holds nothing: the in-memory bus drops its messages.
                if (queues.Contains(queue))
                {
                    depth.Added(queue.Name);
                }
            });
        });
    }

    private static void AddRabbitMq(IServiceCollection services, BusTopology topology)
    {
        services.AddSingleton<RabbitMqLink>();
        services.AddSingleton<RabbitMqDeliveries>();
        services.AddSingleton<IFailedDeliveries>(provider => provider.GetRequiredService<RabbitMqDeliveries>());
        services.AddSingleton<IMessageRequeuer>(provider => provider.GetRequiredService<RabbitMqDeliveries>());
        services.AddSingleton<IBackpressure, RabbitMqBackpressure>();
        services.AddHostedService<RabbitMqStart>();
        services.AddPublishObserver(provider => new PublishLimits(topology, provider.GetRequiredService<IOptions<BusOptions>>(), _ => { }));
    }

    private static void ConfigureInMemory(IBusRegistrationContext context, IInMemoryBusFactoryConfigurator transport, BusEndpoints consumed)
    {
        var depth = context.GetRequiredService<InMemoryDepth>();
        foreach (var endpoint in consumed.All)
        {
            transport.ReceiveEndpoint(endpoint.Queue.Name, receiver => Configure(context, receiver, endpoint, () => depth.Removed(endpoint.Queue.Name)));
        }
    }

    private static void ConfigureRabbitMq(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator transport, BusEndpoints consumed)
    {
        var broker = context.GetRequiredService<IOptions<BusOptions>>().Value.Broker!;
        var credentials = broker.UserInfo.Split(':', 2);
        transport.Host(broker, context.GetRequiredService<IHostEnvironment>().ApplicationName, host =>
        {
            if (credentials[0].Length > 0)
            {
                host.Username(Uri.UnescapeDataString(credentials[0]));
                host.Password(Uri.UnescapeDataString(credentials.ElementAtOrDefault(1) ?? ""));
            }

            host.Heartbeat(TimeSpan.FromSeconds(10));
            host.PublisherConfirmation = true;
        });
        foreach (var endpoint in consumed.All)
        {
            transport.ReceiveEndpoint(endpoint.Queue.Name, receiver =>
            {
                // The table binds the queue to the records' exchanges, at every host alike.
                receiver.ConfigureConsumeTopology = false;
                foreach (var (name, value) in RabbitMqTopology.Arguments(endpoint.Queue))
                {
                    receiver.SetQueueArgument(name, value);
                }

                Configure(context, receiver, endpoint, () => { });
            });
        }
    }

    private static void Configure(IBusRegistrationContext context, IReceiveEndpointConfigurator receiver, BusEndpoints.Endpoint endpoint, Action completed)
    {
        var queue = endpoint.Queue.Name;
        var settings = endpoint.Settings;
        var failures = context.GetRequiredService<FailureHandling>();
        receiver.PrefetchCount = settings.Prefetch;
        receiver.ConcurrentMessageLimit = settings.Concurrency;
        // Fault<T> would go to an exchange without a queue.
        receiver.PublishFaults = false;
        receiver.ConfigureReceive(receive => receive.UseFilter(new DeliveryFilter(
            queue, settings.Next, failures, context.GetRequiredService<IBackpressure>(), context.GetRequiredService<IHostApplicationLifetime>(), completed)));
        receiver.ConfigureError(error => error.UseFilter(new FailedFilter(queue, failures)));
        receiver.ConfigureDeadLetter(skipped => skipped.UseFilter(new SkippedFilter(queue, failures)));
        receiver.UseTimeout(timeout => timeout.Timeout = settings.HandlerTimeout);
        if (settings.Retries > 0)
        {
            receiver.UseMessageRetry(retry =>
            {
                retry.Ignore<PermanentException>();
                retry.Intervals(Enumerable.Range(0, settings.Retries).Select(n => settings.RetryInterval * (1 << n)).ToArray());
            });
        }

        foreach (var consumer in endpoint.Consumers)
        {
            consumer.Configure(receiver, context);
        }
    }
}
