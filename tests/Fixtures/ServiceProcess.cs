using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
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
    private readonly List<TcpListener> _held = [];
    private Process? _process;

    /// <param name="assembly">The program's path.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="settings">Its environment; the ports are added.</param>
    public ServiceProcess(string assembly, string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        _assembly = assembly;
        _arguments = arguments;
        Http = new Uri($"http://127.0.0.1:{HoldPort()}");
        Grpc = new Uri($"http://127.0.0.1:{HoldPort()}");
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
        Release();
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
        Release();
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

    /// <summary>
    /// A port that nobody has, held until the process starts. It is below those that systems give to outgoing connections, one of which would else take it in between.
    /// </summary>
    private int HoldPort()
    {
        const int First = 20_000, End = 32_000;
        while (true)
        {
            var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(First, End));
            try
            {
                listener.Start();
                _held.Add(listener);
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException)
            {
                listener.Dispose(); // somebody's: the next
            }
        }
    }

    private void Release()
    {
        _held.ForEach(listener => listener.Dispose());
        _held.Clear();
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
