using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Dapper;
using Storyline.Hosting.Storage;

namespace Storyline.Enrich.Storage;

/// <summary>Statements over many rows, in SQL that SQLite and PostgreSQL both take.</summary>
internal static class RowStore
{
    // SQLite looks each parameter up by its name in a list: a few hundred in a statement are quicker than thousands in fewer statements.
    private const int RowsPerStatement = 16;
    private const int KeysPerStatement = 64;

    /// <summary>
    /// Runs a query for keys in chunks; <c>{keys}</c> in the text becomes a list of parameters. Lists come in few lengths, the last key
    /// repeated, so that the databases meet few different statements.
    /// </summary>
    public static async Task<List<T>> QueryAsync<T>(
        DbConnection connection, DbTransaction? transaction, string sql, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var found = new List<T>();
        foreach (var chunk in keys.Chunk(KeysPerStatement))
        {
            var length = 1;
            while (length < chunk.Length)
            {
                length *= 8;
            }

            var parameters = new DynamicParameters();
            var list = new StringBuilder();
            for (var i = 0; i < length; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"k{i}");
                parameters.Add(name, chunk[Math.Min(i, chunk.Length - 1)]);
                list.Append(i == 0 ? "@" : ", @").Append(name);
            }

            found.AddRange(await connection.QueryAsync<T>(new CommandDefinition(
                sql.Replace("{keys}", list.ToString(), StringComparison.Ordinal), parameters, transaction, cancellationToken: cancellationToken)));
        }

        return found;
    }

    /// <summary>Inserts or updates rows, many in one statement, which stays compiled from one to the next.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="insert">The statement up to <c>VALUES</c>.</param>
    /// <param name="onConflict">The statement's end.</param>
    /// <param name="rows">Values in the order of the columns.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task InsertAsync(
        DbConnection connection, DbTransaction transaction, string insert, string onConflict, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        var done = 0;
        foreach (var size in new[] { RowsPerStatement, 1 })
        {
            if (rows.Count - done < size)
            {
                continue;
            }

            await using var command = Command(connection, transaction, insert, onConflict, size, rows[0].Length);
            for (; rows.Count - done >= size; done += size)
            {
                for (var p = 0; p < command.Parameters.Count; p++)
                {
                    var value = rows[done + (p / rows[0].Length)][p % rows[0].Length];
                    command.Parameters[p].Value = value is string text ? StorableText.Of(text) : value ?? DBNull.Value;
                }

                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    [SuppressMessage("Security", "CA2100", Justification = "The text is made of constants and parameter names.")]
    private static DbCommand Command(DbConnection connection, DbTransaction transaction, string insert, string onConflict, int rows, int columns)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        var sql = new StringBuilder(insert).Append(" VALUES ");
        for (var r = 0; r < rows; r++)
        {
            sql.Append(r == 0 ? "(" : ", (");
            for (var c = 0; c < columns; c++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"p{(r * columns) + c}");
                command.Parameters.Add(parameter);
                sql.Append(c == 0 ? "@" : ", @").Append(parameter.ParameterName);
            }

            sql.Append(')');
        }

        command.CommandText = sql.Append(' ').Append(onConflict).ToString();
        return command;
    }
}
