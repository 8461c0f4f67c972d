using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Storyline.Hosting.Telemetry;

internal static class TelemetryRegistration
{
    /// <summary>
    /// Traces, metrics and logs by OpenTelemetry. They leave the process over OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set;
    /// all other <c>OTEL_*</c> settings are the SDK's own. Without it traces still run, so that articles carry trace ids.
    /// </summary>
    public static void AddStorylineTelemetry(this IHostApplicationBuilder builder, string serviceName)
    {
        var export = !string.IsNullOrEmpty(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var version = typeof(TelemetryRegistration).Assembly.GetName().Version?.ToString(3);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(serviceName, serviceNamespace: "storyline", serviceVersion: version))
            .WithTracing(tracing =>
            {
                // One source per service, the bus, SQL on PostgreSQL, and both ends of HTTP and gRPC. RabbitMQ.Client's own
                // source stays out: it would double every span of the bus.
                tracing
                    .AddSource("Storyline.*", "MassTransit", "Npgsql")
                    .AddAspNetCoreInstrumentation(http => http.Filter = context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                    .AddHttpClientInstrumentation()
                    .AddGrpcClientInstrumentation();
                if (export)
                {
                    tracing.AddOtlpExporter();
                }
            })
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter("Storyline.*", "MassTransit", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http")
                    .AddRuntimeInstrumentation();
                if (export)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (export)
        {
            telemetry.WithLogging(logging => logging.AddOtlpExporter(), options => options.IncludeScopes = true);
        }
    }
}
