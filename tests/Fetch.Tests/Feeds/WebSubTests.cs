using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Feeds;
using Storyline.Fetch.Politeness;
using Storyline.Fetch.V1;
using WebSubState = Storyline.Fetch.Feeds.WebSubState;

namespace Storyline.Fetch.Tests.Feeds;

/// <summary>The site is both publisher and hub; the callback is named as the outside would see it, and called where the host listens.</summary>
public sealed class WebSubTests : IAsyncLifetime
{
    private const string Callback = "https://news.example.org/websub";

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<IFormCollection> _asked = new();
    private readonly HttpClient _http = new();
    private Site _site = null!;
    private FetchHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SubscriptionStore Subscriptions => _host.Services.GetRequiredService<SubscriptionStore>();

    public async ValueTask InitializeAsync()
    {
        _site = await Site.StartAsync();
        _host = await FetchHost.StartAsync(_folder.Path, ("Fetch:WebSubCallback", Callback), ("Fetch:SweepInterval", "00:00:00.050"));
        _site.Map("/hub", async context =>
        {
            _asked.Enqueue(await context.Request.ReadFormAsync());
            context.Response.StatusCode = 202;
        });
        Feed("/a");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        await _site.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Subscription_AskedConfirmedPushed_BringsItsEntriesAndSlowsPolls()
    {
        var (feed, form) = await SubscribedAsync();
        var path = PathOf(form);
        var confirmed = await VerifyAsync(path, "subscribe", _site.Url("/feed"));
        var before = await HealthAsync(feed);
        var status = await PushAsync(path, Rss("/pushed"), Sign(form["hub.secret"]!, Rss("/pushed")));
        var health = await FetchHost.EventuallyAsync(() => HealthAsync(feed), health => health.ArticlesSeen == 2);
        var row = (await _host.Services.GetRequiredService<FeedStore>().FindAsync(feed.FeedId, Cancellation))!;
        await _host.Services.GetRequiredService<FeedPoll>().RunAsync(row, Cancellation);
        var after = await HealthAsync(feed);

        Assert.Equal(("subscribe", _site.Url("/feed"), "864000"), (form["hub.mode"].ToString(), form["hub.topic"].ToString(), form["hub.lease_seconds"].ToString()));
        Assert.Equal(32, path.Length);
        Assert.Equal((HttpStatusCode.OK, "challenge<b>", "text/plain"), confirmed);
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal((WebSubState.Active, true), ((WebSubState)before.WebSub.State, before.WebSub.LastPushTime is null));
        Assert.NotNull(health.WebSub.LastPushTime);
        Assert.Equal(1, health.EntriesLastPoll);
        Assert.True(after.PollInterval.ToTimeSpan() >= TimeSpan.FromHours(1), after.ToString());
    }

    [Fact]
    public async Task Push_WrongOrNoSignature_IsAnsweredButIgnored()
    {
        var (feed, form) = await SubscribedAsync();
        var path = PathOf(form);
        await VerifyAsync(path, "subscribe", _site.Url("/feed"));

        var answers = new[]
        {
            await PushAsync(path, Rss("/x"), null), await PushAsync(path, Rss("/x"), Sign("another", Rss("/x"))), await PushAsync(path, Rss("/x"), "sha256="),
            await PushAsync(path, Rss("/x"), Sign(form["hub.secret"]!, Rss("/y"))),
        };

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer));
        Assert.Null((await HealthAsync(feed)).WebSub.LastPushTime);
        Assert.Equal(1, (await HealthAsync(feed)).ArticlesSeen);
    }

    [Fact]
    public async Task Verify_WhatWasNotAskedFor_IsNotFound()
    {
        var (_, form) = await SubscribedAsync();
        var path = PathOf(form);

        Assert.Equal(HttpStatusCode.NotFound, (await VerifyAsync(path, "subscribe", "https://example.org/other")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await VerifyAsync(path, "unsubscribe", _site.Url("/feed"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await VerifyAsync(new string('0', 32), "subscribe", _site.Url("/feed"))).Status);
        Assert.Equal(HttpStatusCode.Gone, await PushAsync(new string('0', 32), Rss("/x"), null));
    }

    [Fact]
    public async Task Hub_Denies_IsShownAndPollsGoOn()
    {
        var (feed, form) = await SubscribedAsync();
        await VerifyAsync(PathOf(form), "denied", _site.Url("/feed"), "&hub.reason=not%20for%20you");
        var health = await HealthAsync(feed);

        Assert.Equal((V1.WebSubState.Denied, "not for you"), (health.WebSub.State, health.WebSub.Reason));
        Assert.True(health.NextPollTime.ToDateTimeOffset() < TimeProvider.System.GetUtcNow().AddMinutes(20), health.ToString());
    }

    [Fact]
    public async Task Hub_DoesNotPushWhatPollsFind_IsSilent()
    {
        var (feed, form) = await SubscribedAsync();
        await VerifyAsync(PathOf(form), "subscribe", _site.Url("/feed"));
        foreach (var entry in new[] { "/b", "/c" })
        {
            Feed(entry);
            await _host.Services.GetRequiredService<FeedPoll>().RunAsync((await _host.Services.GetRequiredService<FeedStore>().FindAsync(feed.FeedId, Cancellation))!, Cancellation);
        }

        var silent = await HealthAsync(feed);
        await PushAsync(PathOf(form), Rss("/d"), Sign(form["hub.secret"]!, Rss("/d")));
        var back = await HealthAsync(feed);

        Assert.Equal((V1.WebSubState.Silent, V1.WebSubState.Active), (silent.WebSub.State, back.WebSub.State));
    }

    [Fact]
    public async Task Hub_Unreachable_IsAskedAgainLater()
    {
        _site.Map("/hub", context => { context.Response.StatusCode = 500; return Task.CompletedTask; });
        var feed = await CreateAsync();
        var health = await FetchHost.EventuallyAsync(() => HealthAsync(feed), health => health.WebSub?.State == V1.WebSubState.Unreachable);

        Assert.Equal("HTTP status 500", health.WebSub.Reason);
        Assert.Empty(await Subscriptions.TakeDueAsync(10, TimeSpan.FromMinutes(1), Cancellation));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Hub_WantsToBeLeftAlone_IsLeftAloneAsAWhole(int status)
    {
        await using var hub = await Site.StartAsync();
        hub.Map("/hub", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        });
        Feed("/a", hub.Url("/hub"));
        var feed = await CreateAsync();
        await FetchHost.EventuallyAsync(() => HealthAsync(feed), health => health.WebSub?.State == V1.WebSubState.Unreachable);

        var answer = await _host.Services.GetRequiredService<IHostGate>().TryEnterAsync(hub.Address.Authority, TimeSpan.Zero, 10, Cancellation);

        Assert.Null(answer.Lease);
        Assert.InRange(answer.RetryAfter, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
        Assert.Equal(["/hub"], hub.Requests);
    }

    [Fact]
    public async Task Hub_BusyHost_IsAskedLaterAndNothingFails()
    {
        await using var hub = await Site.StartAsync();
        var gate = _host.Services.GetRequiredService<IHostGate>();
        await gate.PushBackAsync(hub.Address.Authority, TimeSpan.FromHours(2), new BackOff(TimeSpan.FromHours(2), TimeSpan.FromHours(2)), Cancellation);
        Feed("/a", hub.Url("/hub"));
        var feed = await CreateAsync();
        await FetchHost.EventuallyAsync(() => HealthAsync(feed), health => health.WebSub is not null);
        await FetchHost.EventuallyAsync(() => _host.Services.GetRequiredService<WebSub>().AskDueAsync(Cancellation), due => due == 0);

        Assert.Equal((V1.WebSubState.Requested, ""), ((await HealthAsync(feed)).WebSub.State, (await HealthAsync(feed)).WebSub.Reason));
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task Hub_RedirectsToAHostThatWantsToBeLeftAlone_DoesNotReachIt()
    {
        await using var other = await Site.StartAsync();
        await _host.Services.GetRequiredService<IHostGate>().PushBackAsync(
            other.Address.Authority, TimeSpan.FromHours(2), new BackOff(TimeSpan.FromHours(2), TimeSpan.FromHours(2)), Cancellation);
        _site.Map("/hub", context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = other.Url("/hub");
            return Task.CompletedTask;
        });
        await CreateAsync();
        await FetchHost.EventuallyAsync(() => Task.FromResult(_site.Requests.Contains("/hub")), asked => asked);
        await FetchHost.EventuallyAsync(() => _host.Services.GetRequiredService<WebSub>().AskDueAsync(Cancellation), due => due == 0);

        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task DeleteFeed_ConfirmedSubscription_UnsubscribesWithoutWaitingForTheHub()
    {
        var (feed, form) = await SubscribedAsync();
        var path = PathOf(form);
        await VerifyAsync(path, "subscribe", _site.Url("/feed"));
        var answers = new TaskCompletionSource();
        var leaving = new ConcurrentQueue<IFormCollection>();
        _site.Map("/hub", async context =>
        {
            leaving.Enqueue(await context.Request.ReadFormAsync());
            await answers.Task.WaitAsync(context.RequestAborted);
            context.Response.StatusCode = 202;
        });

        await _host.Feeds.DeleteFeedAsync(new DeleteFeedRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation);
        await FetchHost.EventuallyAsync(() => Task.FromResult(leaving.Count), count => count > 0);
        var otherTopic = await VerifyAsync(path, "unsubscribe", "https://example.org/other");
        var confirmed = await VerifyAsync(path, "unsubscribe", _site.Url("/feed"));
        var renewed = await VerifyAsync(path, "subscribe", _site.Url("/feed"));
        answers.SetResult();

        Assert.Equal(("unsubscribe", _site.Url("/feed"), form["hub.callback"].ToString(), false), (leaving.First()["hub.mode"].ToString(), leaving.First()["hub.topic"].ToString(), leaving.First()["hub.callback"].ToString(), leaving.First().ContainsKey("hub.secret")));
        Assert.Equal((HttpStatusCode.OK, "challenge<b>", "text/plain"), confirmed);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (otherTopic.Status, renewed.Status));
        Assert.Equal(HttpStatusCode.Gone, await PushAsync(path, Rss("/x"), Sign(form["hub.secret"]!, Rss("/x"))));
    }

    [Fact]
    public async Task Feed_NamesAnotherHub_LeavesTheOldOne()
    {
        await using var hub = await Site.StartAsync();
        hub.Map("/hub", context => { context.Response.StatusCode = 202; return Task.CompletedTask; });
        var (feed, form) = await SubscribedAsync();
        await VerifyAsync(PathOf(form), "subscribe", _site.Url("/feed"));
        Feed("/b", hub.Url("/hub"));
        await _host.Services.GetRequiredService<FeedPoll>().RunAsync((await _host.Services.GetRequiredService<FeedStore>().FindAsync(feed.FeedId, Cancellation))!, Cancellation);
        await FetchHost.EventuallyAsync(() => Task.FromResult(_asked.Any(asked => asked["hub.mode"] == "unsubscribe")), left => left);
        await FetchHost.EventuallyAsync(() => Task.FromResult(hub.Requests.Count), count => count == 1);

        Assert.Equal(form["hub.callback"].ToString(), _asked.Single(asked => asked["hub.mode"] == "unsubscribe")["hub.callback"].ToString());
    }

    [Fact]
    public async Task Leaving_HubThatFails_IsAskedThreeTimesAndForgottenAfterADay()
    {
        using var folder = new TemporaryFolder();
        await using var database = await TestDatabase.SqliteAsync(folder.Path);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var store = new SubscriptionStore(database, time);
        await using var feeds = new FeedStore(database, time);
        var (confirmed, _) = await feeds.AddAsync(new FeedRow { Url = "https://a.example/feed", SourceId = "a" }, "", Cancellation);
        var (asked, _) = await feeds.AddAsync(new FeedRow { Url = "https://b.example/feed", SourceId = "b" }, "", Cancellation);
        await store.OfferAsync(confirmed.FeedId, "https://hub.example/", "topic", Cancellation);
        await store.OfferAsync(asked.FeedId, "https://hub.example/", "other topic", Cancellation);
        var path = (await store.FindAsync(confirmed.FeedId, Cancellation))!.Path;
        await store.ConfirmAsync(path, TimeSpan.FromDays(10), TimeSpan.FromDays(8), Cancellation);
        await feeds.DeleteAsync(confirmed.FeedId, Cancellation);
        await feeds.DeleteAsync(asked.FeedId, Cancellation);

        var attempts = new List<int>();
        for (var hour = 0; hour < 20; hour++)
        {
            foreach (var leave in await store.TakeLeavingAsync(10, TimeSpan.FromMinutes(1), Cancellation))
            {
                attempts.Add(leave.Attempts);
                await store.NoteLeavingAsync(leave.Path, TimeSpan.FromMinutes(30), counts: true, Cancellation);
            }

            time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal([0, 1, 2], attempts);
        Assert.True(await store.IsLeavingAsync(path, "topic", Cancellation));
        time.Advance(TimeSpan.FromHours(5));
        Assert.False(await store.IsLeavingAsync(path, "topic", Cancellation));
        Assert.Empty(await store.TakeLeavingAsync(10, TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public async Task Lease_NearItsEnd_IsRenewedUnderTheSameCallback()
    {
        var (_, form) = await SubscribedAsync();
        await Subscriptions.ConfirmAsync(PathOf(form), TimeSpan.FromMinutes(1), TimeSpan.Zero, Cancellation);
        await FetchHost.EventuallyAsync(() => Task.FromResult(_asked.Count), count => count >= 2);

        Assert.Equal([form["hub.callback"].ToString()], _asked.Select(asked => asked["hub.callback"].ToString()).Distinct(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    [InlineData("sha384")]
    [InlineData("sha512")]
    public void IsValid_EachMethod_OnlyOfThatBodyAndSecret(string method)
    {
        var body = "body"u8.ToArray();
        var signature = $"{method}={Convert.ToHexStringLower(Hmac(method, "secret", body))}";

        Assert.True(WebSubSignature.IsValid(signature, body, "secret"));
        Assert.True(WebSubSignature.IsValid(signature.ToUpperInvariant(), body, "secret"));
        Assert.False(WebSubSignature.IsValid(signature, body, "secreu"));
        Assert.False(WebSubSignature.IsValid(signature, "bodz"u8, "secret"));
        Assert.False(WebSubSignature.IsValid(signature[..^2], body, "secret"));
        Assert.False(WebSubSignature.IsValid("md5=" + signature, body, "secret"));
    }

    [Theory]
    [InlineData("<https://hub.example/>; rel=\"hub\", <https://site.example/feed>; rel=\"self\"", "https://hub.example/", "https://site.example/feed")]
    [InlineData("<https://hub.example/>; rel=hub", "https://hub.example/", "https://site.example/own")]
    [InlineData("<https://hub.example/>; title=\"a, b\"; rel=\"alternate hub\"", "https://hub.example/", "https://site.example/own")]
    [InlineData("<https://other.example/>; rel=\"next\"", "https://named.example/", "https://site.example/own")]
    [InlineData("", "https://named.example/", "https://site.example/own")]
    public void Find_LinkHeader_GoesBeforeTheDocument(string link, string hub, string topic)
    {
        var document = new FeedDocument(Fetch.Feeds.FeedFormat.Atom, "", []) { Hubs = ["https://named.example/"], Self = "https://site.example/own" };

        var found = WebSubLinks.Find(new HttpExchange("https://site.example/asked", 200, "1.1", "", [KeyValuePair.Create("Link", link)]), document)!.Value;

        Assert.Equal((hub, topic), (found.Hub.AbsoluteUri, found.Topic));
    }

    private async Task<(Feed Feed, IFormCollection Form)> SubscribedAsync()
    {
        var feed = await CreateAsync();
        await FetchHost.EventuallyAsync(() => Task.FromResult(_asked.Count), count => count >= 1);
        Assert.True(_asked.TryPeek(out var form));
        await FetchHost.EventuallyAsync(() => HealthAsync(feed), health => health.State == V1.FeedState.Active);
        return (feed, form);
    }

    private async Task<Feed> CreateAsync() =>
        (await _host.Feeds.CreateFeedAsync(new CreateFeedRequest { Feed = new Feed { Url = _site.Url("/feed") } }, cancellationToken: Cancellation)).Feed;

    private async Task<GetFeedHealthResponse> HealthAsync(Feed feed) =>
        await _host.Feeds.GetFeedHealthAsync(new GetFeedHealthRequest { FeedId = feed.FeedId }, cancellationToken: Cancellation);

    private async Task<(HttpStatusCode Status, string Body, string? Type)> VerifyAsync(string path, string mode, string topic, string more = "")
    {
        using var response = await _http.GetAsync(
            new Uri(_host.Http, $"/websub/{path}?hub.mode={mode}&hub.topic={Uri.EscapeDataString(topic)}&hub.challenge=challenge%3Cb%3E&hub.lease_seconds=600{more}"), Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation), response.Content.Headers.ContentType?.MediaType);
    }

    private async Task<HttpStatusCode> PushAsync(string path, string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_host.Http, "/websub/" + path)) { Content = new StringContent(body, Encoding.UTF8, "application/rss+xml") };
        request.Headers.TryAddWithoutValidation("X-Hub-Signature", signature);
        using var response = await _http.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private void Feed(string entry, string? hub = null) => _site.Map("/feed", context =>
    {
        context.Response.ContentType = "text/xml";
        context.Response.Headers.Append("Link", $"<{hub ?? _site.Url("/hub")}>; rel=\"hub\", <{_site.Url("/feed")}>; rel=\"self\"");
        return context.Response.WriteAsync(Rss(entry));
    });

    private string Rss(string link) => $"<rss><channel><title>T</title><item><link>{_site.Url(link)}</link></item></channel></rss>";

    private static string PathOf(IFormCollection form)
    {
        Assert.StartsWith(Callback + "/", form["hub.callback"].ToString(), StringComparison.Ordinal);
        return form["hub.callback"].ToString()[(Callback.Length + 1)..];
    }

    private static string Sign(string secret, string body) => "sha256=" + Convert.ToHexStringLower(Hmac("sha256", secret, Encoding.UTF8.GetBytes(body)));

    private static byte[] Hmac(string method, string secret, byte[] body) => CryptographicOperations.HmacData(new HashAlgorithmName(method.ToUpperInvariant()), Encoding.UTF8.GetBytes(secret), body);
}
