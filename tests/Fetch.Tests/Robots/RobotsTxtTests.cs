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
}
