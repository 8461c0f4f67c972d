using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Storyline.Fixtures;

namespace Storyline.EndToEnd.Processes;

/// <summary>The five services as five processes on RabbitMQ, PostgreSQL and Redis of their own (virtual host, database, index).</summary>
public sealed class Deployment : IAsyncDisposable
{
    private readonly string _folder;
    private readonly List<GrpcChannel> _channels = [];

    private Deployment(string folder, Uri broker, IReadOnlyDictionary<string, string> settings)
    {
        _folder = folder;
        Broker = broker;
        // artifacts/bin/EndToEnd/<configuration>/ → artifacts/bin/<Service>/<configuration>/
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        ServiceProcess New(string name) => new(Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", name, configuration, $"Storyline.{name}.dll")), [], new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["Storage__Path"] = Path.Combine(folder, name),
        });
        Fetch = New("Fetch");
        Parse = New("Parse");
        Enrich = New("Enrich");
        Search = New("Search");
        Partner = New("Partner");
    }

    public Uri Broker { get; }

    public ServiceProcess Fetch { get; }

    public ServiceProcess Parse { get; }

    public ServiceProcess Enrich { get; }

    public ServiceProcess Search { get; }

    public ServiceProcess Partner { get; }

    public IReadOnlyList<ServiceProcess> All => [Fetch, Parse, Enrich, Search, Partner];

    public static async Task<Deployment> StartAsync(
        RabbitMqFixture rabbitMq, PostgresFixture postgres, RedisFixture redis, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var broker = await rabbitMq.CreateVirtualHostAsync(cancellationToken);
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal)
        {
            ["Bus__RabbitMq"] = broker.ToString(),
            ["Database__PostgreSql"] = await postgres.CreateDatabaseAsync(cancellationToken),
            ["Cache__Redis"] = redis.CreateDatabase(),
        };
        var deployment = new Deployment(Directory.CreateTempSubdirectory("storyline-").FullName, broker, all);
        try
        {
            // All at once, in whatever order they come up: none may lose what another sends before it listens.
            foreach (var service in deployment.All)
            {
                service.Start();
            }

            foreach (var service in deployment.All)
            {
                await service.WaitUntilReadyAsync(cancellationToken);
            }

            return deployment;
        }
        catch
        {
            await deployment.DisposeAsync();
            throw;
        }
    }

    /// <summary>A channel that, as every client should, tries again while a service is away.</summary>
    public GrpcChannel ChannelTo(ServiceProcess service)
    {
        ArgumentNullException.ThrowIfNull(service);
        var channel = GrpcChannel.ForAddress(service.Grpc, new GrpcChannelOptions
        {
            ServiceConfig = new ServiceConfig
            {
                MethodConfigs =
                {
                    new MethodConfig
                    {
                        Names = { MethodName.Default },
                        RetryPolicy = new RetryPolicy
                        {
                            MaxAttempts = 5,
                            InitialBackoff = TimeSpan.FromSeconds(1),
                            MaxBackoff = TimeSpan.FromSeconds(10),
                            BackoffMultiplier = 2,
                            RetryableStatusCodes = { StatusCode.Unavailable },
                        },
                    },
                },
            },
        });
        _channels.Add(channel);
        return channel;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        foreach (var service in All)
        {
            await service.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
