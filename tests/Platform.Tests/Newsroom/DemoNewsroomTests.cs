using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using AngleSharp.Html.Parser;
using Storyline.Platform.Newsroom;

namespace Storyline.Platform.Tests.Newsroom;

/// <summary>The newsroom answers over HTTP as it declares.</summary>
public sealed class DemoNewsroomTests(NewsroomFixture fixture) : IClassFixture<NewsroomFixture>
{
    private readonly DemoNewsroom _newsroom = fixture.Newsroom;
    private readonly HttpClient _client = fixture.Client;

    [Fact]
    public async Task FeedEntries_Requested_AnswerAsDeclared()
    {
        var expected = _newsroom.Expected;
        var articles = expected.Articles.Select(article => article.Url).ToHashSet(StringComparer.Ordinal);
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var url in _newsroom.Publishers.SelectMany(publisher => publisher.Feeds).SelectMany(feed => feed.EntryUrls).Distinct(StringComparer.Ordinal))
        {
            using var response = await GetAsync(url);
            var canonical = url.Split('?')[0];
            listed.Add(canonical);

            Assert.Equal(expected.MissingUrls.Contains(canonical) ? HttpStatusCode.NotFound : HttpStatusCode.OK, response.StatusCode);
            Assert.True(
                articles.Contains(canonical) || expected.MissingUrls.Contains(canonical)
                || expected.NoArticleUrls.Contains(canonical) || expected.RobotsDeniedUrls.Contains(canonical),
                $"{url} is in a feed but nowhere declared");
        }

