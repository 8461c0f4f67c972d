using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Storyline.EndToEnd.Processes;

/// <summary>One service as its own process, started as its image starts it. Its ports stay the same over restarts.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    public ServiceProcess(string name, IReadOnlyDictionary<string, string> settings)
    {
        Name = name;
        Http = new Uri($"http://127.0.0.1:{FreePort()}");
        Grpc = new Uri($"http://127.0.0.1:{FreePort()}");
        _settings = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["Http__Port"] = Http.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Http__GrpcPort"] = Grpc.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    /// <summary>The service's project, such as <c>Fetch</c>.</summary>
    public string Name { get; }

    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>The last lines that it printed, for the message of a failed test.</summary>
    public string Output => string.Join(Environment.NewLine, _output);

    /// <summary>Starts the process; <see cref="WaitUntilReadyAsync"/> waits for it.</summary>
    public void Start()
    {
        // artifacts/bin/EndToEnd/<configuration>/ → artifacts/bin/<Service>/<configuration>/
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var assembly = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", Name, configuration, $"Storyline.{Name}.dll"));
        var start = new ProcessStartInfo("dotnet", [assembly])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException($"{assembly} did not start");
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTimeout);
        using var client = new HttpClient();
        while (true)
        {
            Assert.False(_process!.HasExited, $"{Name} ended while starting:{Environment.NewLine}{Output}");
            try
            {
                using var response = await client.GetAsync(new Uri(Http, "/health/ready"), timeout.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), timeout.Token);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), timeout.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                Assert.Fail($"{Name} is not ready after {StartTimeout.TotalSeconds} s:{Environment.NewLine}{Output}");
            }
        }
    }

    /// <summary>SIGKILL: no handler of the process runs.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process!.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
            while (_output.Count > 60)
            {
                _output.TryDequeue(out _);
            }
        }
    }
}
