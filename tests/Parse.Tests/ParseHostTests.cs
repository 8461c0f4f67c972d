using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Storyline.Contracts;
using Storyline.Hosting;
using Storyline.Hosting.Bus;
using Storyline.Parse.Tests.Html;
using Storyline.Parse.V1;

namespace Storyline.Parse.Tests;

/// <summary>The service on the embedded bus and over the wire.</summary>
public sealed class ParseHostTests : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"storyline-parse-{Guid.NewGuid():n}");
    private readonly WebApplication _host;
    private GrpcChannel? _channel;

    public ParseHostTests() => _host = StorylineHost.Build(
        [$"--Storage:Path={_folder}", "--Http:Port=0", "--Http:GrpcPort=0", "--Logging:LogLevel:Default=Warning", "--Parse:Languages:0=en", "--Parse:Languages:1=de"], [new ParseModule(), new Listener()]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ParseService.ParseServiceClient Client => new(_channel!);

    public async ValueTask InitializeAsync()
    {
        await _host.StartAsync(Cancellation);
        _channel = GrpcChannel.ForAddress(_host.Addresses().Grpc);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _host.DisposeAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("storyline.parse.v1.ParseService")]
    public async Task Health_OfAService_IsServing(string service)
    {
        var health = new Health.HealthClient(_channel);

        var serving = await health.CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Cancellation);
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new HealthCheckRequest { Service = "storyline.parse.v1.Nothing" }, cancellationToken: Cancellation));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, serving.Status);
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Consume_CompareOnly_TellsTheLedgerAndNobodyElse()
    {
        await PublishAsync(Fetched(new TestPage().Html) with { Capture = -1, CompareOnly = true });
        var compared = Assert.IsType<ArticleRejected>(await NextAsync());
        await PublishAsync(Fetched(new TestPage().Html));
        var parsed = Assert.IsType<ArticleParsed>(await NextAsync());

        Assert.Equal((-1, Outcome.NotModified), (compared.Capture, compared.Outcome));
        Assert.Equal(ParsedForm.Of(parsed.ParserVersion, parsed.ContentDigest, parsed.Content), compared.Parsed);
    }

    [Fact]
    public async Task Consume_TextOfMillions_IsTooLargeRatherThanTooLargeForTheBus()
    {
        var text = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"The council met on Monday and said that bridge {i} would open in spring.\n\n"));
        await PublishAsync(Fetched(text) with { MediaType = "text/plain" });

        var rejected = Assert.IsType<ArticleRejected>(await NextAsync());
        Assert.Equal(Outcome.TooLarge, rejected.Outcome);
        Assert.Contains("characters", rejected.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, StatusCode.InvalidArgument)]
    [InlineData(1024 * 1024, StatusCode.InvalidArgument)]
    [InlineData(6 * 1024 * 1024, StatusCode.ResourceExhausted)]
    public async Task ParseDocument_OverTheLimit_NamesTheField(int over, StatusCode code)
    {
        var request = new ParseDocumentRequest { Content = UnsafeByteOperations.UnsafeWrap(new byte[(10 * 1024 * 1024) + over]) };

        var error = await Assert.ThrowsAsync<RpcException>(async () => await Client.ParseDocumentAsync(request, cancellationToken: Cancellation));

        Assert.Equal(code, error.StatusCode);
        Assert.Equal(code == StatusCode.InvalidArgument, error.Status.Detail.StartsWith("content: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Consume_Article_PublishesItParsed()
    {
        await PublishAsync(Fetched(new TestPage().Html));

        var parsed = Assert.IsType<ArticleParsed>(await NextAsync());
        Assert.Equal("0123456789abcdef0123456789abcdef", parsed.ArticleId);
        Assert.Equal(3, parsed.Capture);
        Assert.Equal(TestPage.Body, parsed.Content.Body);
        Assert.Equal(DocumentParser.Version, parsed.ParserVersion);
        Assert.Equal(new TestPage().Parse().ContentDigest, parsed.ContentDigest);
        Assert.Equal([Stage.Fetch, Stage.Parse], parsed.Trail.Select(t => t.Stage));
    }

    [Fact]
    public async Task Consume_DeclaredDateLaterThanTheFetch_IsNotThePublication()
    {
        await PublishAsync(Fetched(new TestPage { Head = "<meta property=\"article:published_time\" content=\"2099-01-01T00:00:00Z\">" }.Html));

        var parsed = Assert.IsType<ArticleParsed>(await NextAsync());
        Assert.Equal(new DateTime(2024, 5, 3), parsed.Content.PublishTime?.Date); // the URL's
    }

    [Fact]
    public async Task Consume_PageThatReserves_AddsItToWhatTheCaptureReserves()
    {
        await PublishAsync(Fetched(new TestPage { Head = "<meta name='tdm-reservation' content='1'>" }.Html) with { Reservations = ["tdmrep:tdm-reservation=1", "header:tdm-reservation=1"] });

        var parsed = Assert.IsType<ArticleParsed>(await NextAsync());
        Assert.Equal(["tdmrep:tdm-reservation=1", "header:tdm-reservation=1", "meta:tdm-reservation=1"], parsed.Content.Reservations);
    }

    [Fact]
    public async Task Consume_NoArticle_PublishesTheRejection()
    {
        await PublishAsync(Fetched("%PDF-1.7"));

        var rejected = Assert.IsType<ArticleRejected>(await NextAsync());
        Assert.Equal((Outcome.UnsupportedMediaType, Stage.Parse, 3), (rejected.Outcome, rejected.Stage, rejected.Capture));
        Assert.Equal("the bytes are a PDF, not HTML or text", rejected.Reason);
        Assert.Equal([Stage.Fetch, Stage.Parse], rejected.Trail.Select(t => t.Stage));
    }

    [Fact]
    public async Task Consume_StatedLengthOverTheLimit_IsTooLargeWithoutDecompressing()
    {
        await PublishAsync(Fetched("x") with { BodyLength = 50_000_000 });

        Assert.Equal(Outcome.TooLarge, Assert.IsType<ArticleRejected>(await NextAsync()).Outcome);
    }

    [Fact]
    public async Task Consume_ArticleInAnotherLanguage_IsAnOutcome()
    {
        const string French = "<p>Le pont du port a été rouvert à la circulation vendredi matin, quatre mois après qu'un cargo eut endommagé son deuxième pilier, ont annoncé les autorités de la ville.</p>";
        await PublishAsync(Fetched(new TestPage { Title = "Le pont du port rouvre", Heading = "<h1>Le pont du port rouvre</h1>", Article = French + "<p>Les bacs, qui avaient transporté neuf mille personnes par jour, continueront jusqu'à la fin du mois.</p>" }.Html.Replace("lang=\"en\"", "lang=\"fr\"", StringComparison.Ordinal)));
        var rejected = Assert.IsType<ArticleRejected>(await NextAsync());
        Assert.Equal((Outcome.WrongLanguage, "an article in fr; wanted are en, de"), (rejected.Outcome, rejected.Reason));
    }

    [Fact]
    public async Task Consume_SiteWithARule_SaysSoInTheParserVersion()
    {
        await PublishAsync(Fetched(new TestPage().Html) with { Url = "https://en.wikinews.org/wiki/Bridge" });
        Assert.Equal(DocumentParser.Version + "+wikinews.org/1", Assert.IsType<ArticleParsed>(await NextAsync()).ParserVersion);
    }

    [Fact]
    public async Task ParseDocument_Page_AnswersTheArticle()
    {
        var response = await Client.ParseDocumentAsync(
            new ParseDocumentRequest { Content = ByteString.CopyFromUtf8(new TestPage().Html), ContentType = "text/html; charset=utf-8", Url = TestPage.Url }, cancellationToken: Cancellation);

        Assert.Equal(Storyline.Type.V1.Outcome.Unspecified, response.Outcome);
        Assert.Equal(TestPage.Body, response.Content.Body);
        Assert.Equal(DocumentParser.Version, response.ParserVersion);
        Assert.Equal(64, response.ContentDigest.Length);
    }

    [Fact]
    public async Task ParseDocument_Explain_SaysWhatTheFieldsRestOn()
    {
        var html = new TestPage { Head = """<meta property="article:published_time" content="2024-05-03T07:30:00+02:00">""" }.Html;
        var request = new ParseDocumentRequest { Content = ByteString.CopyFromUtf8(html), Url = TestPage.Url, Explain = true };

        var explained = await Client.ParseDocumentAsync(request, cancellationToken: Cancellation);
        var evidence = explained.Evidence;

        Assert.Contains(explained.Blocks, b => b is { Kept: false, Probability: < 0.5, Text: "Home" });
        Assert.All(explained.Content.Blocks, block => Assert.True(explained.Blocks.Single(b => b.Text == block.Text).Kept));
        Assert.Contains(evidence, e => e is { Field: "title", Value: "Harbour bridge opens after repair", Source: "h1", Confidence: > 0.5 });
        Assert.Equal(
            [("2024-05-03T07:30:00+02:00", "meta article:published_time"), ("2024-05-03", "url")],
            evidence.Where(e => e.Field == "publish_time").Select(e => (e.Value, e.Source)));
        request.Explain = false;
        var plain = await Client.ParseDocumentAsync(request, cancellationToken: Cancellation);
        Assert.Empty(plain.Evidence);
        Assert.Empty(plain.Blocks);
    }

    [Fact]
    public async Task ParseDocument_NoArticle_AnswersWhy()
    {
        var response = await Client.ParseDocumentAsync(new ParseDocumentRequest { Content = ByteString.CopyFromUtf8("GIF89a") }, cancellationToken: Cancellation);

        Assert.Equal(Storyline.Type.V1.Outcome.UnsupportedMediaType, response.Outcome);
        Assert.Null(response.Content);
        Assert.NotEqual("", response.Reason);
    }

    [Fact]
    public async Task ParseDocument_NineMebibytes_IsAccepted()
    {
        var html = new TestPage { After = "<script>" + new string('x', 9 * 1024 * 1024) + "</script>" }.Html;

        var response = await Client.ParseDocumentAsync(new ParseDocumentRequest { Content = ByteString.CopyFromUtf8(html) }, cancellationToken: Cancellation);

        Assert.Equal(TestPage.Body, response.Content.Body);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("text", "not a url")]
    public async Task ParseDocument_WrongRequest_IsInvalidArgument(string content, string url)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client.ParseDocumentAsync(new ParseDocumentRequest { Content = ByteString.CopyFromUtf8(content), Url = url }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    private static ArticleFetched Fetched(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest))
        {
            brotli.Write(bytes);
        }

        return new ArticleFetched
        {
            ArticleId = "0123456789abcdef0123456789abcdef",
            Capture = 3,
            Url = TestPage.Url,
            SourceId = "harbourpost.example",
            FetchedAt = new DateTimeOffset(2024, 5, 3, 9, 0, 0, TimeSpan.Zero),
            MediaType = "text/html",
            BodyBrotli = compressed.ToArray(),
            BodyLength = bytes.Length,
            BodySha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Trail = [new StageRecord(Stage.Fetch, new DateTimeOffset(2024, 5, 3, 9, 0, 0, TimeSpan.Zero), 5, 0)],
        };
    }

    private Task PublishAsync(ArticleFetched message) => _host.Services.GetRequiredService<IBus>().Publish(message, Cancellation);

    private async Task<object> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        return await _host.Services.GetRequiredService<Channel<object>>().Reader.ReadAsync(limit.Token);
    }

    /// <summary>Listens where enrich and the ledger would.</summary>
    private sealed class Listener : IServiceModule
    {
        public string Name => "listener";

        public void ConfigureServices(IHostApplicationBuilder builder) => builder.Services.AddSingleton(Channel.CreateUnbounded<object>());

        public void ConfigureBus(IBusEndpoints endpoints)
        {
            endpoints.Consume<ParsedConsumer>("enrich.parsed", new EndpointSettings());
            endpoints.Consume<RejectedConsumer>("fetch.outcomes", new EndpointSettings());
        }

        public void MapGrpc(IEndpointRouteBuilder app)
        {
        }
    }

    private sealed class ParsedConsumer(Channel<object> heard) : IConsumer<ArticleParsed>
    {
        public async Task Consume(ConsumeContext<ArticleParsed> context) => await heard.Writer.WriteAsync(context.Message, context.CancellationToken);
    }

    private sealed class RejectedConsumer(Channel<object> heard) : IConsumer<ArticleRejected>
    {
        public async Task Consume(ConsumeContext<ArticleRejected> context) => await heard.Writer.WriteAsync(context.Message, context.CancellationToken);
    }
}
