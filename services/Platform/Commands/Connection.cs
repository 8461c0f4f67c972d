using System.Globalization;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Storyline.Fetch.V1;
using Storyline.Parse.V1;
using Storyline.Partner.V1;
using Storyline.Platform.Embedded;
using Storyline.Search.V1;

namespace Storyline.Platform.Commands;

/// <summary>
/// The gRPC API that a command talks to: a server's, that of the platform which holds the storage folder, or one started in
/// this process for as long as the command runs.
/// </summary>
internal sealed class Connection : IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly EmbeddedPlatform? _embedded;

    private Connection(Uri address, EmbeddedPlatform? embedded)
    {
        _embedded = embedded;
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = 64 << 20, MaxSendMessageSize = 64 << 20 });
        Feeds = new(_channel);
        Ingest = new(_channel);
        Pipeline = new(_channel);
        Parse = new(_channel);
        Search = new(_channel);
        Articles = new(_channel);
        Stories = new(_channel);
        Partners = new(_channel);
    }

    public FeedService.FeedServiceClient Feeds { get; }

    public IngestService.IngestServiceClient Ingest { get; }

    public PipelineService.PipelineServiceClient Pipeline { get; }

    public ParseService.ParseServiceClient Parse { get; }

    public SearchService.SearchServiceClient Search { get; }

    public ArticleService.ArticleServiceClient Articles { get; }

    public StoryService.StoryServiceClient Stories { get; }

    public PartnerService.PartnerServiceClient Partners { get; }

    public static Connection To(EmbeddedPlatform platform) => new(platform.Grpc, embedded: null);

    /// <exception cref="CommandException">The server's address is no URL, or the folder's platform does not tell its address.</exception>
    public static async Task<Connection> OpenAsync(string? server, string storagePath, CancellationToken cancellationToken)
    {
        if (server is not null)
        {
            return Uri.TryCreate(server, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? new Connection(address, embedded: null)
                : throw new CommandException($"--server '{server}' is not a URL such as http://127.0.0.1:8081");
        }

        // Ports are free ones and the log is quiet: this platform lives as long as one command.
        var platform = await EmbeddedPlatform.TryStartAsync(
            storagePath,
            ["--Http:Port=0", "--Http:GrpcPort=0"],
            Quiet,
            cancellationToken);
        if (platform is not null)
        {
            // Whoever meant a server would otherwise not learn that there is none.
            await Console.Error.WriteLineAsync($"note: no platform runs on {Path.GetFullPath(storagePath)}: this command runs one there until it ends");
            return new Connection(platform.Grpc, platform);
        }

        return await EmbeddedPlatform.FindAsync(storagePath, cancellationToken) is { } running
            ? new Connection(running, embedded: null)
            : throw new CommandException($"another process holds '{storagePath}' and serves no address yet: try again, or name it with --server");
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    /// <summary>Errors only, and to the error stream: the output belongs to the command.</summary>
    public static void Quiet(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Logging.AddFilter("Microsoft", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Error);

        // Its checks fail while the host stops, which is what a command's platform soon does.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}

/// <summary>An error of the command line: one line, and a non-zero exit.</summary>
internal sealed class CommandException(string message) : Exception(message)
{
    /// <summary>What a failed call says in one line.</summary>
    public static string Describe(RpcException exception) => exception.StatusCode switch
    {
        _ when exception.Status.DebugException?.ToString() is { } cause
            && (cause.Contains("HTTP_1_1_REQUIRED", StringComparison.Ordinal) || cause.Contains("PROTOCOL_ERROR", StringComparison.Ordinal)) =>
            "--server does not speak HTTP/2: is it the gRPC port (8081), and not the one for JSON?",
        StatusCode.Unavailable when exception.InnerException is not null => $"the server does not answer: {exception.Status.DebugException?.GetBaseException().Message ?? exception.Status.Detail}",
        StatusCode.Unimplemented => "the server does not speak Storyline's API: is --server its gRPC port (8081)?",
        _ when RetryAfter(exception) is { } wait => string.Create(CultureInfo.InvariantCulture, $"{exception.Status.Detail}: try again in {Math.Max(1, Math.Ceiling(wait.TotalSeconds))} s"),
        _ => exception.Status.Detail,
    };

    /// <summary>When the same call may succeed, if the server says so.</summary>
    public static TimeSpan? RetryAfter(RpcException exception) => exception.GetRpcStatus()?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan();
}
