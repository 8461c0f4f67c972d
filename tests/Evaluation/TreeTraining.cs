using Storyline.Parse;

namespace Storyline.Evaluation;

/// <summary>Gradient boosting of full decision trees for a yes-or-no question (logistic loss, histograms of 64 bins). The same rows give the same trees.</summary>
public static class TreeTraining
{
    private const int Bins = 64;
    private const double Shrink = 5;
    private const double FeatureShare = 0.35;
    private const double RowShare = 0.5;
    private const double MinWeight = 3;

    /// <param name="rows">Numbers per example.</param>
    /// <param name="labels">Share of yes, 0 to 1.</param>
    /// <param name="weights">How much each example counts.</param>
    /// <param name="trees">Number of trees.</param>
    /// <param name="depth">Questions per tree.</param>
    /// <param name="rate">How far each tree goes.</param>
    public static DecisionTrees Fit(float[][] rows, float[] labels, float[] weights, int trees, int depth, double rate)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var columns = rows[0].Length;
        var random = new Random(1);
        var edges = new float[columns][];
        var binned = new byte[columns][];
        Parallel.For(0, columns, c =>
        {
            edges[c] = Edges(rows, c);
            binned[c] = [.. rows.Select(r => (byte)Bin(edges[c], r[c]))];
        });
        var share = labels.Zip(weights, (l, w) => (double)l * w).Sum() / weights.Sum();
        var start = (float)Math.Log(share / (1 - share));
        var scores = new float[rows.Length];
        Array.Fill(scores, start);
        var inner = (1 << depth) - 1;
        var features = new short[trees * inner];
        var thresholds = new float[trees * inner];
        var leaves = new float[trees * (inner + 1)];
        var gradients = new double[rows.Length];
        var hessians = new double[rows.Length];
        var nodes = new int[rows.Length];
        for (var t = 0; t < trees; t++)
        {
            var sample = new List<int>(rows.Length / 2);
            for (var i = 0; i < rows.Length; i++)
            {
                var p = 1 / (1 + Math.Exp(-scores[i]));
                gradients[i] = weights[i] * (labels[i] - p);
                hessians[i] = weights[i] * Math.Max(1e-6, p * (1 - p));
                nodes[i] = 0;
                if (random.NextDouble() < RowShare)
                {
                    sample.Add(i);
                }
            }

            var chosen = Enumerable.Range(0, columns).Where(_ => random.NextDouble() < FeatureShare).ToArray();
            var offset = t * inner;
            for (var level = 0; level < depth; level++)
            {
                var first = (1 << level) - 1;
                var count = 1 << level;
                var best = new (double Gain, int Feature, int Bin)[chosen.Length][];
                Parallel.For(0, chosen.Length, k => best[k] = BestSplits(binned[chosen[k]], sample, nodes, gradients, hessians, first, count, chosen[k]));
                for (var n = 0; n < count; n++)
                {
                    var split = best.Select(b => b[n]).Aggregate((Gain: 0.0, Feature: -1, Bin: 0), (a, b) => b.Gain > a.Gain ? b : a);
                    features[offset + first + n] = (short)Math.Max(0, split.Feature);
                    thresholds[offset + first + n] = split.Feature < 0 ? float.MaxValue : edges[split.Feature][split.Bin];
                }

                for (var i = 0; i < rows.Length; i++)
                {
                    var node = offset + nodes[i];
                    nodes[i] = (2 * nodes[i]) + (rows[i][features[node]] <= thresholds[node] ? 1 : 2);
                }
            }

            var sums = new (double G, double H)[inner + 1];
            foreach (var i in sample)
            {
                ref var sum = ref sums[nodes[i] - inner];
                sum = (sum.G + gradients[i], sum.H + hessians[i]);
            }

            for (var l = 0; l <= inner; l++)
            {
                leaves[(t * (inner + 1)) + l] = MathF.Round((float)(rate * sums[l].G / (sums[l].H + Shrink)), 4);
            }

            for (var i = 0; i < rows.Length; i++)
            {
                scores[i] += leaves[(t * (inner + 1)) + nodes[i] - inner];
            }
        }

        return new DecisionTrees(depth, start, features, thresholds, leaves);
    }

    private static (double Gain, int Feature, int Bin)[] BestSplits(byte[] bins, List<int> sample, int[] nodes, double[] gradients, double[] hessians, int first, int count, int feature)
    {
        var sums = new (double G, double H)[count * Bins];
        foreach (var i in sample)
        {
            ref var sum = ref sums[((nodes[i] - first) * Bins) + bins[i]];
            sum.G += gradients[i];
            sum.H += hessians[i];
        }

        var result = new (double Gain, int Feature, int Bin)[count];
        for (var n = 0; n < count; n++)
        {
            double allG = 0, allH = 0, g = 0, h = 0;
            for (var b = 0; b < Bins; b++)
            {
                allG += sums[(n * Bins) + b].G;
                allH += sums[(n * Bins) + b].H;
            }

            result[n] = (0, -1, 0);
            for (var b = 0; b < Bins - 1; b++)
            {
                g += sums[(n * Bins) + b].G;
                h += sums[(n * Bins) + b].H;
                if (h < MinWeight || allH - h < MinWeight)
                {
                    continue;
                }

                var gain = (g * g / (h + Shrink)) + ((allG - g) * (allG - g) / (allH - h + Shrink)) - (allG * allG / (allH + Shrink));
                if (gain > result[n].Gain)
                {
                    result[n] = (gain, feature, b);
                }
            }
        }

        return result;
    }

    /// <summary>Upper ends of the bins, at even shares of the examples.</summary>
    private static float[] Edges(float[][] rows, int column)
    {
        var step = Math.Max(1, rows.Length / 20_000);
        var values = Enumerable.Range(0, rows.Length / step).Select(i => rows[i * step][column]).Order().ToArray();
        float[] distinct = [.. Enumerable.Range(1, Bins - 1).Select(b => values[Math.Min(values.Length - 1, (int)((long)b * values.Length / Bins))]).Distinct()];
        return [.. distinct, .. Enumerable.Repeat(float.MaxValue, Bins - distinct.Length)];
    }

    private static int Bin(float[] edges, float value)
    {
        var at = Array.BinarySearch(edges, value);
        return Math.Min(Bins - 1, at >= 0 ? FirstEqual(edges, at) : ~at);
    }

    private static int FirstEqual(float[] edges, int at)
    {
        while (at > 0 && edges[at - 1] == edges[at])
        {
            at--;
        }

        return at;
    }
}
