using Google.Protobuf;
using Grpc.Net.Client;
using Storyline.Fetch.V1;
using Storyline.Fixtures;
using Storyline.Partner.V1;
using Storyline.Platform.Embedded;
using Storyline.Search.V1;

namespace Storyline.Integration;

/// <summary>All five services in this process on a folder of their own, with clients of their API. Without settings: the embedded default.</summary>
internal sealed class RunningPlatform : IAsyncDisposable
{
    /// <summary>How long a handful of documents may take to become searchable on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _folder;
    private readonly string[] _settings;
    private EmbeddedPlatform _platform;
    private GrpcChannel _channel;

    private RunningPlatform(string folder, string[] settings, EmbeddedPlatform platform)
    {
        _folder = folder;
        _settings = settings;
        _platform = platform;
        _channel = GrpcChannel.ForAddress(platform.Grpc);
    }

    public Uri Http => _platform.Http;

    public IServiceProvider Services => _platform.Services;

    public IngestService.IngestServiceClient Ingest => new(_channel);

    public PipelineService.PipelineServiceClient Pipeline => new(_channel);

    public SearchService.SearchServiceClient Search => new(_channel);

    public ArticleService.ArticleServiceClient Articles => new(_channel);

    public StoryService.StoryServiceClient Stories => new(_channel);

    public PartnerService.PartnerServiceClient Partners => new(_channel);

    public static async Task<RunningPlatform> StartAsync(CancellationToken cancellationToken, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("storyline-").FullName;
        return new RunningPlatform(folder, settings, await StartAsync(folder, settings, cancellationToken));
    }

    /// <summary>Stops it, letting handlers finish, and starts it anew on the same data.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        _platform = await StartAsync(_folder, _settings, cancellationToken);
        _channel = GrpcChannel.ForAddress(_platform.Grpc);
    }

    /// <summary>Submits generated article <paramref name="i"/>; its id.</summary>
    public async Task<string> SubmitAsync(int i, CancellationToken cancellationToken)
    {
        var response = await Ingest.SubmitDocumentAsync(
            new SubmitDocumentRequest
            {
                Document = new Document { Content = ByteString.CopyFromUtf8(GeneratedNews.Text(i)), ContentType = "text/plain", SourceId = $"outlet-{i % 7}" },
            },
            deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(10),
            cancellationToken: cancellationToken);
        return response.Submission.ArticleId;
    }

    /// <summary>Waits until the ledger has a final outcome for everything.</summary>
    public Task<GetPipelineStatsResponse> SettledAsync(int urls, CancellationToken cancellationToken) => Eventually.GetAsync(
        "every document has its outcome",
        async token => await Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: token),
        stats => stats.Urls == urls && stats.InFlight == 0 && stats.Outcomes.All(count => count.Outcome != Type.V1.Outcome.Pending),
        Patience,
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<EmbeddedPlatform> StartAsync(string folder, string[] settings, CancellationToken cancellationToken)
    {
        // MassTransit keeps its logger in the async flow: that of a host before this one is gone.
        MassTransit.LogContext.Current = null;
        var platform = await EmbeddedPlatform.TryStartAsync(
            folder, ["--Http:Port=0", "--Http:GrpcPort=0", "--Logging:LogLevel:Default=Warning", .. settings], configure: null, cancellationToken);
        Assert.NotNull(platform);
        return platform;
    }

    private async Task StopAsync()
    {
        _channel.Dispose();
        await _platform.DisposeAsync();
    }
}
