using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics.Metrics;
using System.Globalization;
using Grpc.Core;
using Storyline.Contracts;
using Storyline.Fetch.V1;
using Storyline.Hosting.Telemetry;
using Storyline.Partner.V1;
using Storyline.Platform.Embedded;
using Storyline.Platform.Newsroom;
using Storyline.Search.V1;

namespace Storyline.Platform.Commands;

/// <summary>
/// The whole platform in one process, fed by a newsroom of invented publishers on loopback: real feeds, real pages, real
/// HTTP, and the same gRPC API that others use.
/// </summary>
internal static class DemoCommand
{
    private const string PartnerId = "demo";
    private const int HttpPort = 8080;
    private const int GrpcPort = 8081;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var exit = new Option<bool>("--exit") { Description = "End when every URL has its outcome; exit code 0 only then." };
        var storage = new Option<string>("--storage")
        {
            Description = "Folder for the data; its subfolder 'demo' is made anew.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("Storage__Path") ?? "./data",
        };
        var command = new Command("demo", "Run the platform on a newsroom of invented publishers.") { exit, storage };
        command.SetAction((result, cancellationToken) => RunAsync(Path.Combine(result.GetValue(storage)!, "demo"), result.GetValue(exit), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, bool exit, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        using var progress = new StageProgress();
        await using var newsroom = await DemoNewsroom.StartAsync(time, cancellationToken);
        await using var platform = await EmbeddedPlatform.TryStartAsync(
            path,
            [
                $"--Http:Port={EmbeddedPlatform.FreePort(HttpPort)}",
                $"--Http:GrpcPort={EmbeddedPlatform.FreePort(GrpcPort)}",

                // The newsroom is on loopback and is ours: it may be asked, and often.
                "--Fetch:AllowPrivateAddresses=true",
                "--Fetch:HostInterval=00:00:00.010",
                "--Fetch:HostConcurrency=4",
            ],
            Connection.Quiet,
            cancellationToken) ?? throw new CommandException($"another demo holds '{path}'");
        await using var connection = Connection.To(platform);

        var feeds = newsroom.Publishers.SelectMany(publisher => publisher.Feeds.Select(feed => (publisher.Key, feed.Url))).ToList();
        Console.WriteLine($"{newsroom.Publishers.Count} publishers with {feeds.Count} feeds on loopback; the platform is up after {Seconds(time, began)}");
        await connection.Partners.CreatePartnerAsync(
            new CreatePartnerRequest { Partner = new Partner.V1.Partner { PartnerId = PartnerId, DisplayName = "Demo partner" } },
            cancellationToken: cancellationToken);
        var feedIds = new List<string>();
        foreach (var (source, url) in feeds)
        {
            var created = await connection.Feeds.CreateFeedAsync(
                new CreateFeedRequest { Feed = new Feed { Url = url, SourceId = source } }, cancellationToken: cancellationToken);
            feedIds.Add(created.Feed.FeedId);
        }

        if (!await SettleAsync(connection, feedIds, progress, cancellationToken))
        {
            return 1;
        }

        // A correction: the same URL, new content, a second revision of the same telling.
        newsroom.PublishCorrection();
        var corrected = await connection.Ingest.SubmitUrlAsync(
            new SubmitUrlRequest { Url = newsroom.Expected.CorrectedArticleUrl }, cancellationToken: cancellationToken);
        await RevisedAsync(connection, corrected.Submission, cancellationToken);
        if (!await SettleAsync(connection, feedIds, progress, cancellationToken))
        {
            return 1;
        }

        Console.WriteLine($"every URL has its outcome after {Seconds(time, began)}");
        await PrintAsync(connection, corrected.Submission.ArticleId, cancellationToken);
        if (exit)
        {
            return 0;
        }

        Console.WriteLine();
        Console.WriteLine($"serving gRPC on {platform.Grpc}, JSON on {platform.Http}v1/stories:hot, health on {platform.Http}health/ready; Ctrl-C ends it");
        Console.WriteLine($"in another terminal: dotnet run --project services/Platform -- search whale --server {platform.Grpc}");
        if (platform.Http.Port != HttpPort || platform.Grpc.Port != GrpcPort)
        {
            Console.WriteLine($"(ports {HttpPort} and {GrpcPort} are not both free, so others were taken)");
        }

        await platform.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    /// <summary>Waits until every feed was polled and every URL has an outcome, and shows each stage's count on the way.</summary>
    private static async Task<bool> SettleAsync(Connection connection, List<string> feedIds, StageProgress progress, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        var shown = "";
        GetPipelineStatsResponse? stats = null;
        try
        {
            while (true)
            {
                stats = await connection.Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: patience.Token);
                var line = $"  fetched {progress[Stage.Fetch],4}   parsed {progress[Stage.Parse],4}   enriched {progress[Stage.Enrich],4}   indexed {progress[Stage.Index],4}   "
                    + $"URLs {stats.Urls,4}   pending {PipelineCommands.Pending(stats),4}";
                if (line != shown)
                {
                    Console.Write(Console.IsOutputRedirected ? line + Environment.NewLine : "\r" + line);
                    shown = line;
                }

                if (PipelineCommands.Pending(stats) == 0 && stats.InFlight == 0 && await AllPolledAsync(connection, feedIds, patience.Token))
                {
                    Console.Write(Console.IsOutputRedirected ? "" : Environment.NewLine);
                    return stats.Quarantined == 0 || Stuck(stats);
                }

                await Task.Delay(PollInterval, patience.Token);
            }
        }
        catch (Exception exception) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            return Stuck(stats);
        }
    }

