using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Net.Client;
using Storyline.Fetch.V1;
using Storyline.Fixtures;
using Storyline.Hosting.Telemetry;
using Storyline.Platform.Embedded;
using Outcome = Storyline.Type.V1.Outcome;

namespace Storyline.Benchmarks;

/// <summary>
/// N generated pages through the whole path: submitted over gRPC, captured, parsed, enriched, clustered, indexed. Once with the
/// embedded defaults, once on RabbitMQ, PostgreSQL and Redis, in the same process, so that the two figures differ by their adapters only.
/// </summary>
internal static class Pipeline
{
    private const int Submitters = 32;

    public static async Task<int> RunAsync(string[] args)
    {
        var documents = 2000;
        var on = "both";
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--documents" when int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out documents) && documents is > 0 and <= 1_000_000:
                    break;
                case "--on" when args[i + 1] is "embedded" or "production" or "both":
                    on = args[i + 1];
                    break;
                default:
                    await Console.Error.WriteLineAsync($"error: '{args[i]} {args[i + 1]}' is not understood");
                    return 2;
            }
        }

        Console.WriteLine($"{documents} documents, {Environment.ProcessorCount} cores, .NET {Environment.Version}");
        if (on is "embedded" or "both")
        {
            await MeasureAsync("embedded (in-memory bus, SQLite, in-process cache)", documents, []);
        }

        if (on is "production" or "both")
        {
            await using var rabbitMq = new RabbitMqFixture();
            await using var postgres = new PostgresFixture();
            await using var redis = new RedisFixture();
            await rabbitMq.InitializeAsync();
            await postgres.InitializeAsync();
            await redis.InitializeAsync();
            if ((rabbitMq.UnavailableReason ?? postgres.UnavailableReason ?? redis.UnavailableReason) is { } reason)
            {
                await Console.Error.WriteLineAsync("production: not measured: " + reason);
                return 1;
            }

            await MeasureAsync(
                "RabbitMQ, PostgreSQL, Redis",
                documents,
                [
                    "--Bus:RabbitMq=" + await rabbitMq.CreateVirtualHostAsync(CancellationToken.None),
                    "--Database:PostgreSql=" + await postgres.CreateDatabaseAsync(CancellationToken.None),
                    "--Cache:Redis=" + redis.CreateDatabase(),
                ]);
        }

        return 0;
    }

    private static async Task MeasureAsync(string name, int documents, string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("storyline-bench-").FullName;
        using var stages = new StageTimes();
        try
        {
            await using var platform = await EmbeddedPlatform.TryStartAsync(
                folder,
                ["--Http:Port=0", "--Http:GrpcPort=0", "--Logging:LogLevel:Default=Error", .. settings],
                configure: null,
                CancellationToken.None) ?? throw new InvalidOperationException("the folder is new, and yet it is held");
            using var channel = GrpcChannel.ForAddress(platform.Grpc);
            var ingest = new IngestService.IngestServiceClient(channel);
            var pipeline = new PipelineService.PipelineServiceClient(channel);

            // The first documents pay for JIT, language profiles and connections; they are not counted.
            var warmUp = Math.Min(200, documents);
            await SubmitAsync(ingest, pipeline, documents, warmUp);
            stages.Clear();

            using var process = Process.GetCurrentProcess();
            process.Refresh();
            var cpu = process.TotalProcessorTime;
            var began = Stopwatch.GetTimestamp();
            await SubmitAsync(ingest, pipeline, 0, documents);
            var elapsed = Stopwatch.GetElapsedTime(began);
            process.Refresh();
            var used = process.TotalProcessorTime - cpu;

            Console.WriteLine();
            Console.WriteLine(name);
            Print($"  {documents / elapsed.TotalSeconds,8:0.0} articles/s   ({documents} in {elapsed.TotalSeconds:0.0} s, {used.TotalSeconds / elapsed.TotalSeconds:0.00} cores busy, {used.TotalMilliseconds / documents:0.0} ms of CPU each)");
            Print($"  {process.PeakWorkingSet64 / 1048576.0,8:0} MiB peak working set of the process so far");
            Console.WriteLine("  stage      handler ms: p50      p95      p99   waited ms: p50      p95      p99   share of handler time");
            var total = stages.Total;
            foreach (var (stage, handled, waited) in stages.All())
            {
                Print($"  {stage,-8} {P(handled, 50),16:0.0} {P(handled, 95),8:0.0} {P(handled, 99),8:0.0} {P(waited, 50),16:0.0} {P(waited, 95),8:0.0} {P(waited, 99),8:0.0} {handled.Sum() / total,12:0 %}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task SubmitAsync(IngestService.IngestServiceClient ingest, PipelineService.PipelineServiceClient pipeline, int from, int count)
    {
        await Parallel.ForAsync(from, from + count, new ParallelOptions { MaxDegreeOfParallelism = Submitters }, async (i, token) =>
        {
            var document = new Document
            {
                Content = ByteString.CopyFromUtf8(GeneratedNews.Html(i)),
                ContentType = "text/html",
                Url = $"https://outlet{i % 40}.example/{i}",
            };
            await ingest.SubmitDocumentAsync(new SubmitDocumentRequest { Document = document }, cancellationToken: token);
        });
        while (true)
        {
            var stats = await pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest());
            if (stats.InFlight == 0 && stats.Outcomes.All(o => o.Outcome != Outcome.Pending))
            {
                var indexed = stats.Outcomes.Where(o => o.Outcome == Outcome.Indexed).Sum(o => o.Count);
                if (indexed < count)
                {
                    throw new InvalidOperationException($"{count} documents went in, {indexed} are indexed: {stats}");
                }

                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static double P(double[] sorted, int percent) =>
        sorted.Length == 0 ? 0 : sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];

    /// <summary>What the stages measure of themselves, in milliseconds.</summary>
    private sealed class StageTimes : IDisposable
    {
        private readonly ConcurrentDictionary<(string Instrument, string Stage), ConcurrentBag<double>> _values = new();
        private readonly MeterListener _listener = new();

        public StageTimes()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StageTimer.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag is { Key: "stage", Value: string stage })
                    {
                        _values.GetOrAdd((instrument.Name, stage), _ => []).Add(value * 1000);
                    }
                }
            });
            _listener.Start();
        }

        public double Total => _values.Where(pair => pair.Key.Instrument == "storyline.stage.duration").Sum(pair => pair.Value.Sum());

        public IEnumerable<(string Stage, double[] Handled, double[] Waited)> All()
        {
            foreach (var stage in new[] { "fetch", "parse", "enrich", "index" })
            {
                yield return (stage, Sorted("storyline.stage.duration", stage), Sorted("storyline.stage.queued", stage));
            }
        }

        public void Clear() => _values.Clear();

        public void Dispose() => _listener.Dispose();

        private double[] Sorted(string instrument, string stage) =>
            _values.TryGetValue((instrument, stage), out var values) ? [.. values.Order()] : [];
    }
}
