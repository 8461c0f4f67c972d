using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Storyline.Fixtures;
using Storyline.Hosting;
using Storyline.Hosting.Bus;

namespace Storyline.Integration;

/// <summary>Each bus record with every member set, over a real broker, as the hosts send and receive it.</summary>
public sealed class BusRecordTests(RabbitMqFixture rabbitMq)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Publish_EveryRecord_ReachesEachOfItsQueuesEqualAndInTheSameTrace()
    {
        rabbitMq.SkipIfUnavailable();
        var cancellationToken = TestContext.Current.CancellationToken;
        var broker = await rabbitMq.CreateVirtualHostAsync(cancellationToken);
        var received = new ConcurrentQueue<Received>();
        await using var host = StorylineHost.Build(
            ["--Http:Port=0", "--Http:GrpcPort=0", "--Logging:LogLevel:Default=Warning", $"--Bus:RabbitMq={broker}"], [new EveryQueue(received)]);
        await host.StartAsync(cancellationToken);
        var bus = host.Services.GetRequiredService<IBus>();

        var expected = new List<Received>();
        foreach (var record in MessageExamples.All)
        {
            using var activity = new Activity("publish").SetIdFormat(ActivityIdFormat.W3C);
            activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
            activity.Start();
            await bus.Publish(record, record.GetType(), cancellationToken);
            var queues = BusTopology.Pipeline.QueuesOf(record.GetType()).ToList();
            Assert.NotEmpty(queues);
            expected.AddRange(queues.Select(queue => new Received(queue.Name, Json(record), activity.TraceId)));
        }

        await Eventually.GetAsync("every record", _ => Task.FromResult(received.Count), count => count >= expected.Count, Patience, cancellationToken);
        await host.StopAsync(cancellationToken);

        Assert.Equal(Sorted(expected), Sorted(received));
    }

    private static IEnumerable<Received> Sorted(IEnumerable<Received> all) =>
        all.OrderBy(one => one.Queue, StringComparer.Ordinal).ThenBy(one => one.Json, StringComparer.Ordinal);

    private static string Json(object record) => JsonSerializer.Serialize(record, record.GetType(), SystemTextJsonMessageSerializer.Options);

    private sealed record Received(string Queue, string Json, ActivityTraceId Trace);

    /// <summary>Takes what every queue of the pipeline brings.</summary>
    private sealed class EveryQueue(ConcurrentQueue<Received> received) : IServiceModule
    {
        public string Name => "every-queue";

        public void ConfigureServices(IHostApplicationBuilder builder) => builder.Services.AddSingleton(received);

        public void ConfigureBus(IBusEndpoints endpoints)
        {
            foreach (var queue in BusTopology.Pipeline.Queues)
            {
                foreach (var type in queue.MessageTypes)
                {
                    typeof(IBusEndpoints).GetMethod(nameof(IBusEndpoints.Consume))!
                        .MakeGenericMethod(typeof(Keep<>).MakeGenericType(type)).Invoke(endpoints, [queue.Name, Settings]);
                }
            }
        }

        public void MapGrpc(IEndpointRouteBuilder app)
        {
        }

        private static readonly EndpointSettings Settings = new();
    }

    private sealed class Keep<T>(ConcurrentQueue<Received> received) : IConsumer<T> where T : class
    {
        public Task Consume(ConsumeContext<T> context)
        {
            received.Enqueue(new Received(context.ReceiveContext.InputAddress.Segments[^1], Json(context.Message), Activity.Current?.TraceId ?? default));
            return Task.CompletedTask;
        }
    }
}
