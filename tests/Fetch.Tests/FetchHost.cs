using System.Threading.Channels;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Storyline.Contracts;
using Storyline.Fetch.V1;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Tests;

/// <summary>The fetch service with the in-memory bus in a folder of its own; what it publishes for parse is kept in <see cref="Fetched"/>.</summary>
internal sealed class FetchHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private FetchHost(WebApplication app, ParseProbe probe)
    {
        _app = app;
        Fetched = probe.Fetched.Reader;
        _channel = GrpcChannel.ForAddress(app.Addresses().Grpc, new GrpcChannelOptions { MaxSendMessageSize = null });
        Ingest = new IngestService.IngestServiceClient(_channel);
        Feeds = new FeedService.FeedServiceClient(_channel);
        Pipeline = new PipelineService.PipelineServiceClient(_channel);
        Json = new HttpClient { BaseAddress = app.Addresses().Http };
    }

    /// <summary>Where it answers JSON.</summary>
    public Uri Http => _app.Addresses().Http;

    public IngestService.IngestServiceClient Ingest { get; }

    public FeedService.FeedServiceClient Feeds { get; }

    public PipelineService.PipelineServiceClient Pipeline { get; }

    /// <summary>The same API as JSON.</summary>
    public HttpClient Json { get; }

    public ChannelReader<ArticleFetched> Fetched { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<FetchHost> StartAsync(string folder, params (string Key, string Value)[] settings)
    {
        // A second host in one flow would log to the first one.
        LogContext.Current = null;
        var probe = new ParseProbe();
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Http:Port"] = "0", ["Http:GrpcPort"] = "0", ["Storage:Path"] = folder, ["Fetch:AllowPrivateAddresses"] = "true", ["Fetch:HostInterval"] = "00:00:00", ["Fetch:HostBackOff"] = "00:00:00.010",
            ["Fetch:HostConcurrency"] = "16", ["Fetch:SweepInterval"] = "00:00:00.050", ["Fetch:RetryDelays:0"] = "00:00:00.010", ["Fetch:RequestTimeout"] = "00:00:05",
        };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        var app = StorylineHost.Build([], [new FetchModule(), probe], builder =>
        {
            builder.Configuration.AddInMemoryCollection(values);
            builder.Logging.ClearProviders();
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FetchHost(app, probe);
    }

    /// <summary>The next capture that parse would get.</summary>
    public async Task<ArticleFetched> NextFetchedAsync() =>
        await Fetched.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>The submission as soon as it is no longer pending.</summary>
    public Task<Submission> EndedAsync(string articleId) => EventuallyAsync(
        async () => (await Ingest.GetSubmissionAsync(new GetSubmissionRequest { ArticleId = articleId }, cancellationToken: TestContext.Current.CancellationToken)).Submission,
        submission => submission.Outcome != Proto.Outcome.Pending);

    /// <summary>Asks until the answer is as wanted; fails with the last answer.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> isWanted)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await ask();
            if (isWanted(answer))
            {
                return answer;
            }

            Assert.False(deadline.IsCancellationRequested, $"not as wanted within {Patience}: {answer}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        Json.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private sealed class ParseProbe : IServiceModule
    {
        public Channel<ArticleFetched> Fetched { get; } = Channel.CreateUnbounded<ArticleFetched>();

        public string Name => "parse";

        public void ConfigureServices(IHostApplicationBuilder builder) => builder.Services.AddSingleton(this);

        public void ConfigureBus(IBusEndpoints endpoints) => endpoints.Consume<Consumer>("parse.fetched", new EndpointSettings { Prefetch = 64, Concurrency = 64 });

        public void MapGrpc(IEndpointRouteBuilder app)
        {
        }

        private sealed class Consumer(ParseProbe probe) : IConsumer<ArticleFetched>
        {
            public Task Consume(ConsumeContext<ArticleFetched> context) => probe.Fetched.Writer.WriteAsync(context.Message, context.CancellationToken).AsTask();
        }
    }
}
