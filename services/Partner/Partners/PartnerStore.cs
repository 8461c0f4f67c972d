using System.Data.Common;
using System.Text.Json;
using Dapper;
using Storyline.Hosting.Storage;

namespace Storyline.Partner.Partners;

/// <summary>The table of partners.</summary>
public sealed class PartnerStore([FromKeyedServices(PartnerModule.ServiceName)] Database database)
{
    private const string Columns =
        "partner_id AS PartnerId, display_name AS DisplayName, languages AS Languages, source_ids AS SourceIds, create_time AS CreateTime, last_sequence AS LastSequence";

    /// <summary>
    /// Adds a partner and returns it; the partner that an earlier call with the same <paramref name="requestId"/> added;
    /// or null when the id is taken.
    /// </summary>
    public Task<PartnerAccount?> AddAsync(PartnerAccount partner, string requestId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                if (requestId.Length > 0)
                {
                    var earlier = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
                        $"SELECT {Columns} FROM partners WHERE request_id = @requestId", new { requestId }, transaction,
                        cancellationToken: cancellationToken));
                    if (earlier is not null)
                    {
                        return earlier.ToAccount();
                    }
                }

                var added = await connection.ExecuteAsync(new CommandDefinition(
                    """
                    INSERT INTO partners (partner_id, display_name, languages, source_ids, request_id, create_time, last_sequence, confirmed_sequence)
                    VALUES (@PartnerId, @DisplayName, @languages, @sourceIds, @requestId, @createTime, 0, 0)
                    ON CONFLICT (partner_id) DO NOTHING
                    """,
                    new
                    {
                        partner.PartnerId,
                        partner.DisplayName,
                        languages = JsonSerializer.Serialize(partner.Entitlement.Languages),
                        sourceIds = JsonSerializer.Serialize(partner.Entitlement.SourceIds),
                        requestId = requestId.Length > 0 ? requestId : null,
                        createTime = partner.CreateTime.ToUnixTimeMilliseconds(),
                    },
                    transaction, cancellationToken: cancellationToken));
                return added == 1 ? partner : null;
            },
            cancellationToken,
            // Two first calls with one request_id must not both find it unused.
            lockName: "partners");

    /// <summary>The partner, or null.</summary>
    public async Task<PartnerAccount?> FindAsync(string partnerId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM partners WHERE partner_id = @partnerId", new { partnerId }, cancellationToken: cancellationToken));
        return row?.ToAccount();
    }

    /// <summary>Up to <paramref name="count"/> partners by id, those after <paramref name="after"/>.</summary>
    public async Task<IReadOnlyList<PartnerAccount>> ListAsync(string after, int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM partners WHERE partner_id > @after ORDER BY partner_id LIMIT @count", new { after, count },
            cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToAccount())];
    }

    /// <summary>Removes a partner with its log; false when there is none of that id.</summary>
    public Task<bool> DeleteAsync(string partnerId, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                // The partner first: whoever appends to its log holds this row until it has committed.
                var deleted = await connection.ExecuteAsync(new CommandDefinition(
                    "DELETE FROM partners WHERE partner_id = @partnerId", new { partnerId }, transaction, cancellationToken: cancellationToken));
                await connection.ExecuteAsync(new CommandDefinition(
                    "DELETE FROM messages WHERE partner_id = @partnerId", new { partnerId }, transaction, cancellationToken: cancellationToken));
                return deleted == 1;
            },
            cancellationToken);

    /// <summary>Every partner with the last sequence number that it was given, as the transaction sees them.</summary>
    internal static async Task<IReadOnlyList<(PartnerAccount Account, long LastSequence)>> AllAsync(DbConnection connection, DbTransaction transaction)
    {
        var rows = await connection.QueryAsync<Row>($"SELECT {Columns} FROM partners", transaction: transaction);
        return [.. rows.Select(row => (row.ToAccount(), row.LastSequence))];
    }

    private sealed record Row(string PartnerId, string DisplayName, string Languages, string SourceIds, long CreateTime, long LastSequence)
    {
        public PartnerAccount ToAccount() => new(
            PartnerId, DisplayName,
            new Entitlement(JsonSerializer.Deserialize<string[]>(Languages)!, JsonSerializer.Deserialize<string[]>(SourceIds)!),
            DateTimeOffset.FromUnixTimeMilliseconds(CreateTime));
    }
}
