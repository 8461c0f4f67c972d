using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Storyline.Fetch.V1;
using Storyline.Fixtures;
using Storyline.Search.V1;
using Outcome = Storyline.Type.V1.Outcome;

namespace Storyline.Integration;

/// <summary>The embedded platform has no broker to keep its messages: after a kill, the ledger drives unfinished captures again.</summary>
public sealed class EmbeddedRestartTests
{
    private const int Documents = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task KilledInTheMiddle_100Documents_EveryAcknowledgedOneIndexedExactlyOnce()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("storyline-");
        try
        {
            await using var process = new ServiceProcess(
                Path.Combine(AppContext.BaseDirectory, "storyline.dll"),
                ["serve", "--storage", folder.FullName],
                new Dictionary<string, string>(StringComparer.Ordinal));
            process.Start();
            await process.WaitUntilReadyAsync(cancellationToken);
            using var before = GrpcChannel.ForAddress(process.Grpc);
            var ingest = new IngestService.IngestServiceClient(before);

            var acknowledged = new string?[Documents];
            var submitting = Parallel.ForAsync(0, Documents, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, token) =>
            {
                try
                {
                    var response = await ingest.SubmitDocumentAsync(
                        new SubmitDocumentRequest
                        {
                            Document = new Document { Content = ByteString.CopyFromUtf8(GeneratedNews.Text(i)), ContentType = "text/plain", SourceId = $"outlet-{i % 7}" },
                        },
                        cancellationToken: token);
                    Volatile.Write(ref acknowledged[i], response.Submission.ArticleId);
                }
                catch (RpcException exception) when (exception.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled)
                {
                    // The process went away under the call: it may be stored or not, but nobody was told that it is.
                }
            });

            // Some are through, some on their way, some not submitted yet.
            await Eventually.GetAsync(
                "half of the documents acknowledged",
                _ => Task.FromResult(acknowledged.Count(id => id is not null)),
                count => count >= Documents / 2,
                Patience,
                cancellationToken);
            await process.KillAsync(cancellationToken);
            await submitting;
            var promised = acknowledged.OfType<string>().ToHashSet(StringComparer.Ordinal);
            Assert.InRange(promised.Count, Documents / 2, Documents);

            process.Start();
            await process.WaitUntilReadyAsync(cancellationToken);

            // A new channel: the one from before waits out its back-off before it connects again.
            using var after = GrpcChannel.ForAddress(process.Grpc);
            var pipeline = new PipelineService.PipelineServiceClient(after);
            var search = new SearchService.SearchServiceClient(after);
            var articles = new ArticleService.ArticleServiceClient(after);
            var stats = await Eventually.GetAsync(
                "every stored document has its outcome",
                async token => await pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: token),
                answer => answer.InFlight == 0 && answer.Outcomes.All(count => count.Outcome != Outcome.Pending),
                Patience,
                cancellationToken);
            var outcome = Assert.Single(stats.Outcomes);
            Assert.Equal(Outcome.Indexed, outcome.Outcome);
            Assert.InRange(outcome.Count, promised.Count, Documents);

            var found = await search.SearchArticlesAsync(new SearchArticlesRequest { PageSize = 100 }, cancellationToken: cancellationToken);
            Assert.Equal(outcome.Count, found.TotalSize);
            var ids = found.Hits.Select(hit => hit.Article.ArticleId).ToList();
            Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
            Assert.Empty(promised.Except(ids));
            foreach (var id in promised)
            {
                var revisions = await articles.ListArticleRevisionsAsync(new ListArticleRevisionsRequest { ArticleId = id }, cancellationToken: cancellationToken);
                Assert.Equal(1, Assert.Single(revisions.Revisions).Revision);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
