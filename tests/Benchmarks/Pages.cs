using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AngleSharp.Html.Parser;
using SmartReader;
using Storyline.Parse;
using Storyline.Parse.Tree;

namespace Storyline.Benchmarks;

/// <summary>
/// Pages a second and bytes allocated, one thread on one core: our tree beside AngleSharp's, and all of the parser beside SmartReader. Warm, every page goes
/// through all of them in turn, so that neighbours on the machine slow them alike; the first hundred pages and the peak memory are of a process for each.
/// </summary>
internal static class Pages
{
    private const int FirstPages = 100;
    private const string OurTree = "tree";
    private const string TheirTree = "AngleSharp's tree";
    private const string OurArticle = "parser";
    private const string TheirArticle = "SmartReader";

    private static readonly HtmlParserOptions Options = new() { IsScripting = false, IsKeepingSourceReferences = false };
    private static readonly DocumentParser Parser = new();

    private static readonly Subject[] Subjects =
    [
        new(OurTree, page => OurBody(page.Html)),
        new(TheirTree, page => TheirBody(page.Html)),
        new(OurArticle, page => Parser.Parse(page.Bytes, "text/html", "utf-8", page.Url, null).Content is not null),
        new(TheirArticle, page => TheirText(page)),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        string? data = null;
        var (limit, passes) = (int.MaxValue, 2);
        for (var i = 0; i < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--data" when i + 1 < args.Length && Directory.Exists(args[i + 1]):
                    data = args[i + 1];
                    break;
                case "--limit" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out limit) && limit > 0:
                case "--passes" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out passes) && passes is > 0 and <= 100:
                    break;
                default:
                    await Console.Error.WriteLineAsync($"error: '{args[i]}' is not understood, or its folder or number is wrong");
                    return 2;
            }
        }

        if (data is null)
        {
            await Console.Error.WriteLineAsync("error: --data DIR is missing: a folder with pages.jsonl.gz in it or below");
            return 2;
        }

        var alone = new Dictionary<string, (double First, double PeakMiB)>(StringComparer.Ordinal);
        foreach (var subject in Subjects)
        {
            alone[subject.Name] = await AloneAsync(subject.Name, data, limit);
        }

        UseOneCore();
        var pages = 0L;
        var characters = 0L;
        for (var pass = 0; pass <= passes; pass++)
        {
            foreach (var page in Read(data, limit))
            {
                // The first pass warms up.
                pages += pass > 0 ? 1 : 0;
                characters += pass > 0 ? page.Html.Length : 0;
                foreach (var subject in Subjects)
                {
                    subject.Run(page, isCounted: pass > 0);
                }
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{pages / passes} pages of {characters / pages / 1000.0:0} thousand characters, {passes} passes after one to warm up"));
        Console.WriteLine("                     pages/s   MB/page   answered   first 100, pages/s   peak MiB");
        foreach (var subject in Subjects)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{subject.Name,-18} {pages / subject.Elapsed.TotalSeconds,9:0.0} {subject.Allocated / 1e6 / pages,9:0.00} {(double)subject.Answered / pages,9:P0} {alone[subject.Name].First,20:0.0} {alone[subject.Name].PeakMiB,10:0}"));
        }

        Ratio(OurTree, TheirTree);
        Ratio(OurArticle, TheirArticle);
        return 0;

        void Ratio(string ours, string theirs)
        {
            var (mine, other) = (Subjects.Single(s => s.Name == ours), Subjects.Single(s => s.Name == theirs));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{ours} / {theirs}: {other.Elapsed / mine.Elapsed:0.00} times the pages/s, {mine.Allocated / (double)other.Allocated:0.00} of the bytes; first {FirstPages} pages {alone[ours].First / alone[theirs].First:0.00} times"));
        }
    }

    /// <summary>One subject in this process: seconds of its first pages and the peak of the process, on the last line.</summary>
    public static int Worker(string name, string data, int limit)
    {
        UseOneCore();
        var subject = Subjects.Single(s => s.Name == name);
        var (read, first) = (0, TimeSpan.Zero);
        foreach (var page in Read(data, limit))
        {
            subject.Run(page, isCounted: true);
            if (++read <= FirstPages)
            {
                first = subject.Elapsed;
            }
        }

        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Math.Min(read, FirstPages) / first.TotalSeconds} {process.PeakWorkingSet64 / 1048576.0}"));
        return 0;
    }

    // In lent memory, as the parser has it.
    private static bool OurBody(string html)
    {
        var lent = ArrayPool<char>.Shared.Rent(html.Length);
        try
        {
            html.CopyTo(lent);
            return HtmlTree.Parse(new ArraySegment<char>(lent, 0, html.Length)).Body.FirstChild is not null;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(lent);
        }
    }

    private static bool TheirBody(string html)
    {
        using var document = new HtmlParser(Options).ParseDocument(html);
        return document.Body?.FirstChild is not null;
    }

    // Given the text; the static methods of the reader with two strings would fetch the page.
    private static bool TheirText(Page page)
    {
        using var reader = new Reader(page.Url, page.Html);
        return reader.GetArticle().TextContent?.Length > 0;
    }

    private static async Task<(double First, double PeakMiB)> AloneAsync(string name, string data, int limit)
    {
        // A client's heap, so that the peak is what the work needs and not what two idle cores allow.
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["parse-worker", name, data, limit.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["DOTNET_gcServer"] = "0" },
        };
        using var process = Process.Start(start)!;
        var lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0 || lines.Length == 0)
        {
            throw new InvalidOperationException($"measuring '{name}' alone ended with {process.ExitCode}");
        }

        var numbers = lines[^1].Split(' ');
        return (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    private static void UseOneCore()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var process = Process.GetCurrentProcess();
            var allowed = process.ProcessorAffinity;
            process.ProcessorAffinity = allowed & -allowed;
        }
    }

    // One at a time: a set of pages in memory would be the peak.
    private static IEnumerable<Page> Read(string data, int limit)
    {
        return Directory.EnumerateFiles(data, "pages.jsonl.gz", SearchOption.AllDirectories).Order(StringComparer.Ordinal).SelectMany(Lines).Take(limit);

        static IEnumerable<Page> Lines(string path)
        {
            using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                using var json = JsonDocument.Parse(line);
                var html = json.RootElement.GetProperty("html").GetString()!;
                var url = json.RootElement.TryGetProperty("url", out var given) && Uri.TryCreate(given.GetString(), UriKind.Absolute, out var address) ? address.AbsoluteUri : "https://news.example/page";
                yield return new Page(url, html, Encoding.UTF8.GetBytes(html));
            }
        }
    }

    private sealed record Page(string Url, string Html, byte[] Bytes);

    private sealed class Subject(string name, Func<Page, bool> work)
    {
        public string Name => name;

        public TimeSpan Elapsed { get; private set; }

        public long Allocated { get; private set; }

        /// <summary>Pages that gave something: one that does no work is not fast.</summary>
        public int Answered { get; private set; }

        public void Run(Page page, bool isCounted)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            var isAnswered = false;
            try
            {
                isAnswered = work(page);
            }
#pragma warning disable CA1031 // A page that one of them cannot read is a page without an answer.
            catch (Exception)
#pragma warning restore CA1031
            {
                isAnswered = false;
            }

            if (isCounted)
            {
                Elapsed += Stopwatch.GetElapsedTime(started);
                Allocated += GC.GetAllocatedBytesForCurrentThread() - allocated;
                Answered += isAnswered ? 1 : 0;
            }
        }
    }
}
