using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Options;
using Storyline.Hosting.Storage;
using Storyline.Partner.Delivery;
using Storyline.Partner.Partners;

namespace Storyline.Partner;

/// <summary>The partner service: partners, what they may receive, and its delivery in their sequence.</summary>
public sealed class PartnerModule : IServiceModule
{
    /// <summary>See <see cref="Name"/>.</summary>
    public const string ServiceName = "partner";

    public string Name => ServiceName;

    public void ConfigureServices(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var broker = builder.Configuration["Bus:RabbitMq"];
        var hasBroker = !string.IsNullOrWhiteSpace(broker);
        builder.Services
            .AddCheckedOptions<PartnerOptions>(PartnerOptions.Section, PartnerOptions.Errors)
            .AddDatabase(ServiceName, typeof(PartnerModule).Assembly)
            .AddSingleton<PartnerStore>()
            .AddSingleton(services => new DeliveryStore(
                services.GetRequiredKeyedService<Database>(ServiceName), confirmAtOnce: !hasBroker, services.GetRequiredService<TimeProvider>()))
            .AddSingleton<DeliverySignal>()
            .AddHostedService<LogTrimmer>();
        if (hasBroker)
        {
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<ExchangePublisher>(services, broker!));
        }
    }

    public void ConfigureBus(IBusEndpoints endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        // Many at a time: they share write transactions.
        var settings = new EndpointSettings { Prefetch = 128, Concurrency = 64 };
        endpoints.Consume<ArticleEnrichedConsumer>("partner.enriched", settings);
        endpoints.Consume<StoryChangedConsumer>("partner.stories", settings);
    }

    public void MapGrpc(IEndpointRouteBuilder app) => app.MapGrpcService<PartnerGrpcService>();
}
