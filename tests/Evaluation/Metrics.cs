using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storyline.Evaluation;

/// <summary>Named numbers in a fixed order. A metric that the data has no gold for is null.</summary>
public sealed class Metrics
{
    private readonly JsonObject _values = [];
    private readonly List<string> _failures = [];

    /// <summary>Items that the product threw on, each with its exception: whatever the numbers say, the run is then no success.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public Metrics Count(string name, long value)
    {
        _values[name] = value;
        return this;
    }

    /// <summary>A share or rate, rounded to four decimals; null where nothing could be measured.</summary>
    public Metrics Value(string name, double? value)
    {
        _values[name] = value is { } number && double.IsFinite(number) ? Math.Round(number, 4) : null;
        return this;
    }

    public Metrics Failed(IEnumerable<string> failures)
    {
        _failures.AddRange(failures);
        return this;
    }

    /// <summary>One line of JSON.</summary>
    public string ToJson() => _values.ToJsonString(JsonSerializerOptions.Default);

    public void WriteTable(TextWriter output)
    {
        foreach (var (name, value) in _values)
        {
            output.WriteLine($"  {name,-18} {value?.ToJsonString() ?? "–",10}");
        }
    }
}
