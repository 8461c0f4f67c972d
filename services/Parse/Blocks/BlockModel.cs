using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Storyline.Parse.Blocks;

/// <summary>
/// Tells the article's blocks from furniture: boosted decision trees over <see cref="BlockFeatures"/>, and a second row of trees that also sees
/// what the first one thinks of the blocks around. Derived by <c>tests/Evaluation -- blocks</c>.
/// </summary>
public sealed class BlockModel
{
    /// <summary>Numbers that the second row of trees has beyond those of the first.</summary>
    internal const int ContextCount = 16;

    private const string Resource = "Storyline.Parse.Blocks.blocks.model";
    private static readonly Lazy<BlockModel> ShippedModel = new(() =>
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"the assembly holds no {Resource}");
        using var reader = new StreamReader(stream);
        return Read(reader);
    });

    private readonly DecisionTrees _first;
    private readonly DecisionTrees _second;

    internal BlockModel(DecisionTrees first, DecisionTrees second)
    {
        _first = first;
        _second = second;
    }

    /// <summary>The model that comes with the parser.</summary>
    public static BlockModel Shipped => ShippedModel.Value;

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static BlockModel Read(TextReader reader) => new(DecisionTrees.Read(reader), DecisionTrees.Read(reader));

    public void Write(TextWriter writer)
    {
        _first.Write(writer);
        _second.Write(writer);
    }

    /// <summary>How likely each block is the article's, from 0 to 1.</summary>
    internal float[] Judge(PageBlocks page, float[][] features)
    {
        var first = Array.ConvertAll(features, _first.Probability);
        var context = Context(page, first);
        var result = new float[features.Length];
        var row = new float[BlockFeatures.Count + ContextCount];
        for (var i = 0; i < result.Length; i++)
        {
            features[i].CopyTo(row, 0);
            context[i].CopyTo(row, features[i].Length);
            result[i] = _second.Probability(row);
        }

        return result;
    }

    /// <summary>What the first row of trees thinks of a block and of those around it.</summary>
    internal static float[][] Context(PageBlocks page, float[] judged)
    {
        var blocks = page.Blocks;
        var containers = page.Containers;
        var sums = new (double Weight, double Mass)[containers.Count];
        var signatures = new Dictionary<ulong, (double Weight, double Mass)>();
        double total = 1e-6;
        for (var i = 0; i < blocks.Count; i++)
        {
            double weight = blocks[i].Text.Length;
            var container = containers[blocks[i].Container];
            sums[blocks[i].Container] = (sums[blocks[i].Container].Weight + weight, sums[blocks[i].Container].Mass + (weight * judged[i]));
            var group = signatures.GetValueOrDefault(container.Signature);
            signatures[container.Signature] = (group.Weight + weight, group.Mass + (weight * judged[i]));
            total += weight * judged[i];
        }

        for (var c = containers.Count - 1; c > 0; c--)
        {
            var parent = containers[c].Parent;
            sums[parent] = (sums[parent].Weight + sums[c].Weight, sums[parent].Mass + sums[c].Mass);
        }

        var rows = new float[blocks.Count][];
        double before = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            var own = containers[blocks[i].Container];
            var parent = Math.Max(0, own.Parent);
            var grandparent = Math.Max(0, containers[parent].Parent);
            var mass = blocks[i].Text.Length * judged[i];
            var (weightInGroup, massInGroup) = signatures[own.Signature];
            rows[i] =
            [
                judged[i], At(judged, i - 1), At(judged, i - 2), At(judged, i - 3), At(judged, i + 1), At(judged, i + 2), At(judged, i + 3),
                Mean(judged, i - 8, i - 1), Mean(judged, i + 1, i + 8),
                Share(sums[parent]), Share(sums[grandparent]), (float)(sums[parent].Mass / total), (float)(sums[grandparent].Mass / total),
                Share((weightInGroup, massInGroup)), (float)(before / total), (float)Math.Log(total),
            ];
            before += mass;
        }

        return rows;
    }

    private static float Share((double Weight, double Mass) sum) => sum.Weight == 0 ? 0 : (float)(sum.Mass / sum.Weight);

    private static float At(float[] judged, int i) => i < 0 || i >= judged.Length ? -1 : judged[i];

    private static float Mean(float[] judged, int from, int to)
    {
        (from, to) = (Math.Max(0, from), Math.Min(judged.Length - 1, to));
        var sum = 0f;
        for (var i = from; i <= to; i++)
        {
            sum += judged[i];
        }

        return to < from ? 0 : sum / (to - from + 1);
    }
}

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
