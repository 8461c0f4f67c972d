using System.Reflection;
using Dapper;
using FluentMigrator.Runner;
using FluentMigrator.Runner.Conventions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Storyline.Hosting.Storage;

/// <summary>Brings a database to the newest version of its service's schema.</summary>
public static class Migrations
{
    /// <summary>
    /// Applies the FluentMigrator migrations of <paramref name="assembly"/> that are not applied yet.
    /// Replicas that start together wait for one another.
    /// </summary>
    public static async Task ApplyAsync(Database database, Assembly assembly, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        if (!database.IsPostgreSql)
        {
            if (new SqliteConnectionStringBuilder(database.ConnectionString).DataSource is { Length: > 0 } file
                && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            Run(database, database.ConnectionString, assembly);
            return;
        }

        // A migration takes as long as its table is large, and the other replicas wait for the one that runs it.
        var connectionString = new NpgsqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = 600 }.ConnectionString;

        // A lock of its own session: the runner opens connections as it likes.
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT pg_advisory_lock(hashtextextended(@key, 0))", new { key = $"migrations:{database.Name}" }, cancellationToken: cancellationToken));
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(
                $"CREATE SCHEMA IF NOT EXISTS \"{database.Name}\"", cancellationToken: cancellationToken));
            Run(database, connectionString, assembly);
        }
        finally
        {
            await connection.ExecuteAsync(
                "SELECT pg_advisory_unlock(hashtextextended(@key, 0))", new { key = $"migrations:{database.Name}" });
        }
    }

    private static void Run(Database database, string connectionString, Assembly assembly)
    {
        using var services = new ServiceCollection()
            .AddFluentMigratorCore()
            .AddSingleton<IConventionSet>(new DefaultConventionSet(database.IsPostgreSql ? database.Name : null, workingDirectory: null))
            .ConfigureRunner(runner => (database.IsPostgreSql ? runner.AddPostgres15_0() : runner.AddSQLite())
                .WithGlobalConnectionString(connectionString)
                .ScanIn(assembly).For.Migrations())
            .BuildServiceProvider(validateScopes: false);
        using var scope = services.CreateScope();
        scope.ServiceProvider.GetRequiredService<IMigrationRunner>().MigrateUp();
    }
}
