using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Storyline.Fixtures;

/// <summary>One host as its own process, started as its image starts it. Its ports stay the same over restarts.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);

    private readonly string _assembly;
    private readonly string[] _arguments;
    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    /// <param name="assembly">The program's path.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="settings">Its environment; the ports are added.</param>
    public ServiceProcess(string assembly, string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        _assembly = assembly;
        _arguments = arguments;
        Http = new Uri($"http://127.0.0.1:{FreePort()}");
        Grpc = new Uri($"http://127.0.0.1:{FreePort()}");
        _settings = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["Http__Port"] = Http.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Http__GrpcPort"] = Grpc.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    public Uri Http { get; }

    public Uri Grpc { get; }

    /// <summary>The last lines that it printed, for the message of a failed test.</summary>
    public string Output => string.Join(Environment.NewLine, _output);

    /// <summary>Starts the process; <see cref="WaitUntilReadyAsync"/> waits for it.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("dotnet", [_assembly, .. _arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException($"{_assembly} did not start");
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
            Assert.False(_process!.HasExited, $"{_assembly} ended while starting:{Environment.NewLine}{Output}");
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
                Assert.Fail($"{_assembly} is not ready after {StartTimeout.TotalSeconds} s:{Environment.NewLine}{Output}");
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
