using Storyline.Fixtures;
using YamlDotNet.Serialization;

namespace Storyline.Charts;

/// <summary>The chart under test, rendered by helm itself.</summary>
internal static class HelmChart
{
    public const string Folder = "charts/storyline";

    /// <summary>The references without which the chart refuses to render.</summary>
    public static readonly string[] References =
        ["bus.existingSecret=bus-secret", "database.existingSecret=database-secret", "cache.existingSecret=cache-secret"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<CommandResult> LintAsync() => PinnedTool.Helm.RunAsync(["lint", "--strict", Folder], Token);

    public static Task<CommandResult> TemplateAsync(params IEnumerable<string> settings) =>
        PinnedTool.Helm.RunAsync(["template", "demo", Folder, "--namespace", "news", .. settings.SelectMany(setting => new[] { "--set-json", Json(setting) })], Token);

    /// <summary>Renders with the references set and the given <c>path=value</c> settings on top; values are JSON, or strings as they are.</summary>
    public static async Task<string> RenderAsync(params IEnumerable<string> settings)
    {
        var result = await TemplateAsync([.. References, .. settings]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    /// <summary>All leaves of <c>values.yaml</c> as dotted paths; an empty map or list, and what is under <c>resources</c>, is one leaf.</summary>
    public static IReadOnlyDictionary<string, object?> DefaultValues()
    {
        using var reader = File.OpenText(Repository.PathOf("charts", "storyline", "values.yaml"));
        var values = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<Dictionary<object, object?>>(reader);
        var leaves = new SortedDictionary<string, object?>(StringComparer.Ordinal);
        Flatten(values, "");
        return leaves;

        void Flatten(Dictionary<object, object?> map, string prefix)
        {
            foreach (var (key, value) in map)
            {
                var path = $"{prefix}{key}";
                if (value is Dictionary<object, object?> { Count: > 0 } inner && !path.EndsWith(".resources", StringComparison.Ordinal))
                {
                    Flatten(inner, path + ".");
                }
                else
                {
                    leaves[path] = value;
                }
            }
        }
    }

    private static string Json(string setting)
    {
        var (path, value) = (setting[..setting.IndexOf('=', StringComparison.Ordinal)], setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        try
        {
            using var _ = System.Text.Json.JsonDocument.Parse(value);
            return setting;
        }
        catch (System.Text.Json.JsonException)
        {
            return $"{path}={System.Text.Json.JsonSerializer.Serialize(value)}";
        }
    }
}
