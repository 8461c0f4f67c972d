using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MassTransit;

namespace Storyline.Hosting.Bus;

/// <summary>A message that a handler gave back, with what travels in its headers: how often it failed, since when, and at last why.</summary>
internal sealed record FailedDelivery(string Queue, byte[] Body, string? ContentType, string? MessageId, Dictionary<string, string> Headers)
{
    private const string AttemptsHeader = "storyline-attempts";
    private const string FirstFailureHeader = "storyline-first-failure";
    private const string OutcomeHeader = "storyline-outcome";
    private const string ErrorHeader = "storyline-error";
    private const int MaxErrorLength = 200;

    // What the transport adds on each delivery; the rest is the publisher's and travels on.
    private static readonly string[] TransportPrefixes = ["RabbitMQ-", "x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count"];
    private static readonly string[] TransportHeaders = ["MessageId", "CorrelationId", "Content-Type"];

    /// <summary>Failed handlings so far, this one included.</summary>
    public int Attempts => int.TryParse(Headers.GetValueOrDefault(AttemptsHeader), CultureInfo.InvariantCulture, out var attempts) ? attempts : 0;

    public static FailedDelivery From(string queue, ReceiveContext context, DateTimeOffset now)
    {
        var headers = Publishers(context.TransportHeaders.GetAll());
        var delivery = new FailedDelivery(
            queue, context.Body.GetBytes(), context.ContentType?.ToString(), context.TransportHeaders.Get<string>("MessageId"), headers);
        headers[AttemptsHeader] = (delivery.Attempts + 1).ToString(CultureInfo.InvariantCulture);
        headers.TryAdd(FirstFailureHeader, now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        return delivery;
    }

    /// <summary>The headers that are the publisher's or ours, as text.</summary>
    public static Dictionary<string, string> Publishers(IEnumerable<KeyValuePair<string, object>> headers) => headers
        .Where(header => !TransportHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase)
            && !TransportPrefixes.Any(prefix => header.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
        .Select(header => (header.Key, Text: header.Value switch
        {
            string text => text,
            byte[] utf8 => System.Text.Encoding.UTF8.GetString(utf8),
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            _ => null,
        }))
        .Where(header => header.Text is not null)
        .ToDictionary(header => header.Key, header => header.Text!, StringComparer.Ordinal);

    /// <summary>Writes down why it is given up.</summary>
    public void GiveUp(string outcome, string error)
    {
        Headers[OutcomeHeader] = outcome;
        Headers[ErrorHeader] = OneLine(error);
    }

    /// <summary>Reads back what <see cref="GiveUp"/> wrote; a message without it was given up by the broker.</summary>
    public QuarantinedMessage ToQuarantined(DateTimeOffset now)
    {
        var own = Headers.Where(header => header.Key.StartsWith("storyline-", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal);
        return new QuarantinedMessage
        {
            Queue = Queue,
            MessageId = MessageId,
            MessageType = ReadMessageType(Body),
            ContentType = ContentType,
            Body = Body,
            Headers = Headers.Where(header => !own.ContainsKey(header.Key)).ToDictionary(StringComparer.Ordinal),
            Outcome = own.GetValueOrDefault(OutcomeHeader, "DELIVERY_LIMIT"),
            Error = own.GetValueOrDefault(ErrorHeader, "returned to the broker too often, by hosts that stopped while handling it"),
            Attempts = Math.Max(1, Attempts),
            FirstSeen = long.TryParse(own.GetValueOrDefault(FirstFailureHeader), CultureInfo.InvariantCulture, out var ms)
                ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
                : now,
            TraceId = ActivityContext.TryParse(Headers.GetValueOrDefault("MT-Activity-Id"), null, out var trace) ? trace.TraceId.ToHexString() : null,
        };
    }

    private static string OneLine(string text)
    {
        var line = string.Concat(text.Take(MaxErrorLength).Select(c => char.IsControl(c) ? ' ' : c));
        return char.IsHighSurrogate(line.LastOrDefault()) ? line[..^1] : line;
    }

    // "messageType": ["urn:message:Storyline.Contracts:ArticleFetched"] of the envelope, without building the rest of it in memory.
    private static string? ReadMessageType(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
                {
                    var found = reader.ValueTextEquals("messageType");
                    reader.Read();
                    if (found && reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.TokenType == JsonTokenType.String)
                    {
                        var urn = reader.GetString()!;
                        return urn[(urn.LastIndexOf(':') + 1)..];
                    }

                    reader.Skip();
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or half a surrogate pair for a type: that is why it is in quarantine.
        }

        return null;
    }
}

/// <summary>Where failed deliveries go.</summary>
internal interface IFailedDeliveries
{
    /// <summary>Lets it wait, then puts it back on its queue.</summary>
    Task DelayAsync(FailedDelivery delivery, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Puts it where the collector finds it.</summary>
    Task QuarantineAsync(FailedDelivery delivery, CancellationToken cancellationToken);
}
