using System.Net.Sockets;
using Npgsql;
using Storyline.Fixtures;

namespace Storyline.Hosting.Tests.Containers;

public sealed class ContainerFixtureTests(RabbitMqFixture rabbitMq, RedisFixture redis, PostgresFixture postgres)
    : IClassFixture<RabbitMqFixture>, IClassFixture<RedisFixture>, IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateVirtualHostAsync_Twice_GivesTwoEmptyVirtualHosts()
    {
        rabbitMq.SkipIfUnavailable();

        var first = await rabbitMq.CreateVirtualHostAsync(Token);
        var second = await rabbitMq.CreateVirtualHostAsync(Token);

        Assert.NotEqual(first, second);
        Assert.Empty(await rabbitMq.ListQueuesAsync(second, Token));
        await rabbitMq.DeleteVirtualHostAsync(first, Token);
    }

    [Fact]
    public async Task CreateDatabaseAsync_NewDatabase_IsPostgreSql17()
    {
        postgres.SkipIfUnavailable();

        await using var connection = new NpgsqlConnection(await postgres.CreateDatabaseAsync(Token));
        await connection.OpenAsync(Token);

        Assert.Equal(17, connection.PostgreSqlVersion.Major);
    }

    [Fact]
    public async Task StopAsync_ThenStartAsync_KeepsThePort()
    {
        redis.SkipIfUnavailable();
        var (host, port) = EndPointOf(redis.CreateDatabase());

        await redis.StopAsync(Token);
        using (var refused = new TcpClient())
        {
            await Assert.ThrowsAnyAsync<SocketException>(async () => await refused.ConnectAsync(host, port, Token));
        }

        await redis.StartAsync(Token);
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, Token);
        await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), Token);
        using var reader = new StreamReader(client.GetStream());

        Assert.Equal("+PONG", await reader.ReadLineAsync(Token));
    }

    private static (string Host, int Port) EndPointOf(string connectionString)
    {
        var parts = connectionString.Split(',')[0].Split(':');
        return (parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
