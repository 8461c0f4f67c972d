using System.Net;
using Google.Rpc;
using Grpc.Core;
using Storyline.Fetch.V1;
using Storyline.Fixtures;
using Storyline.Partner.V1;
using Storyline.Search.V1;

namespace Storyline.Integration;

/// <summary>A database that hangs (a failover, a full disk): callers are told to come again, and what is under way waits for it.</summary>
public sealed class DatabaseDownTests(RabbitMqFixture rabbitMq, PostgresFixture postgres)
{
    private const int Documents = 30;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task PostgresPausedInTheMiddle_CallsEndUnavailable_ReadyTellsIt_AndNothingIsLost()
    {
        rabbitMq.SkipIfUnavailable();
        postgres.SkipIfUnavailable();
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var platform = await RunningPlatform.StartAsync(
            cancellationToken,
            [
                $"--Bus:RabbitMq={await rabbitMq.CreateVirtualHostAsync(cancellationToken)}",
                $"--Database:PostgreSql={await postgres.CreateDatabaseAsync(cancellationToken)}",
                .. Enumerable.Range(1, 8).Select(n => $"--Bus:RetryDelays:{n - 1}=00:00:0{n}"),
            ]);
        using var http = new HttpClient { BaseAddress = platform.Http, Timeout = TimeSpan.FromSeconds(10) };
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/health/ready", cancellationToken));
        for (var i = 0; i < Documents / 2; i++)
        {
            await platform.SubmitAsync(i, cancellationToken);
        }

        await postgres.PauseAsync(cancellationToken);
        try
        {
            await Eventually.GetAsync(
                "not ready",
                token => StatusAsync(http, "/health/ready", token),
                status => status == HttpStatusCode.ServiceUnavailable,
                TimeSpan.FromSeconds(30),
                cancellationToken);
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/health/live", cancellationToken));

            await Task.WhenAll(
                UnavailableAsync("SubmitDocument", options => platform.Ingest.SubmitDocumentAsync(
                    new SubmitDocumentRequest { Document = new Document { Content = Google.Protobuf.ByteString.CopyFromUtf8(GeneratedNews.Text(Documents)) } }, options).ResponseAsync),
                UnavailableAsync("GetPipelineStats", options => platform.Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), options).ResponseAsync),
                UnavailableAsync("GetStory", options => platform.Stories.GetStoryAsync(new GetStoryRequest { StoryId = new string('0', 32) }, options).ResponseAsync),
                UnavailableAsync("GetDeliveryState", options => platform.Partners.GetDeliveryStateAsync(new GetDeliveryStateRequest { PartnerId = "nobody" }, options).ResponseAsync));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/health/live", cancellationToken));
        }
        finally
        {
            await postgres.UnpauseAsync(cancellationToken);
        }

        await Eventually.GetAsync(
            "ready again", token => StatusAsync(http, "/health/ready", token), status => status == HttpStatusCode.OK, TimeSpan.FromSeconds(30), cancellationToken);

        // The client sends again what was refused, and goes on.
        for (var i = Documents / 2; i <= Documents; i++)
        {
            await platform.SubmitAsync(i, cancellationToken);
        }

        var stats = await platform.SettledAsync(Documents + 1, cancellationToken);
        Assert.Equal(Type.V1.Outcome.Indexed, Assert.Single(stats.Outcomes).Outcome);
        Assert.Equal(0, stats.Quarantined);
        var found = await platform.Search.SearchArticlesAsync(new SearchArticlesRequest { PageSize = 100 }, cancellationToken: cancellationToken);
        Assert.Equal(Documents + 1, found.TotalSize);
        Assert.All(found.Hits, hit => Assert.Equal(1, hit.Article.Revision));
    }

    private static async Task UnavailableAsync<T>(string call, Func<CallOptions, Task<T>> ask)
    {
        try
        {
            var options = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + Deadline, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Fail($"{call} answered: {await ask(options)}");
        }
        catch (RpcException exception)
        {
            Assert.True(exception.StatusCode == StatusCode.Unavailable, $"{call}: {exception.Status}");
            Assert.True(exception.GetRpcStatus()?.GetDetail<RetryInfo>()?.RetryDelay.Seconds > 0, $"{call} does not tell when to try again");
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return response.StatusCode;
    }
}
