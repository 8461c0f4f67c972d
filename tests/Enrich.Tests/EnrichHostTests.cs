using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Storyline.Contracts;
using Storyline.Enrich.V1;
using Storyline.Hosting;
using Storyline.Hosting.Bus;

namespace Storyline.Enrich.Tests;

/// <summary>The service as a process runs it, embedded: records come in on the bus and go out on it, gRPC answers.</summary>
public sealed class EnrichHostTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("enrich-host").FullName;
    private WebApplication? _host;
    private GrpcChannel? _channel;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private EnrichService.EnrichServiceClient Enrich => new(_channel!);

    private EntityService.EntityServiceClient Entities => new(_channel!);

    public async ValueTask InitializeAsync()
    {
        _host = StorylineHost.Build(
            ["--Http:Port=0", "--Http:GrpcPort=0", "--Logging:LogLevel:Default=Warning", $"--Storage:Path={_folder}"], [new EnrichModule(), new SinkModule()]);
        await _host.StartAsync(Cancellation);
        _channel = GrpcChannel.ForAddress(_host.Addresses().Grpc);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _host!.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Consume_ManyArticlesTwice_PublishesOneRevisionOfEachAndItsStories()
    {
        var articles = Enumerable.Range(0, 60).Select(i => Articles.Bridge($"a{i}", i % Articles.Bridges.Length)).ToList();
        await PublishAsync([.. articles]);
        var first = (await ReceiveAsync(60, m => m is ArticleEnriched)).Cast<ArticleEnriched>().ToDictionary(a => a.ArticleId, StringComparer.Ordinal);

        await PublishAsync(articles[7], articles[7] with { Capture = 2 });
        var again = (await ReceiveAsync(2, m => m is ArticleEnriched or ArticleRejected)).ToList();

        Assert.Equal(60, first.Count);
        Assert.All(first.Values, a => Assert.Equal((1, Stage.Enrich), (a.Revision, Assert.Single(a.Trail).Stage)));
        Assert.Equal(Articles.Bridges.Length, first.Values.Select(a => a.StoryId).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal((1, first["a7"].StoryId), again.OfType<ArticleEnriched>().Select(a => (a.Revision, a.StoryId)).Single());
        Assert.Equal((Outcome.NotModified, 1), again.OfType<ArticleRejected>().Select(r => (r.Outcome, r.Revision ?? 0)).Single());
    }

    [Fact]
    public async Task EntityService_KnownPerson_IsResolvedBySlipAndPrefix()
    {
        await PublishAsync(Articles.Bridge("a1", 0), Articles.BridgeRetold("a2", 0));
        await ReceiveAsync(2, m => m is ArticleEnriched);

        var slip = await Entities.ResolveEntityAsync(new() { Name = "Hanna Whitlock" }, cancellationToken: Cancellation);
        var suggested = await Entities.SuggestEntitiesAsync(new() { Prefix = "hann" }, cancellationToken: Cancellation);
        var read = await Entities.GetEntityAsync(new() { EntityId = slip.Entity.EntityId }, cancellationToken: Cancellation);

        Assert.Equal(("Hannah Whitlock", 2L), (read.Entity.Name, read.Entity.Articles));
        Assert.InRange(slip.Score, 0.9, 0.9999);
        Assert.Equal(slip.Entity.EntityId, Assert.Single(suggested.Entities).EntityId);
        var annotated = await Enrich.EnrichTextAsync(new() { Body = "Mayor Hannah Whitlock said that ferries would run every day." }, cancellationToken: Cancellation);
        Assert.Equal(slip.Entity.EntityId, Assert.Single(annotated.Entities).EntityId);
        Assert.Equal(slip.Entity.EntityId, Assert.Single(annotated.Quotes).SpeakerEntityId);
    }

    [Fact]
    public async Task Calls_WrongArguments_SayWhatIsWrong()
    {
        var empty = await FailsAsync(() => Enrich.EnrichTextAsync(new(), cancellationToken: Cancellation).ResponseAsync);
        var large = await FailsAsync(() => Enrich.EnrichTextAsync(new() { Body = new string('a', (1024 * 1024) + 1) }, cancellationToken: Cancellation).ResponseAsync);
        var unknown = await FailsAsync(() => Entities.ResolveEntityAsync(new() { Name = "Zzyzx Qwrt" }, cancellationToken: Cancellation).ResponseAsync);
        var noEntity = await FailsAsync(() => Entities.GetEntityAsync(new() { EntityId = "x" }, cancellationToken: Cancellation).ResponseAsync);
        var shortPrefix = await FailsAsync(() => Entities.SuggestEntitiesAsync(new() { Prefix = "a" }, cancellationToken: Cancellation).ResponseAsync);
        var page = await FailsAsync(() => Entities.SuggestEntitiesAsync(new() { Prefix = "ab", PageSize = -1 }, cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal(
            [StatusCode.InvalidArgument, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.NotFound, StatusCode.InvalidArgument, StatusCode.InvalidArgument],
            new[] { empty, large, unknown, noEntity, shortPrefix, page }.Select(e => e.StatusCode));
    }

    private static async Task<RpcException> FailsAsync<T>(Func<Task<T>> call) => await Assert.ThrowsAsync<RpcException>(call);

    private async Task PublishAsync(params ArticleParsed[] articles)
    {
        foreach (var article in articles)
        {
            await _host!.Services.GetRequiredService<IBus>().Publish(article, Cancellation);
        }
    }

    private async Task<List<object>> ReceiveAsync(int count, Func<object, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Patience);
        var received = new List<object>();
        var messages = _host!.Services.GetRequiredService<Channel<object>>().Reader;
        while (received.Count < count)
        {
            var message = await messages.ReadAsync(limit.Token);
            if (wanted(message))
            {
                received.Add(message);
            }
        }

        return received;
    }

    /// <summary>Stands where search and the ledger are, and keeps what reaches them.</summary>
    private sealed class SinkModule : IServiceModule
    {
        public string Name => "sink";

        public void ConfigureServices(IHostApplicationBuilder builder) => builder.Services.AddSingleton(Channel.CreateUnbounded<object>());

        public void ConfigureBus(IBusEndpoints endpoints)
        {
            endpoints.Consume<Sink>("search.enriched", new EndpointSettings());
            endpoints.Consume<StorySink>("search.stories", new EndpointSettings());
            endpoints.Consume<OutcomeSink>("fetch.outcomes", new EndpointSettings());
        }

        public void MapGrpc(IEndpointRouteBuilder app)
        {
        }
    }

    private sealed class Sink(Channel<object> received) : IConsumer<ArticleEnriched>
    {
        public Task Consume(ConsumeContext<ArticleEnriched> context) => received.Writer.WriteAsync(context.Message, context.CancellationToken).AsTask();
    }

    private sealed class StorySink(Channel<object> received) : IConsumer<StoryChanged>
    {
        public Task Consume(ConsumeContext<StoryChanged> context) => received.Writer.WriteAsync(context.Message, context.CancellationToken).AsTask();
    }

    private sealed class OutcomeSink(Channel<object> received) : IConsumer<ArticleRejected>
    {
        public Task Consume(ConsumeContext<ArticleRejected> context) => received.Writer.WriteAsync(context.Message, context.CancellationToken).AsTask();
    }
}
