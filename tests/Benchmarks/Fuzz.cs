using System.Diagnostics;
using System.Globalization;
using Storyline.Fetch.Tests.Feeds;
using Storyline.Parse.Tests;

namespace Storyline.Benchmarks;

/// <summary>Broken documents through every reader of what strangers send: faults, the slowest input and the memory.</summary>
internal static class Fuzz
{
    /// <summary>Feeds, site maps, robots.txt and what else fetch reads.</summary>
    public static int Readers(string[] args) => Inputs(args) is var (inputs, from) ? Run(inputs, from, TimeSpan.FromSeconds(1), ReaderFuzz.Run) == 0 ? 0 : 1 : 2;

    /// <summary>Pages through the whole parser, first those that are made to be slow.</summary>
    public static int Pages(string[] args) => Inputs(args) is var (inputs, from) ? HostilePages.Run() + Run(inputs, from, HostilePages.Longest, PageFuzz.Run) == 0 ? 0 : 1 : 2;

    private static (int Inputs, int From)? Inputs(string[] args)
    {
        var (inputs, from) = (1_000_000, 0);
        for (var i = 0; i < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--inputs" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out inputs) && inputs > 0:
                case "--from" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out from) && from >= 0:
                    break;
                default:
                    Console.Error.WriteLine($"error: '{args[i]}' is not understood");
                    return null;
            }
        }

        return (inputs, from);
    }

    /// <param name="inputs">How many.</param>
    /// <param name="from">The first seed.</param>
    /// <param name="longest">What no input may take.</param>
    /// <param name="read">Reads the input of a seed and returns its length in bytes; what it throws is a fault.</param>
    /// <returns>Faults and slow inputs.</returns>
    private static int Run(int inputs, int from, TimeSpan longest, Func<int, int> read)
    {
        var (faults, slow, bytes, slowest, slowestSeed) = (0, 0, 0L, TimeSpan.Zero, 0);
        var slowestLock = new Lock();
        var began = Stopwatch.GetTimestamp();
        Parallel.For(from, from + inputs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                Interlocked.Add(ref bytes, read(seed));
            }
#pragma warning disable CA1031 // Counting what escapes is what this is for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (Interlocked.Increment(ref faults) <= 20)
                {
                    Console.WriteLine($"seed {seed}: {exception}");
                }
            }

            var took = Stopwatch.GetElapsedTime(start);
            lock (slowestLock)
            {
                slow += took > longest ? 1 : 0;
                (slowest, slowestSeed) = took > slowest ? (took, seed) : (slowest, slowestSeed);
            }
        });
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{inputs} inputs, {bytes / 1048576.0:0} MiB in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s: {faults} faults, {slow} over {longest.TotalSeconds:0} s, the slowest (seed {slowestSeed}) {slowest.TotalMilliseconds:0} ms, peak working set {process.PeakWorkingSet64 / 1048576.0:0} MiB"));
        return faults + slow;
    }
}
