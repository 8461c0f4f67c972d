using System.Diagnostics;
using System.Globalization;
using System.Text;
using Storyline.Contracts;
using Storyline.Parse;
using Storyline.Parse.Tests;
using Storyline.Parse.Tree;

namespace Storyline.Benchmarks;

/// <summary>Broken pages through the whole parser, and pages made to be slow at two sizes: faults, the slowest, and what they hold in memory.</summary>
internal static class HostilePages
{
    private const int Small = 1_000_000;
    private const int Large = 4_000_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private static readonly DocumentParser Parser = new();

    // Each is repeated until it fills the size; "{0}" is the number of the repetition.
    private static readonly (string Name, string Before, string Repeated, string After)[] Shapes =
    [
        ("text", "<p>", "word ", ""),
        ("paragraphs", "", "<p>word and word", ""),
        ("open div", "", "<div>", ""),
        ("open b", "", "<b a={0}>", ""),
        ("b in p", "", "<p><b a={0}>", ""),
        ("b not closed by i", "", "<b a={0}></i>", ""),
        ("adoption", "", "<b><i><a href={0}><div>", "</b>"),
        ("adoption, closed", "<div>", "<b><p></b></p>", ""),
        ("a in a", "", "<a href={0}>x", ""),
        ("tables", "", "<table><tr><td>", ""),
        ("fostered", "<table>", "<b>x<div>", ""),
        ("fostered text", "<table>", "x<tr>", ""),
        ("attributes", "<p ", "a{0}=b ", ">x"),
        ("the same attribute", "<p ", "a=b ", ">x"),
        ("html again", "", "<html a{0}=b>", ""),
        ("script", "<script>", "var a = \"</scrip\"; ", "</script>x"),
        ("script in comment", "<script><!--", "<script></script>", ""),
        ("script, many comments", "<script>", "<!-- --> ", ""),
        ("comment without end", "<!--", "- -- ->", ""),
        ("open angles", "", "<", ""),
        ("open end tags", "", "</", ""),
        ("ampersands", "<p>", "&", ""),
        ("references", "<p>", "&amp;", ""),
        ("almost references", "<p>", "&CounterClockwiseContourIntegra", ""),
        ("quotes", "", "<a b=\"", ""),
        ("select", "<select>", "<option>x", ""),
        ("templates", "", "<template>", ""),
        ("svg", "<svg>", "<g>", ""),
        ("svg left", "", "<svg><p>", ""),
        ("CDATA", "<svg>", "<![CDATA[", ""),
        ("end tags", "<div><span>", "</x>", ""),
        ("list", "", "<li>", ""),
        ("headings", "", "<h1>a<h2>", ""),
        ("other names", "", "<x{0}>", ""),
        ("JSON", "<script type=application/ld+json>", "[", "</script>"),
        ("titles", "", "<h1>title</h1><p class=byline>by A B</p>", ""),
        ("links", "<p>", "<a href=/{0}>word</a> ", ""),
        ("dates", "", "<time datetime=2026-03-03>3 March 2026</time>", ""),
    ];

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

        var bad = Made();
        return bad + Broken(inputs, from) == 0 ? 0 : 1;
    }

    private static int Made()
    {
        Console.WriteLine($"{"",-24}  {Small / 1_000_000} MB, CPU ms  {Large / 1_000_000} MB, CPU ms   tree, bytes held a byte (0: refused)   outcome");
        var bad = 0;
        foreach (var (name, before, repeated, after) in Shapes)
        {
            _ = Time(Page(50_000));
            var small = Time(Page(Small));
            var large = Page(Large);
            var (took, outcome) = Time(large);
            var held = outcome == nameof(Outcome.TooLarge) ? 0 : Held(large);
            var isBad = took > Longest || held > 12;
            bad += isBad ? 1 : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-24} {small.Took.TotalMilliseconds,9:0} {took.TotalMilliseconds,9:0} {held,24:0.0}   {outcome}{(isBad ? "   TOO MUCH" : "")}"));

            byte[] Page(int length)
            {
                var text = new StringBuilder("<!DOCTYPE html><title>t</title>").Append(before);
                for (var i = 0; text.Length < length; i++)
                {
                    text.Append(repeated.Replace("{0}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
                }

                return Encoding.UTF8.GetBytes(text.Append(after).ToString());
            }
        }

        return bad;
    }

    private static (TimeSpan Took, string Outcome) Time(byte[] page)
    {
        // Of the processor, so that neighbours on the machine do not make a page slow.
        var before = Environment.CpuUsage.TotalTime;
        var result = Parser.Parse(page, "text/html", "utf-8", null, null);
        return (Environment.CpuUsage.TotalTime - before, result.Content is null ? result.Outcome.ToString() : "Article");
    }

    /// <summary>Bytes that the tree keeps alive, the decoded text included, for each byte of a page that the limits let pass.</summary>
    private static double Held(byte[] page)
    {
        var text = Encoding.UTF8.GetString(page);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var tree = HtmlTree.Parse(text);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before + (text.Length * 2L);
        GC.KeepAlive(tree);
        return held / (double)page.Length;
    }

    private static int Broken(int inputs, int from)
    {
        var (faults, slow, bytes, slowest) = (0, 0, 0L, TimeSpan.Zero);
        var slowestLock = new Lock();
        var began = Stopwatch.GetTimestamp();
        Parallel.For(from, from + inputs, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                Interlocked.Add(ref bytes, PageFuzz.Run(seed));
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
                slow += took > Longest ? 1 : 0;
                slowest = took > slowest ? took : slowest;
            }
        });
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{inputs} pages, {bytes / 1048576.0:0} MiB in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s: {faults} faults, {slow} over {Longest.TotalSeconds:0} s, the slowest {slowest.TotalMilliseconds:0} ms, peak working set {process.PeakWorkingSet64 / 1048576.0:0} MiB"));
        return faults + slow;
    }
}
