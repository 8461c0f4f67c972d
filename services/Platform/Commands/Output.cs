using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Storyline.Platform.Commands;

/// <summary>How commands print.</summary>
internal static class Output
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithIndentation().WithFormatDefaultValues(true));

    public static void Json(IMessage message) => Console.WriteLine(Formatter.Format(message));

    /// <summary>For documents that are put together from several answers.</summary>
    public static JsonObject Node(IMessage message) => JsonNode.Parse(Formatter.Format(message))!.AsObject();

    public static void Json(JsonNode node) => Console.WriteLine(node.ToJsonString(Indented));

    /// <summary>A time as people read it, in UTC; a dash when unknown.</summary>
    public static string Time(Timestamp? time) =>
        time is null ? "-" : time.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    /// <summary>An upper-case enum name without its prefix: <c>WireCopy</c> becomes <c>WIRE_COPY</c>.</summary>
    public static string Name(System.Enum value)
    {
        var text = value.ToString();
        return string.Concat(text.Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
    }
}
