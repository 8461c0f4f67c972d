using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Options;
using Storyline.Hosting.Storage;
using Storyline.Search.Articles;
using Storyline.Search.Index;
using Storyline.Search.Queries;
using Storyline.Search.Stories;

namespace Storyline.Search;

/// <summary>Search: keeps articles and stories, makes them searchable, and answers for them.</summary>
public sealed class SearchModule : IServiceModule
{
    internal const string ServiceName = "search";

    public string Name => ServiceName;

    public void ConfigureServices(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddCheckedOptions<SearchOptions>("Search", SearchOptions.Errors);
        services.AddDatabase(ServiceName, typeof(SearchModule).Assembly);
        services.AddSingleton<ArticleStore>();
        services.AddSingleton<StoryStore>();
        services.AddSingleton<HotStories>();
        services.AddSingleton(provider => new ArticleIndex(
            Path.Combine(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Path, "index"),
            provider.GetRequiredService<IOptions<SearchOptions>>().Value.IndexBufferMegabytes,
            provider.GetRequiredService<ILogger<ArticleIndex>>()));
        services.AddSingleton<IndexTail>();
        services.AddHostedService(provider => provider.GetRequiredService<IndexTail>());
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "search-index", provider => new IndexReadiness(provider.GetRequiredService<IndexTail>()), HealthStatus.Unhealthy, ["ready"]));

        if (builder.Configuration["Cache:Redis"] is not null)
        {
            services.AddStackExchangeRedisCache(_ => { });
            services.AddOptions<RedisCacheOptions>().Configure<IConnectionMultiplexer>((cache, redis) =>
            {
                cache.ConnectionMultiplexerFactory = () => Task.FromResult(redis);
                cache.InstanceName = "storyline:";
            });
        }

        services.AddHybridCache();
    }

    public void ConfigureBus(IBusEndpoints endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        // Many at a time: they share write transactions and index refreshes.
        endpoints.Consume<ArticleEnrichedConsumer>("search.enriched", new EndpointSettings { Prefetch = 128, Concurrency = 64, Next = ["fetch.outcomes"] });
        endpoints.Consume<StoryChangedConsumer>("search.stories", new EndpointSettings { Prefetch = 128, Concurrency = 64 });
    }

    public void MapGrpc(IEndpointRouteBuilder app)
    {
        app.MapGrpcService<ArticleEndpoint>();
        app.MapGrpcService<StoryEndpoint>();
        app.MapGrpcService<SearchEndpoint>();
    }

    /// <summary>Ready once the index has what the database had at the start: before that, searches would miss articles.</summary>
    private sealed class IndexReadiness(IndexTail tail) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(tail.CaughtUpOnce.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the index is catching up"));
    }
}
