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
    /// <summary>Rows or keys in one statement; SQLite takes 32,766 parameters.</summary>
    public const int RowsPerStatement = 512;

    /// <summary>
    /// Runs a query for keys in chunks; <c>{keys}</c> in the text becomes a list of parameters. Lists come in few lengths, the last key
    /// repeated, so that the databases meet few different statements.
    /// </summary>
    public static async Task<List<T>> QueryAsync<T>(
        DbConnection connection, DbTransaction? transaction, string sql, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var found = new List<T>();
        foreach (var chunk in keys.Chunk(RowsPerStatement))
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

    /// <summary>Inserts or updates rows, many in one statement.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="insert">The statement up to <c>VALUES</c>.</param>
    /// <param name="onConflict">The statement's end.</param>
    /// <param name="rows">Values in the order of the columns.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    [SuppressMessage("Security", "CA2100", Justification = "The text is made of constants and parameter names.")]
    public static async Task InsertAsync(
        DbConnection connection, DbTransaction transaction, string insert, string onConflict, List<object?[]> rows, CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Chunk(RowsPerStatement))
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            var sql = new StringBuilder(insert).Append(" VALUES ");
            for (var r = 0; r < chunk.Length; r++)
            {
                sql.Append(r == 0 ? "(" : ", (");
                for (var c = 0; c < chunk[r].Length; c++)
                {
                    var parameter = command.CreateParameter();
                    parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"p{r}_{c}");
                    parameter.Value = chunk[r][c] is string text ? StorableText.Of(text) : chunk[r][c] ?? DBNull.Value;
                    command.Parameters.Add(parameter);
                    sql.Append(c == 0 ? "@" : ", @").Append(parameter.ParameterName);
                }

                sql.Append(')');
            }

            command.CommandText = sql.Append(' ').Append(onConflict).ToString();
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
