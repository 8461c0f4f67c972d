using CsCheck;
using Storyline.Fetch.Feeds;

namespace Storyline.Fetch.Tests.Feeds;

public sealed class OpmlTests
{
    [Fact]
    public void Read_FoldersAndBareAmpersands_GivesEveryFeed()
    {
        var outlines = Opml.Read("""<?xml version="1.0"?><opml version="1.0"><body><outline text="News & more"><outline text="A" title="" xmlUrl="https://example.com/a?x=1&y=2"/><outline title="B" XMLURL='https://example.com/b'></outline></outline><outline text="no feed" htmlUrl="https://example.com/"/></body>""").Outlines;

        Assert.Equal([new OpmlOutline("https://example.com/a?x=1&y=2", "A", "News & more"), new OpmlOutline("https://example.com/b", "B", "News & more")], outlines);
    }

    [Fact]
    public void Read_NestedFolders_NamesThemFromTheOutermost()
    {
        var outlines = Opml.Read("""
            <opml version="2.0"><head><title>Mine</title></head><body>
            <outline text="Top" xmlUrl="https://example.com/top"/>
            <outline text="News"><outline text="AC/DC 100%"><outline text="a" xmlUrl="https://example.com/a"/></outline><outline text="b" xmlUrl="https://example.com/b"><outline text="c" xmlUrl="https://example.com/c"/></outline></outline>
            <outline text=" &#10; "><outline text="d" xmlUrl="https://example.com/d"/></outline>
            <outline title="Sport" text="ignored"/><outline text="e" xmlUrl="https://example.com/e"/>
            </body></opml>
            """).Outlines;

        Assert.Equal(["top ", "a News/AC%2FDC 100%25", "b News", "c News", "d ", "e "], outlines.Select(outline => new Uri(outline.Url).AbsolutePath[1..] + " " + outline.Folder));
        Assert.Equal(["News", "AC/DC 100%"], FeedFolder.Names(outlines[1].Folder));
    }

    [Fact]
    public void Write_TitlesWithAnyCharacters_LosesNoneThatXmlCanHold() => Assert.Equal(
        ("A \U0001F600 <b> & \"c\"", "\U0001F4F0 News"),
        Opml.Read(Opml.Write([new FeedRow { Url = "https://example.com/a", Title = "A \U0001F600 <b>\u0001 & \"c\"", Folders = "\U0001F4F0 News" }], DateTimeOffset.UnixEpoch)).Outlines.Select(outline => (outline.Title, outline.Folder)).Single());

    [Fact]
    public void Read_FoldersDeeperThanAFolderMayBeLong_KeepsTheOuterOnes()
    {
        var folder = Opml.Read("<opml><body>" + string.Concat(Enumerable.Repeat("<outline text='0123456789'>", 50)) + "<outline xmlUrl='https://example.com/a'/>").Outlines.Single().Folder;

        Assert.Null(FeedFolder.Error(folder));
        Assert.Equal(18, FeedFolder.Names(folder).Count());
    }

    [Fact]
    public void Write_ThenRead_AnyFolders_AreTheSame() => Gen.String[1, 20].Array[1, 4].Array[0, 5].Sample(
        names =>
        {
            var folders = names.Select(FeedFolder.Of).Where(folder => folder.All(System.Xml.XmlConvert.IsXmlChar)).Where(folder => folder.Length > 0).Distinct(StringComparer.Ordinal).ToList();
            var feeds = new[] { new FeedRow { Url = "https://example.com/a", Title = "A", Folders = FeedFolder.Write(folders) }, new FeedRow { Url = "https://example.com/b", Folders = FeedFolder.Write(folders.Take(1)) } };

            var read = Opml.Read(Opml.Write(feeds, DateTimeOffset.UnixEpoch)).Outlines;

            Assert.All(folders, folder => Assert.Null(FeedFolder.Error(folder)));
            Assert.Equal(
                (folders.Count == 0 ? [""] : folders).Order(StringComparer.Ordinal), read.Where(outline => outline.Title == "A").Select(outline => outline.Folder).Order(StringComparer.Ordinal));
            Assert.Single(read, outline => outline.Url == "https://example.com/b");
        },
        iter: 2000);

    [Theory]
    [InlineData("", "not OPML")]
    [InlineData("<rss/>", "root is not 'opml'")]
    [InlineData("<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", "DTD")]
    public void Read_NoOpml_SaysWhy(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FeedFormatException>(() => Opml.Read(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("<!DOCTYPE opml><opml><body><outline xmlUrl='https://example.com/a'/></body></opml>")]
    [InlineData("<?xml version='1.0'?>\n<!DOCTYPE opml PUBLIC '-//x' 'opml.dtd'>\n<opml><body><outline text='&lt;!DOCTYPE x [' xmlUrl='https://example.com/a'/></body></opml>")]
    public void Read_DoctypeWithNothingInside_IsRead(string text)
    {
        var document = Opml.Read(text);

        Assert.Equal("https://example.com/a", Assert.Single(document.Outlines).Url);
        Assert.Empty(document.Losses);
    }

    [Theory]
    [InlineData("<opml><body><outline text='A' xmlUrl='https://example.com/a'/><outline text='B' xmlUrl='https://exam", 1, "cut")]
    [InlineData("<opml><body><outline text='A' xmlUrl='https://example.com/a'/><outline text='B' type='RSS' url='https://example.com/b'/></body></opml>", 1, "'B': is of type rss and has no xmlUrl")]
    [InlineData("<opml><body><outline text='F' type='rss'><outline text='A' xmlUrl='https://example.com/a'/></outline></body></opml>", 0, "")]
    public void Read_WhatIsLost_IsToldWithItsReason(string text, int lost, string reason)
    {
        var document = Opml.Read(text);

        Assert.Equal("https://example.com/a", Assert.Single(document.Outlines).Url);
        Assert.Equal(lost, document.Losses.Sum(loss => loss.Count));
        Assert.All(document.Losses, loss => Assert.Contains(reason, loss.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_OutlinesThatLieTooDeep_AreCounted()
    {
        var deep = string.Concat(Enumerable.Repeat("<outline text='x'>", 62));

        var document = Opml.Read($"<opml><body>{deep}<outline xmlUrl='https://example.com/a'/><outline xmlUrl='https://example.com/b'/>{deep.Replace("<outline text='x'>", "</outline>", StringComparison.Ordinal)}<outline xmlUrl='https://example.com/c'/></body></opml>");

        Assert.Equal("https://example.com/c", Assert.Single(document.Outlines).Url);
        Assert.Equal(2, Assert.Single(document.Losses).Count);
    }
}
