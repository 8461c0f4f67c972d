using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Storyline.Partner.Tests.Ninjs;

/// <summary>
/// The part of JSON Schema 2020-12 that the ninjs schema is written in. A keyword that is not known here is an error, so that a newer
/// schema cannot pass unread.
/// </summary>
internal sealed class JsonSchema(JsonDocument document)
{
    private static readonly HashSet<string> Annotations = ["$schema", "$id", "$defs", "title", "description"];

    /// <summary>Every violation as <c>path: what</c>.</summary>
    public IReadOnlyList<string> Validate(JsonElement instance)
    {
        var errors = new List<string>();
        Check(document.RootElement, instance, "$", errors);
        return errors;
    }

    /// <returns>The properties that the schema and those it refers to have evaluated.</returns>
    private HashSet<string> Check(JsonElement schema, JsonElement instance, string path, List<string> errors)
    {
        var evaluated = new HashSet<string>(StringComparer.Ordinal);
        var closed = false;
        foreach (var keyword in schema.EnumerateObject())
        {
            var value = keyword.Value;
            switch (keyword.Name)
            {
                case "$ref":
                    evaluated.UnionWith(Check(Resolve(value.GetString()!), instance, path, errors));
                    break;
                case "type":
                    Require(IsOfType(value.GetString()!, instance), $"is no {value}");
                    break;
                case "enum":
                    Require(value.EnumerateArray().Any(item => JsonElement.DeepEquals(item, instance)), $"{instance} is none of {value}");
                    break;
                case "format":
                    Require(HasFormat(value.GetString()!, instance.GetString()!), $"'{instance}' is no {value}");
                    break;
                case "pattern":
                    Require(Regex.IsMatch(instance.GetString()!, value.GetString()!, RegexOptions.ECMAScript, TimeSpan.FromSeconds(1)), $"does not match {value}");
                    break;
                case "minimum":
                    Require(instance.GetDouble() >= value.GetDouble(), $"is less than {value}");
                    break;
                case "maximum":
                    Require(instance.GetDouble() <= value.GetDouble(), $"is more than {value}");
                    break;
                case "required":
                    foreach (var name in value.EnumerateArray())
                    {
                        Require(instance.TryGetProperty(name.GetString()!, out _), $"lacks {name}");
                    }

                    break;
                case "properties":
                    foreach (var property in value.EnumerateObject())
                    {
                        if (instance.TryGetProperty(property.Name, out var member))
                        {
                            evaluated.Add(property.Name);
                            Check(property.Value, member, $"{path}.{property.Name}", errors);
                        }
                    }

                    break;
                case "items":
                    foreach (var (item, index) in instance.EnumerateArray().Select((item, index) => (item, index)))
                    {
                        Check(value, item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), errors);
                    }

                    break;
                case "oneOf" or "anyOf":
                    var matches = value.EnumerateArray().Count(branch =>
                    {
                        var inner = new List<string>();
                        Check(branch, instance, path, inner);
                        return inner.Count == 0;
                    });
                    Require(keyword.Name == "oneOf" ? matches == 1 : matches > 0, $"matches {matches} branches of {keyword.Name}");
                    break;
                case "additionalProperties" or "unevaluatedProperties":
                    closed = value.ValueKind == JsonValueKind.False;
                    Require(closed, $"the check cannot read {keyword.Name}: {value}");
                    break;
                default:
                    Require(Annotations.Contains(keyword.Name), $"the check does not know the keyword {keyword.Name}");
                    break;
            }
        }

        if (closed && instance.ValueKind == JsonValueKind.Object)
        {
            errors.AddRange(instance.EnumerateObject().Where(property => !evaluated.Contains(property.Name)).Select(property => $"{path}: has {property.Name}, which the schema does not"));
        }

        return evaluated;

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                errors.Add($"{path}: {otherwise}");
            }
        }
    }

    private JsonElement Resolve(string reference)
    {
        Assert.StartsWith("#/$defs/", reference, StringComparison.Ordinal);
        return document.RootElement.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]);
    }

    private static bool IsOfType(string type, JsonElement instance) => type switch
    {
        "object" => instance.ValueKind == JsonValueKind.Object,
        "array" => instance.ValueKind == JsonValueKind.Array,
        "string" => instance.ValueKind == JsonValueKind.String,
        "number" => instance.ValueKind == JsonValueKind.Number,
        "integer" => instance.ValueKind == JsonValueKind.Number && instance.TryGetInt64(out _),
        _ => throw new InvalidOperationException($"the check does not know the type {type}"),
    };

    private static bool HasFormat(string format, string text) => format switch
    {
        "uri" => Uri.TryCreate(text, UriKind.Absolute, out _) && Uri.IsWellFormedUriString(text, UriKind.Absolute),
        "date-time" => Regex.IsMatch(text, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)),
        _ => throw new InvalidOperationException($"the check does not know the format {format}"),
    };
}
