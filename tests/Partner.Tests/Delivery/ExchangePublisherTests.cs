using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Storyline.Fixtures;
using Storyline.Hosting.Storage;
using Storyline.Partner.Delivery;
using Storyline.Partner.Partners;

namespace Storyline.Partner.Tests.Delivery;

/// <summary>The publisher on a real broker and a real PostgreSQL.</summary>
public sealed class ExchangePublisherTests(RabbitMqFixture rabbitMq, PostgresFixture postgres) : IAsyncLifetime
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string TraceParent = $"00-{TraceId}-b7ad6b7169203331-01";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Database? _database;
    private DeliveryStore? _store;
    private Uri? _broker;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DeliveryStore Store => _store!;

    public async ValueTask InitializeAsync()
    {
        rabbitMq.SkipIfUnavailable();
        _database = await TestDatabase.PostgreSqlAsync(postgres);
        _store = new DeliveryStore(_database, confirmAtOnce: false, TimeProvider.System);
        _broker = await rabbitMq.CreateVirtualHostAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        if (_broker is not null)
        {
            await rabbitMq.DeleteVirtualHostAsync(_broker, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Publish_BoundQueue_ReceivesEachMessageInSequenceWithItsProperties()
    {
        await AddAsync("agency", "other");
        using var spans = new SpanRecorder("Storyline.Partner");
        await using var queue = await PartnerQueue.BindAsync(_broker!, "agency.#", Cancellation);
        for (var number = 1; number <= 250; number++)
        {
            await AppendAsync($"a{number}");
        }

        await using var publisher = await StartAsync();
        var received = await queue.ReadAsync(250, Patience);

        Assert.Equal(Enumerable.Range(1, 250), received.Select(message => (int)message.Sequence));
        var first = received[0];
        Assert.Equal("agency.article.en-gb", first.RoutingKey);
        Assert.Equal("article:a1:1", first.Properties.MessageId);
        Assert.Equal("application/json", first.Properties.ContentType);
        Assert.Equal(DeliveryModes.Persistent, first.Properties.DeliveryMode);
        Assert.Equal("""{"uri":"a1"}""", first.Body);
        await ConfirmedAsync("agency", 250);
        await ConfirmedAsync("other", 250);

        // Tests that run beside this one end spans of the same names; this message's own is the one it names.
        var span = Assert.Single(spans.Ended, activity => string.Equals(activity.Id, first.TraceParent, StringComparison.Ordinal));
        Assert.Equal("article:a1:1", span.GetTagItem("messaging.message.id"));
        Assert.Equal("agency", span.GetTagItem("storyline.partner.id"));
        Assert.Equal(TraceId, span.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", span.ParentSpanId.ToHexString());
        Assert.Equal(ActivityKind.Producer, span.Kind);
        Assert.Equal("storyline.partner:agency.article.en-gb", span.GetTagItem("messaging.destination.name"));
    }

    [Fact]
    public async Task Publish_NobodyListensToTheTrace_MessageCarriesTheArticlesTraceParent()
    {
        await AddAsync("agency");
        await using var queue = await PartnerQueue.BindAsync(_broker!, "agency.#", Cancellation);
        await using var publisher = await StartAsync();

        // A source that nobody samples, as in a process without telemetry.
        await AppendAsync("a1", traceParent: $"00-{TraceId}-b7ad6b7169203331-00");

        Assert.Contains(TraceId, (await queue.ReadAsync(1, Patience))[0].TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_TwoReplicas_EachMessageOnceAndInOrder()
    {
        await AddAsync("agency");
        await using var queue = await PartnerQueue.BindAsync(_broker!, "agency.#", Cancellation);
        await using var first = await StartAsync();
        await using var second = await StartAsync();

        for (var number = 1; number <= 300; number++)
        {
            await AppendAsync($"a{number}");
            (number % 2 == 0 ? first : second).Signal.Set();
        }

        Assert.Equal(Enumerable.Range(1, 300), (await queue.ReadAsync(300, Patience)).Select(message => (int)message.Sequence));
        await ConfirmedAsync("agency", 300);
        Assert.Equal(0, queue.Unread);
    }

    [Fact]
    public async Task Publish_PartnersQueueRefuses_OtherPartnersGoOnAndNothingIsLost()
    {
        await AddAsync("full", "other");
        await using var full = await PartnerQueue.BindAsync(_broker!, "full.#", Cancellation, maxLength: 3);
        await using var other = await PartnerQueue.BindAsync(_broker!, "other.#", Cancellation);
        for (var number = 1; number <= 20; number++)
        {
            await AppendAsync($"a{number}");
        }

        await using var publisher = await StartAsync();
        Assert.Equal(20, (await other.ReadAsync(20, Patience)).Count);
        Assert.InRange((await Store.FindStateAsync("full", Cancellation))!.ConfirmedSequence, 0, 19);

        // Its consumer reads as the guide for partners says: what is not the next one is dropped, for it comes again.
        var next = 1L;
        while (next <= 20)
        {
            var message = (await full.ReadAsync(1, Patience))[0];
            next += message.Sequence == next ? 1 : 0;
        }

        await ConfirmedAsync("full", 20);
    }

    [Fact]
    public async Task Publish_BrokerRestarts_WhatWasAppendedMeanwhileArrivesInSequence()
    {
        await AddAsync("agency");
        await (await PartnerQueue.BindAsync(_broker!, "agency.#", Cancellation, durableName: "agency")).DisposeAsync();
        await using var publisher = await StartAsync();
        await AppendAsync("a1");
        publisher.Signal.Set();
        await ConfirmedAsync("agency", 1);

        await rabbitMq.StopAsync(Cancellation);
        for (var number = 2; number <= 50; number++)
        {
            await AppendAsync($"a{number}");
            publisher.Signal.Set();
        }

        Assert.Equal(1, (await Store.FindStateAsync("agency", Cancellation))!.ConfirmedSequence);
        await rabbitMq.StartAsync(Cancellation);
        await ConfirmedAsync("agency", 50);

        await using var queue = await PartnerQueue.BindAsync(_broker!, "agency.#", Cancellation, durableName: "agency");
        Assert.Equal(Enumerable.Range(1, 50), (await queue.ReadAsync(50, Patience)).Select(message => (int)message.Sequence));
    }

    private async Task AddAsync(params string[] partnerIds)
    {
        foreach (var partnerId in partnerIds)
        {
            await new PartnerStore(_database!).AddAsync(new PartnerAccount(partnerId, "", Entitlement.Everything, Samples.Published), "", Cancellation);
        }
    }

    private Task<int> AppendAsync(string articleId, string traceParent = TraceParent) => Store.AppendAsync(
        new Subject(Subject.Article, articleId, 1, "en-GB"), traceParent, _ => $$"""{"uri":"{{articleId}}"}""", Cancellation);

    private async Task<RunningPublisher> StartAsync()
    {
        var signal = new DeliverySignal();
        var publisher = new ExchangePublisher(
            _broker!.AbsoluteUri, Store, signal,
            Options.Create(new PartnerOptions { RetryDelay = TimeSpan.FromMilliseconds(100) }),
            TimeProvider.System, NullLogger<ExchangePublisher>.Instance);
        await publisher.StartAsync(Cancellation);
        return new RunningPublisher(publisher, signal);
    }

    /// <summary>The confirm is stored a moment after the message has arrived: looks until it is.</summary>
    private async Task ConfirmedAsync(string partnerId, long sequence)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while ((await Store.FindStateAsync(partnerId, limit.Token))!.ConfirmedSequence != sequence)
        {
            await tick.WaitForNextTickAsync(limit.Token);
        }
    }

    private sealed record RunningPublisher(ExchangePublisher Publisher, DeliverySignal Signal) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Publisher.StopAsync(CancellationToken.None);
            Publisher.Dispose();
        }
    }

    private sealed class SpanRecorder : IDisposable
    {
        private readonly ActivityListener _listener;
        private readonly List<Activity> _ended = [];

        public SpanRecorder(string source)
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = candidate => candidate.Name == source,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity =>
                {
                    lock (_ended)
                    {
                        _ended.Add(activity);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IReadOnlyList<Activity> Ended
        {
            get
            {
                lock (_ended)
                {
                    return [.. _ended];
                }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}

/// <summary>A partner's side: a queue of its own, bound to the exchange, read one message at a time.</summary>
internal sealed class PartnerQueue : IAsyncDisposable
{
    private readonly Channel<Received> _received = Channel.CreateUnbounded<Received>();
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private PartnerQueue(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public int Unread => _received.Reader.Count;

    public static async Task<PartnerQueue> BindAsync(Uri broker, string bindingKey, CancellationToken cancellationToken, int? maxLength = null, string? durableName = null)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync(cancellationToken);
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync("storyline.partner", ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (maxLength is not null)
        {
            arguments["x-max-length"] = maxLength;
            arguments["x-overflow"] = "reject-publish";
        }

        var queue = await channel.QueueDeclareAsync(
            durableName ?? "", durable: durableName is not null, exclusive: durableName is null, autoDelete: durableName is null, arguments,
            cancellationToken: cancellationToken);
        await channel.QueueBindAsync(queue.QueueName, "storyline.partner", bindingKey, cancellationToken: cancellationToken);
        await channel.BasicQosAsync(0, maxLength is null ? (ushort)100 : (ushort)1, global: false, cancellationToken);

        var partner = new PartnerQueue(connection, channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await partner._received.Writer.WriteAsync(
                new Received(
                    (long)delivery.BasicProperties.Headers!["sequence"]!,
                    delivery.RoutingKey,
                    delivery.BasicProperties.Headers.TryGetValue("traceparent", out var value) ? Encoding.UTF8.GetString((byte[])value!) : "",
                    new BasicProperties(delivery.BasicProperties),
                    Encoding.UTF8.GetString(delivery.Body.Span)),
                CancellationToken.None);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
        };
        await channel.BasicConsumeAsync(queue.QueueName, autoAck: false, consumer, cancellationToken);
        return partner;
    }

    public async Task<IReadOnlyList<Received>> ReadAsync(int count, TimeSpan patience)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience);
        var messages = new List<Received>();
        try
        {
            while (messages.Count < count)
            {
                messages.Add(await _received.Reader.ReadAsync(limit.Token));
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"{messages.Count} of {count} messages arrived within {patience}");
        }

        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    internal sealed record Received(long Sequence, string RoutingKey, string TraceParent, BasicProperties Properties, string Body);
}
