using System.Collections.Concurrent;
using System.Globalization;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Storyline.Hosting.Bus;

namespace Storyline.Hosting.Tests.Bus;

public sealed record Work(int Number, string Text = "");

public sealed record WorkDone(int Number);

public sealed record Unbound(int Number);

/// <summary>What the consumers of a test do and what they saw.</summary>
public sealed class Probe
{
    private readonly ConcurrentQueue<(Func<int, bool> Condition, TaskCompletionSource Reached)> _waiting = new();
    private int _handled;

    public Func<ConsumeContext<Work>, Task> Handle { get; set; } = _ => Task.CompletedTask;

    public ConcurrentQueue<Work> Seen { get; } = new();

    public ConcurrentQueue<int> Done { get; } = new();

    public ConcurrentQueue<QuarantinedMessage> Quarantined { get; } = new();

    public Func<QuarantinedMessage, Task> Store { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called on whatever happens; ends the waits that it fulfils.</summary>
    public void Signal()
    {
        Interlocked.Increment(ref _handled);
        foreach (var (condition, reached) in _waiting)
        {
            if (condition(_handled))
            {
                reached.TrySetResult();
            }
        }
    }

    public async Task UntilAsync(string phase, Func<bool> condition, CancellationToken cancellationToken, int seconds = 60)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue((_ => condition(), reached));
        if (condition())
        {
            return;
        }

        try
        {
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(seconds), cancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{phase}: not reached in {seconds} s; seen {Seen.Count}, done {Done.Count}, quarantined {Quarantined.Count}");
        }
    }
}

public sealed class WorkConsumer(Probe probe) : IConsumer<Work>
{
    public async Task Consume(ConsumeContext<Work> context)
    {
        probe.Seen.Enqueue(context.Message);
        probe.Signal();
        await probe.Handle(context);
    }
}

public sealed class WorkDoneConsumer(Probe probe) : IConsumer<WorkDone>
{
    public Task Consume(ConsumeContext<WorkDone> context)
    {
        probe.Done.Enqueue(context.Message.Number);
        probe.Signal();
        return Task.CompletedTask;
    }
}

public sealed class ProbeSink(Probe probe) : IQuarantineSink
{
    public async Task StoreAsync(QuarantinedMessage message, CancellationToken cancellationToken)
    {
        await probe.Store(message);
        probe.Quarantined.Enqueue(message);
        probe.Signal();
    }
}

/// <summary>One process with a bus of two queues: <c>one.work</c> for <see cref="Work"/>, <c>two.done</c> for <see cref="WorkDone"/>.</summary>
public sealed class BusHost : IAsyncDisposable
{
    public static readonly BusTopology Topology = new(
        new BusQueue("one.work", typeof(Work)) { MaxLength = 10_000 },
        new BusQueue("two.done", typeof(WorkDone)));

    private readonly IHost _host;

    private BusHost(IHost host, Probe probe)
    {
        _host = host;
        Probe = probe;
    }

    public Probe Probe { get; }

    public IServiceProvider Services => _host.Services;

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public static async Task<BusHost> StartAsync(
        Uri? broker,
        Action<IBusEndpoints>? endpoints = null,
        Probe? probe = null,
        bool collect = true,
        Action<Dictionary<string, string?>>? configure = null,
        BusTopology? topology = null,
        CancellationToken cancellationToken = default)
    {
        // MassTransit keeps the log of the first host of an async flow.
        LogContext.Current = null;
        probe ??= new Probe();
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Bus:RabbitMq"] = broker?.ToString(),
            ["Bus:DrainTimeout"] = "00:00:05",
            ["Bus:StartTimeout"] = "00:00:30",
        };
        foreach (var (delay, index) in new[] { 100, 200 }.Select((delay, index) => (delay, index)))
        {
            settings[$"Bus:RetryDelays:{index}"] = TimeSpan.FromMilliseconds(delay).ToString("c", CultureInfo.InvariantCulture);
        }

        configure?.Invoke(settings);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "bus-tests" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(probe);
        builder.Services.AddHealthChecks();
        builder.Services.AddStorylineBus(builder.Configuration, endpoints ?? Consume(new EndpointSettings { RetryInterval = TimeSpan.FromMilliseconds(10) }), topology ?? Topology);
        if (collect)
        {
            builder.Services.AddQuarantineCollector<ProbeSink>();
        }

        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new BusHost(host, probe);
    }

    public static Action<IBusEndpoints> Consume(EndpointSettings settings) => endpoints =>
    {
        endpoints.Consume<WorkConsumer>("one.work", settings);
        endpoints.Consume<WorkDoneConsumer>("two.done", settings with { Next = [] });
    };

    public Task StopAsync(CancellationToken cancellationToken) => _host.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _host.StopAsync();
        }
        finally
        {
            await ((IAsyncDisposable)_host).DisposeAsync();
        }
    }
}
