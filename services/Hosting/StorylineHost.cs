using System.Globalization;
using System.Net;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.AspNetCore.HealthChecks;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Cache;
using Storyline.Hosting.Errors;
using Storyline.Hosting.Options;
using Storyline.Hosting.Storage;
using Storyline.Hosting.Telemetry;

namespace Storyline.Hosting;

/// <summary>What every Storyline process is: modules on one web host with bus, storage, telemetry, health and gRPC.</summary>
public static class StorylineHost
{
    /// <summary>Exit code for a configuration that cannot work (EX_CONFIG of sysexits.h).</summary>
    public const int ConfigurationExitCode = 78;

    private static readonly KeyValuePair<string, string?>[] LogLevels =
    [
        new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
        new("Logging:LogLevel:System.Net.Http.HttpClient", "Warning"),
    ];

    /// <summary>Runs one service until it is told to stop. The result is the process's exit code.</summary>
    public static async Task<int> RunAsync(string[] args, IServiceModule module)
    {
        try
        {
            if (new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build()["Bus:RabbitMq"] is null)
            {
                await Console.Error.WriteLineAsync(
                    "configuration: Bus:RabbitMq is not set: a service on its own reaches the others over RabbitMQ (amqp://user:password@host/vhost); the platform in one process needs none");
                return ConfigurationExitCode;
            }

            await using var app = Build(args, [module]);
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception) when (ConfigurationErrors(exception) is { } errors)
        {
            await Console.Error.WriteLineAsync("configuration: " + string.Join("; ", errors));
            return ConfigurationExitCode;
        }
    }

    /// <summary>The broken rules when <paramref name="exception"/> is about configuration, otherwise null.</summary>
    public static IReadOnlyList<string>? ConfigurationErrors(Exception exception) => exception switch
    {
        OptionsValidationException validation => [.. validation.Failures],
        AggregateException aggregate when aggregate.InnerExceptions.All(e => ConfigurationErrors(e) is not null) =>
            [.. aggregate.InnerExceptions.SelectMany(e => ConfigurationErrors(e)!).Distinct(StringComparer.Ordinal)],
        _ => null,
    };

    /// <summary>Builds the host without starting it; a configuration that cannot work is refused here, with all its errors.</summary>
    /// <exception cref="OptionsValidationException">One section has errors.</exception>
    /// <exception cref="AggregateException">Several sections have errors.</exception>
    /// <param name="args">Command line in the form <c>--Section:Key=value</c>.</param>
    /// <param name="modules">One service, or all of them.</param>
    /// <param name="configure">Last word on the builder, for tests and for the platform.</param>
    public static WebApplication Build(string[] args, IServiceModule[] modules, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(modules);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });

        // First, so that any other source of configuration has the last word: the log is about articles, not about each request.
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = LogLevels });
        configure?.Invoke(builder);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddCheckedOptions<HttpOptions>("Http", HttpOptions.Errors);
        builder.Services.AddCheckedOptions<StorageOptions>("Storage", StorageOptions.Errors);
        builder.Services.AddCheckedOptions<DatabaseOptions>("Database", DatabaseOptions.Errors);
        builder.AddStorylineCache();
        builder.AddStorylineTelemetry("storyline-" + (modules.Length == 1 ? modules[0].Name : "platform"));

        builder.Services.AddSingleton<IConfigureOptions<KestrelServerOptions>, Endpoints>();
        builder.Services.Configure<HostOptions>(host =>
        {
            // Read while the host is built, before the options are checked: through them, their errors would hide all others'.
            host.ShutdownTimeout = TimeSpan.TryParse(builder.Configuration["Http:ShutdownTimeout"], CultureInfo.InvariantCulture, out var timeout)
                ? timeout
                : new HttpOptions().ShutdownTimeout;
        });
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = 4 * 1024 * 1024;
            grpc.Interceptors.Add<ServerCallInterceptor>();
        })

        // JSON has to know the details that errors carry.
        .AddJsonTranscoding(json => json.TypeRegistry = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor));
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks();
        builder.Services.AddHealthChecks();

        foreach (var module in modules)
        {
            module.ConfigureServices(builder);
        }

        // Last, so that it starts after everything its consumers need, and stops first.
        builder.Services.AddStorylineBus(builder.Configuration, endpoints =>
        {
            foreach (var module in modules)
            {
                module.ConfigureBus(endpoints);
            }
        });

        var app = builder.Build();

        // Not left to the start, which would log a stack trace around the one line that a person needs.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        foreach (var module in modules)
        {
            module.MapGrpc(app);
        }

        // Each service by its name, as load balancers ask; all of them are of one process, so one is as ready as the others.
        var health = app.Services.GetRequiredService<IOptions<GrpcHealthChecksOptions>>().Value;
        foreach (var service in ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints)
            .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            health.Services.Map(service, check => check.Tags.Contains("ready", StringComparer.Ordinal));
        }

        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService();

        // Live says that the process runs, and asks nothing else: a restart mends no database. Ready says that work can be done.
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready"), ResponseWriter = WriteHealthAsync });
        app.MapGet("/health/startup", (IHostApplicationLifetime lifetime) =>
            lifetime.ApplicationStarted.IsCancellationRequested ? Results.Text("Healthy") : Results.Text("Starting", statusCode: 503));
        return app;
    }

    /// <summary>The addresses that a started host listens on: JSON first, then gRPC.</summary>
    public static (Uri Http, Uri Grpc) Addresses(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        return (new Uri(addresses[0]), new Uri(addresses[1]));
    }

    private static Task WriteHealthAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsJsonAsync(
            new
            {
                status = report.Status.ToString(),
                checks = report.Entries.ToDictionary(e => e.Key, e => new { status = e.Value.Status.ToString(), description = e.Value.Description }, StringComparer.Ordinal),
            },
            context.RequestAborted);
    }

    private sealed class Endpoints(IOptions<HttpOptions> options) : IConfigureOptions<KestrelServerOptions>
    {
        public void Configure(KestrelServerOptions kestrel)
        {
            HttpOptions http;
            try
            {
                http = options.Value;
            }
            catch (OptionsValidationException)
            {
                // The server is made while the host is built; the check right after it tells this error together with all others.
                return;
            }

            var host = IPAddress.Parse(http.Host);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024 * 1024;
            kestrel.Listen(host, http.Port, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(host, http.GrpcPort, listen => listen.Protocols = HttpProtocols.Http2);
        }
    }
}
