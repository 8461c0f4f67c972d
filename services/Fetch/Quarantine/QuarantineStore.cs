using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Fetch.Ledger;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Quarantine;

/// <summary>A quarantined message as it is listed.</summary>
public sealed record QuarantineRow
{
    public string QuarantineId { get; init; } = "";

    public string Queue { get; init; } = "";

    public string MessageId { get; init; } = "";

    public string MessageType { get; init; } = "";

    public string ContentType { get; init; } = "";

    public string ArticleId { get; init; } = "";

    public int Capture { get; init; }

    public string ReasonCode { get; init; } = "";

    public string Error { get; init; } = "";

    public int Attempts { get; init; }

    public long FirstSeenAt { get; init; }

    public long QuarantinedAt { get; init; }

    public string TraceId { get; init; } = "";

    public long SizeBytes { get; init; }
}

/// <summary>
/// Messages that no retry could save, of all queues, until a person sends them on or deletes them. Bounded by number and age.
/// </summary>
public sealed partial class QuarantineStore(
    [FromKeyedServices(FetchModule.ServiceName)] Database database, IOptions<FetchOptions> options, TimeProvider time, ILogger<QuarantineStore> logger) : IQuarantineSink
{
    private const string Columns =
        "quarantine_id, queue, message_id, message_type, content_type, article_id, capture, reason_code, error, attempts, first_seen_at, quarantined_at, trace_id";

    /// <summary>Stores a message and ends its article's way with QUARANTINED, unless it has ended already or is a replay's, which takes nothing back.</summary>
    public async Task StoreAsync(QuarantinedMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var (articleId, capture) = Subject(message.Body);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var identity = string.Create(CultureInfo.InvariantCulture, $"{message.Queue}\n{message.MessageId}\n{message.FirstSeen.ToUnixTimeMilliseconds()}");
        var id = Convert.ToHexStringLower(SHA256.HashData(message.MessageId is null ? [.. Encoding.UTF8.GetBytes(identity), .. message.Body] : Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
        var dropped = await database.WriteAsync(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync(
                    $"""
                    INSERT INTO quarantine ({Columns}, headers, body)
                    VALUES (@id, @Queue, @messageId, @messageType, @contentType, @articleId, @capture, @outcome, @Error, @Attempts, @firstSeen, @now, @traceId, @headers, @Body)
                    ON CONFLICT (quarantine_id) DO NOTHING
                    """,
                    new
                    {
                        id, message.Queue, messageId = Cut(message.MessageId, 200), messageType = Cut(message.MessageType, 200), contentType = Cut(message.ContentType, 200), articleId, capture,
                        outcome = Cut(message.Outcome, 100), Error = Cut(message.Error, 400), message.Attempts, firstSeen = message.FirstSeen.ToUnixTimeMilliseconds(), now,
                        traceId = Cut(message.TraceId, 32), headers = JsonSerializer.Serialize(message.Headers), message.Body,
                    },
                    transaction);
                if (articleId.Length > 0)
                {
                    await EndAsync(connection, transaction, message, articleId, capture, now);
                }

                return await connection.ExecuteAsync(
                    """
                    DELETE FROM quarantine WHERE quarantined_at < @oldest
                        OR quarantine_id IN (SELECT quarantine_id FROM quarantine ORDER BY quarantined_at DESC, quarantine_id DESC LIMIT @all OFFSET @kept)
                    """,
                    new { oldest = (time.GetUtcNow() - options.Value.QuarantineRetention).ToUnixTimeMilliseconds(), all = int.MaxValue, kept = options.Value.MaxQuarantined }, transaction);
            },
            cancellationToken);
        FetchTelemetry.Quarantined(message.Queue);
        LogQuarantined(articleId, message.Queue, message.Outcome, message.Error);
        if (dropped > 0)
        {
            LogDropped(dropped);
        }
    }

    /// <summary>Messages of a queue (of all when empty), oldest first, after a position.</summary>
    public async Task<IReadOnlyList<QuarantineRow>> ListAsync(string queue, long afterTime, string afterId, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return [.. await connection.QueryAsync<QuarantineRow>(new CommandDefinition(
            $"""
            SELECT {Columns}, LENGTH(body) AS size_bytes FROM quarantine
            WHERE (@queue = '' OR queue = @queue) AND (quarantined_at > @afterTime OR (quarantined_at = @afterTime AND quarantine_id > @afterId))
            ORDER BY quarantined_at, quarantine_id LIMIT @limit
            """,
            new { queue, afterTime, afterId, limit }, cancellationToken: cancellationToken))];
    }

    /// <summary>How many there are.</summary>
    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT COUNT(*) FROM quarantine", cancellationToken: cancellationToken));
    }

    /// <summary>Sends a message back to its queue and takes it out of quarantine. Its article is on its way again.</summary>
    /// <returns>False when there is no such message.</returns>
    public async Task<bool> RequeueAsync(string quarantineId, IMessageRequeuer requeuer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requeuer);
        (QuarantineRow Row, byte[] Body, string Headers)? found = null;
        await using (var connection = await database.OpenAsync(cancellationToken))
        {
            var row = await connection.QuerySingleOrDefaultAsync<QuarantineRow>(new CommandDefinition(
                $"SELECT {Columns} FROM quarantine WHERE quarantine_id = @quarantineId", new { quarantineId }, cancellationToken: cancellationToken));
            if (row is not null)
            {
                var body = await connection.ExecuteScalarAsync<byte[]>(new CommandDefinition(
                    "SELECT body FROM quarantine WHERE quarantine_id = @quarantineId", new { quarantineId }, cancellationToken: cancellationToken));
                var headers = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
                    "SELECT headers FROM quarantine WHERE quarantine_id = @quarantineId", new { quarantineId }, cancellationToken: cancellationToken));
                found = (row, body ?? [], headers ?? "{}");
            }
        }

        if (found is not var (message, bytes, json))
        {
            return false;
        }

        // The ledger first: the article's new end may come back before this method does.
        await database.WriteAsync(
            (connection, transaction) => ReopenAsync(connection, transaction, message),
            cancellationToken);
        await requeuer.RequeueAsync(
            new QuarantinedMessage
            {
                Queue = message.Queue,
                MessageId = message.MessageId.Length == 0 ? null : message.MessageId,
                MessageType = message.MessageType.Length == 0 ? null : message.MessageType,
                ContentType = message.ContentType.Length == 0 ? null : message.ContentType,
                Body = bytes,
                Headers = JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [],
                Outcome = message.ReasonCode,
                Error = message.Error,
                Attempts = message.Attempts,
                FirstSeen = DateTimeOffset.FromUnixTimeMilliseconds(message.FirstSeenAt),
                TraceId = message.TraceId.Length == 0 ? null : message.TraceId,
            },
            cancellationToken);
        return await PurgeAsync(quarantineId, cancellationToken);
    }

    /// <summary>Deletes a message; its article keeps its outcome.</summary>
    /// <returns>False when there is no such message.</returns>
    public Task<bool> PurgeAsync(string quarantineId, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, transaction) => await connection.ExecuteAsync("DELETE FROM quarantine WHERE quarantine_id = @quarantineId", new { quarantineId }, transaction) > 0,
        cancellationToken);

    private static async Task EndAsync(
        System.Data.Common.DbConnection connection, System.Data.Common.DbTransaction transaction, QuarantinedMessage message, string articleId, int capture, long now)
    {
        var parameters = new
        {
            articleId, capture, now, quarantined = Outcome.Quarantined, pending = Outcome.Pending, reason = Cut($"{message.Outcome}: {message.Error}", 200), stage = StageOf(message.Queue),
        };
        var ended = await connection.ExecuteAsync(
            "UPDATE captures SET done = 1, published = 1, outcome = @quarantined, stage = @stage, reason = @reason, ended_at = @now WHERE article_id = @articleId AND capture = @capture AND done = 0",
            parameters, transaction);
        if (ended > 0 && await ReplayStore.FailAsync(connection, transaction, articleId, capture, now))
        {
            return;
        }

        // A message about an article that is searchable (its delivery to partners, say) does not take that back.
        await connection.ExecuteAsync(
            """
            UPDATE articles SET outcome = @quarantined, stage = @stage, reason = @reason, updated_at = @now, due_at = NULL
            WHERE article_id = @articleId AND outcome = @pending AND (@capture = 0 OR capture <= @capture)
            """,
            parameters, transaction);
    }

    private async Task ReopenAsync(System.Data.Common.DbConnection connection, System.Data.Common.DbTransaction transaction, QuarantineRow message)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await ReplayStore.ReopenAsync(connection, transaction, message.ArticleId, message.Capture, now);
        var reopened = await connection.ExecuteAsync(
            """
            UPDATE articles SET outcome = @pending, reason = '', updated_at = @now, due_at = CASE WHEN @isFetch = 1 THEN @lease ELSE due_at END, queued = 1
            WHERE article_id = @ArticleId AND outcome = @quarantined
            """,
            new
            {
                message.ArticleId, now, lease = now + (long)LedgerStore.FetchLease.TotalMilliseconds, isFetch = message.Queue == "fetch.article" ? 1 : 0,
                pending = Outcome.Pending, quarantined = Outcome.Quarantined,
            },
            transaction);
        if (reopened > 0)
        {
            await connection.ExecuteAsync("UPDATE captures SET done = 0, outcome = 0, stage = 0, reason = '', ended_at = NULL WHERE article_id = @ArticleId AND capture = @Capture", message, transaction);
        }
    }

    private static Stage StageOf(string queue) => queue.Split('.')[0] switch
    {
        "fetch" => Stage.Fetch,
        "parse" => Stage.Parse,
        "enrich" => Stage.Enrich,
        "search" => Stage.Index,
        "partner" => Stage.Partner,
        _ => Stage.Unspecified,
    };

    // Every record about an article has these two members; StoryChanged and foreign messages have neither.
    private static (string ArticleId, int Capture) Subject(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object
                && message.TryGetProperty("articleId", out var id) && id.ValueKind == JsonValueKind.String && ArticleId.IsValid(id.GetString()))
            {
                return (id.GetString()!, message.TryGetProperty("capture", out var capture) && capture.ValueKind == JsonValueKind.Number && capture.TryGetInt32(out var number) ? number : 0);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not an envelope, or half a surrogate pair for an id: it is kept without an article.
        }

        return ("", 0);
    }

    private static string Cut(string? text, int length) => text is null ? "" : text.Length <= length ? text : text[..length];

    [LoggerMessage(1, LogLevel.Error, "a message of {Queue} about article {ArticleId} is quarantined: {Outcome}: {Error}")]
    private partial void LogQuarantined(string articleId, string queue, string outcome, string error);

    [LoggerMessage(2, LogLevel.Warning, "{Count} quarantined messages were dropped, being too many or too old")]
    private partial void LogDropped(int count);
}
