using CsCheck;
using Storyline.Fetch.Feeds;

namespace Storyline.Fetch.Tests.Feeds;

public sealed class FeedDiscoveryTests
{
    private static readonly Uri Page = new("https://www.paper.example/world/");

    [Fact]
    public void Find_DeclaredFeeds_ComeFirstAndCommentsLater() => Assert.Equal(
        ["https://www.paper.example/rss?a=1&b=2", "https://www.paper.example/world/atom", "https://www.paper.example/comments/feed"],
        Found("""
            <!-- <link rel=alternate type=application/rss+xml href=/commented-out> --><script>"<link rel='alternate' type='application/rss+xml' href='/script'>"</script>
            <LINK REL="alternate" TYPE="application/rss+xml" title="Comments" HREF="/comments/feed"><link href='/rss?a=1&amp;b=2#top' type='application/rss+xml; charset=utf-8' rel='home alternate'/>
            <link rel=feed href=atom><link rel="alternate" hreflang="de" href="/de/"><link rel="stylesheet" href="/feed">
            """, 3));

    [Fact]
    public void Find_BaseAndFeedScheme_AreResolved() => Assert.Equal(
        ["https://cdn.example/a/news.rss", "https://feeds.paper.example/all", "https://other.example/x"],
        Found("""<base href="https://cdn.example/a/"><base href="https://wrong.example/"><link rel="alternate" type="application/atom+xml" href="news.rss"><link rel="feed" href="feed://feeds.paper.example/all"><link rel="feed" href="feed:https://other.example/x">""", 3));

    [Fact]
    public void Find_Anchors_ThatLookLikeFeedsComeAfterLinks() => Assert.Equal(
        ["https://www.paper.example/api/feed.xml", "https://www.paper.example/world/feed/", "https://www.paper.example/?feed=rss2", "https://elsewhere.example/rss"],
        Found("""<a href="https://elsewhere.example/rss">RSS</a><a href="feed/">RSS</a><a href="/?feed=rss2">x</a><a href="/feedback">F</a><a href="/2024/feeding-cats">C</a><link rel="alternate" type="text/xml" href="/api/feed.xml"><link rel="alternate" type="application/json" href="/wp-json/1">""", 4));

    [Fact]
    public void Find_NothingNamed_GivesCommonPathsOfTheSite()
    {
        var found = FeedDiscovery.Find("<p>Hello", Page);

        Assert.Contains(new Uri("https://www.paper.example/feed"), found);
        Assert.Equal(found.Count, found.Distinct().Count());
    }

    [Fact]
    public void Find_SitemapsOfRobots_ComeAfterWhatThePageNames_ThoseOfNewsFirst() => Assert.Equal(
        ["https://www.paper.example/feed.xml", "https://www.paper.example/news-sitemap.xml", "https://www.paper.example/pages.xml", "https://www.paper.example/feed"],
        FeedDiscovery.Find(
            "<link rel=alternate type=application/rss+xml href=/feed.xml>", Page, withGuesses: true, ["https://www.paper.example/pages.xml", "https://www.paper.example/news-sitemap.xml", "javascript:x"])
            .Take(4).Select(url => url.AbsoluteUri));

    [Fact]
    public void Find_AnyText_EndsWithBoundedHttpUrls() => Gen.OneOf(
            Pick.From("<link ", "<a ", "rel=", "alternate", "href=", "\"", "'", ">", "<!--", "-->", "<script", "</", "type=application/rss+xml ", "http://", "&#x", "\0", "//[", " ", "javascript:", "<base "), Gen.String[0, 6])
        .Array[0, 40].Sample(
            parts =>
            {
                var found = FeedDiscovery.Find(string.Concat(parts), Page);
                return found.Count <= FeedDiscovery.MaxCandidates && found.All(url => url.Scheme is "http" or "https");
            },
            iter: 5_000);

    private static string[] Found(string html, int count) => [.. FeedDiscovery.Find(html, Page).Take(count).Select(url => url.AbsoluteUri)];
}
