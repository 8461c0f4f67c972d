using Storyline.Fetch.Feeds;

namespace Storyline.Fetch.Tests.Feeds;

public sealed class OpmlTests
{
    [Fact]
    public void Read_FoldersAndBareAmpersands_GivesEveryFeed()
    {
        var outlines = Opml.Read("""<?xml version="1.0"?><opml version="1.0"><body><outline text="News & more"><outline text="A" title="" xmlUrl="https://example.com/a?x=1&y=2"/><outline title="B" XMLURL='https://example.com/b'></outline></outline><outline text="no feed" htmlUrl="https://example.com/"/></body>""");

        Assert.Equal([new OpmlOutline("https://example.com/a?x=1&y=2", "A"), new OpmlOutline("https://example.com/b", "B")], outlines);
    }

    [Theory]
    [InlineData("", "not OPML")]
    [InlineData("<rss/>", "root is not 'opml'")]
    [InlineData("<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", "DTD")]
    public void Read_NoOpml_SaysWhy(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FeedFormatException>(() => Opml.Read(text)).Message, StringComparison.Ordinal);
}
