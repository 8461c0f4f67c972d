using System.Diagnostics;
using System.Globalization;
using System.Net;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Storyline.Fetch;
using Storyline.Fixtures;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Storage;

namespace Storyline.Benchmarks;

/// <summary>
/// N feeds, each on a host of its own (an address of 127/8), scheduled by one fetch service and answered by a local server in the same process. All are due over the first
/// minute, which is harder than any real schedule; the clock stops when each has been polled once. Each first poll asks for robots.txt too, without the pause that
/// follows it, and brings five entries, which are announced but not fetched: the bus has no consumer here.
/// </summary>
internal static class Schedule
{
    private const int Entries = 5;
    private static readonly TimeSpan Spread = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(string[] args)
    {
        var feeds = 50_000;
        var on = "sqlite";
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--feeds" when int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out feeds) && feeds is > 0 and <= 1_000_000:
                    break;
                case "--on" when args[i + 1] is "sqlite" or "postgresql":
                    on = args[i + 1];
                    break;
                default:
                    await Console.Error.WriteLineAsync($"error: '{args[i]} {args[i + 1]}' is not understood");
                    return 2;
            }
        }

        await using var postgres = on == "postgresql" ? new PostgresFixture() : null;
        if (postgres is not null)
        {
            await postgres.InitializeAsync();
            if (postgres.UnavailableReason is { } reason)
            {
                await Console.Error.WriteLineAsync("not measured: " + reason);
                return 1;
            }
        }

        var folder = Directory.CreateTempSubdirectory("storyline-bench-").FullName;
        try
        {
            await MeasureAsync(feeds, on, folder, postgres is null ? [] : ["--Database:PostgreSql=" + await postgres.CreateDatabaseAsync(CancellationToken.None)]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task MeasureAsync(int feeds, string on, string folder, string[] settings)
    {
        await using var site = await ServeAsync();
        var port = new Uri(site.Urls.First()).Port;
        await using var host = StorylineHost.Build(
            [
                "--Http:Port=0", "--Http:GrpcPort=0", "--Storage:Path=" + folder, "--Fetch:AllowPrivateAddresses=true", "--Fetch:HostInterval=00:00:00",
                "--Logging:LogLevel:Default=Error", .. settings,
            ],
            [new Unfetched()]);
        var database = host.Services.GetRequiredKeyedService<Database>("fetch");
        await Storyline.Hosting.Storage.Migrations.ApplyAsync(database, typeof(FetchModule).Assembly, CancellationToken.None);
        var began = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() + 5000;
        await InsertAsync(database, feeds, port, began);

        Console.WriteLine($"{feeds} feeds on {on}, {Environment.ProcessorCount} cores, .NET {Environment.Version}");
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        await host.StartAsync();
        var polled = 0L;
        while (polled < feeds)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            await using var connection = await database.OpenAsync(CancellationToken.None);
            polled = await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM feeds WHERE last_poll_at IS NOT NULL");
        }

        process.Refresh();
        await using var last = await database.OpenAsync(CancellationToken.None);
        var lags = (await last.QueryAsync<long>("SELECT last_poll_at - created_at FROM feeds ORDER BY last_poll_at - created_at")).ToList();
        var failed = await last.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM feeds WHERE failures > 0");
        var articles = await last.ExecuteScalarAsync<long>("SELECT SUM(articles_seen) FROM feeds");
        var seconds = (await last.ExecuteScalarAsync<long>("SELECT MAX(last_poll_at) FROM feeds") - began) / 1000.0;
        Print($"  {feeds / seconds,8:0} polls/s: all polled in {seconds:0} s; {failed} failed; {articles} articles announced; {(process.TotalProcessorTime - cpu).TotalMilliseconds / feeds:0.0} ms of CPU a poll, server included");
        Print($"  {lags[lags.Count / 2] / 1000.0,8:0.0} s behind schedule at p50, {lags[lags.Count * 95 / 100] / 1000.0:0.0} at p95, {lags[^1] / 1000.0:0.0} at most");
        Print($"  {process.PeakWorkingSet64 / 1048576.0,8:0} MiB peak working set, server included");
        await host.StopAsync();
    }

    // created_at holds when the feed is due, for the lag.
    private static Task InsertAsync(Database database, int feeds, int port, long began) => database.WriteAsync(
        async (connection, transaction) =>
        {
            foreach (var chunk in Enumerable.Range(0, feeds).Chunk(500))
            {
                await connection.ExecuteAsync(
                    "INSERT INTO feeds (feed_id, url, source_id, state, created_at, next_poll_at, interval_ms) VALUES " + string.Join(',', chunk.Select(i =>
                    {
                        var host = string.Create(CultureInfo.InvariantCulture, $"127.{1 + (i / 62500)}.{i / 250 % 250}.{1 + (i % 250)}");
                        var due = began + (long)(Spread.TotalMilliseconds * i / feeds);
                        return string.Create(CultureInfo.InvariantCulture, $"('{i:x32}', 'http://{host}:{port}/feed', '{host}', 1, {due}, {due}, 900000)");
                    })),
                    transaction: transaction);
            }
        },
        CancellationToken.None);

    private static async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0));
        var app = builder.Build();
        app.Run(context =>
        {
            if (context.Request.Path != "/feed")
            {
                context.Response.StatusCode = 404;
                return Task.CompletedTask;
            }

            context.Response.ContentType = "application/rss+xml";
            var host = context.Request.Host.Value;
            return context.Response.WriteAsync(
                "<rss version=\"2.0\"><channel><title>T</title>"
                + string.Concat(Enumerable.Range(0, Entries).Select(i => $"<item><title>Entry {i}</title><link>http://{host}/{i}</link><guid>{i}</guid></item>")) + "</channel></rss>");
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>The fetch service without its queues.</summary>
    private sealed class Unfetched : IServiceModule
    {
        private readonly FetchModule _fetch = new();

        public string Name => _fetch.Name;

        public void ConfigureServices(IHostApplicationBuilder builder) => _fetch.ConfigureServices(builder);

        public void ConfigureBus(IBusEndpoints endpoints)
        {
        }

        public void MapGrpc(IEndpointRouteBuilder app)
        {
        }
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
