using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Storyline.Parse;

/// <summary>A sum of decision trees whose value is the log odds. Each tree is full: node i has the children 2i+1 and 2i+2.</summary>
public sealed class DecisionTrees
{
    private readonly int _depth;
    private readonly float _start;
    private readonly short[] _features;
    private readonly float[] _thresholds;
    private readonly float[] _leaves;
    private readonly Question[] _questions;
    private readonly int _columns;

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
        _questions = [.. features.Zip(thresholds, (feature, threshold) => new Question((ushort)feature, threshold))];
        _columns = features.Length == 0 ? 0 : _questions.Max(question => question.Feature) + 1;
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
    public float Probability(ReadOnlySpan<float> row) => Probability(LogOdds(row));

    public static float Probability(float logOdds) => 1 / (1 + MathF.Exp(-logOdds));

    /// <summary>The value for a row of numbers.</summary>
    public float LogOdds(ReadOnlySpan<float> row)
    {
        if (row.Length < _columns)
        {
            throw new ArgumentException($"{row.Length} numbers, the trees ask for {_columns}", nameof(row));
        }

        const int Together = 4;
        var inner = (1 << _depth) - 1;
        var trees = _questions.Length / inner;
        var sum = _start;
        ref var value = ref MemoryMarshal.GetReference(row);
        ref var question = ref MemoryMarshal.GetArrayDataReference(_questions);
        var leaves = _leaves.AsSpan();
        var tree = 0;

        // Four trees side by side: within one, each question waits for the answer before it.
        for (; tree + Together <= trees; tree += Together, question = ref Unsafe.Add(ref question, Together * inner), leaves = leaves[(Together * (inner + 1))..])
        {
            int a = 0, b = 0, c = 0, d = 0;
            for (var level = 0; level < _depth; level++)
            {
                a = Next(ref question, a, ref value);
                b = Next(ref Unsafe.Add(ref question, inner), b, ref value);
                c = Next(ref Unsafe.Add(ref question, 2 * inner), c, ref value);
                d = Next(ref Unsafe.Add(ref question, 3 * inner), d, ref value);
            }

            sum = sum + leaves[a - inner] + leaves[b + 1] + leaves[c + inner + 2] + leaves[d + (2 * inner) + 3];
        }

        for (; tree < trees; tree++, question = ref Unsafe.Add(ref question, inner), leaves = leaves[(inner + 1)..])
        {
            var at = 0;
            for (var level = 0; level < _depth; level++)
            {
                at = Next(ref question, at, ref value);
            }

            sum += leaves[at - inner];
        }

        return sum;
    }

    /// <summary>The child that the answer leads to. A number rather than a branch: the answers are as good as random, and a processor that guesses loses more than the question costs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(ref Question tree, int at, ref float row)
    {
        ref var question = ref Unsafe.Add(ref tree, at);
        return (2 * at) + 2 - Unsafe.BitCast<bool, byte>(Unsafe.Add(ref row, question.Feature) <= question.Threshold);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Question(int Feature, float Threshold);
}
