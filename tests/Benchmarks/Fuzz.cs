using System.Diagnostics;
using System.Globalization;
using Storyline.Fetch.Tests.Feeds;

namespace Storyline.Benchmarks;

/// <summary>Broken documents through every reader of what strangers send: faults, the slowest input and the memory.</summary>
internal static class Fuzz
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    public static int Run(string[] args)
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
                    return 2;
            }
        }

        var (faults, slow, bytes, slowest) = (0, 0, 0L, 0L);
        var began = Stopwatch.GetTimestamp();
        Parallel.For(from, from + inputs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                Interlocked.Add(ref bytes, ReaderFuzz.Run(seed));
            }
#pragma warning disable CA1031 // Counting what escapes is what this is for.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                if (Interlocked.Increment(ref faults) <= 20)
                {
                    Console.WriteLine($"seed {seed}: {exception.GetType().Name}: {exception.Message}");
                }
            }

            var took = Stopwatch.GetTimestamp() - start;
            slow += Stopwatch.GetElapsedTime(0, took) > Longest ? 1 : 0;
            InterlockedMax(ref slowest, took);
        });
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{inputs} inputs, {bytes / 1048576.0:0} MiB in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s: {faults} faults, {slow} over {Longest.TotalSeconds:0} s, the slowest {Stopwatch.GetElapsedTime(0, slowest).TotalMilliseconds:0} ms, peak working set {process.PeakWorkingSet64 / 1048576.0:0} MiB"));
        return faults + slow == 0 ? 0 : 1;
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
