using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Feeds;
using Storyline.Fetch.Ingest;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.Politeness;
using Storyline.Fetch.Quarantine;
using Storyline.Fetch.Robots;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Options;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch;

/// <summary>From feeds, URLs and submitted documents to captures, and the ledger of what became of each.</summary>
public sealed class FetchModule : IServiceModule
{
    internal const string ServiceName = "fetch";

    private int _concurrency;

    public string Name => ServiceName;

    public void ConfigureServices(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;

        // Read before the options are checked, which has the last word on a wrong one.
        _concurrency = int.TryParse(builder.Configuration["Fetch:Concurrency"], CultureInfo.InvariantCulture, out var concurrency)
            ? Math.Clamp(concurrency, 1, FetchOptions.MaxConcurrency)
            : new FetchOptions().Concurrency;
        services.AddCheckedOptions<FetchOptions>("Fetch", FetchOptions.Errors);
        services.AddDatabase(ServiceName, typeof(FetchModule).Assembly);

        services.AddSingleton(provider => new WarcArchive(
            Path.Combine(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Path, "captures"),
            "Storyline/" + typeof(FetchModule).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<AttemptStore>();
        services.AddSingleton<CanonicalClaimStore>();
        services.AddSingleton<RefetchStore>();
        services.AddSingleton<ReplayStore>();
        services.AddSingleton<ReplayRunner>();
        services.AddHostedService(provider => provider.GetRequiredService<ReplayRunner>());
        services.AddSingleton<ArticlePublisher>();
        services.AddSingleton<CaptureLog>();
        services.AddSingleton<OutcomeLog>();
        services.AddSingleton<Submissions>();
        services.AddSingleton<HttpFetcher>();
        services.AddSingleton<LocalHostGate>();
        if (builder.Configuration["Cache:Redis"] is null)
        {
            services.AddSingleton<IHostGate>(provider => provider.GetRequiredService<LocalHostGate>());
        }
        else
        {
            services.AddSingleton<IHostGate, RedisHostGate>();
        }

        services.AddSingleton<RobotsCache>();
        services.AddSingleton<TdmRepCache>();
        services.AddSingleton<PoliteFetcher>();
        services.AddSingleton<ArticleFetcher>();
        services.AddSingleton<Redrive>();
        services.AddHostedService(provider => provider.GetRequiredService<Redrive>());

        services.AddSingleton<LedgerQueries>();
        services.AddSingleton<QuarantineStore>();
        services.AddQuarantineCollector<QuarantineStore>();

        services.AddSingleton<FeedStore>();
        services.AddSingleton<SitemapIndex>();
        services.AddSingleton<SubscriptionStore>();
        services.AddSingleton<FeedPoll>();
        services.AddSingleton<WebSub>();
        services.AddHostedService<WebSubRenewal>();
        services.AddSingleton<FeedPoller>();
        services.AddHostedService(provider => provider.GetRequiredService<FeedPoller>());

        services.AddGrpc()
            .AddServiceOptions<IngestGrpcService>(grpc => grpc.MaxReceiveMessageSize = IngestGrpcService.MaxReceiveBytes)
            .AddServiceOptions<FeedGrpcService>(grpc => grpc.MaxReceiveMessageSize = FeedGrpcService.MaxReceiveBytes);
    }

    public void ConfigureBus(IBusEndpoints endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.Consume<FetchArticleConsumer>(
            "fetch.article", new EndpointSettings { Prefetch = 2 * _concurrency, Concurrency = _concurrency, HandlerTimeout = TimeSpan.FromMinutes(12), Next = ["parse.fetched"] });
        endpoints.Consume<OutcomeConsumer>("fetch.outcomes", new EndpointSettings { Prefetch = 512, Concurrency = 256 });
    }

    public void MapGrpc(IEndpointRouteBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGrpcService<IngestGrpcService>();
        app.MapGrpcService<FeedGrpcService>();
        app.MapGrpcService<PipelineGrpcService>();
        app.MapWebSub();
    }
}
