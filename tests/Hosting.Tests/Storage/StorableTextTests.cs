using Dapper;
using Storyline.Fixtures;
using Storyline.Hosting.Storage;

namespace Storyline.Hosting.Tests.Storage;

public sealed class StorableTextTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Wrong = "a\0b\ud83dc\ude00\ud83d";
    private const string Mended = "a\uFFFDb\uFFFDc\uFFFD\uFFFD";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Not inline data: an attribute cannot hold half a surrogate pair.
    [Fact]
    public void Of_AnyText_IsWhatBothDatabasesTake()
    {
        Assert.Equal("plain \ud83d\ude00 text", StorableText.Of("plain \ud83d\ude00 text"));
        Assert.Equal("", StorableText.Of(""));
        Assert.Equal(Mended, StorableText.Of(Wrong));
    }

    [Fact]
    public async Task Parameter_OnSqlite_IsMended()
    {
        await using var database = Database.ForSqlite("text", "file:text?mode=memory&cache=shared");
        await WriteAndReadAsync(database);
    }

    [Fact]
    public async Task Parameter_OnPostgreSql_IsMended()
    {
        postgres.SkipIfUnavailable();
        await using var database = Database.ForPostgreSql("public", await postgres.CreateDatabaseAsync(Cancellation));
        await WriteAndReadAsync(database);
    }

    private static async Task WriteAndReadAsync(Database database)
    {
        await using var connection = await database.OpenAsync(Cancellation);
        await connection.ExecuteAsync("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NULL)");

        await connection.ExecuteAsync("INSERT INTO texts (id, text) VALUES (@id, @text)", new { id = 1, text = Wrong });
        await connection.ExecuteAsync("INSERT INTO texts (id, text) VALUES (@id, @text)", new { id = 2, text = (string?)null });
        var parameters = new DynamicParameters();
        parameters.Add("text", Wrong);
        await connection.ExecuteAsync("INSERT INTO texts (id, text) VALUES (3, @text)", parameters);

        Assert.Equal([Mended, null, Mended], await connection.QueryAsync<string?>("SELECT text FROM texts ORDER BY id"));
        Assert.Equal((1, Mended), (await connection.QueryAsync<(int, string)>("SELECT id, text FROM texts WHERE text = @text ORDER BY id", new { text = Wrong })).First());
    }
}
