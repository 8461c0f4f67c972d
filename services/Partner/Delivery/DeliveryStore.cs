using System.Data.Common;
using System.Globalization;
using System.Text;
using Dapper;
using Storyline.Hosting.Storage;
using Storyline.Partner.Partners;

namespace Storyline.Partner.Delivery;

/// <summary>
/// The log of each partner: what it is to receive, in the order of its sequence numbers. The log is the outbox too: a number is given and
/// its message stored in one transaction, and the broker gets it afterwards.
/// </summary>
public sealed class DeliveryStore : IAsyncDisposable
{
    private const int MaxBatch = 64;

    private const string MessageColumns =
        "sequence AS Sequence, message_id AS MessageId, routing_key AS RoutingKey, ninjs AS Ninjs, traceparent AS TraceParent, create_time AS CreateTime";

    private readonly Database _database;
    private readonly bool _confirmAtOnce;
    private readonly TimeProvider _time;
    private readonly GroupCommit<Announcement, int> _appends;

    /// <param name="database">The partner service's database.</param>
    /// <param name="confirmAtOnce">True where no broker is configured: the log alone is the delivery.</param>
    /// <param name="time">The clock.</param>
    public DeliveryStore(Database database, bool confirmAtOnce, TimeProvider time)
    {
        _database = database;
        _confirmAtOnce = confirmAtOnce;
        _time = time;
        _appends = new GroupCommit<Announcement, int>(AppendAsync, MaxBatch);
    }

    /// <summary>
    /// Appends one message to the log of each partner that may receive it, unless this or a higher version of the subject was appended
    /// before: an article or story that comes twice, or late, changes nothing. Nothing is written while there is no partner.
    /// </summary>
    /// <param name="subject">What the message is about.</param>
    /// <param name="traceParent">W3C traceparent of its handling.</param>
    /// <param name="render">The ninjs JSON that a partner with that entitlement may receive; null for nothing. Called in the transaction.</param>
    /// <param name="cancellationToken">Ends the waiting; the message may be appended all the same, which a redelivery then finds.</param>
    /// <returns>How many partners the message goes to.</returns>
    public async Task<int> AppendAsync(
        Subject subject, string? traceParent, Func<Entitlement, string?> render, CancellationToken cancellationToken)
    {
        await using (var reading = await _database.OpenAsync(cancellationToken))
        {
            if (await reading.ExecuteScalarAsync<long>(new CommandDefinition(
                "SELECT COUNT(*) FROM partners", cancellationToken: cancellationToken)) == 0)
            {
                return 0;
            }
        }

        return await _appends.AddAsync(new Announcement(subject, traceParent, render), cancellationToken);
    }

    /// <summary>Commits what waits, then ends.</summary>
    public ValueTask DisposeAsync() => _appends.DisposeAsync();

    /// <summary>How far delivery to a partner has come; null when there is no such partner.</summary>
    public async Task<DeliveryState?> FindStateAsync(string partnerId, CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
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
        await using var connection = await _database.OpenAsync(cancellationToken);
        return await ListAsync(connection, null, partnerId, fromSequence, count, cancellationToken);
    }

