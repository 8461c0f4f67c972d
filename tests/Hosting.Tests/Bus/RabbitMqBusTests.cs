using System.Collections.Concurrent;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Storyline.Fixtures;
using Storyline.Hosting.Bus;

namespace Storyline.Hosting.Tests.Bus;

public sealed class RabbitMqBusTests(RabbitMqFixture rabbitMq) : BusTests, IClassFixture<RabbitMqFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_EmptyBroker_DeclaresEveryQueueOfTheTable()
    {
        var broker = await BrokerAsync(Cancel);
        await using var host = await BusHost.StartAsync(broker, endpoints: _ => { }, collect: false, cancellationToken: Cancel);

        var queues = (await rabbitMq.ListQueuesAsync(broker!, Cancel)).ToDictionary(queue => (string)queue["name"]!, StringComparer.Ordinal);

        Assert.Equal(
            [
                "one.work", "one.work.quarantine", "one.work.retry.100ms", "one.work.retry.200ms",
                "two.done", "two.done.quarantine", "two.done.retry.100ms", "two.done.retry.200ms",
            ],
            queues.Keys.Order(StringComparer.Ordinal));
        Assert.All(queues.Values, queue =>
        {
            Assert.Equal("quorum", (string)queue["type"]!);
            Assert.Equal("reject-publish", (string)queue["arguments"]!["x-overflow"]!);
            Assert.True((long)queue["arguments"]!["x-max-length"]! > 0);
        });
        foreach (var (name, target) in new[] { ("one.work", "one.work.quarantine"), ("one.work.retry.100ms", "one.work") })
        {
            var arguments = queues[name]["arguments"]!;
            Assert.Equal("at-least-once", (string)arguments["x-dead-letter-strategy"]!);
            Assert.Equal(target, (string)arguments["x-dead-letter-routing-key"]!);
        }

        Assert.Equal(20, (int)queues["one.work"]["arguments"]!["x-delivery-limit"]!);
        await using var raw = await RawAsync(broker!);
        await raw.Channel.ExchangeDeclarePassiveAsync("Storyline.Hosting.Tests.Bus:Work", Cancel);
    }

    [Fact]
    public async Task Publish_BeforeAnyConsumerEverStarted_IsKept()
    {
        var broker = await BrokerAsync(Cancel);
        await using (var publisher = await BusHost.StartAsync(broker, endpoints: _ => { }, collect: false, cancellationToken: Cancel))
        {
            await publisher.Bus.Publish(new Work(1), Cancel);
        }

        await using var consumer = await BusHost.StartAsync(broker, cancellationToken: Cancel);
        await consumer.Probe.UntilAsync("handled", () => !consumer.Probe.Seen.IsEmpty, Cancel);
    }

    [Fact]
    public async Task Publish_QueueDeletedBehindOurBack_ThrowsInsteadOfLosing()
    {
        var broker = await BrokerAsync(Cancel);
        await using var host = await BusHost.StartAsync(broker, endpoints: _ => { }, collect: false, cancellationToken: Cancel);
        await using var raw = await RawAsync(broker!);
        await raw.Channel.QueueDeleteAsync("one.work", cancellationToken: Cancel);

        await Assert.ThrowsAsync<MessageReturnedException>(() => host.Bus.Publish(new Work(1), Cancel));
    }

    [Fact]
    public async Task Publish_QueueFull_WaitsForRoomInsteadOfLosing()
    {
        var broker = await BrokerAsync(Cancel);
        await using var host = await BusHost.StartAsync(
            broker, endpoints: _ => { }, collect: false, topology: new BusTopology(new BusQueue("one.work", typeof(Work)) { MaxLength = 3 }), cancellationToken: Cancel);
        var confirmed = 0;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            for (; confirmed < 50; confirmed++)
            {
                await host.Bus.Publish(new Work(confirmed), limit.Token);
            }
        });

        await using var raw = await RawAsync(broker!);
        var waiting = host.Bus.Publish(new Work(confirmed), Cancel);
        var purged = await raw.Channel.QueuePurgeAsync("one.work", Cancel);
        Assert.True(purged >= confirmed, $"{confirmed} confirmed, {purged} held");
        await waiting.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
    }

    [Fact]
    public async Task Consume_ForeignBytesOrUnknownType_QuarantinedAndNoOtherQueueAppears()
    {
        var broker = await BrokerAsync(Cancel);
        await using var host = await BusHost.StartAsync(broker, cancellationToken: Cancel);
        await using var raw = await RawAsync(broker!);
        var bodies = new[]
        {
            ("text/plain", "not json"),
            ("application/vnd.masstransit+json", "{\"messageId\":"),
            ("application/vnd.masstransit+json", """{"messageType":["urn:message:Elsewhere:Other"],"message":{"a":1}}"""),
            ("application/vnd.masstransit+json", """{"messageType":["urn:message:Storyline.Hosting.Tests.Bus:Work"],"message":{"number":"not a number"}}"""),
        };
        foreach (var (type, body) in bodies)
        {
            await raw.Channel.BasicPublishAsync(
                "", "one.work", mandatory: true, new BasicProperties { ContentType = type, MessageId = Guid.NewGuid().ToString() }, Encoding.UTF8.GetBytes(body), Cancel);
        }

        await host.Probe.UntilAsync("quarantine", () => host.Probe.Quarantined.Count == bodies.Length, Cancel);

        Assert.Equal(bodies.Select(body => body.Item2).Order(), host.Probe.Quarantined.Select(message => Encoding.UTF8.GetString(message.Body)).Order());
        Assert.Equal(
            ["UNDECODABLE", "UNDECODABLE", "UNDECODABLE", "UNEXPECTED_TYPE"], host.Probe.Quarantined.Select(message => message.Outcome).Order());
        Assert.All(host.Probe.Quarantined, message => Assert.Equal(1, message.Attempts));
        Assert.Contains("Other", host.Probe.Quarantined.Select(message => message.MessageType));
        Assert.DoesNotContain(
            await rabbitMq.ListQueuesAsync(broker!, Cancel), queue => ((string)queue["name"]!).EndsWith("_error", StringComparison.Ordinal)
                || ((string)queue["name"]!).EndsWith("_skipped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DeliveryLimit_MessageReturnedTooOften_QuarantinedByTheBroker()
    {
        var broker = await BrokerAsync(Cancel);
        await using (var publisher = await BusHost.StartAsync(broker, endpoints: _ => { }, collect: false, cancellationToken: Cancel))
        {
            await publisher.Bus.Publish(new Work(1), Cancel);
        }

        // A consumer that dies on the message, 21 times.
        await using (var raw = await RawAsync(broker!))
        {
            for (var n = 0; n <= 20; n++)
            {
                BasicGetResult? got = null;
                while (got is null && n <= 20)
                {
                    got = await raw.Channel.BasicGetAsync("one.work", autoAck: false, Cancel);
                }

                await raw.Channel.BasicNackAsync(got!.DeliveryTag, multiple: false, requeue: true, Cancel);
            }
        }

        await using var host = await BusHost.StartAsync(broker, cancellationToken: Cancel);
        await host.Probe.UntilAsync("quarantine", () => !host.Probe.Quarantined.IsEmpty, Cancel);
        Assert.Equal(("DELIVERY_LIMIT", "Work"), (host.Probe.Quarantined.Single().Outcome, host.Probe.Quarantined.Single().MessageType));
        Assert.Empty(host.Probe.Seen);
    }

    [Fact]
    public async Task Stop_MidStream_NothingLostAndNothingUnfinishedAcknowledged()
    {
        const int Count = 400;
        var broker = await BrokerAsync(Cancel);
        var finished = new ConcurrentDictionary<int, bool>();
        var probe = new Probe();
        probe.Handle = async context =>
        {
            // Some handlers outlive the drain and are cancelled: their messages have to come again.
            await Task.Delay(context.Message.Number % 50 == 0 && finished.Count < 200 ? TimeSpan.FromSeconds(20) : TimeSpan.FromMilliseconds(5), context.CancellationToken);
            await context.Publish(new WorkDone(context.Message.Number), context.CancellationToken);
            finished[context.Message.Number] = true;
            probe.Signal();
        };
        var first = await BusHost.StartAsync(
            broker, probe: probe, endpoints: endpoints => endpoints.Consume<WorkConsumer>("one.work", new EndpointSettings { Prefetch = 32, Concurrency = 16 }),
            configure: settings => settings["Bus:DrainTimeout"] = "00:00:01", cancellationToken: Cancel);
        await Task.WhenAll(Enumerable.Range(1, Count).Select(n => first.Bus.Publish(new Work(n), Cancel)));
        await probe.UntilAsync("some handled", () => finished.Count >= 50, Cancel);

        await first.StopAsync(Cancel);
        await first.DisposeAsync();
        var afterStop = finished.Count;
        Assert.True(afterStop < Count, "the first host handled everything before it was stopped");

        probe.Handle = context => context.Publish(new WorkDone(context.Message.Number), context.CancellationToken);
        await using var second = await BusHost.StartAsync(broker, probe: probe, cancellationToken: Cancel);
        await probe.UntilAsync("all done", () => probe.Done.Distinct().Count() == Count, Cancel);
        Assert.Empty(probe.Quarantined);
    }

    [Fact]
    public async Task Consume_PrefetchAndConcurrency_AreTheEndpointsOwn()
    {
        var broker = await BrokerAsync(Cancel);
        var probe = new Probe();
        var release = new TaskCompletionSource();
        probe.Handle = _ => release.Task;
        await using var host = await BusHost.StartAsync(
            broker, probe: probe, endpoints: endpoints => endpoints.Consume<WorkConsumer>("one.work", new EndpointSettings { Prefetch = 5, Concurrency = 3 }), cancellationToken: Cancel);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => host.Bus.Publish(new Work(n), Cancel)));
        await probe.UntilAsync("three in hand", () => probe.Seen.Count == 3, Cancel);

        await using var raw = await RawAsync(broker!);
        Assert.Equal(15u, (await raw.Channel.QueueDeclarePassiveAsync("one.work", Cancel)).MessageCount);
        Assert.Equal(3, probe.Seen.Count);
        release.SetResult();
        await probe.UntilAsync("all", () => probe.Seen.Count == 20, Cancel);
    }

    protected override async Task<Uri?> BrokerAsync(CancellationToken cancellationToken)
    {
        rabbitMq.SkipIfUnavailable();
        return await rabbitMq.CreateVirtualHostAsync(cancellationToken);
    }

    private static async Task<RawChannel> RawAsync(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(Cancel);
        return new RawChannel(connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true, new ThrottlingRateLimiter(16)), Cancel));
    }

    private sealed record RawChannel(IConnection Connection, IChannel Channel) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Channel.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}

