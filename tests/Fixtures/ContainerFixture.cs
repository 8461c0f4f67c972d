using System.Net;
using System.Net.Sockets;
using DotNet.Testcontainers.Containers;
using Xunit;

namespace Storyline.Fixtures;

/// <summary>
/// One container for the tests that share the fixture (class, collection or assembly). Where there is no Docker the fixture keeps the
/// reason and tests skip through <see cref="SkipIfUnavailable"/>; in CI that is a failure instead, so that nothing is skipped unseen.
/// Host ports stay the same over <see cref="StopAsync"/> and <see cref="StartAsync"/>, so clients can be seen to reconnect.
/// </summary>
public abstract class ContainerFixture(string image) : IAsyncLifetime
{
    /// <summary>Names the owning process (<c>host:pid</c>); the set-up script removes containers whose owner is gone.</summary>
    protected const string OwnerLabel = "storyline.tests.owner";

    private IContainer? _container;

    /// <summary>Why no container runs here; null when one does.</summary>
    public string? UnavailableReason { get; private set; }

    protected static string Owner => $"{Environment.MachineName}:{Environment.ProcessId}";

    protected string Image { get; } = image;

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        UnavailableReason = await DockerEngine.PrepareAsync(Image, cancellationToken);
        if (UnavailableReason is null)
        {
            _container = Build();
            await _container.StartAsync(cancellationToken);
        }
        else if (DockerEngine.IsRequired)
        {
            throw new InvalidOperationException($"containers are required here, but {UnavailableReason}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeCoreAsync();
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Skips the calling test, with the reason, where no container runs.</summary>
    public void SkipIfUnavailable() => Assert.SkipWhen(UnavailableReason is not null, UnavailableReason ?? "");

    /// <summary>Freezes every process of the container: connections stay open and nothing answers.</summary>
    public Task PauseAsync(CancellationToken cancellationToken) => Running.PauseAsync(cancellationToken);

    public Task UnpauseAsync(CancellationToken cancellationToken) => Running.UnpauseAsync(cancellationToken);

    /// <summary>Stops the server; connections break and new ones are refused. Its data stays.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Running.StopAsync(cancellationToken);

    /// <summary>Starts a stopped server and waits until it answers.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Running.StartAsync(cancellationToken);

    protected abstract IContainer Build();

    protected virtual ValueTask DisposeCoreAsync() => ValueTask.CompletedTask;

    private IContainer Running => _container ?? throw new InvalidOperationException(UnavailableReason ?? "the fixture is not initialised");

    /// <summary>
    /// A free port below the ephemeral range: while the server is stopped no outgoing connection can be given its port, and
    /// a client that keeps trying cannot connect to itself.
    /// </summary>
    protected static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20000, 32000);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
    }
}