    /// <summary>Partners that have messages which the broker does not have yet.</summary>
    public async Task<IReadOnlyList<string>> ListUnconfirmedPartnersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenAsync(cancellationToken);
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
        _database.WriteAsync(
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
        _database.WriteAsync(
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

    /// <summary>
    /// Appends a batch in one transaction. Under the lock one replica at a time gives numbers: they become visible in their order, and those that a
    /// failed transaction had given are given again.
    /// </summary>
    private Task<IReadOnlyList<int>> AppendAsync(IReadOnlyList<Announcement> batch) => _database.WriteAsync<IReadOnlyList<int>>(
        async (connection, transaction) =>
        {
            var partners = await PartnerStore.AllAsync(connection, transaction);
            var logs = partners.ToDictionary(partner => partner.Account.PartnerId, _ => new List<(int Item, OutgoingMessage Message)>(), StringComparer.Ordinal);
            var now = Now();
            foreach (var item in await NewAsync(connection, transaction, batch))
            {
                var (subject, traceParent, render) = batch[item];
                foreach (var (partner, last) in partners)
                {
                    if (partner.Entitlement.AdmitsLanguage(subject.Language) && render(partner.Entitlement) is { } ninjs)
                    {
                        var log = logs[partner.PartnerId];
                        log.Add((item, new OutgoingMessage(
                            last + log.Count + 1, subject.MessageId, subject.RoutingKey(partner.PartnerId), ninjs, traceParent, now)));
                    }
                }
            }

            var appended = new int[batch.Count];
            foreach (var (partner, last) in partners)
            {
                var log = logs[partner.PartnerId];
                if (log.Count > 0 && await AppendAsync(connection, transaction, partner.PartnerId, last, [.. log.Select(entry => entry.Message)], now))
                {
                    log.ForEach(entry => appended[entry.Item]++);
                }
            }

            return appended;
        },
        CancellationToken.None,
        lockName: "sequences");

    /// <summary>Notes the versions of a batch, and tells which of its items are higher than what was noted before; in their order.</summary>
    private static async Task<IReadOnlyList<int>> NewAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<Announcement> batch)
    {
        var fresh = new List<int>();

        // One statement for all, unless a subject occurs twice: a statement may change a row only once.
        for (var left = Enumerable.Range(0, batch.Count).ToList(); left.Count > 0;)
        {
            var now = left.DistinctBy(item => (batch[item].Subject.Kind, batch[item].Subject.SubjectId)).ToList();
            left = [.. left.Except(now)];
            var rows = new StringBuilder();
            var parameters = new DynamicParameters();
            foreach (var item in now)
            {
                rows.Append(CultureInfo.InvariantCulture, $"{(rows.Length == 0 ? "" : ",")}(@k{item}, @i{item}, @v{item})");
                parameters.Add($"k{item}", batch[item].Subject.Kind);
                parameters.Add($"i{item}", batch[item].Subject.SubjectId);
                parameters.Add($"v{item}", batch[item].Subject.Version);
            }

            var raised = (await connection.QueryAsync<(string, string)>(
                $"""
                INSERT INTO subjects (kind, subject_id, version) VALUES {rows}
                ON CONFLICT (kind, subject_id) DO UPDATE SET version = excluded.version WHERE subjects.version < excluded.version
                RETURNING kind, subject_id
                """,
                parameters, transaction)).ToHashSet();
            fresh.AddRange(now.Where(item => raised.Contains((batch[item].Subject.Kind, batch[item].Subject.SubjectId))));
        }

        return [.. fresh.Order()];
    }

    /// <returns>False when the partner was deleted in the meantime.</returns>
    private async Task<bool> AppendAsync(
        DbConnection connection, DbTransaction transaction, string partnerId, long last, IReadOnlyList<OutgoingMessage> messages, long now)
    {
        var isThere = await connection.ExecuteAsync(
            $"UPDATE partners SET last_sequence = @next{(_confirmAtOnce ? ", confirmed_sequence = @next, confirm_time = @now" : "")} WHERE partner_id = @partnerId AND last_sequence = @last",
            new { partnerId, last, next = messages[^1].Sequence, now }, transaction) == 1;
        if (!isThere)
        {
            return false;
        }

        // One statement: a batch costs one round trip per partner.
        var rows = new StringBuilder();
        var parameters = new DynamicParameters(new { partnerId, now });
        for (var i = 0; i < messages.Count; i++)
        {
            rows.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}(@partnerId, @s{i}, @m{i}, @r{i}, @n{i}, @t{i}, @now)");
            parameters.Add($"s{i}", messages[i].Sequence);
            parameters.Add($"m{i}", messages[i].MessageId);
            parameters.Add($"r{i}", messages[i].RoutingKey);
            parameters.Add($"n{i}", messages[i].Ninjs);
            parameters.Add($"t{i}", messages[i].TraceParent);
        }

        await connection.ExecuteAsync(
            $"INSERT INTO messages (partner_id, sequence, message_id, routing_key, ninjs, traceparent, create_time) VALUES {rows}", parameters, transaction);
        return true;
    }

    private static async Task<IReadOnlyList<OutgoingMessage>> ListAsync(
        DbConnection connection, DbTransaction? transaction, string partnerId, long fromSequence, int count, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<OutgoingMessage>(new CommandDefinition(
            $"""
            SELECT {MessageColumns} FROM messages
            WHERE partner_id = @partnerId AND sequence >= @fromSequence ORDER BY sequence LIMIT @count
            """,
            new { partnerId, fromSequence, count }, transaction, cancellationToken: cancellationToken))];

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Announcement(Subject Subject, string? TraceParent, Func<Entitlement, string?> Render);
}
