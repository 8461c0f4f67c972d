using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using DotNet.Testcontainers.Containers;
using Testcontainers.RabbitMq;

namespace Storyline.Fixtures;

/// <summary>RabbitMQ 4 with the management plugin. Each test takes a virtual host of its own.</summary>
public sealed class RabbitMqFixture() : ContainerFixture(ContainerImages.RabbitMq)
{
    private const int AmqpPort = 5672;
    private const int ManagementPort = 15672;
    private const string User = "storyline";
    private const string Password = "storyline";

    private RabbitMqContainer? _container;
    private HttpClient? _management;

    /// <summary>AMQP address of the default virtual host.</summary>
    public Uri Address => AddressOf("/");

    /// <summary>The management API, authenticated; addresses are relative to <c>/api/</c>.</summary>
    public HttpClient Management => _management ?? throw new InvalidOperationException(UnavailableReason ?? "the fixture is not initialised");

    /// <summary>Creates an empty virtual host and returns its AMQP address with credentials.</summary>
    public async Task<Uri> CreateVirtualHostAsync(CancellationToken cancellationToken)
    {
        var name = $"test-{Guid.NewGuid():n}";
        using var response = await Management.PutAsJsonAsync($"vhosts/{name}", new { }, cancellationToken);
        response.EnsureSuccessStatusCode();
        return AddressOf(name);
    }

    /// <summary>Removes a virtual host with all its queues; its connections are closed by the broker.</summary>
    public async Task DeleteVirtualHostAsync(Uri address, CancellationToken cancellationToken)
    {
        using var response = await Management.DeleteAsync(new Uri($"vhosts/{NameOf(address)}", UriKind.Relative), cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The queues of a virtual host as the management API tells them (<c>name</c>, <c>type</c>, <c>arguments</c>, counts that lag by seconds).</summary>
    public async Task<IReadOnlyList<JsonObject>> ListQueuesAsync(Uri address, CancellationToken cancellationToken) =>
        await Management.GetFromJsonAsync<JsonObject[]>($"queues/{NameOf(address)}", cancellationToken) ?? [];

    protected override IContainer Build()
    {
        var management = FreePort();
        _container = new RabbitMqBuilder(Image)
            .WithUsername(User)
            .WithPassword(Password)
            .WithPortBinding(FreePort(), AmqpPort)
            .WithPortBinding(management, ManagementPort)
            .WithLabel(OwnerLabel, Owner)
            .Build();
        _management = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{management.ToString(CultureInfo.InvariantCulture)}/api/") };
        _management.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{User}:{Password}")));
        return _container;
    }

    protected override ValueTask DisposeCoreAsync()
    {
        _management?.Dispose();
        return base.DisposeCoreAsync();
    }

    private Uri AddressOf(string virtualHost)
    {
        var container = _container ?? throw new InvalidOperationException(UnavailableReason ?? "the fixture is not initialised");
        return new UriBuilder("amqp", container.Hostname, container.GetMappedPublicPort(AmqpPort), virtualHost) { UserName = User, Password = Password }.Uri;
    }

    private static string NameOf(Uri address) => Uri.EscapeDataString(address.AbsolutePath.Length > 1 ? address.AbsolutePath[1..] : "/");
}
