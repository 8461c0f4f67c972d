using Storyline.Enrich.Annotation;
using Storyline.Enrich.Clustering;
using Storyline.Enrich.Entities;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Stories;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Options;
using Storyline.Hosting.Storage;

namespace Storyline.Enrich;

/// <summary>The enrich service: names, quotes, keywords, and the stories that articles tell.</summary>
public sealed class EnrichModule : IServiceModule
{
    /// <summary>See <see cref="Name"/>.</summary>
    public const string ServiceName = "enrich";

    private const int MaxBatch = 64;

    public string Name => ServiceName;

    public void ConfigureServices(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services
            .AddCheckedOptions<StoryOptions>(StoryOptions.Section, StoryOptions.Errors)
            .AddDatabase(ServiceName, typeof(EnrichModule).Assembly)
            .AddSingleton<NameLexicon>()
            .AddSingleton<NameMatcher>()
            .AddSingleton<DocumentFrequencies>()
            .AddSingleton<Annotator>()
            .AddSingleton<EntityStore>()
            .AddSingleton<ClusteringStore>()
            .AddSingleton(services => new GroupCommit<ClusteringRequest, ClusteringResult>(
                batch => services.GetRequiredService<ClusteringStore>().CommitAsync(batch, CancellationToken.None), MaxBatch));
    }

    public void ConfigureBus(IBusEndpoints endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        // Far more than cores: while one batch is committed the next one gathers.
        endpoints.Consume<ArticleParsedConsumer>(
            "enrich.parsed", new EndpointSettings { Prefetch = 64, Concurrency = 32, Next = ["search.enriched", "search.stories"] });
    }

    public void MapGrpc(IEndpointRouteBuilder app)
    {
        app.MapGrpcService<EnrichGrpcService>();
        app.MapGrpcService<EntityGrpcService>();
    }
}