        Assert.Empty(articles.Except(listed));
    }

    [Fact]
    public async Task Articles_Parsed_ContainEveryBlockOfTheirText()
    {
        foreach (var article in _newsroom.Expected.Articles.Where(article => !string.Equals(article.Url, _newsroom.Expected.CorrectedArticleUrl, StringComparison.Ordinal)))
        {
            using var response = await GetAsync(article.Url);
            var page = await ReadPageAsync(response);
            var document = await new HtmlParser().ParseDocumentAsync(page, TestContext.Current.CancellationToken);
            var elements = document.QuerySelectorAll("p, h2, h3, h4").Select(element => element.TextContent.Trim()).ToHashSet(StringComparer.Ordinal);

            Assert.DoesNotContain("{{", page, StringComparison.Ordinal);
            Assert.DoesNotContain("{da", page, StringComparison.Ordinal);
            Assert.Equal(article.Title, document.QuerySelector("h1")?.TextContent.Trim());
            Assert.All(article.Blocks, block => Assert.Contains(block.StartsWith("## ", StringComparison.Ordinal) ? block[3..] : block, elements));
        }
    }

    [Fact]
    public async Task Feeds_WithoutDefect_AreWellFormedAndListTheirEntries()
    {
        foreach (var feed in _newsroom.Publishers.SelectMany(publisher => publisher.Feeds).Where(feed => feed.Defect == DemoFeedDefect.None))
        {
            using var response = await GetAsync(feed.Url);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

            Assert.Equal(feed.EntryUrls, feed.Kind == DemoFeedKind.JsonFeed ? LinksOfJson(text) : LinksOfXml(feed.Kind, XDocument.Parse(text)));
        }
    }

    [Fact]
    public async Task Feeds_WithDefect_AreBrokenAsDeclared()
    {
        foreach (var url in _newsroom.Expected.BrokenFeedUrls)
        {
            var text = await _client.GetStringAsync(url, TestContext.Current.CancellationToken);
            Assert.Throws<XmlException>(() => XDocument.Parse(text));
        }

        foreach (var url in _newsroom.Expected.HtmlFeedUrls)
        {
            using var response = await GetAsync(url);
            Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task Get_ConditionalOnCurrentVersion_AnswersNotModified()
    {
        foreach (var url in _newsroom.Publishers.SelectMany(publisher => publisher.Feeds).Select(feed => feed.Url).Append(_newsroom.Expected.Articles.First().Url))
        {
            using var first = await GetAsync(url);
            using var byTag = await GetAsync(url, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!));
            using var byTime = await GetAsync(url, request => request.Headers.IfModifiedSince = first.Content.Headers.LastModified);
            using var stale = await GetAsync(url, request => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue("\"other\"")));

            Assert.Equal(HttpStatusCode.NotModified, byTag.StatusCode);
            Assert.Equal(HttpStatusCode.NotModified, byTime.StatusCode);
            Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
        }
    }

    [Fact]
    public async Task Get_AcceptingGzip_Compresses()
    {
        using var response = await GetAsync(
            _newsroom.Publishers[0].Feeds[0].Url, request => request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip")));

        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Robots_Always_ForbidTheDeniedUrls()
    {
        foreach (var publisher in _newsroom.Publishers)
        {
            Assert.Equal(publisher.RobotsTxt, await _client.GetStringAsync($"{publisher.BaseUrl}/robots.txt", TestContext.Current.CancellationToken));
        }

        Assert.All(_newsroom.Expected.RobotsDeniedUrls, url =>
        {
            var publisher = _newsroom.Publishers.Single(candidate => url.StartsWith(candidate.BaseUrl, StringComparison.Ordinal));
            Assert.Contains(publisher.RobotsTxt.Split('\n'), line =>
                line.StartsWith("Disallow: /", StringComparison.Ordinal) && new Uri(url).AbsolutePath.StartsWith(line[10..].Trim(), StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task RequestCount_AfterRequests_CountsEachUrl()
    {
        var url = _newsroom.Publishers[0].BaseUrl + "/counted?x=1";
        using var first = await GetAsync(url);
        using var second = await GetAsync(url);

        Assert.Equal(2, _newsroom.RequestCount(url));
        Assert.Equal(0, _newsroom.RequestCount(_newsroom.Publishers[0].BaseUrl + "/never"));
    }

    [Fact]
    public async Task PublishCorrection_Called_ChangesPageAndFeed()
    {
        await using var newsroom = await DemoNewsroom.StartAsync(TimeProvider.System, TestContext.Current.CancellationToken);
        var url = newsroom.Expected.CorrectedArticleUrl;
        var feed = newsroom.Publishers.SelectMany(publisher => publisher.Feeds).First(candidate => candidate.EntryUrls.Contains(url));
        using var pageBefore = await GetAsync(url);
        using var feedBefore = await GetAsync(feed.Url);

        newsroom.PublishCorrection();

        using var pageAfter = await GetAsync(url);
        using var feedAfter = await GetAsync(feed.Url);
        Assert.NotEqual(await ReadPageAsync(pageBefore), await ReadPageAsync(pageAfter));
        Assert.NotEqual(pageBefore.Headers.ETag, pageAfter.Headers.ETag);
        Assert.NotEqual(feedBefore.Headers.ETag, feedAfter.Headers.ETag);
        Assert.True(pageAfter.Content.Headers.LastModified > pageBefore.Content.Headers.LastModified);
        Assert.Contains("$41-million contract", await ReadPageAsync(pageBefore), StringComparison.Ordinal);
        Assert.Contains("$14-million contract", await ReadPageAsync(pageAfter), StringComparison.Ordinal);
        Assert.Contains("Correction: ", await ReadPageAsync(pageAfter), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> GetAsync(string url, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        change?.Invoke(request);
        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Decodes a page by the charset that it declares itself, as the header of one publisher is wrong.</summary>
    private static async Task<string> ReadPageAsync(HttpResponseMessage response)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var head = Encoding.ASCII.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 1024)));
        var encoding = head.Contains("windows-1252", StringComparison.OrdinalIgnoreCase)
            ? CodePagesEncodingProvider.Instance.GetEncoding(1252)!
            : Encoding.UTF8;
        return encoding.GetString(bytes);
    }

    private static IEnumerable<string> LinksOfXml(DemoFeedKind kind, XDocument feed) => kind switch
    {
        DemoFeedKind.Rss => feed.Descendants("item").Select(item => item.Element("link")!.Value),
        DemoFeedKind.Atom => feed.Descendants().Where(element => element.Name.LocalName is "entry")
            .Select(entry => entry.Elements().First(element => element.Name.LocalName is "link").Attribute("href")!.Value),
        _ => feed.Descendants().Where(element => element.Name.LocalName is "loc").Select(element => element.Value),
    };

    private static string[] LinksOfJson(string text)
    {
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("url").GetString()!)];
    }
}
