using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Storyline.Parse;

/// <summary>A sum of decision trees whose value is the log odds. Each tree is full: node i has the children 2i+1 and 2i+2.</summary>
public sealed class DecisionTrees
{
    private readonly int _depth;
    private readonly float _start;
    private readonly short[] _features;
    private readonly float[] _thresholds;
    private readonly float[] _leaves;

    /// <param name="depth">Questions per tree.</param>
    /// <param name="start">Log odds before any tree.</param>
    /// <param name="features">The column that each inner node asks about, tree by tree.</param>
    /// <param name="thresholds">Up to this value the answer is the left child.</param>
    /// <param name="leaves">Log odds that each leaf adds, tree by tree.</param>
    public DecisionTrees(int depth, float start, short[] features, float[] thresholds, float[] leaves)
    {
        _depth = depth;
        _start = start;
        _features = features;
        _thresholds = thresholds;
        _leaves = leaves;
    }

    public static DecisionTrees Read(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string[] Line() => (reader.ReadLine() ?? throw new InvalidDataException("the model ends too early")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        static float Number(string text) => float.Parse(text, CultureInfo.InvariantCulture);
        var head = Line();
        return new DecisionTrees(
            int.Parse(head[0], CultureInfo.InvariantCulture), Number(head[1]), [.. Line().Select(t => short.Parse(t, CultureInfo.InvariantCulture))], [.. Line().Select(Number)], [.. Line().Select(Number)]);
    }

    public void Write(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{_depth} {_start:R}\n"));
        writer.Write(string.Join(' ', _features) + "\n");
        writer.Write(string.Join(' ', _thresholds.Select(Number)) + "\n");
        writer.Write(string.Join(' ', _leaves.Select(Number)) + "\n");
    }

    /// <summary>A model that comes with the parser.</summary>
    internal static StreamReader Shipped(string resource) =>
        new(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"the assembly holds no {resource}"));

    /// <summary>The value for a row of numbers as a probability, 0 to 1.</summary>
    public float Probability(float[] row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var inner = (1 << _depth) - 1;
        var sum = _start;
        for (int nodes = 0, leaves = 0; nodes < _features.Length; nodes += inner, leaves += inner + 1)
        {
            var features = _features.AsSpan(nodes, inner);
            var thresholds = _thresholds.AsSpan(nodes, inner);
            var at = 0;
            while (at < inner)
            {
                // A number rather than a branch: the answers are as good as random, and a processor that guesses loses more than the question costs.
                at = (2 * at) + 2 - Unsafe.BitCast<bool, byte>(row[features[at]] <= thresholds[at]);
            }

            sum += _leaves[leaves + at - inner];
        }

        return 1 / (1 + MathF.Exp(-sum));
    }
}
