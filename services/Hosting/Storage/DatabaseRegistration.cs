using System.Data.Common;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Storyline.Hosting.Storage;

public static class DatabaseRegistration
{
    /// <summary>
    /// Registers the <see cref="Database"/> of a service, keyed by the service's name. Its migrations run before any hosted
    /// service starts, and a host is ready only while it answers.
    /// </summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services, string name, Assembly migrations)
    {
        services.AddKeyedSingleton(name, (provider, _) =>
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.PostgreSql is { } connectionString
                ? Database.ForPostgreSql(name, connectionString)
                : Database.ForSqlite(name, Path.Combine(provider.GetRequiredService<IOptions<StorageOptions>>().Value.Path, name + ".db")));
        services.AddSingleton<IHostedService>(provider => new Start(
            provider.GetRequiredKeyedService<Database>(name),
            migrations,
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.StartTimeout,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("Storyline.Hosting.Storage")));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "database-" + name,
            provider => new Answers(provider.GetRequiredKeyedService<Database>(name)),
            HealthStatus.Unhealthy,
            ["ready"],
            TimeSpan.FromSeconds(3)));
        return services;
    }

    private sealed class Start(Database database, Assembly migrations, TimeSpan timeout, TimeProvider time, ILogger logger)
        : IHostedLifecycleService
    {
        // Starting comes before the start of every hosted service, so the bus delivers nothing into a schema that is not there.
        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            var began = time.GetTimestamp();
            while (true)
            {
                try
                {
                    await Migrations.ApplyAsync(database, migrations, cancellationToken);
                    return;
                }
                catch (DbException exception) when (database.IsPostgreSql && exception.IsTransient && time.GetElapsedTime(began) < timeout)
                {
                    Log.DatabaseAway(logger, database.Name, exception.Message);
                    await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
                }
            }
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Answers(Database database) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                // The wait is cancelled, not the question: Npgsql cancels by asking the server to, which one that hangs does not answer either.
                await AskAsync().WaitAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is DbException or OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy("the database does not answer", exception);
            }
        }

        private async Task AskAsync()
        {
            await using var connection = await database.OpenAsync(CancellationToken.None);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync(CancellationToken.None);
        }
    }
}

internal static partial class Log
{
    [LoggerMessage(EventId = 1, EventName = "DatabaseAway", Level = LogLevel.Warning, Message = "database {Database} does not answer yet: {Error}")]
    public static partial void DatabaseAway(ILogger logger, string database, string error);
}
