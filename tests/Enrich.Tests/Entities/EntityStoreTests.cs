using Dapper;
using Storyline.Enrich.Entities;
using Storyline.Enrich.Names;
using Storyline.Fixtures;

namespace Storyline.Enrich.Tests.Entities;

public sealed class EntityStoreTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("enrich").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Migrations_PostgreSql_CompareSpellingsByCodePoint()
    {
        await using var database = await TestDatabase.CreateAsync(postgreSql: true, postgres, _folder);
        await using var connection = await database.OpenAsync(Token);

        var collation = await connection.ExecuteScalarAsync<string>(
            "SELECT collation_name FROM information_schema.columns WHERE table_schema = 'enrich' AND table_name = 'spellings' AND column_name = 'spelling_key'");

        Assert.Equal("C", collation);
    }

    // Where a locale's collation looks at letters first and at everything else last, these are not between the prefix and its end.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Suggest_SpellingsThatLocalesOrderDifferently_AreThoseThatBeginWithThePrefix(bool postgreSql)
    {
        await using var database = await TestDatabase.CreateAsync(postgreSql, postgres, _folder);
        string[] keys = ["al-amin", "al amin", "alan", "al\u00e1n", "alz", "am", "ak"];
        await database.WriteAsync(
            async (connection, transaction) =>
            {
                foreach (var key in keys)
                {
                    await connection.ExecuteAsync("INSERT INTO entities (entity_id, type, name, articles) VALUES (@key, 1, @key, 1)", new { key }, transaction);
                    await connection.ExecuteAsync("INSERT INTO spellings (entity_id, text, spelling_key, articles) VALUES (@key, @key, @key, 1)", new { key }, transaction);
                }
            },
            Token);

        var found = await new EntityStore(database, new NameMatcher(new NameLexicon())).SuggestAsync("al", 10, Token);

        Assert.Equal(keys.Where(key => key.StartsWith("al", StringComparison.Ordinal)).Order(StringComparer.Ordinal), found.Select(entity => entity.EntityId).Order(StringComparer.Ordinal));
    }
}
