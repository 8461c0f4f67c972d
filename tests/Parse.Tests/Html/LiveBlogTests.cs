using System.Text.Json;
using Storyline.Contracts;

namespace Storyline.Parse.Tests.Html;

public sealed class LiveBlogTests
{
    private static readonly DateTimeOffset First = new(2024, 5, 3, 9, 0, 0, TimeSpan.FromHours(2));

    private static readonly (string Headline, string Text)[] Entries =
    [
        ("First cars are across", "The first cars crossed the harbour bridge at half past seven, with flags on both banks, and the drivers were given free coffee by the shops."),
        ("Mayor cuts the ribbon", "Mayor Ines Falk cut the ribbon with the shears of the shipyard, and thanked the divers who had worked through the whole of the winter."),
        ("Ferries stay for now", "The ferries will keep running until the end of the month, the port authority has just confirmed, so nobody has to change plans at once."),
        ("Police expect long queues", "Police expect queues on the northern ramp until the evening and ask everybody who can to come by tram or to wait until Saturday."),
        ("The second pillar stands", "All sensors on the second pillar show what they should, the engineers said after the first hour, and the night shift can go home."),
    ];

    private static DateTimeOffset Time(int entry) => First.AddMinutes(-17 * entry);

    private static string Shown(Func<int, string> entry) => string.Concat(Enumerable.Range(0, Entries.Length).Select(entry));

    private static string Entry(int i, string attributes, int hours = 0) =>
        $"<div {attributes}><time datetime=\"{Time(i).AddHours(-hours * i):O}\">{Time(i):HH.mm}</time><h3>{Entries[i].Headline}</h3><p>{Entries[i].Text}</p></div>";

    private static string Declared() => "<script type=\"application/ld+json\">" + JsonSerializer.Serialize(
        new Dictionary<string, object>
        {
            ["@type"] = "LiveBlogPosting", ["headline"] = "Harbour bridge opens after repair",
            ["liveBlogUpdate"] = Entries.Select((e, i) => new Dictionary<string, object>
            {
                ["@type"] = "BlogPosting", ["headline"] = e.Headline, ["articleBody"] = e.Text, ["datePublished"] = Time(i).ToString("O"),
            }),
        },
        JsonSerializerOptions.Default) + "</script>";

    private static void AssertEntries(ArticleContent content)
    {
        Assert.True(content.IsLiveBlog);
        var begun = content.Blocks.Where(b => b.Time is not null).ToList();
        Assert.Equal(Entries.Select((e, i) => (e.Headline, (DateTimeOffset?)Time(i))), begun.Select(b => (b.Text, b.Time)));
        Assert.All(Entries, e => Assert.Contains(e.Text, content.Body, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_EntriesWithTimesAndIds_AreALiveBlogWithoutAnyDeclaration() =>
        AssertEntries(new TestPage { Article = $"<div class=\"live\">{Shown(i => Entry(i, $"id=\"post-{i}\" class=\"live-entry\""))}</div>" }.Content());

    [Fact]
    public void Parse_DeclaredEntriesWithoutTimesOnThePage_HaveTheDeclaredTimes() =>
        AssertEntries(new TestPage { Head = Declared(), Article = Shown(i => $"<section><h3>{Entries[i].Headline}</h3><p>{Entries[i].Text}</p></section>") }.Content());

    [Fact]
    public void Parse_EntriesThatOnlyScriptsShow_AreTheDeclaredOnes() =>
        AssertEntries(new TestPage { Head = Declared(), Article = "<p>Loading the newest entries of this live blog, please wait.</p>" }.Content());

    [Fact]
    public void Parse_Microdata_DeclaresALiveBlog()
    {
        var page = new TestPage { Article = $"<div itemscope itemtype=\"https://schema.org/LiveBlogPosting\">{Shown(i => $"<p>{Entries[i].Text}</p>")}</div>" };
        Assert.True(page.Content().IsLiveBlog);
    }

    [Theory]
    [InlineData("class=\"entry\"", 0)] // nothing to link to
    [InlineData("id=\"post-{0}\"", 48)] // days apart: the posts of a blog
    [InlineData("id=\"comment-{0}\"", 0)]
    public void Parse_PiecesWithTimesThatAreNotLive_AreNoLiveBlog(string attributes, int hours)
    {
        var content = new TestPage { Article = Shown(i => Entry(i, string.Format(System.Globalization.CultureInfo.InvariantCulture, attributes, i), hours)) }.Content();
        Assert.False(content.IsLiveBlog);
        Assert.All(content.Blocks, b => Assert.Null(b.Time));
    }

    [Fact]
    public void Parse_ArticleBesideTimedTeasers_IsNoLiveBlog()
    {
        var teasers = Shown(i => Entry(i, $"id=\"teaser-{i}\" class=\"teaser\""));
        Assert.False(new TestPage { After = $"<aside class=\"latest\">{teasers}</aside>" }.Content().IsLiveBlog);
    }

    [Fact]
    public void Parse_ManyTimes_StaysLinear()
    {
        var times = string.Concat(Enumerable.Range(0, 15_000).Select(i => $"<div id=a{i}><div><div><time datetime=\"{Time(i):O}\">x</time><p>{Entries[i % 5].Text}</p></div></div></div>"));
        var began = Environment.CpuUsage.TotalTime;
        _ = new TestPage { Head = Declared(), Article = times }.Parse();
        Assert.True(Environment.CpuUsage.TotalTime - began < TimeSpan.FromSeconds(10));
    }
}
