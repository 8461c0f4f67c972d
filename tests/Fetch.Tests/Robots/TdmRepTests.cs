using System.Text;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Politeness;
using Storyline.Fetch.Robots;

namespace Storyline.Fetch.Tests.Robots;

public sealed class TdmRepTests : IAsyncLifetime
{
    private const string File = "/.well-known/tdmrep.json";

    private readonly FakeTimeProvider _time = new();
    private Site _site = null!;
    private HttpFetcher _fetcher = null!;
    private PoliteFetcher _polite = null!;
    private LocalHostGate _gate = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        _site.Page("/page", "<p>Text.</p>");
        var options = Options.Create(new FetchOptions { AllowPrivateAddresses = true, HostInterval = TimeSpan.Zero, HostConcurrency = 16, HostBackOff = TimeSpan.FromMilliseconds(1) });
        _fetcher = new HttpFetcher(options, _time);
        _gate = new LocalHostGate(_time);
        _polite = new PoliteFetcher(_fetcher, new RobotsCache(_fetcher, _gate, options, _time, NullLogger<RobotsCache>.Instance), new TdmRepCache(_time), _gate, options, _time);
    }

    public async ValueTask DisposeAsync()
    {
        _fetcher.Dispose();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData("/", "/anything?a=1", 1)]
    [InlineData("/news", "/news/1", 1)] // the end of the pattern is reached first
    [InlineData("/news$", "/news/1", null)]
    [InlineData("/news$", "/news", 1)]
    [InlineData("/*/premium/", "/de/premium/1", 1)]
    [InlineData("/*.html$", "/a/b.html", 1)]
    [InlineData("/*.html$", "/a/b.html?x", null)]
    [InlineData("/News", "/news", null)] // case counts
    [InlineData("news/", "/news/1", 1)]
    [InlineData("/%7Euser/", "/~user/", 1)]
    [InlineData("/caf\u00e9", "/caf%C3%A9/1", 1)]
    [InlineData("/foo-%24", "/foo-$", 1)]
    public void Find_Pattern_MatchesAsInRobotsTxt(string location, string path, int? expected) =>
        Assert.Equal(expected, Parse($$"""[{"location":"{{location}}","tdm-reservation":1}]""").Find(path).Reservation);

    [Fact]
    public void Find_SeveralRules_TheFirstThatMatchesCounts()
    {
        var file = Parse("""
            [{"location":"/open/","tdm-reservation":0,"tdm-policy":"https://courier.example/p"},{"location":"/broken","tdm-reservation":7},
             {"location":"/","tdm-reservation":"1","tdm-policy":"https://courier.example/policy.json"},{"location":"/late","tdm-reservation":0}]
            """);

        Assert.Equal((0, null), file.Find("/open/1"));
        Assert.Equal((null, null), file.Find("/broken"));
        Assert.Equal((1, "https://courier.example/policy.json"), file.Find("/late"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<!DOCTYPE html><html></html>")]
    [InlineData("[")]
    [InlineData("[1,null,[],{},{\"location\":7},{\"location\":\"\",\"tdm-reservation\":1},{\"tdm-reservation\":1}]")]
    [InlineData("[{\"location\":\"\\ud800\",\"tdm-reservation\":1}]")]
    public void Parse_NoRules_DeclareNothing(string text) => Assert.Equal((null, null), Parse(text).Find("/"));

    [Theory]
    [InlineData("\ufeff[{\"location\":\"/\",\"tdm-reservation\":1}]")]
    [InlineData("{\"location\":\"/\",\"tdm-reservation\":1}")]
    [InlineData("[{\"location\":\"/\",\"tdm-reservation\":1,}, ] // ours")]
    public void Parse_SlightlyWrong_IsUnderstood(string text) => Assert.Equal(1, Parse(text).Find("/a").Reservation);

    [Fact]
    public void Parse_AnyText_IsReadOrDeclaresNothing() => Gen.Select(
            Pick.From("[", "]", "{", "}", ",", ":", "\"location\"", "\"tdm-reservation\"", "1", "\"/*a$\"", "null", "\"\\ud800\"").Array[0, 20], Gen.String[0, 5])
        .Sample((parts, tail) => { Parse(string.Concat(parts) + tail).Find("/" + tail); }, iter: 20_000);

    [Fact]
    public void Find_ManyPatternsOfStars_IsQuick()
    {
        var file = Parse("[" + string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"location":"/{{string.Concat(Enumerable.Repeat("*a", 100))}}{{i}}$","tdm-reservation":1}""")) + "]");
        var path = "/" + new string('a', 2000);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();

        Assert.Null(file.Find(path).Reservation);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 1);
    }

    [Fact]
    public async Task Get_PagesOfADay_AskForTheFileOnce_AndTellWhatItReserves()
    {
        _site.Page(File, """[{"location":"/page","tdm-reservation":1,"tdm-policy":"https://courier.example/policy.json"}]""", "application/json");

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => GetAsync("/page")));
        _time.Advance(TimeSpan.FromHours(23.9));
        await GetAsync("/page");
        var asked = _site.Requests.Count(path => path == File);
        _time.Advance(TimeSpan.FromHours(0.2));
        await GetAsync("/page");

        Assert.All(results, result => Assert.Equal(["tdmrep:tdm-reservation=1", "tdmrep:tdm-policy=https://courier.example/policy.json"], result));
        Assert.Equal((1, 2), (asked, _site.Requests.Count(path => path == File)));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(403)]
    public async Task Get_NoFile_IsAskedForOnceADay_AndDeclaresNothing(int status)
    {
        Answer(status);

        Assert.Empty(await GetAsync("/page"));
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Empty(await GetAsync("/page"));

        Assert.Single(_site.Requests, path => path == File);
    }

    [Fact]
    public async Task Get_FileThatCannotBeReadAnyMore_KeepsItsLastCopy_AndGoneIsGone()
    {
        _site.Page(File, """[{"location":"/","tdm-reservation":1}]""", "application/json");
        await GetAsync("/page");
        Answer(500);
        _time.Advance(TimeSpan.FromDays(1.1));
        var failing = await GetAsync("/page");
        Answer(404);
        _time.Advance(TimeSpan.FromDays(1.1));
        var gone = await GetAsync("/page");

        Assert.Equal(["tdmrep:tdm-reservation=1"], failing);
        Assert.Empty(gone);
    }

    [Fact]
    public async Task Get_RobotsDenyTheFile_DoesNotAskForIt()
    {
        _site.Page("/robots.txt", "User-agent: *\nDisallow: /.well-known/", "text/plain");

        Assert.Empty(await GetAsync("/page"));
        Assert.DoesNotContain(File, _site.Requests);
    }

    [Fact]
    public async Task Get_Feed_DoesNotAskForTheFile()
    {
        await _polite.GetAsync(new FetchRequest(new Uri(_site.Url("/page")), 1000), Cancellation);

        Assert.DoesNotContain(File, _site.Requests);
    }

    [Fact]
    public async Task Get_RedirectToAnotherHost_TellsWhatThatOneReserves()
    {
        await using var other = await Site.StartAsync();
        other.Page("/page", "<p>Text.</p>");
        other.Page(File, """[{"location":"/","tdm-reservation":1}]""", "application/json");
        _site.Page(File, """[{"location":"/","tdm-reservation":0}]""", "application/json");
        _site.Map("/from", context =>
        {
            context.Response.Redirect(other.Url("/page"));
            return Task.CompletedTask;
        });

        Assert.Equal(["tdmrep:tdm-reservation=1"], await GetAsync("/from"));
    }

    [Fact]
    public async Task Get_HostIsBusy_ComesBackLaterInsteadOfLeavingTheFileOut()
    {
        _site.Page("/robots.txt", "User-agent: *\nCrawl-delay: 30", "text/plain");
        _site.Page(File, """[{"location":"/","tdm-reservation":1}]""", "application/json");
        var busy = new List<bool>();
        (FetchResult? Result, TimeSpan? Busy) answer;
        do
        {
            answer = await _polite.GetAsync(new FetchRequest(new Uri(_site.Url("/page")), 1000) { WithReservations = true }, Cancellation);
            busy.Add(answer.Busy is not null);
            _time.Advance(answer.Busy ?? TimeSpan.Zero);
        }
        while (answer.Result is null && busy.Count < 10);

        Assert.Equal(["/robots.txt", File, "/page"], _site.Requests);
        Assert.Equal(["tdmrep:tdm-reservation=1"], Assert.IsType<FetchResult.Success>(answer.Result).Reservations);
        Assert.Contains(true, busy);
    }

    private static TdmRep Parse(string text) => TdmRep.Parse(Encoding.UTF8.GetBytes(text));

    private async Task<IReadOnlyList<string>> GetAsync(string path) => Assert.IsType<FetchResult.Success>(
        (await _polite.GetAsync(new FetchRequest(new Uri(_site.Url(path)), 1000) { WithReservations = true }, Cancellation)).Result).Reservations;

    private void Answer(int status) => _site.Map(File, context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    });
}
