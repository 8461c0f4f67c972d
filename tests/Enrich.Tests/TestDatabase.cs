using Storyline.Fixtures;
using Storyline.Hosting.Storage;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Storyline.Enrich.Tests;

/// <summary>An empty, migrated database of the enrich service.</summary>
internal static class TestDatabase
{
    public static async Task<Database> CreateAsync(bool postgreSql, PostgresFixture postgres, string folder)
    {
        Database database;
        if (postgreSql)
        {
            postgres.SkipIfUnavailable();
            database = Database.ForPostgreSql(EnrichModule.ServiceName, await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        }
        else
        {
            database = Database.ForSqlite(EnrichModule.ServiceName, Path.Combine(folder, "enrich.db"));
        }

        await Storyline.Hosting.Storage.Migrations.ApplyAsync(database, typeof(EnrichModule).Assembly, TestContext.Current.CancellationToken);
        return database;
    }
}
