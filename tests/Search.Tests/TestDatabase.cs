using Microsoft.Extensions.Options;
using Storyline.Fixtures;
using Storyline.Hosting.Storage;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: AssemblyFixture(typeof(RedisFixture))]

namespace Storyline.Search.Tests;

/// <summary>An empty, migrated database of the search service.</summary>
internal static class TestDatabase
{
    public static IOptions<SearchOptions> Options { get; } = Microsoft.Extensions.Options.Options.Create(new SearchOptions());

    public static async Task<Database> SqliteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        return await MigrateAsync(Database.ForSqlite(SearchModule.ServiceName, Path.Combine(folder, "search.db")));
    }

    public static async Task<Database> PostgreSqlAsync(PostgresFixture postgres)
    {
        postgres.SkipIfUnavailable();
        return await MigrateAsync(Database.ForPostgreSql(
            SearchModule.ServiceName, await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken)));
    }

    private static async Task<Database> MigrateAsync(Database database)
    {
        await Storyline.Hosting.Storage.Migrations.ApplyAsync(database, typeof(SearchModule).Assembly, TestContext.Current.CancellationToken);
        return database;
    }
}

/// <summary>A folder that goes with the test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("storyline-search-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
