using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Storyline.Fetch.V1;
using Proto = Storyline.Type.V1;

namespace Storyline.Fetch.Tests.Captures;

/// <summary>Other people's servers in every mood: each URL ends with its outcome, in bounded time and memory.</summary>
public sealed class FetchOutcomeTests : IAsyncLifetime
{
    private const string Article = "<html><body><p>A sentence.</p></body></html>";

    private readonly TemporaryFolder _folder = new();
    private Site _site = null!;
    private FetchHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        _host = await FetchHost.StartAsync(_folder.Path, ("Fetch:RequestTimeout", "00:00:01"));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Fetch_Page_IsCapturedUnderOurName()
    {
        var agent = "";
        _site.Map("/page", context =>
        {
            agent = context.Request.Headers.UserAgent.ToString();
            context.Response.ContentType = "text/html; charset=ISO-8859-1";
            return context.Response.WriteAsync(Article);
        });

        var submission = await SubmitAsync("/page");

        var fetched = await _host.NextFetchedAsync();
        Assert.Equal((submission.ArticleId, "text/html", "iso-8859-1", "127.0.0.1"), (fetched.ArticleId, fetched.MediaType, fetched.Charset, fetched.SourceId));
        Assert.StartsWith("StorylineBot/", agent, StringComparison.Ordinal);
        Assert.Equal(["/robots.txt", "/.well-known/tdmrep.json", "/page"], _site.Requests);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("raw deflate")]
    public async Task Fetch_CodedBody_IsUndone(string coding)
    {
        _site.Map("/page", async context =>
        {
            context.Response.ContentType = "text/html";
            context.Response.Headers.ContentEncoding = coding.Split(' ')[^1];
            await using Stream coded = coding switch
            {
                "gzip" => new GZipStream(context.Response.Body, CompressionLevel.Fastest),
                "br" => new BrotliStream(context.Response.Body, CompressionLevel.Fastest),
                "deflate" => new ZLibStream(context.Response.Body, CompressionLevel.Fastest),
                _ => new DeflateStream(context.Response.Body, CompressionLevel.Fastest),
            };
            await coded.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Article));
        });

        await SubmitAsync("/page");

        Assert.Equal(Article.Length, (await _host.NextFetchedAsync()).BodyLength);
    }

    public static TheoryData<string, Proto.Outcome> Outcomes => new()
    {
        { "missing", Proto.Outcome.HttpError },
        { "gone", Proto.Outcome.HttpError },
        { "failing", Proto.Outcome.HttpError },
        { "slow", Proto.Outcome.Unreachable },
        { "drip", Proto.Outcome.Unreachable },
        { "short", Proto.Outcome.Unreachable },
        { "broken-gzip", Proto.Outcome.Unreachable },
        { "many-headers", Proto.Outcome.Unreachable },
        { "bomb", Proto.Outcome.TooLarge },
        { "endless", Proto.Outcome.TooLarge },
        { "announced", Proto.Outcome.TooLarge },
        { "loop", Proto.Outcome.TooManyRedirects },
        { "far", Proto.Outcome.TooManyRedirects },
        { "redirect-file", Proto.Outcome.HttpError },
        { "redirect-denied", Proto.Outcome.RobotsDenied },
        { "denied/page", Proto.Outcome.RobotsDenied },
        { "picture", Proto.Outcome.UnsupportedMediaType },
        { "odd-coding", Proto.Outcome.UnsupportedMediaType },
        { "empty", Proto.Outcome.Empty },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task Fetch_HostileOrBroken_EndsWithItsOutcome(string path, Proto.Outcome outcome)
    {
        Misbehave(_site);

        var submission = await SubmitAsync("/" + path);
        var ended = await _host.EndedAsync(submission.ArticleId);

        Assert.True(ended.Outcome == outcome, $"{path}: {ended}");
        Assert.NotEmpty(ended.Reason);
        Assert.False(_host.Fetched.TryRead(out _));
        Assert.DoesNotContain("/denied/page", _site.Requests);
    }

    [Fact]
    public async Task Fetch_NobodyListens_IsUnreachable()
    {
        var submission = (await _host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = "http://127.0.0.1:1/" }, cancellationToken: Cancellation)).Submission;

        Assert.Equal(Proto.Outcome.Unreachable, (await _host.EndedAsync(submission.ArticleId)).Outcome);
    }

    [Fact]
    public async Task Fetch_RedirectToPrivateAddress_IsDenied()
    {
        await using var inside = await Site.StartAsync();
        inside.Page("/secret", Article);
        var options = _host.Services.GetRequiredService<IOptions<FetchOptions>>().Value;
        _site.Map("/page", context =>
        {
            // From here on loopback is what it is in production: an address that may not be asked.
            options.AllowPrivateAddresses = false;
            context.Response.Redirect(inside.Url("/secret"));
            return Task.CompletedTask;
        });

        var submission = await SubmitAsync("/page");

        Assert.Equal(Proto.Outcome.AddressDenied, (await _host.EndedAsync(submission.ArticleId)).Outcome);
        Assert.Empty(inside.Requests);
    }

    [Fact]
    public async Task Fetch_Redirect_MakesTheTargetADuplicate()
    {
        _site.Map("/short", context =>
        {
            context.Response.Redirect("/long");
            return Task.CompletedTask;
        });
        _site.Page("/long", Article);
        var first = await SubmitAsync("/short");
        await _host.NextFetchedAsync();

        var trace = await _host.Pipeline.TraceArticleAsync(new TraceArticleRequest { Url = _site.Url("/long") }, cancellationToken: Cancellation);

        Assert.Equal(Proto.Outcome.DuplicateUrl, trace.Entry.Outcome);
        Assert.Contains(_site.Url("/short"), trace.Entry.Reason, StringComparison.Ordinal);
        Assert.NotEqual(first.ArticleId, trace.Entry.ArticleId);
    }

    [Fact]
    public async Task Fetch_AgainWithValidators_IsNotModified()
    {
        _site.Map("/page", context =>
        {
            if (context.Request.Headers.IfNoneMatch == "\"v1\"")
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }

            context.Response.ContentType = "text/html";
            context.Response.Headers.ETag = "\"v1\"";
            return context.Response.WriteAsync(Article);
        });
        var submission = await SubmitAsync("/page");
        await _host.NextFetchedAsync();
        await _host.Services.GetRequiredService<MassTransit.IBus>().Publish(
            new Contracts.ArticleIndexed { ArticleId = submission.ArticleId, Capture = 1, Revision = 1, StoryId = "s", IndexedAt = DateTimeOffset.UnixEpoch }, Cancellation);
        await _host.EndedAsync(submission.ArticleId);

        await SubmitAsync("/page");
        var ended = await _host.EndedAsync(submission.ArticleId);

        Assert.Equal((Proto.Outcome.NotModified, 1), (ended.Outcome, ended.Revision));
    }

    private async Task<Submission> SubmitAsync(string path) =>
        (await _host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = _site.Url(path) }, cancellationToken: Cancellation)).Submission;

    private static void Misbehave(Site site)
    {
        site.Page("/robots.txt", "User-agent: *\nDisallow: /denied/", "text/plain");
        site.Map("/gone", Status(410));
        site.Map("/failing", Status(500));
        site.Map("/slow", context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        site.Map("/drip", async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await Task.Delay(50, context.RequestAborted);
            }
        });
        site.Map("/short", async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync(Article);
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        site.Map("/broken-gzip", context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.WriteAsync("this is not gzip");
        });
        site.Map("/many-headers", context =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                context.Response.Headers["X-" + i] = "value";
            }

            return context.Response.WriteAsync(Article);
        });
        site.Map("/bomb", async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.SmallestSize);
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < 1000; i++)
            {
                await gzip.WriteAsync(zeros, context.RequestAborted);
            }
        });
        site.Map("/endless", async context =>
        {
            var noise = new byte[64 * 1024];
            Random.Shared.NextBytes(noise);
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(noise, context.RequestAborted);
            }
        });
        site.Map("/announced", async context =>
        {
            context.Response.ContentLength = 11 * 1024 * 1024;
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        site.Map("/loop", Redirect("/loop2"));
        site.Map("/loop2", Redirect("/loop"));
        site.Map("/far", Redirect("/far0"));
        for (var i = 0; i < 12; i++)
        {
            site.Map($"/far{i}", Redirect($"/far{i + 1}"));
        }

        site.Map("/redirect-file", Redirect("file:///etc/passwd"));
        site.Map("/redirect-denied", Redirect("/denied/page"));
        site.Page("/picture", "x", "image/png");
        site.Page("/empty", "", "text/html");
        site.Map("/odd-coding", context =>
        {
            context.Response.Headers.ContentEncoding = "compress";
            return context.Response.WriteAsync("x");
        });
    }

    private static RequestDelegate Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    private static RequestDelegate Redirect(string target) => context =>
    {
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    };
}
