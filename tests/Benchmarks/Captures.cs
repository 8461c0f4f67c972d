using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Storyline.Contracts;
using Storyline.Fetch;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.Politeness;
using Storyline.Fixtures;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Storage;

namespace Storyline.Benchmarks;

/// <summary>
/// N pages of 250 hosts fetched from a local server, which runs in a process of its own: by a bare HttpClient, by the polite fetcher (robots.txt, gate, bounds), and
/// as captures (the same, then archive, ledger and bus, as the service does it). Over HTTP/1.1 with kept connections, and over HTTP/2 with TLS.
/// </summary>
internal static class Captures
{
    private const int Hosts = 250;
    private const int Concurrency = 32;
    private const int WarmUp = 2_000;
    private const int Bodies = 1_000;

    public static async Task<int> RunAsync(string[] args)
    {
        var count = 20_000;
        var protocol = "both";
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--captures" when int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out count) && count is >= 1000 and <= 10_000_000:
                    break;
                case "--protocol" when args[i + 1] is "http1" or "http2" or "both":
                    protocol = args[i + 1];
                    break;
                default:
                    await Console.Error.WriteLineAsync($"error: '{args[i]} {args[i + 1]}' is not understood");
                    return 2;
            }
        }

        var folder = Directory.CreateTempSubdirectory("storyline-bench-");
        var certificate = Path.Combine(folder.FullName, "server.pem");
        using var server = Start(["captures-server", certificate], null);
        try
        {
            var ports = (await server.StandardOutput.ReadLineAsync())!.Split(' ');
            Console.WriteLine($"{count} captures of {Hosts} hosts, {Environment.ProcessorCount} cores, .NET {Environment.Version}");
            foreach (var (name, address) in new[] { ("http1", "http://{0}:" + ports[0]), ("http2", "https://{0}:" + ports[1]) }.Where(one => protocol == "both" || protocol == one.Item1))
            {
                // The runtime reads which certificates to trust when it starts.
                using var worker = Start(["captures-worker", address, count.ToString(CultureInfo.InvariantCulture), Path.Combine(folder.FullName, name)], certificate);
                while (await worker.StandardOutput.ReadLineAsync() is { } line)
                {
                    Console.WriteLine(line);
                }

                await worker.WaitForExitAsync();
                if (worker.ExitCode != 0)
                {
                    return 1;
                }
            }

            return 0;
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Other people's sites: prints its two ports and serves until it is killed.</summary>
    public static async Task<int> ServeAsync(string certificatePath)
    {
        var pages = Enumerable.Range(0, Bodies).Select(Page).ToArray();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        using var certificate = Certificate(certificatePath);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenAnyIP(0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.ListenAnyIP(0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(certificate);
            });
        });
        var app = builder.Build();
        app.Run(context =>
        {
            if (!int.TryParse(context.Request.Path.Value.AsSpan(1), CultureInfo.InvariantCulture, out var number))
            {
                context.Response.ContentType = "text/plain";
                return context.Response.WriteAsync("User-agent: *\nDisallow: /admin/\nDisallow: /*?print=\n");
            }

            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.ContentLength = pages[number % Bodies].Length;
            return context.Response.Body.WriteAsync(pages[number % Bodies]).AsTask();
        });
        await app.StartAsync();
        Console.WriteLine(string.Join(' ', app.Urls.Select(url => new Uri(url.Replace("[::]", "localhost", StringComparison.Ordinal)).Port.ToString(CultureInfo.InvariantCulture))));
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Measures one protocol.</summary>
    public static async Task<int> MeasureAsync(string address, int count, string folder)
    {
        Console.WriteLine();
        Console.WriteLine(address.StartsWith("https", StringComparison.Ordinal) ? "HTTP/2 over TLS" : "HTTP/1.1, kept connections");
        string Url(int i) => $"{string.Format(CultureInfo.InvariantCulture, address, $"127.0.{1 + (i % Hosts / 50)}.{1 + (i % 50)}")}/{i}";

        var some = Math.Min(count, 20_000);
        using var bare = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, UseCookies = false, UseProxy = false })
        {
            DefaultRequestVersion = HttpVersion.Version20,
        };
        var reference = await LoopAsync("bare HttpClient", some, async i => (await bare.GetByteArrayAsync(Url(i))).Length, 0);

        await using var app = await StartAsync(folder);
        var polite = app.Services.GetRequiredService<PoliteFetcher>();
        await LoopAsync(
            "polite fetcher",
            some,
            async i => (await polite.GetAsync(new FetchRequest(new Uri(Url(i)), FetchOptions.MaxDocumentBytes), CancellationToken.None)).Result is FetchResult.Success success
                ? success.Body.Length
                : throw new InvalidOperationException("not fetched"),
            reference);

        await CaptureAsync(app, Url, count, reference);
        await app.StopAsync();
        return 0;
    }

    private static async Task<double> LoopAsync(string name, int count, Func<int, Task<int>> get, double reference)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Concurrency };
        await Parallel.ForAsync(0, WarmUp, options, async (i, _) => await get(i));
        var meter = new CpuMeter();
        long bytes = 0;
        await Parallel.ForAsync(0, count, options, async (i, _) => Interlocked.Add(ref bytes, await get(i)));
        return meter.Print(name, count, reference);
    }

    private static async Task CaptureAsync(WebApplication app, Func<int, string> url, int count, double reference)
    {
        var sink = app.Services.GetRequiredService<Sink>();
        var database = app.Services.GetRequiredKeyedService<Database>("fetch");
        await OweAsync(database, url, 1_000_000_000, WarmUp);
        await sink.ReachAsync(WarmUp);

        var meter = new CpuMeter();
        var step = Math.Max(1, count / 10);
        for (var done = 0; done < count; done += step)
        {
            // A feed's worth at a time, never more than a few thousand ahead.
            var next = Math.Min(step, count - done);
            for (var i = 0; i < next; i += 1000)
            {
                await OweAsync(database, url, done + i, Math.Min(1000, next - i));
                await sink.ReachAsync(WarmUp + done + i - 3000);
            }

            await sink.ReachAsync(WarmUp + done + next);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"    {done + next,8} captures: {process.WorkingSet64 / 1048576.0,6:0} MiB resident, {GC.GetGCMemoryInfo().TotalCommittedBytes / 1048576.0,6:0} MiB of it the managed heap's, {process.Threads.Count} threads"));
        }

        meter.Print("captures", count, reference);
    }

    private static Task<IReadOnlySet<string>> OweAsync(Database database, Func<int, string> url, int from, int count)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var rows = Enumerable.Range(from, count).Select(i => url(i)).Select(u => new ArticleRow
        {
            ArticleId = ArticleId.OfUrl(u), Url = u, SourceId = new Uri(u).Host, Outcome = Outcome.Pending, Stage = Stage.Fetch, DiscoveredAt = now, UpdatedAt = now, DueAt = now,
        });
        return database.WriteAsync((connection, transaction) => LedgerStore.DiscoverAsync(connection, transaction, rows), CancellationToken.None);
    }

    private static async Task<WebApplication> StartAsync(string folder)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Http:Port"] = "0", ["Http:GrpcPort"] = "0", ["Storage:Path"] = folder, ["Fetch:AllowPrivateAddresses"] = "true", ["Fetch:HostInterval"] = "00:00:00",
            ["Fetch:HostConcurrency"] = "4", ["Fetch:SweepInterval"] = "00:00:00.050", ["Fetch:Concurrency"] = Concurrency.ToString(CultureInfo.InvariantCulture),
            ["Logging:LogLevel:Default"] = "Error",
        };
        var app = StorylineHost.Build([], [new FetchModule(), new Sink()], builder => builder.Configuration.AddInMemoryCollection(settings));
        await app.StartAsync();
        return app;
    }

    private static Process Start(string[] arguments, string? trusted)
    {
        var start = new ProcessStartInfo(Path.ChangeExtension(Assembly.GetExecutingAssembly().Location, null)) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // As the images have it.
        start.Environment.TryAdd("MALLOC_ARENA_MAX", "2");
        if (trusted is not null)
        {
            start.Environment["SSL_CERT_FILE"] = trusted;
        }

        return Process.Start(start)!;
    }

    // A page of about 25 KB, as large as a plain news page is without its scripts.
    private static byte[] Page(int i)
    {
        var html = GeneratedNews.Html(i);
        var more = string.Concat(Enumerable.Range(i + 1, 12).Select(j => $"<aside class=\"related\"><p>{GeneratedNews.Text(j)}</p></aside>\n"));
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(html.Replace("</body>", more + "</body>", StringComparison.Ordinal)));
        }

        return output.ToArray();
    }

    private static X509Certificate2 Certificate(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=storyline-benchmark", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        for (var i = 0; i < Hosts; i++)
        {
            names.AddIpAddress(IPAddress.Parse($"127.0.{1 + (i % Hosts / 50)}.{1 + (i % 50)}"));
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return certificate;
    }

    private sealed class CpuMeter
    {
        private readonly TimeSpan _cpu = Cpu();
        private readonly long _began = Stopwatch.GetTimestamp();

        public double Print(string name, int count, double reference)
        {
            var (elapsed, cpu) = (Stopwatch.GetElapsedTime(_began).TotalSeconds, (Cpu() - _cpu).TotalSeconds);
            var perCore = count / cpu;
            var ratio = reference > 0 ? string.Create(CultureInfo.InvariantCulture, $", {perCore / reference:0.00} of the bare client") : "";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {name,-16} {perCore,8:0} a second and core ({count / elapsed:0} a second, {1000 * cpu / count:0.00} ms of CPU each{ratio})"));
            return perCore;
        }

        private static TimeSpan Cpu()
        {
            using var process = Process.GetCurrentProcess();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Takes what parse would get, and counts it.</summary>
    private sealed class Sink : IServiceModule
    {
        private int _count;

        public string Name => "parse";

        public void ConfigureServices(IHostApplicationBuilder builder) => builder.Services.AddSingleton(this);

        public void ConfigureBus(IBusEndpoints endpoints) => endpoints.Consume<Consumer>("parse.fetched", new EndpointSettings { Prefetch = 64, Concurrency = 64 });

        public void MapGrpc(IEndpointRouteBuilder app)
        {
        }

        public async Task ReachAsync(int count)
        {
            while (Volatile.Read(ref _count) < count)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5));
            }
        }

        private sealed class Consumer(Sink sink) : IConsumer<ArticleFetched>
        {
            public Task Consume(ConsumeContext<ArticleFetched> context)
            {
                Interlocked.Increment(ref sink._count);
                return Task.CompletedTask;
            }
        }
    }
}
