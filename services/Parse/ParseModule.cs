using Microsoft.Extensions.Options;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Options;
using Storyline.Parse.Publishers;

namespace Storyline.Parse;

/// <summary>The parse service: a pure function from captures to articles, as a queue's consumer and as a gRPC service. It stores nothing.</summary>
public sealed class ParseModule : IServiceModule
{
    /// <summary>See <see cref="Name"/>.</summary>
    public const string ServiceName = "parse";

    public string Name => ServiceName;

    public void ConfigureServices(IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddCheckedOptions<ParseOptions>("Parse", ParseOptions.Errors);
        builder.Services.AddSingleton(provider => new DocumentParser(rules: PublisherRules.Read(provider.GetRequiredService<IOptions<ParseOptions>>().Value.PublisherRules, out _)));
        // The host's limit is for ordinary requests. Above that of a document, so that one that is too large is told which field it is.
        builder.Services.AddGrpc().AddServiceOptions<ParseGrpcService>(options => options.MaxReceiveMessageSize = ParseGrpcService.MaxReceiveBytes);
    }

    public void ConfigureBus(IBusEndpoints endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        // Parsing is nothing but computing: more at once than cores only makes each slower.
        var cores = Environment.ProcessorCount;
        endpoints.Consume<ArticleFetchedConsumer>("parse.fetched", new EndpointSettings { Prefetch = cores * 4, Concurrency = cores, Next = ["enrich.parsed"] });
    }

    public void MapGrpc(IEndpointRouteBuilder app) => app.MapGrpcService<ParseGrpcService>();
}
