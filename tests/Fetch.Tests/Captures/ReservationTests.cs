using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Ledger;
using Storyline.Fetch.Robots;
using Storyline.Fetch.V1;

namespace Storyline.Fetch.Tests.Captures;

public sealed class ReservationTests
{
    [Theory]
    [InlineData("TDM-Reservation", "1", "header:tdm-reservation=1")]
    [InlineData("tdm-policy", "https://courier.example/policy.json", "header:tdm-policy=https://courier.example/policy.json")]
    [InlineData("Content-Usage", "train-ai=n", "header:content-usage=train-ai=n")]
    [InlineData("X-Robots-Tag", "NoAI, noimageai", "header:x-robots-tag=NoAI, noimageai")]
    [InlineData("X-Robots-Tag", "storylinebot: noindex", "header:x-robots-tag=storylinebot: noindex")]
    [InlineData("X-Robots-Tag", "max-snippet: 20, noarchive", "header:x-robots-tag=max-snippet: 20, noarchive")]
    [InlineData("X-Robots-Tag", "otherbot: noindex, noai", null)]
    [InlineData("X-Robots-Tag", "otherbot: noindex, storylinebot: none", "header:x-robots-tag=otherbot: noindex, storylinebot: none")]
    [InlineData("X-Robots-Tag", "all, max-image-preview:large", null)]
    [InlineData("Link", "<https://courier.example/rsl.xml>; rel=\"license\"; type=\"application/rsl+xml\"", "header:link=<https://courier.example/rsl.xml>; rel=\"license\"; type=\"application/rsl+xml\"")]
    [InlineData("Link", "</style.css>; rel=preload", null)]
    [InlineData("Server", "noai", null)]
    public void OfHeaders_Header_IsRecordedWhenItReserves(string name, string value, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Reservation.OfHeaders([KeyValuePair.Create(name, value)], "StorylineBot"));

    [Fact]
    public void OfHeaders_AFlood_IsBounded()
    {
        var found = Reservation.OfHeaders(Enumerable.Repeat(KeyValuePair.Create("tdm-policy", new string('x', 60_000)), 400), "StorylineBot");

        Assert.InRange(found.Count, 1, 32);
        Assert.All(found, text => Assert.InRange(text.Length, 1, 250));
    }

    [Fact]
    public void OfRobots_LinesOfOurGroup_AreRecorded() => Assert.Equal(
        ["robots:content-signal=search=yes, ai-train=no", "robots:license=https://courier.example/rsl.xml"],
        Reservation.OfRobots(
            RobotsTxt.Parse(Encoding.UTF8.GetBytes("License: https://courier.example/rsl.xml\nUser-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /")), "StorylineBot", "/"));

    [Fact]
    public async Task Fetch_ReservedPage_TellsSoOnTheBus_AndAgainFromTheLedger()
    {
        using var folder = new TemporaryFolder();
        await using var site = await Site.StartAsync();
        site.Page("/robots.txt", "User-agent: *\nContent-Usage: train-ai=n\nAllow: /", "text/plain");
        site.Page("/.well-known/tdmrep.json", """[{"location":"/page","tdm-reservation":1}]""", "application/json");
        site.Map("/page", context =>
        {
            context.Response.ContentType = "text/html";
            context.Response.Headers["TDM-Reservation"] = "1";
            return context.Response.WriteAsync("<html><body><p>A sentence.</p></body></html>");
        });
        await using var host = await FetchHost.StartAsync(folder.Path);
        var cancellation = TestContext.Current.CancellationToken;
        await host.Ingest.SubmitUrlAsync(new SubmitUrlRequest { Url = site.Url("/page") }, cancellationToken: cancellation);
        string[] expected = ["robots:content-usage=train-ai=n", "tdmrep:tdm-reservation=1", "header:tdm-reservation=1"];

        var fetched = await host.NextFetchedAsync();
        Assert.Equal(expected, fetched.Reservations);

        var ledger = host.Services.GetRequiredService<LedgerStore>();
        var (row, article) = (await ledger.FindCaptureAsync(fetched.ArticleId, 1, cancellation), await ledger.FindAsync(fetched.ArticleId, cancellation));
        await host.Services.GetRequiredService<ArticlePublisher>().RepublishAsync(row!, article!, cancellation);
        Assert.Equal(expected, (await host.NextFetchedAsync()).Reservations);
        var trace = await host.Pipeline.TraceArticleAsync(new TraceArticleRequest { ArticleId = fetched.ArticleId }, cancellationToken: cancellation);
        Assert.Equal(expected, trace.Captures[0].Reservations);
    }
}
