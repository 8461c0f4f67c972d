using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Storyline.Hosting;

namespace Storyline.Platform.Embedded;

/// <summary>
/// All five services in this process. The folder <c>Storage:Path</c> belongs to one platform at a time: a lock file in it is
/// held while the platform runs and tells others its address.
/// </summary>
public sealed class EmbeddedPlatform : IAsyncDisposable
{
    private const string LockFile = "platform.lock";
    private const string AddressFile = "platform.address";

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(100);

    private readonly WebApplication _app;
    private readonly FileStream _lock;
    private readonly string _addressFile;

    private EmbeddedPlatform(WebApplication app, FileStream fileLock, string addressFile)
    {
        _app = app;
        _lock = fileLock;
        _addressFile = addressFile;
        (Http, Grpc) = app.Addresses();
    }

    /// <summary>Where JSON and health are served.</summary>
    public Uri Http { get; }

    /// <summary>Where gRPC is served.</summary>
    public Uri Grpc { get; }

    public IServiceProvider Services => _app.Services;

    public static IServiceModule[] Modules() =>
        [new Fetch.FetchModule(), new Parse.ParseModule(), new Enrich.EnrichModule(), new Search.SearchModule(), new Partner.PartnerModule()];

    /// <summary>Starts the platform on a folder; null when another process holds it.</summary>
    public static async Task<EmbeddedPlatform?> TryStartAsync(
        string storagePath, string[] settings, Action<WebApplicationBuilder>? configure, CancellationToken cancellationToken)
    {
        if (File.Exists(storagePath))
        {
            throw new IOException($"the storage '{storagePath}' is a file: it must be a folder");
        }

        Directory.CreateDirectory(storagePath);
        FileStream fileLock;
        try
        {
            fileLock = new FileStream(Path.Combine(storagePath, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }

        WebApplication? app = null;
        try
        {
            app = StorylineHost.Build(["--Storage:Path=" + storagePath, .. settings], Modules(), configure);
            var addressFile = Path.Combine(storagePath, AddressFile);

            // A platform that was killed has left its own.
            File.Delete(addressFile);
            await app.StartAsync(cancellationToken);
            await WaitUntilReadyAsync(app, cancellationToken);
            var platform = new EmbeddedPlatform(app, fileLock, addressFile);
            await File.WriteAllTextAsync(addressFile, platform.Grpc.ToString(), cancellationToken);
            return platform;
        }
        catch
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            await fileLock.DisposeAsync();
            throw;
        }
    }

    /// <summary>The gRPC address of the platform that holds a folder; null when none has told it yet.</summary>
    public static async Task<Uri?> FindAsync(string storagePath, CancellationToken cancellationToken)
    {
        var file = Path.Combine(storagePath, AddressFile);
        return File.Exists(file) && Uri.TryCreate(await File.ReadAllTextAsync(file, cancellationToken), UriKind.Absolute, out var address)
            ? address
            : null;
    }

    /// <summary>The wanted port when it is free on loopback, otherwise 0: any free one.</summary>
    public static int FreePort(int wanted)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, wanted);
            listener.Start();
            return wanted;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>
    /// Waits for what goes on after the start, such as opening the index. Not for ever: what is not ready by then answers UNAVAILABLE, and says why.
    /// </summary>
    private static async Task WaitUntilReadyAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var health = app.Services.GetRequiredService<HealthCheckService>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        var began = time.GetTimestamp();
        while ((await health.CheckHealthAsync(check => check.Tags.Contains("ready"), cancellationToken)).Status == HealthStatus.Unhealthy
            && time.GetElapsedTime(began) < ReadyTimeout)
        {
            await Task.Delay(ReadyInterval, time, cancellationToken);
        }
    }

    /// <summary>Waits until the process is told to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        File.Delete(_addressFile);
        await _lock.DisposeAsync();
    }
}
