using Storyline.Fixtures;
using Storyline.Hosting.Storage;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: AssemblyFixture(typeof(RabbitMqFixture))]

namespace Storyline.Partner.Tests;

/// <summary>An empty, migrated database of the partner service.</summary>
internal static class TestDatabase
{
    public static async Task<Database> SqliteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        return await MigrateAsync(Database.ForSqlite(PartnerModule.ServiceName, Path.Combine(folder, "partner.db")));
    }

    public static async Task<Database> PostgreSqlAsync(PostgresFixture postgres)
    {
        postgres.SkipIfUnavailable();
        var connectionString = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        return await MigrateAsync(Database.ForPostgreSql(PartnerModule.ServiceName, connectionString));
    }

    private static async Task<Database> MigrateAsync(Database database)
    {
        await Storyline.Hosting.Storage.Migrations.ApplyAsync(database, typeof(PartnerModule).Assembly, TestContext.Current.CancellationToken);
        return database;
    }
}
