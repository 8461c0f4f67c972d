using System.Diagnostics;
using System.Text.Json;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Storyline.Contracts;
using Storyline.Fixtures;
using Storyline.Hosting;
using Storyline.Partner.Tests.Delivery;
using Storyline.Partner.V1;

namespace Storyline.Partner.Tests;

/// <summary>The service as a process runs it: records come in on the bus, ninjs goes out.</summary>
public sealed class PartnerHostTests(RabbitMqFixture rabbitMq, PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly ActivitySource Source = new("Storyline.Tests");

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"storyline-partner-{Guid.NewGuid():n}");
    private WebApplication? _host;
    private GrpcChannel? _channel;
    private Uri? _broker;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PartnerService.PartnerServiceClient Client => new(_channel!);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None);
            await _host.DisposeAsync();
        }

        if (_broker is not null)
        {
            await rabbitMq.DeleteVirtualHostAsync(_broker, CancellationToken.None);
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public async Task Consume_RabbitMqAndPostgreSql_DeliversOnceInSequenceUnderTheArticlesTrace()
    {
        rabbitMq.SkipIfUnavailable();
        postgres.SkipIfUnavailable();
        _broker = await rabbitMq.CreateVirtualHostAsync(Cancellation);
        await StartAsync(
            $"--Bus:RabbitMq={_broker.AbsoluteUri}", $"--Database:PostgreSql={await postgres.CreateDatabaseAsync(Cancellation)}");
        await CreateAsync("agency");
        await using var queue = await PartnerQueue.BindAsync(_broker, "agency.#", Cancellation);

        string trace;
        using (var activity = Source.StartActivity("feed entry"))
        {
            trace = activity!.TraceId.ToHexString();
            await PublishAsync(Samples.Article("a1", revision: 2), Samples.Article("a1", revision: 2), Samples.Article("a1", revision: 1));
        }

        await PublishAsync(
            Samples.Story(4, StoryChange.Updated, ("a1", "harwick-courier")), Samples.Story(3, StoryChange.Created, ("a1", "harwick-courier")));
        await PublishAsync(Samples.Article("last"));

        var received = new List<PartnerQueue.Received>();
        while (!received.Any(message => message.Properties.MessageId!.StartsWith("article:last", StringComparison.Ordinal))
            || !received.Any(message => message.Properties.MessageId!.EndsWith(":4", StringComparison.Ordinal)))
        {
            received.AddRange(await queue.ReadAsync(1, Patience));
        }

        // Handlers run side by side, so a lower version may be the first that is seen; it never follows a higher one.
        Assert.Equal(Enumerable.Range(1, received.Count), received.Select(message => (int)message.Sequence));
        Assert.Equal("article:a1:2", received.Last(message => message.Properties.MessageId!.StartsWith("article:a1", StringComparison.Ordinal)).Properties.MessageId);
        Assert.Equal(received.Count, received.Select(message => message.Properties.MessageId).Distinct(StringComparer.Ordinal).Count());

        var article = received.Single(message => message.Properties.MessageId == "article:a1:2");
        Assert.Equal(trace, article.TraceParent.Split('-')[1]);
        using var ninjs = JsonDocument.Parse(article.Body);
        Assert.Equal("urn:storyline:article:a1", ninjs.RootElement.GetProperty("uri").GetString());
    }

    [Fact]
    public async Task Consume_Embedded_TheLogIsTheFeed()
    {
        await StartAsync($"--Storage:Path={_folder}");
        await CreateAsync("agency");

        await PublishAsync(Samples.Article("a1"));
        await PublishAsync(Samples.Article("a1"));
        await PublishAsync(Samples.Article("a2"));

        var messages = await LogAsync("agency", 2);
        Assert.Equal(["article:a1:1", "article:a2:1"], messages.Select(message => message.MessageId).Order(StringComparer.Ordinal));
        var state = await Client.GetDeliveryStateAsync(new() { PartnerId = "agency" }, cancellationToken: Cancellation);
        Assert.Equal((2, 2), (state.LastSequence, state.ConfirmedSequence));
    }

    private async Task StartAsync(params string[] settings)
    {
        _host = StorylineHost.Build(
            ["--Http:Port=0", "--Http:GrpcPort=0", "--Logging:LogLevel:Default=Warning", "--Partner:RetryDelay=00:00:00.200", .. settings], [new PartnerModule()]);
        await _host.StartAsync(Cancellation);
        _channel = GrpcChannel.ForAddress(_host.Addresses().Grpc);
    }

    private async Task CreateAsync(string partnerId) => await Client.CreatePartnerAsync(
        new CreatePartnerRequest { Partner = new V1.Partner { PartnerId = partnerId } }, cancellationToken: Cancellation);

    private async Task PublishAsync(params object[] records)
    {
        foreach (var record in records)
        {
            await _host!.Services.GetRequiredService<IBus>().Publish(record, Cancellation);
        }
    }

    private async Task<IReadOnlyList<PartnerMessage>> LogAsync(string partnerId, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var response = await Client.ListMessagesAsync(new() { PartnerId = partnerId }, cancellationToken: limit.Token);
            if (response.Messages.Count >= count)
            {
                return response.Messages;
            }

            await tick.WaitForNextTickAsync(limit.Token);
        }
    }
}
