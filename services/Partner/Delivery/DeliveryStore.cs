using System.Data.Common;
using Dapper;
using Storyline.Hosting.Storage;
using Storyline.Partner.Partners;

namespace Storyline.Partner.Delivery;

/// <summary>
/// The log of each partner: what it is to receive, in the order of its sequence numbers. The log is the outbox too: a number is given and
/// its message stored in one transaction, and the broker gets it afterwards.
/// </summary>
/// <param name="database">The partner service's database.</param>
/// <param name="confirmAtOnce">True where no broker is configured: the log alone is the delivery.</param>
/// <param name="time">The clock.</param>
public sealed class DeliveryStore(Database database, bool confirmAtOnce, TimeProvider time)
{
    private const string MessageColumns =
        "sequence AS Sequence, message_id AS MessageId, routing_key AS RoutingKey, ninjs AS Ninjs, traceparent AS TraceParent, create_time AS CreateTime";

    /// <summary>
    /// Appends one message to the log of each partner that may receive it, unless this or a higher version of the subject was appended
    /// before: an article or story that comes twice, or late, changes nothing. Nothing is written while there is no partner.
    /// </summary>
    /// <param name="subject">What the message is about.</param>
    /// <param name="traceParent">W3C traceparent of its handling.</param>
    /// <param name="render">The ninjs JSON that a partner with that entitlement may receive; null for nothing. Called in the transaction.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many partners the message goes to.</returns>
    public async Task<int> AppendAsync(
        Subject subject, string? traceParent, Func<Entitlement, string?> render, CancellationToken cancellationToken)
    {
        await using (var reading = await database.OpenAsync(cancellationToken))
        {
            if (await reading.ExecuteScalarAsync<long>(new CommandDefinition(
                "SELECT COUNT(*) FROM partners", cancellationToken: cancellationToken)) == 0)
            {
                return 0;
            }
        }

        return await database.WriteAsync(
            (connection, transaction) => AppendAsync(connection, transaction, subject, traceParent, render, cancellationToken), cancellationToken);
    }

    /// <summary>How far delivery to a partner has come; null when there is no such partner.</summary>
    public async Task<DeliveryState?> FindStateAsync(string partnerId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<DeliveryState>(new CommandDefinition(
            """
            SELECT last_sequence AS LastSequence, confirmed_sequence AS ConfirmedSequence, confirm_time AS ConfirmTime
            FROM partners WHERE partner_id = @partnerId
            """,
            new { partnerId }, cancellationToken: cancellationToken));
    }

    /// <summary>Up to <paramref name="count"/> messages from a sequence number on; those before the oldest kept are absent.</summary>
    public async Task<IReadOnlyList<OutgoingMessage>> ListAsync(string partnerId, long fromSequence, int count, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await ListAsync(connection, null, partnerId, fromSequence, count, cancellationToken);
    }

