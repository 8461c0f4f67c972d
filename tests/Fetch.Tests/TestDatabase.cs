using Storyline.Fixtures;
using Storyline.Hosting.Storage;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: AssemblyFixture(typeof(RedisFixture))]

namespace Storyline.Fetch.Tests;

/// <summary>An empty, migrated database of fetch.</summary>
internal static class TestDatabase
{
    public static async Task<Database> SqliteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        return await MigrateAsync(Database.ForSqlite("fetch", Path.Combine(folder, "fetch.db")));
    }

    public static async Task<Database> PostgreSqlAsync(PostgresFixture postgres)
    {
        postgres.SkipIfUnavailable();
        return await MigrateAsync(Database.ForPostgreSql("fetch", await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken)));
    }

    private static async Task<Database> MigrateAsync(Database database)
    {
        await Storyline.Hosting.Storage.Migrations.ApplyAsync(database, typeof(FetchModule).Assembly, TestContext.Current.CancellationToken);
        return database;
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("storyline-fetch-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
