using System.Text;
using CsCheck;
using Storyline.Fetch.Robots;

namespace Storyline.Fetch.Tests.Robots;

public sealed class RobotsTxtTests
{
    [Theory]
    [InlineData("", "/a", true)]
    [InlineData("User-agent: *\nDisallow:", "/a", true)]
    [InlineData("User-agent: *\nDisallow: /", "/a", false)]
    [InlineData("User-agent: *\nDisallow: /", "/robots.txt", true)]
    [InlineData("User-agent: *\nDisallow: /a", "/abc", false)]
    [InlineData("User-agent: *\nDisallow: /a", "/A", true)]
    [InlineData("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true)]
    [InlineData("User-agent: *\nAllow: /a\nDisallow: /a", "/a", true)]
    [InlineData("User-agent: *\nDisallow: /*.php$", "/x/y.php", false)]
    [InlineData("User-agent: *\nDisallow: /*.php$", "/x/y.php?z", true)]
    [InlineData("User-agent: *\nDisallow: /a*c", "/abbbc/d", false)]
    [InlineData("User-agent: *\nDisallow: /caf%c3%a9", "/café", false)]
    [InlineData("User-agent: *\nDisallow: /?print=", "/?print=1", false)]
    [InlineData("user-AGENT : storylinebot\nDISALLOW : /x", "/x", false)]
    [InlineData("User-agent: StorylineBot/2.0\nDisallow: /x", "/x", false)]
    [InlineData("User-agent: Storyline\nDisallow: /x", "/x", true)]
    [InlineData("User-agent: *\nDisallow: /x\n\nUser-agent: StorylineBot\nDisallow: /y", "/x", true)]
    [InlineData("User-agent: other\nUser-agent: StorylineBot\nDisallow: /y", "/y", false)]
    [InlineData("User-agent: StorylineBot\nDisallow: /x\nUser-agent: other\nDisallow: /y\nUser-agent: storylinebot\nDisallow: /z", "/z", false)]
    [InlineData("User-agent: StorylineBot\nSitemap: http://x/\nDisallow: /x", "/x", false)]
    [InlineData("Disallow: /x\nUser-agent: *\nDisallow: /y", "/x", true)]
    [InlineData("User-agent: *\rDisallow: /x # comment", "/x", false)]
    [InlineData("User-agent: *\nDisallow /x", "/x", false)]
    [InlineData("User-agent: *\nDisallow: /%62ar", "/bar", false)]
    [InlineData("User-agent: *\nDisallow: /bar", "/%62ar", false)]
    [InlineData("User-agent: *\nDisallow: /a%2fb", "/a/b", true)]
    [InlineData("User-agent: *\nDisallow: /\nAllow: /%62ar", "/bar", false)]
    [InlineData("User-agent: *\nDisallow: /\nAllow: /%62ar", "/%62ar", true)]
    [InlineData("User-agent: *\nDisallow: /\nAllow: /é", "/%c3%a9", true)]
    [InlineData("User-agent: *\nDisallow: /\nAllow: /é", "/é", false)]
    [InlineData("User-agent: *\nDisallow: /star-%2A$", "/star-*", false)]
    [InlineData("User-agent: *\nDisallow: /star-%2A$", "/star-x", true)]
    [InlineData("User-agent: *\nDisallow: /a$b", "/a$b", false)]
    [InlineData("User-agent: *\nDisallow: /a$", "/ab", true)]
    [InlineData("User-agent: *\nDisallow: /*x*$", "/axb", false)]
    [InlineData("User-agent: *\nDisallow: /*ab$", "/ab/abab", false)]
    [InlineData("User-agent: *\nDisallow: /ab*ab$", "/ab", true)]
    [InlineData("User-agent: *\nDisallow: $", "/", true)]
    [InlineData("User-agent: *\nDisallow: *", "/", false)]
    [InlineData("User-agent: *\nDisallow: /\nAllow: /news/index.html", "/news/", true)]
    [InlineData("User-agent: *\nDisallow: /\nAllow: /news/index.html", "/news/x", false)]
    [InlineData("User-agent: *\nDisallow: /news/index.html", "/news/", true)]
    [InlineData("User agent: *\nDissalow: /x", "/x", false)]
    [InlineData("User-agent *\nDisallow /x y", "/x", true)]
    [InlineData("User-agents: *\nDisallowed: /x", "/x", false)]
    [InlineData("User-agent: *\n: /\nDisallow: /x", "/y", true)]
    [InlineData("User-agent: * bots\nDisallow: /x", "/x", false)]
    [InlineData("User-agent: *bots\nDisallow: /x", "/x", true)]
    [InlineData("User-agent: *\nUser-agent: StorylineBot\nDisallow: /x", "/x", false)]
    [InlineData("User-agent: *\nDisallow: /\nUser-agent: StorylineBot\nCrawl-delay: 2", "/x", true)]
    [InlineData("User-agent: *\r\n\r\nDisallow: /x\r\n", "/x", false)]
    public void IsAllowed_ByTheRules_Answers(string robots, string path, bool allowed) =>
        Assert.Equal(allowed, RobotsTxt.Parse(Encoding.UTF8.GetBytes(robots)).IsAllowed("StorylineBot", path));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Parse_ByteOrderMarkOrPartOfOne_IsNoPartOfTheFirstLine(int length)
    {
        byte[] mark = [0xEF, 0xBB, 0xBF];

        Assert.False(RobotsTxt.Parse([.. mark[..length], .. "User-agent: *\nDisallow: /"u8]).IsAllowed("StorylineBot", "/a"));
    }

    [Fact]
    public void Parse_OverTheLimit_IgnoresTheRest()
    {
        var text = "User-agent: *\n" + new string('#', RobotsTxt.MaxBytes) + "\nDisallow: /";

        Assert.True(RobotsTxt.Parse(Encoding.UTF8.GetBytes(text)).IsAllowed("StorylineBot", "/a"));
    }

    [Fact]
    public void IsAllowed_ManyStars_EndsSoon()
    {
        var robots = RobotsTxt.Parse(Encoding.UTF8.GetBytes("User-agent: *\nDisallow: /" + string.Concat(Enumerable.Repeat("*a", 500)) + "$"));
        var began = TimeProvider.System.GetTimestamp();

        Assert.True(robots.IsAllowed("StorylineBot", "/" + new string('a', 2000) + "b"));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Parse_AnyBytes_NeverThrows() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.String[0, 20]).Sample((bytes, path) => { RobotsTxt.Parse(bytes).IsAllowed("StorylineBot", "/" + path); }, iter: 20_000);

    [Fact]
    public void Parse_BytesInNoUtf8_AreEscapedAsTheyAre()
    {
        var robots = RobotsTxt.Parse([.. "User-agent: *\nDisallow: /caf"u8, 0xE9]);

        Assert.False(robots.IsAllowed("StorylineBot", "/caf%E9"));
        Assert.True(robots.IsAllowed("StorylineBot", "/caf%C3%A9"));
    }

    [Fact]
    public void Parse_LineOverTheLimit_IsCutOff()
    {
        const int LongestLine = 2083 * 8;
        var path = "/" + new string('a', LongestLine - "Disallow: /".Length - 1);
        var robots = RobotsTxt.Parse(Encoding.UTF8.GetBytes("User-agent: *\nDisallow: " + path + "tail\nDisallow: /b"));

        Assert.False(robots.IsAllowed("StorylineBot", path + "other"));
        Assert.True(robots.IsAllowed("StorylineBot", path[..^1]));
        Assert.False(robots.IsAllowed("StorylineBot", "/b"));
    }

    [Theory]
    [InlineData("User-agent: *\nCrawl-delay: 7", 7)]
    [InlineData("User-agent: *\nCrawl-delay: 0.5\nDisallow:", 0.5)]
    [InlineData("User-agent: *\nCrawl-delay: 7\nDisallow:\nUser-agent: StorylineBot\nDisallow: /x", 0)]
    [InlineData("User-agent: *\nCrawl-delay: 7\nUser-agent: StorylineBot\nDisallow: /x", 7)]
    [InlineData("User-agent: StorylineBot\nCrawl-delay: 7\nDisallow:\nUser-agent: StorylineBot\nCrawl-delay: 9", 9)]
    [InlineData("User-agent: other\nCrawl-delay: 7", 0)]
    [InlineData("Crawl-delay: 7", 0)]
    [InlineData("User-agent: *\nCrawl-delay: -7", 0)]
    [InlineData("User-agent: *\nCrawl-delay: soon", 0)]
    [InlineData("User-agent: *\nCrawl-delay: 99999999999999999999", 86400)]
    public void CrawlDelay_OfOurGroups_IsTheLongest(string robots, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RobotsTxt.Parse(Encoding.UTF8.GetBytes(robots)).CrawlDelay("StorylineBot"));

    [Fact]
    public void Sitemaps_AnywhereInTheFile_AreThoseWithAnAddress()
    {
        var robots = RobotsTxt.Parse(Encoding.UTF8.GetBytes(
            "sitemap: https://paper.example/a.xml\nUser-agent: other\nDisallow: /\nSITEMAP : https://paper.example/b.xml?" + new string('x', 500) + " # ours\nSitemap: /relative.xml\nSitemap:\nSitemap: ftp://paper.example/c.xml\n"
            + string.Concat(Enumerable.Range(0, 100).Select(i => $"Sitemap: https://paper.example/{i}.xml\n"))));

        Assert.Equal(50, robots.Sitemaps.Count);
        Assert.Equal(["https://paper.example/a.xml", "https://paper.example/b.xml?" + new string('x', 500), "https://paper.example/0.xml"], robots.Sitemaps.Take(3));
        Assert.True(robots.IsAllowed("StorylineBot", "/"));
    }

    [Fact]
    public void Usage_ForAPath_IsTheLongestMatchOfOurGroup()
    {
        var robots = RobotsTxt.Parse(Encoding.UTF8.GetBytes(
            """
            License: https://courier.example/rsl.xml
            User-agent: *
            Content-Signal: search=yes, ai-train=no
            Content-Usage: train-ai=n
            Content-Usage: /open/ train-ai=y
            Allow: /
            User-agent: other
            Content-Signal: search=no
            """));

        Assert.Equal([("content-signal", "search=yes, ai-train=no"), ("content-usage", "train-ai=n")], robots.Usage("StorylineBot", "/a"));
        Assert.Equal([("content-signal", "search=yes, ai-train=no"), ("content-usage", "train-ai=y")], robots.Usage("StorylineBot", "/open/a"));
        Assert.Equal(["https://courier.example/rsl.xml"], robots.Licences);
    }

    [Fact]
    public void IsAllowed_ManyRules_AllocatesNothing()
    {
        var robots = RobotsTxt.Parse(Encoding.UTF8.GetBytes("User-agent: *\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"Disallow: /*/{i}/*.php$\n"))));
        robots.IsAllowed("StorylineBot", "/news/2026/ferry");
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(robots.IsAllowed("StorylineBot", "/news/2026/ferry"));

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
