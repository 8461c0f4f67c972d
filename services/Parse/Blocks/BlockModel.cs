namespace Storyline.Parse.Blocks;

/// <summary>
/// Tells the article's blocks from furniture: boosted decision trees over <see cref="BlockFeatures"/>, and a second row of trees that also sees
/// what the first one thinks of the blocks around. Derived by <c>tests/Evaluation -- blocks</c>.
/// </summary>
public sealed class BlockModel
{
    /// <summary>What the first row of trees thinks so little of is not asked about again.</summary>
    private const float Hopeless = 0.02f;

    /// <summary>Numbers that the second row of trees has beyond those of the first.</summary>
    internal const int ContextCount = 16;

    private static readonly Lazy<BlockModel> ShippedModel = new(() =>
    {
        using var reader = DecisionTrees.Shipped("Storyline.Parse.Blocks.blocks.model");
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
    internal float[] Judge(PageBlocks page, BlockFeatures features)
    {
        var odds = new float[page.Blocks.Count];
        for (var i = 0; i < odds.Length; i++)
        {
            odds[i] = _first.LogOdds(features[i]);
        }

        var first = Array.ConvertAll(odds, DecisionTrees.Probability);
        var context = Context(page, first);
        var result = new float[odds.Length];
        var row = new float[BlockFeatures.Count + ContextCount];
        for (var i = 0; i < result.Length; i++)
        {
            if (first[i] < Hopeless)
            {
                result[i] = first[i];
                continue;
            }

            features[i].CopyTo(row);
            context[i].CopyTo(row, BlockFeatures.Count);
            // Over hosts that neither row saw, the mean errs less than the second row alone.
            result[i] = DecisionTrees.Probability((odds[i] + _second.LogOdds(row)) / 2);
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
