using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Storyline.Contracts;
using Storyline.Fixtures;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Search.V1;

namespace Storyline.Search.Tests;

public sealed class EmbeddedSearchHostTests : SearchHostTests
{
    protected override Task<string[]> SettingsAsync() => Task.FromResult<string[]>([]);
}

public sealed class PostgreSqlSearchHostTests(PostgresFixture postgres) : SearchHostTests
{
    protected override async Task<string[]> SettingsAsync()
    {
        postgres.SkipIfUnavailable();
        return [$"--Database:PostgreSql={await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken)}"];
    }
}

/// <summary>The service as a process runs it: records come in on the bus, gRPC and JSON answer.</summary>
public abstract class SearchHostTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private RunningSearch? _search;
    private string[] _settings = [];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RunningSearch Search => _search!;

    public async ValueTask InitializeAsync()
    {
        _settings = await SettingsAsync();
        _search = await RunningSearch.StartAsync(_folder.Path, _settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_search is not null)
        {
            await _search.DisposeAsync();
        }

        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<string[]> SettingsAsync();

    [Fact]
    public async Task Consume_Article_IsFoundAsSoonAsItIsSaidToBe()
    {
        await Search.PublishAsync(Samples.Article(1));
        var indexed = await Search.IndexedAsync();

        var hit = Assert.Single((await Search.Searches.SearchArticlesAsync(new() { Query = "tram" }, cancellationToken: Cancellation)).Hits);
        Assert.Equal((Samples.Id(1), 1, Samples.Id(1001)), (hit.Article.ArticleId, hit.Article.Revision, hit.Article.StoryId));
        Assert.Equal("The council of Harwick approved a new tram line on Tuesday.", hit.Snippet);
        Assert.True(hit.Score > 0);

        Assert.Equal((Samples.Id(1), 1, 1, Samples.Id(1001)), (indexed.ArticleId, indexed.Capture, indexed.Revision, indexed.StoryId));
        Assert.Equal([Stage.Fetch, Stage.Index], indexed.Trail.Select(record => record.Stage));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", indexed.TraceId);
        Assert.Equal(indexed.IndexedAt, hit.Article.IndexTime.ToDateTimeOffset());
    }

    [Fact]
    public async Task Consume_RepeatedAndOutOfOrder_ChangesNothingAndSaysTheSame()
    {
        await Search.PublishAsync(Samples.Article(1, "Second", revision: 2));
        var first = await Search.IndexedAsync();
        await Search.PublishAsync(Samples.Article(1, "Second", revision: 2));
        var again = await Search.IndexedAsync();
        await Search.PublishAsync(Samples.Article(1, "First", revision: 1));
        var older = await Search.IndexedAsync();

        Assert.Equivalent(first with { Trail = [] }, again with { Trail = [] }, strict: true);
        Assert.Equal((1, 1), (older.Revision, older.Capture));
        var article = (await Search.Articles.GetArticleAsync(new() { ArticleId = Samples.Id(1) }, cancellationToken: Cancellation)).Article;
        Assert.Equal(("Second", 2), (article.Summary.Title, article.Summary.Revision));
        Assert.Equal(1, (await Search.Searches.SearchArticlesAsync(new(), cancellationToken: Cancellation)).TotalSize);
        var revisions = await Search.Articles.ListArticleRevisionsAsync(new() { ArticleId = Samples.Id(1) }, cancellationToken: Cancellation);
        Assert.Equal(["Second", "First"], revisions.Revisions.Select(revision => revision.Title));
        var old = await Search.Articles.GetArticleAsync(new() { ArticleId = Samples.Id(1), Revision = 1 }, cancellationToken: Cancellation);
        Assert.Equal("First", old.Article.Content.Title);
    }

    [Fact]
    public async Task SearchArticles_Pages_HoldEveryHitOnce()
    {
        await Search.IndexAsync(Enumerable.Range(1, 25).Select(i => Samples.Article(i, published: Samples.Published.AddHours(i))));

        var seen = new List<string>();
        var request = new SearchArticlesRequest { Query = "tram", PageSize = 10, Order = SortOrder.Newest };
        do
        {
            var page = await Search.Searches.SearchArticlesAsync(request, cancellationToken: Cancellation);
            Assert.Equal(25, page.TotalSize);
            seen.AddRange(page.Hits.Select(hit => hit.Article.ArticleId));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(Samples.Id), seen);
        Assert.Equal(10, (await Search.Searches.SearchArticlesAsync(new() { Query = "tram" }, cancellationToken: Cancellation)).Hits.Count);
        Assert.Equal(25, (await Search.Searches.SearchArticlesAsync(new() { Query = "tram", PageSize = 5_000 }, cancellationToken: Cancellation)).Hits.Count);
    }

    [Fact]
    public async Task SearchArticles_WrongRequests_AreInvalidArgumentWithTheField()
    {
        await Search.IndexAsync(Enumerable.Range(1, 3).Select(i => Samples.Article(i)));
        var token = (await Search.Searches.SearchArticlesAsync(new() { Query = "tram", PageSize = 1 }, cancellationToken: Cancellation)).NextPageToken;

        Assert.Equal("page_size", await FieldAsync(new() { PageSize = -1 }));
        Assert.Equal("page_token", await FieldAsync(new() { Query = "tram", PageToken = "nonsense" }));
        Assert.Equal("page_token", await FieldAsync(new() { Query = "bus", PageToken = token }));
        Assert.Equal("page_token", await FieldAsync(new() { Query = "tram", PageToken = token, Order = SortOrder.Newest }));
        Assert.Equal("order", await FieldAsync(new() { Order = (SortOrder)9 }));
        Assert.Equal("query", await FieldAsync(new() { Query = "tram AND" }));
        Assert.Equal("query", await FieldAsync(new() { Query = new string('a', 2_001) }));

        async Task<string> FieldAsync(SearchArticlesRequest request)
        {
            var error = await Assert.ThrowsAsync<RpcException>(
                () => Search.Searches.SearchArticlesAsync(request, cancellationToken: Cancellation).ResponseAsync);
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            return Assert.Single(error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations).Field;
        }
    }

    [Fact]
    public async Task ValidateQuery_RightAndWrong_TellsHowItIsUnderstood()
    {
        var right = await Search.Searches.ValidateQueryAsync(new() { Query = "lang:en tram line" }, cancellationToken: Cancellation);
        var wrong = await Search.Searches.ValidateQueryAsync(new() { Query = "tram sorce:x" }, cancellationToken: Cancellation);

        Assert.Equal((true, "((tram OR line) AND lang:en)", ""), (right.Valid, right.Parsed, right.Error));
        Assert.Equal((false, "there is no field sorce", 5), (wrong.Valid, wrong.Error, wrong.Position));
        Assert.Contains("source:", wrong.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetArticle_UnknownOrMalformed_SaysSo()
    {
        var unknown = await Assert.ThrowsAsync<RpcException>(
            () => Search.Articles.GetArticleAsync(new() { ArticleId = Samples.Id(404) }, cancellationToken: Cancellation).ResponseAsync);
        var malformed = await Assert.ThrowsAsync<RpcException>(
            () => Search.Articles.GetArticleAsync(new() { ArticleId = "x" }, cancellationToken: Cancellation).ResponseAsync);
        var story = await Assert.ThrowsAsync<RpcException>(
            () => Search.Stories.GetStoryAsync(new() { StoryId = Samples.Id(404) }, cancellationToken: Cancellation).ResponseAsync);
        var url = await Assert.ThrowsAsync<RpcException>(
            () => Search.Articles.LookupArticleAsync(new() { Url = "ftp://x" }, cancellationToken: Cancellation).ResponseAsync);

        Assert.Equal(("article", Samples.Id(404)), Resource(unknown));
        Assert.Equal(("story", Samples.Id(404)), Resource(story));
        Assert.Equal((StatusCode.InvalidArgument, StatusCode.InvalidArgument), (malformed.StatusCode, url.StatusCode));

        static (string, string) Resource(RpcException error)
        {
            Assert.Equal(StatusCode.NotFound, error.StatusCode);
            var info = error.GetRpcStatus()!.GetDetail<ResourceInfo>()!;
            return (info.ResourceType, info.ResourceName);
        }
    }

    [Fact]
    public async Task GetArticles_ByUrlAndInBatches_AreFound()
    {
        var url = "https://harwick-courier.example/trams?id=1";
        var article = Samples.Article(1) with { ArticleId = ArticleId.OfUrl(url), Url = url };
        await Search.IndexAsync([article, Samples.Article(2)]);

        var found = await Search.Articles.LookupArticleAsync(
            new() { Url = "HTTPS://Harwick-Courier.example:443/trams?id=1&utm_source=x#top" }, cancellationToken: Cancellation);
        var batch = await Search.Articles.BatchGetArticlesAsync(
            new() { ArticleIds = { Samples.Id(9), Samples.Id(2), article.ArticleId } }, cancellationToken: Cancellation);

        Assert.Equal(url, found.Article.Summary.Url);
        Assert.Equal([Samples.Id(2), article.ArticleId], batch.Articles.Select(entry => entry.Summary.ArticleId));
        Assert.Equal([Samples.Id(9)], batch.MissingArticleIds);
    }

    [Fact]
    public async Task Stories_ThroughMergeAndPages_AnswerWithTheSurvivor()
    {
        await Search.IndexAsync([Samples.Article(1, story: 8), Samples.Article(2, story: 9), Samples.Article(3, "Weather", "Rain.", story: 9)]);
        var quotation = new Contracts.Quotation("q1", "Ida Marsh", null, [new QuotationVariant(Samples.Id(1), "Yes", false)]);
        var shared = quotation with { QuotationId = "q2", Variants = [.. quotation.Variants, new QuotationVariant(Samples.Id(2), "Yes!", true)] };
        await Search.StoreAsync(Samples.Story(8, 1, [1]));
        await Search.StoreAsync(Samples.Story(8, 2, [], StoryChange.Merged, into: 9));
        await Search.StoreAsync(Samples.Story(9, 1, [1, 2, 3], quotations: [quotation, shared]));

        var story = (await Search.Stories.GetStoryAsync(new() { StoryId = Samples.Id(8) }, cancellationToken: Cancellation)).Story;
        Assert.Equal((Samples.Id(9), 3, 3), (story.StoryId, story.TellingCount, story.SourceCount));

        var tellings = await Search.Stories.ListStoryTellingsAsync(new() { StoryId = Samples.Id(9), PageSize = 2 }, cancellationToken: Cancellation);
        var rest = await Search.Stories.ListStoryTellingsAsync(
            new() { StoryId = Samples.Id(9), PageSize = 2, PageToken = tellings.NextPageToken }, cancellationToken: Cancellation);
        Assert.Equal((2, 1, ""), (tellings.Tellings.Count, rest.Tellings.Count, rest.NextPageToken));
        await Assert.ThrowsAsync<RpcException>(() => Search.Stories.ListStoryQuotationsAsync(
            new() { StoryId = Samples.Id(9), PageToken = tellings.NextPageToken }, cancellationToken: Cancellation).ResponseAsync);

        var quotations = await Search.Stories.ListStoryQuotationsAsync(new() { StoryId = Samples.Id(9) }, cancellationToken: Cancellation);
        Assert.Equal(["q2", "q1"], quotations.Quotations.Select(entry => entry.QuotationId));

        // The article that the merge moved is in the index under the survivor once the index has caught up.
        await Search.CaughtUpAsync();
        var hit = Assert.Single((await Search.Searches.SearchStoriesAsync(new() { Query = "tram" }, cancellationToken: Cancellation)).Hits);
        Assert.Equal(Samples.Id(9), hit.Story.StoryId);
        Assert.Equal([Samples.Id(1), Samples.Id(2)], hit.MatchingArticleIds.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Start_IndexBehindOrGone_IsMadeFromTheDatabase()
    {
        await Search.IndexAsync(Enumerable.Range(1, 5).Select(i => Samples.Article(i)));
        await Search.DisposeAsync();
        Directory.Delete(Path.Combine(_folder.Path, "index"), recursive: true);

        _search = await RunningSearch.StartAsync(_folder.Path, _settings);
        await Search.CaughtUpAsync();

        Assert.Equal(5, (await Search.Searches.SearchArticlesAsync(new() { Query = "tram" }, cancellationToken: Cancellation)).TotalSize);
        using var http = new HttpClient { BaseAddress = Search.Http };
        var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancellation);
        Assert.True(ready.IsSuccessStatusCode, await ready.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Json_SameApi_Answers()
    {
        await Search.IndexAsync([Samples.Article(1)]);
        using var http = new HttpClient { BaseAddress = Search.Http };

        var found = await http.GetFromJsonAsync<JsonElement>("/v1/articles:search?query=tram", Cancellation);
        var missing = await http.GetAsync(new Uri($"/v1/stories/{Samples.Id(404)}", UriKind.Relative), Cancellation);

        Assert.Equal(Samples.Id(1), found.GetProperty("hits")[0].GetProperty("article").GetProperty("articleId").GetString());
        Assert.Equal(System.Net.HttpStatusCode.NotFound, missing.StatusCode);
    }
}

/// <summary>A search host on free ports, and a listener on the queue of the ledger.</summary>
internal sealed class RunningSearch : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _host;
    private readonly GrpcChannel _channel;

    private RunningSearch(WebApplication host)
    {
        _host = host;
        _channel = GrpcChannel.ForAddress(host.Addresses().Grpc);
        Searches = new(_channel);
        Articles = new(_channel);
        Stories = new(_channel);
    }

    public SearchService.SearchServiceClient Searches { get; }

    public ArticleService.ArticleServiceClient Articles { get; }

    public StoryService.StoryServiceClient Stories { get; }

    public Uri Http => _host.Addresses().Http;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RunningSearch> StartAsync(string folder, params string[] settings)
    {
        var host = StorylineHost.Build(
            ["--Http:Port=0", "--Http:GrpcPort=0", "--Logging:LogLevel:Default=Warning", $"--Storage:Path={folder}", .. settings],
            [new SearchModule(), new LedgerProbe()]);
        await host.StartAsync(Cancellation);
        return new RunningSearch(host);
    }

    public async Task PublishAsync(object record)
    {
        using var patience = new CancellationTokenSource(Patience);
        await _host.Services.GetRequiredService<IBus>().Publish(record, patience.Token);
    }

    /// <summary>The next article that the host says is searchable.</summary>
    public async Task<ArticleIndexed> IndexedAsync() =>
        await _host.Services.GetRequiredService<Channel<ArticleIndexed>>().Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);

    /// <summary>Sends articles and waits until all are searchable.</summary>
    public async Task IndexAsync(IEnumerable<ArticleEnriched> articles)
    {
        var count = 0;
        foreach (var article in articles)
        {
            await PublishAsync(article);
            count++;
        }

        for (var i = 0; i < count; i++)
        {
            await IndexedAsync();
        }
    }

    /// <summary>Stores a story as its consumer does; its message has no answer that a test could wait for.</summary>
    public Task StoreAsync(StoryChanged story) =>
        _host.Services.GetRequiredService<Search.Stories.StoryStore>().WriteAsync(story, Cancellation);

    public async Task CaughtUpAsync()
    {
        var (_, sequence) = await _host.Services.GetRequiredService<Search.Articles.ArticleStore>().GetPositionAsync(Cancellation);
        await _host.Services.GetRequiredService<Search.Index.IndexTail>().CaughtUpAsync(sequence, Cancellation).WaitAsync(Patience, Cancellation);
        await _host.Services.GetRequiredService<Search.Index.IndexTail>().CaughtUpOnce.WaitAsync(Patience, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
    }

    /// <summary>Hears what the ledger would.</summary>
    private sealed class LedgerProbe : IServiceModule
    {
        public string Name => "probe";

        public void ConfigureServices(IHostApplicationBuilder builder) => builder.Services.AddSingleton(Channel.CreateUnbounded<ArticleIndexed>());

        public void ConfigureBus(IBusEndpoints endpoints) => endpoints.Consume<Listener>("fetch.outcomes", new EndpointSettings());

        public void MapGrpc(IEndpointRouteBuilder app)
        {
        }
    }

    private sealed class Listener(Channel<ArticleIndexed> heard) : IConsumer<ArticleIndexed>
    {
        public Task Consume(ConsumeContext<ArticleIndexed> context) => heard.Writer.WriteAsync(context.Message, context.CancellationToken).AsTask();
    }
}
