using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Storyline.Hosting.Storage;

/// <summary>
/// One service's own database: a SQLite file, or a schema of a PostgreSQL database. No service opens another's.
/// SQL is written once, in what both understand: <c>INSERT … ON CONFLICT … RETURNING</c>, times as BIGINT Unix
/// milliseconds, JSON as TEXT.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private readonly NpgsqlDataSource? _postgreSql;
    private readonly string? _sqlite;

    // SQLite has one writer; waiting here is fair and cheap, waiting in SQLite is polling.
    private readonly SemaphoreSlim _sqliteWriter = new(1);

    static Database()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;

        // A handler counts only for types that Dapper has no map of its own for.
        SqlMapper.RemoveTypeMap(typeof(string));
        SqlMapper.AddTypeHandler(new StorableText());
    }

    internal Database(string name, string connectionString, bool isPostgreSql)
    {
        Name = name;
        ConnectionString = connectionString;
        if (isPostgreSql)
        {
            _postgreSql = NpgsqlDataSource.Create(connectionString);
        }
        else
        {
            _sqlite = connectionString;
        }
    }

    /// <summary>The service's name.</summary>
    public string Name { get; }

    /// <summary>PostgreSQL, else SQLite.</summary>
    public bool IsPostgreSql => _postgreSql is not null;

    internal string ConnectionString { get; }

    /// <summary>A SQLite database in a file, made when absent.</summary>
    public static Database ForSqlite(string name, string file) => new(
        name,
        new SqliteConnectionStringBuilder { DataSource = file, DefaultTimeout = 30, Pooling = true }.ConnectionString,
        isPostgreSql: false);

    /// <summary>
    /// The schema <paramref name="name"/> of a PostgreSQL database. A server that hangs fails a statement after 20 s (the command's 15, and 5
    /// for the connection over which Npgsql asks the server to cancel it), unless the connection string has timeouts of its own. Twenty connections are
    /// more than a few cores of a server can work on, and five services' fit into the hundred that a server has by default; the others wait here.
    /// </summary>
    public static Database ForPostgreSql(string name, string connectionString) => new(
        name,
        new NpgsqlConnectionStringBuilder("Timeout=5;Command Timeout=15;Maximum Pool Size=20;" + connectionString) { SearchPath = name, ApplicationName = "storyline-" + name, MaxAutoPrepare = 64 }
            .ConnectionString,
        isPostgreSql: true);

    /// <summary>An open connection, for reads. Dispose it soon: it goes back to the pool.</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_postgreSql is not null)
        {
            return await _postgreSql.OpenConnectionAsync(cancellationToken);
        }

        var connection = new SqliteConnection(_sqlite);
        try
        {
            await connection.OpenAsync(cancellationToken);

            // WAL: readers never wait for the writer. FULL: a commit that returned survives a power cut.
            await connection.ExecuteAsync("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> in one write transaction and commits it. An exception rolls it back.
    /// On SQLite it is the only writer; on PostgreSQL it is the only one that holds <paramref name="lockName"/>,
    /// across all replicas, until the commit.
    /// </summary>
    public async Task<T> WriteAsync<T>(
        Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancellationToken, string? lockName = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (_postgreSql is not null)
        {
            await using var connection = await _postgreSql.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (lockName is not null)
            {
                await connection.ExecuteAsync(new CommandDefinition(
                    "SELECT pg_advisory_xact_lock(hashtextextended(@key, 0))",
                    new { key = $"{Name}:{lockName}" }, transaction, cancellationToken: cancellationToken));
            }

            var result = await work(connection, transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }

        await _sqliteWriter.WaitAsync(cancellationToken);
        try
        {
            await using var connection = (SqliteConnection)await OpenAsync(cancellationToken);

            // Immediate: the write lock is taken now, so that a read inside cannot go stale before the write.
            await using var transaction = connection.BeginTransaction(IsolationLevel.Serializable, deferred: false);
            var result = await work(connection, transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            _sqliteWriter.Release();
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<DbConnection, DbTransaction, Task> work, CancellationToken cancellationToken, string? lockName = null) =>
        WriteAsync(
            async (connection, transaction) =>
            {
                await work(connection, transaction);
                return true;
            },
            cancellationToken,
            lockName);

    public async ValueTask DisposeAsync()
    {
        if (_postgreSql is not null)
        {
            await _postgreSql.DisposeAsync();
        }
        else
        {
            SqliteConnection.ClearPool(new SqliteConnection(_sqlite));
        }

        _sqliteWriter.Dispose();
    }
}
