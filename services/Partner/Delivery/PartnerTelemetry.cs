using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Storyline.Partner.Delivery;

/// <summary>Spans and meters of delivery. Meter <c>Storyline.Partner</c>.</summary>
internal static class PartnerTelemetry
{
    public static readonly ActivitySource Source = new("Storyline.Partner");

    private static readonly Meter Meter = new("Storyline.Partner");
    private static readonly Counter<long> AppendedMessages = Meter.CreateCounter<long>(
        "storyline.partner.appended", "{message}", "Messages given a sequence number, by kind");

    private static readonly Counter<long> PublishedMessages = Meter.CreateCounter<long>(
        "storyline.partner.published", "{message}", "Messages sent to the broker, by whether it confirmed them");

    public static void Appended(string kind, int messages) => AppendedMessages.Add(messages, new KeyValuePair<string, object?>("kind", kind));

    public static void Confirmed(int confirmed, int unconfirmed)
    {
        PublishedMessages.Add(confirmed, new KeyValuePair<string, object?>("outcome", "confirmed"));
        if (unconfirmed > 0)
        {
            PublishedMessages.Add(unconfirmed, new KeyValuePair<string, object?>("outcome", "unconfirmed"));
        }
    }
}