    /// <summary>
    /// Waits for the correction to be searchable: until it is fetched, the ledger still has the outcome of the revision before, and nothing looks pending.
    /// </summary>
    private static async Task RevisedAsync(Connection connection, Submission before, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        var revision = before.Revision;
        while (revision <= before.Revision && time.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(PollInterval, cancellationToken);
            var now = await connection.Ingest.GetSubmissionAsync(new GetSubmissionRequest { ArticleId = before.ArticleId }, cancellationToken: cancellationToken);
            revision = now.Submission.Revision;
        }
    }

    private static async Task<bool> AllPolledAsync(Connection connection, List<string> feedIds, CancellationToken cancellationToken)
    {
        foreach (var id in feedIds)
        {
            var health = await connection.Feeds.GetFeedHealthAsync(new GetFeedHealthRequest { FeedId = id }, cancellationToken: cancellationToken);
            if (health.LastPollTime is null)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Stuck(GetPipelineStatsResponse? stats)
    {
        Console.Error.WriteLine(
            $"error: not every URL reached an outcome: {(stats is null ? "the platform does not answer" : $"{PipelineCommands.Pending(stats)} pending, {stats.InFlight} on their way, {stats.Quarantined} in quarantine")}");
        return false;
    }

    private static async Task PrintAsync(Connection connection, string correctedId, CancellationToken cancellationToken)
    {
        Console.WriteLine();
        Console.WriteLine("hot stories");
        var hot = await connection.Stories.ListHotStoriesAsync(new ListHotStoriesRequest { PageSize = 10 }, cancellationToken: cancellationToken);
        foreach (var story in hot.Stories)
        {
            SearchCommands.PrintHot(story);
            var tellings = await connection.Stories.ListStoryTellingsAsync(
                new ListStoryTellingsRequest { StoryId = story.Story.StoryId }, cancellationToken: cancellationToken);
            SearchCommands.PrintTellings(tellings.Tellings);
        }

        var article = (await connection.Articles.GetArticleAsync(new GetArticleRequest { ArticleId = correctedId }, cancellationToken: cancellationToken)).Article;
        var delivery = await connection.Partners.GetDeliveryStateAsync(new GetDeliveryStateRequest { PartnerId = PartnerId }, cancellationToken: cancellationToken);
        Console.WriteLine();
        Console.WriteLine($"corrected: revision {article.Summary.Revision} of “{article.Summary.Title}”");
        Console.WriteLine($"partner '{PartnerId}': {SearchCommands.Count(delivery.LastSequence, "message", "messages")} of IPTC ninjs");
        Console.WriteLine();
        Console.WriteLine("outcomes");
        PipelineCommands.Print(await connection.Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: cancellationToken));
        foreach (var entry in (await connection.Pipeline.ListOutcomesAsync(new ListOutcomesRequest { PageSize = 1000 }, cancellationToken: cancellationToken)).Entries)
        {
            if (entry.Outcome is not (Type.V1.Outcome.Indexed or Type.V1.Outcome.NotModified))
            {
                Console.WriteLine($"          {Output.Name(entry.Outcome)}: {entry.Url}: {entry.Reason}");
            }
        }
    }

    private static string Seconds(TimeProvider time, long began) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(began).TotalSeconds:0.0} s");

    /// <summary>Counts the articles that left each stage, from the metric that the stages record.</summary>
    private sealed class StageProgress : IDisposable
    {
        private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
        private readonly MeterListener _listener = new();

        public StageProgress()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == StageTimer.MeterName && instrument.Name == "storyline.stage.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
            {
                foreach (var tag in tags)
                {
                    if (tag is { Key: "stage", Value: string stage })
                    {
                        _counts.AddOrUpdate(stage, 1, (_, count) => count + 1);
                    }
                }
            });
            _listener.Start();
        }

        public int this[Stage stage] => _counts.GetValueOrDefault(stage.ToString().ToLowerInvariant());

        public void Dispose() => _listener.Dispose();
    }
}