/// <summary>A broker of its own, since it is stopped and started.</summary>
public sealed class RabbitMqOutageTests(RabbitMqFixture rabbitMq) : IClassFixture<RabbitMqFixture>
{
    [Fact]
    public async Task Broker_StoppedAndStarted_HostGoesOnAndNothingConfirmedIsLost()
    {
        rabbitMq.SkipIfUnavailable();
        var cancel = TestContext.Current.CancellationToken;
        var broker = await rabbitMq.CreateVirtualHostAsync(cancel);
        await using var host = await BusHost.StartAsync(broker, cancellationToken: cancel);
        host.Probe.Handle = context => context.Publish(new WorkDone(context.Message.Number), context.CancellationToken);
        var confirmed = new ConcurrentQueue<int>();
        using var stop = new CancellationTokenSource();
        var publisher = Task.Run(
            async () =>
            {
                for (var n = 0; !stop.IsCancellationRequested; n++)
                {
                    using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                    limit.CancelAfter(TimeSpan.FromSeconds(10));
                    try
                    {
                        await host.Bus.Publish(new Work(n), limit.Token);
                        confirmed.Enqueue(n);
                        host.Probe.Signal();
                    }
                    catch (Exception exception) when (exception is RabbitMqConnectionException or OperationCanceledException or MassTransitException)
                    {
                        // Not confirmed: the sender knows.
                    }

                    await Task.Delay(5, cancel);
                }
            },
            cancel);
        await host.Probe.UntilAsync("before the outage", () => confirmed.Count >= 100 && host.Probe.Done.Count >= 50, cancel);

        await rabbitMq.StopAsync(cancel);
        var before = confirmed.Count;
        await rabbitMq.StartAsync(cancel);

        await host.Probe.UntilAsync("publishing again", () => confirmed.Count >= before + 100, cancel, seconds: 90);
        await stop.CancelAsync();
        await publisher;
        await host.Probe.UntilAsync("all confirmed handled", () => confirmed.Except(host.Probe.Done).Any() is false, cancel, seconds: 90);

        // The bus's own connection is back also: failures and quarantine go their way again.
        host.Probe.Handle = _ => throw new PermanentException("UNDECODABLE", "after the outage");
        await host.Bus.Publish(new Work(-1), cancel);
        await host.Probe.UntilAsync("quarantine after the outage", () => !host.Probe.Quarantined.IsEmpty, cancel);
        await host.Services.GetRequiredService<IBackpressure>().WaitAsync("one.work", cancel);
    }
}
