using System.Text;
using System.Text.Json;

namespace Storyline.Fetch.Robots;

/// <summary>
/// A site's <c>/.well-known/tdmrep.json</c> (TDM Reservation Protocol, W3C community group): rules that say for which paths the rights in text and data mining are reserved. The
/// first rule that matches a path counts; patterns are those of robots.txt. What is not understood is skipped, and a file that is no such list declares nothing.
/// </summary>
public sealed class TdmRep
{
    /// <summary>Bytes that are read; a longer file declares nothing.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxRules = 1000;
    private const int MaxTextLength = 2048;

    private readonly List<Rule> _rules = [];

    private TdmRep()
    {
    }

    /// <summary>What a site without the file declares.</summary>
    public static TdmRep Nothing { get; } = new();

    /// <summary>Characters of all rules.</summary>
    public int Size { get; private set; }

    /// <summary>Reads the file; never fails.</summary>
    public static TdmRep Parse(ReadOnlyMemory<byte> json)
    {
        var file = new TdmRep();
        try
        {
            if (json.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            {
                json = json[3..];
            }

            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 16 });
            var root = document.RootElement;
            foreach (var rule in root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().Take(MaxRules) : [root])
            {
                file.Add(rule);
            }

            return file;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or half a surrogate pair.
            return Nothing;
        }
    }

    /// <summary>What the first rule that matches says.</summary>
    /// <param name="pathAndQuery">Percent-encoded, beginning with a slash.</param>
    /// <returns>1: reserved, 0: not; null when nothing is declared. The policy by which a licence may be had, of a reservation that names one.</returns>
    public (int? Reservation, string? Policy) Find(string pathAndQuery)
    {
        if (_rules.Count == 0)
        {
            return (null, null);
        }

        var path = RobotsTxt.Plain(Encoding.UTF8.GetBytes(pathAndQuery));
        var rule = _rules.Find(rule => RobotsTxt.Matches(rule.Pattern, path));
        return (rule?.Reservation, rule?.Reservation == 1 ? rule.Policy : null);
    }

    private void Add(JsonElement rule)
    {
        if (rule.ValueKind != JsonValueKind.Object || Text(rule, "location") is not { Length: > 0 } location)
        {
            return;
        }

        var pattern = RobotsTxt.PlainPattern(RobotsTxt.Escape(Encoding.UTF8.GetBytes(location[0] is '/' or '*' ? location : "/" + location)));
        int? reservation = Text(rule, "tdm-reservation") switch
        {
            "1" => 1,
            "0" => 0,

            // Any other value is an error of the protocol, and counts as none.
            _ => null,
        };
        var policy = Text(rule, "tdm-policy") is { } url && Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme is "http" or "https" ? url : null;
        _rules.Add(new Rule(pattern, reservation, policy));
        Size += pattern.Length + (policy?.Length ?? 0) + 32;
    }

    private static string? Text(JsonElement rule, string name) => rule.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String when value.GetString()?.Trim() is { Length: <= MaxTextLength } text => text,
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;

    private sealed record Rule(string Pattern, int? Reservation, string? Policy);
}