    /// <summary>Partners that have messages which the broker does not have yet.</summary>
    public async Task<IReadOnlyList<string>> ListUnconfirmedPartnersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT partner_id FROM partners WHERE confirmed_sequence < last_sequence ORDER BY partner_id", cancellationToken: cancellationToken))];
    }

    /// <summary>
    /// Hands the next unconfirmed messages of a partner to <paramref name="publish"/>, which returns how many of them, from the first on
    /// and without a hole, the broker has confirmed. One batch of a partner at a time across all replicas, so their order holds; when the
    /// process dies in between, the batch is published again.
    /// </summary>
    /// <returns>False when messages remain that were tried and not confirmed.</returns>
    public Task<bool> PublishNextAsync(
        string partnerId, int count, Func<IReadOnlyList<OutgoingMessage>, Task<int>> publish, CancellationToken cancellationToken) =>
        // The lock is the transaction's, which stays open while the broker is asked: a replica that dies lets go of it at once.
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var confirmed = await connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(
                    "SELECT confirmed_sequence FROM partners WHERE partner_id = @partnerId", new { partnerId }, transaction,
                    cancellationToken: cancellationToken));
                if (confirmed is null)
                {
                    return true;
                }

                var messages = await ListAsync(connection, transaction, partnerId, confirmed.Value + 1, count, cancellationToken);
                var delivered = messages.Count == 0 ? 0 : await publish(messages);
                if (delivered > 0)
                {
                    await connection.ExecuteAsync(new CommandDefinition(
                        "UPDATE partners SET confirmed_sequence = @sequence, confirm_time = @now WHERE partner_id = @partnerId",
                        new { partnerId, sequence = messages[delivered - 1].Sequence, now = Now() }, transaction,
                        cancellationToken: cancellationToken));
                }

                return delivered == messages.Count;
            },
            cancellationToken,
            lockName: "delivery:" + partnerId);

    /// <summary>Removes confirmed messages that are older than <paramref name="keepFor"/> or beyond the newest <paramref name="keepMessages"/>.</summary>
    /// <returns>How many were removed.</returns>
    public Task<int> TrimAsync(TimeSpan keepFor, int keepMessages, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(new CommandDefinition(
                """
                DELETE FROM messages
                WHERE sequence <= (SELECT confirmed_sequence FROM partners WHERE partners.partner_id = messages.partner_id)
                  AND (create_time < @oldest
                       OR sequence <= (SELECT last_sequence FROM partners WHERE partners.partner_id = messages.partner_id) - @keepMessages)
                """,
                new { oldest = Now() - (long)keepFor.TotalMilliseconds, keepMessages = (long)keepMessages }, transaction,
                cancellationToken: cancellationToken)),
            cancellationToken);

    private async Task<int> AppendAsync(
        DbConnection connection, DbTransaction transaction, Subject subject, string? traceParent, Func<Entitlement, string?> render,
        CancellationToken cancellationToken)
    {
        // Holds the subject's row until the commit: the same article handled twice at once is handled one after the other.
        var isNew = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO subjects (kind, subject_id, version) VALUES (@Kind, @SubjectId, @Version)
            ON CONFLICT (kind, subject_id) DO UPDATE SET version = excluded.version WHERE subjects.version < excluded.version
            """,
            new { subject.Kind, subject.SubjectId, subject.Version }, transaction, cancellationToken: cancellationToken));
        if (isNew == 0)
        {
            return 0;
        }

        var appended = 0;

        // In the order of ids, so that two transactions never wait for each other's partner.
        foreach (var partner in await PartnerStore.AllAsync(connection, transaction, cancellationToken))
        {
            if (!partner.Entitlement.AdmitsLanguage(subject.Language) || render(partner.Entitlement) is not { } ninjs)
            {
                continue;
            }

            // Holds the partner's row until the commit: the next number is given only once this one is stored or given back.
            var now = Now();
            var sequence = await connection.QuerySingleOrDefaultAsync<long?>(new CommandDefinition(
                """
                UPDATE partners SET
                    last_sequence = last_sequence + 1,
                    confirmed_sequence = CASE WHEN @confirm = 1 THEN last_sequence + 1 ELSE confirmed_sequence END,
                    confirm_time = CASE WHEN @confirm = 1 THEN @now ELSE confirm_time END
                WHERE partner_id = @PartnerId
                RETURNING last_sequence
                """,
                new { partner.PartnerId, confirm = confirmAtOnce ? 1 : 0, now }, transaction, cancellationToken: cancellationToken));
            if (sequence is null)
            {
                continue; // Deleted in the meantime.
            }

            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO messages (partner_id, sequence, message_id, routing_key, ninjs, traceparent, create_time)
                VALUES (@PartnerId, @sequence, @MessageId, @routingKey, @ninjs, @traceParent, @now)
                """,
                new { partner.PartnerId, sequence, subject.MessageId, routingKey = subject.RoutingKey(partner.PartnerId), ninjs, traceParent, now },
                transaction, cancellationToken: cancellationToken));
            appended++;
        }

        return appended;
    }

    private static async Task<IReadOnlyList<OutgoingMessage>> ListAsync(
        DbConnection connection, DbTransaction? transaction, string partnerId, long fromSequence, int count, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<OutgoingMessage>(new CommandDefinition(
            $"""
            SELECT {MessageColumns} FROM messages
            WHERE partner_id = @partnerId AND sequence >= @fromSequence ORDER BY sequence LIMIT @count
            """,
            new { partnerId, fromSequence, count }, transaction, cancellationToken: cancellationToken))];

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
