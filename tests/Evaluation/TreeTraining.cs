using System.Runtime.Intrinsics;
using Storyline.Parse;

namespace Storyline.Evaluation;

/// <summary>Gradient boosting of full decision trees for a yes-or-no question (logistic loss, histograms of 64 bins). The same rows give the same trees.</summary>
public static class TreeTraining
{
    private const int Bins = 64;
    private const double Shrink = 5;
    private const double RowShare = 0.5;
    private const double MinWeight = 3;

    /// <summary>The columns of some rows, cut into bins. Whoever fits many models to parts of the same rows does it once.</summary>
    public static BinnedColumn[] Columns(float[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var columns = new BinnedColumn[rows[0].Length];
        Parallel.For(0, columns.Length, c =>
        {
            var edges = Edges(rows, c);
            columns[c] = new BinnedColumn(edges, Array.ConvertAll(rows, r => (byte)Bin(edges, r[c])));
        });
        return columns;
    }

    /// <param name="columns">Numbers of the examples, column by column.</param>
    /// <param name="labels">Share of yes, 0 to 1.</param>
    /// <param name="weights">How much each example counts.</param>
    /// <param name="groups">For each example the number of what it is a part of: each tree sees all of a group or nothing, because examples of one group are alike.</param>
    /// <param name="trees">Number of trees.</param>
    /// <param name="depth">Questions per tree.</param>
    /// <param name="rate">How far each tree goes.</param>
    /// <param name="columnShare">Share of the columns that each tree may ask about.</param>
    public static DecisionTrees Fit(BinnedColumn[] columns, float[] labels, float[] weights, int[] groups, int trees, int depth, double rate, double columnShare)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(groups);
        var count = labels.Length;
        var random = new Random(1);
        var share = labels.Zip(weights, (l, w) => (double)l * w).Sum() / weights.Sum();
        var start = (float)Math.Log(share / (1 - share));
        var scores = new float[count];
        Array.Fill(scores, start);
        var inner = (1 << depth) - 1;
        var features = new short[trees * inner];
        var thresholds = new float[trees * inner];
        var leaves = new float[trees * (inner + 1)];
        for (var t = 0; t < trees; t++)
        {
            var tree = new Tree(columns, depth);
            var sample = new List<int>(count / 2);
            var slopes = new List<Vector128<double>>(count / 2);
            var drawn = new bool[groups.Max() + 1];
            for (var g = 0; g < drawn.Length; g++)
            {
                drawn[g] = random.NextDouble() < RowShare;
            }

            for (var i = 0; i < count; i++)
            {
                if (drawn[groups[i]])
                {
                    var p = 1 / (1 + Math.Exp(-scores[i]));
                    sample.Add(i);
                    slopes.Add(Vector128.Create(weights[i] * (labels[i] - p), weights[i] * Math.Max(1e-6, p * (1 - p))));
                }
            }

            tree.Grow([.. sample], [.. slopes], [.. Enumerable.Range(0, columns.Length).Where(_ => random.NextDouble() < columnShare)]);
            for (var n = 0; n < inner; n++)
            {
                features[(t * inner) + n] = (short)Math.Max(0, tree.Features[n]);
                thresholds[(t * inner) + n] = tree.Features[n] < 0 ? float.MaxValue : columns[tree.Features[n]].Edges[tree.Splits[n]];
            }

            for (var l = 0; l <= inner; l++)
            {
                leaves[(t * (inner + 1)) + l] = MathF.Round((float)(rate * tree.Sums[l][0] / (tree.Sums[l][1] + Shrink)), 4);
            }

            Parallel.For(0, (count + 4095) / 4096, chunk =>
            {
                for (var i = chunk * 4096; i < Math.Min(count, (chunk + 1) * 4096); i++)
                {
                    scores[i] += leaves[(t * (inner + 1)) + tree.Leaf(i)];
                }
            });
        }

        return new DecisionTrees(depth, start, features, thresholds, leaves);
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

    /// <summary>One column of the rows.</summary>
    /// <param name="Edges">Upper ends of the bins.</param>
    /// <param name="Values">The bin of each row.</param>
    public sealed record BinnedColumn(float[] Edges, byte[] Values)
    {
        public BinnedColumn Of(int[] rows) => new(Edges, Array.ConvertAll(rows, r => Values[r]));
    }

    /// <summary>One tree, grown level by level. The sample is kept in the order of its nodes.</summary>
    private sealed class Tree(BinnedColumn[] columns, int depth)
    {
        private readonly int _inner = (1 << depth) - 1;

        /// <summary>The column of each question; -1 when there is none and all go left.</summary>
        public int[] Features { get; } = Enumerable.Repeat(-1, (1 << depth) - 1).ToArray();

        /// <summary>Up to this bin the answer is the left child.</summary>
        public byte[] Splits { get; } = Enumerable.Repeat(byte.MaxValue, (1 << depth) - 1).ToArray();

        /// <summary>Slopes and curvatures of the sample in each leaf.</summary>
        public Vector128<double>[] Sums { get; } = new Vector128<double>[1 << depth];

        public void Grow(int[] sample, Vector128<double>[] slopes, int[] chosen)
        {
            int[] starts = [0, sample.Length];
            var histograms = new Vector128<double>[chosen.Length][];
            var best = new (double Gain, int Split)[chosen.Length][];
            for (var level = 0; level < depth; level++)
            {
                var nodes = 1 << level;
                Parallel.For(0, chosen.Length, k =>
                {
                    histograms[k] = Histograms(columns[chosen[k]].Values, sample, slopes, starts, histograms[k]);
                    best[k] = BestSplits(histograms[k], nodes);
                });
                for (var n = 0; n < nodes; n++)
                {
                    var gain = 0.0;
                    for (var k = 0; k < chosen.Length; k++)
                    {
                        if (best[k][n].Gain > gain)
                        {
                            gain = best[k][n].Gain;
                            Features[nodes - 1 + n] = chosen[k];
                            Splits[nodes - 1 + n] = (byte)best[k][n].Split;
                        }
                    }
                }

                starts = Part(sample, slopes, starts, nodes - 1);
            }

            for (var l = 0; l <= _inner; l++)
            {
                for (var j = starts[l]; j < starts[l + 1]; j++)
                {
                    Sums[l] += slopes[j];
                }
            }
        }

        public int Leaf(int row)
        {
            var at = 0;
            while (at < _inner)
            {
                at = (2 * at) + (GoesLeft(at, row) ? 1 : 2);
            }

            return at - _inner;
        }

        private bool GoesLeft(int node, int row) => Features[node] < 0 || columns[Features[node]].Values[row] <= Splits[node];

        /// <summary>Only the smaller child of a node is counted: the other has what is left of the node.</summary>
        private static Vector128<double>[] Histograms(byte[] bins, int[] sample, Vector128<double>[] slopes, int[] starts, Vector128<double>[]? above)
        {
            var result = new Vector128<double>[(starts.Length - 1) * Bins];
            for (var n = 0; n < starts.Length - 1; n++)
            {
                var sibling = n ^ 1;
                var isSmaller = above is null || starts[n + 1] - starts[n] is var own && starts[sibling + 1] - starts[sibling] is var other && (own < other || (own == other && n < sibling));
                if (!isSmaller)
                {
                    continue;
                }

                var sums = result.AsSpan(n * Bins, Bins);
                for (var j = starts[n]; j < starts[n + 1]; j++)
                {
                    sums[bins[sample[j]]] += slopes[j];
                }

                if (above is not null)
                {
                    for (var b = 0; b < Bins; b++)
                    {
                        result[(sibling * Bins) + b] = above[(n / 2 * Bins) + b] - sums[b];
                    }
                }
            }

            return result;
        }

        private static (double Gain, int Split)[] BestSplits(Vector128<double>[] histograms, int nodes)
        {
            var result = new (double Gain, int Split)[nodes];
            for (var n = 0; n < nodes; n++)
            {
                var sums = histograms.AsSpan(n * Bins, Bins);
                var all = Vector128<double>.Zero;
                foreach (var sum in sums)
                {
                    all += sum;
                }

                var (allG, allH) = (all[0], all[1]);
                var left = Vector128<double>.Zero;
                for (var b = 0; b < Bins - 1; b++)
                {
                    left += sums[b];
                    var (g, h) = (left[0], left[1]);
                    if (h < MinWeight || allH - h < MinWeight)
                    {
                        continue;
                    }

                    var gain = (g * g / (h + Shrink)) + ((allG - g) * (allG - g) / (allH - h + Shrink)) - (allG * allG / (allH + Shrink));
                    if (gain > result[n].Gain)
                    {
                        result[n] = (gain, b);
                    }
                }
            }

            return result;
        }

        /// <summary>Orders the sample by the nodes of the next level and tells where each begins.</summary>
        private int[] Part(int[] sample, Vector128<double>[] slopes, int[] starts, int first)
        {
            var next = new int[(2 * starts.Length) - 1];
            var (rightRows, rightSlopes) = (new int[sample.Length], new Vector128<double>[sample.Length]);
            for (var n = 0; n < starts.Length - 1; n++)
            {
                var (left, right) = (starts[n], 0);
                for (var j = starts[n]; j < starts[n + 1]; j++)
                {
                    if (GoesLeft(first + n, sample[j]))
                    {
                        (sample[left], slopes[left]) = (sample[j], slopes[j]);
                        left++;
                    }
                    else
                    {
                        (rightRows[right], rightSlopes[right]) = (sample[j], slopes[j]);
                        right++;
                    }
                }

                rightRows.AsSpan(0, right).CopyTo(sample.AsSpan(left));
                rightSlopes.AsSpan(0, right).CopyTo(slopes.AsSpan(left));
                (next[2 * n], next[(2 * n) + 1]) = (starts[n], left);
            }

            next[^1] = sample.Length;
            return next;
        }
    }
}
