using System.Diagnostics.CodeAnalysis;
using DotNet.Testcontainers.Containers;
using Npgsql;
using Testcontainers.PostgreSql;

namespace Storyline.Fixtures;

/// <summary>PostgreSQL 17 without fsync. Each test takes a database of its own.</summary>
public sealed class PostgresFixture() : ContainerFixture(ContainerImages.Postgres)
{
    private const int Port = 5432;

    private PostgreSqlContainer? _container;

    /// <summary>Npgsql connection string of the maintenance database, as superuser.</summary>
    public string ConnectionString =>
        _container?.GetConnectionString() ?? throw new InvalidOperationException(UnavailableReason ?? "the fixture is not initialised");

    /// <summary>Creates an empty database and returns its Npgsql connection string.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "The name is a GUID made here; CREATE DATABASE takes no parameters.")]
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"test_{Guid.NewGuid():n}";
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    protected override IContainer Build() => _container = new PostgreSqlBuilder(Image)
        .WithPortBinding(FreePort(), Port)
        .WithCommand("-c", "max_connections=400")
        .WithLabel(OwnerLabel, Owner)
        .Build();
}
