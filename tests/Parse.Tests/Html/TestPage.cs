using System.Text;
using Storyline.Contracts;

namespace Storyline.Parse.Tests.Html;

/// <summary>A publisher's page made for tests: invented text in a template with navigation, teasers and a footer.</summary>
internal sealed record TestPage
{
    public const string Url = "https://www.harbourpost.example/2024/05/03/harbour-bridge-opens-after-repair-4711.html";

    public static readonly string[] Paragraphs =
    [
        "The harbour bridge of Port Elin opened to traffic on Friday morning, four months after a freighter had damaged its second pillar, the port authority said.",
        "“We have tested every weld twice, and we are satisfied with what we saw,” said Marta Oldén, who led the repair on behalf of the city.",
        "Ferries that had carried about nine thousand commuters a day will keep running until the end of the month, so that nobody has to change plans at once.",
        "The insurer of the freighter has paid most of the cost, according to the city treasurer, while the rest is disputed before the maritime court.",
        "Shop owners on the northern bank, who had lost customers through the winter, greeted the first cars with flags and with free coffee for the drivers.",
    ];

    public string Title { get; init; } = "Harbour bridge opens after repair";

    public string Head { get; init; } = "";

    public string Heading { get; init; } = "<h1>Harbour bridge opens after repair</h1>";

    public string Before { get; init; } = "";

    public string Article { get; init; } = string.Concat(Paragraphs.Select(p => $"<p>{p}</p>\n"));

    public string After { get; init; } = "";

    public string Html => $"""
        <!DOCTYPE html><html lang="en"><head><title>{Title}</title>{Head}</head><body>
        <nav><ul><li><a href="/">Home</a></li><li><a href="/city">City</a></li><li><a href="/sea">Sea</a></li></ul></nav>
        {Before}
        <main><article>{Heading}{Article}</article></main>
        {After}
        <footer><p>© Harbour Post 2024. <a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></p></footer>
        </body></html>
        """;

    public static string Body => string.Join("\n\n", Paragraphs);

    public ParseResult Parse(EntryHint? hint = null) => Parse(Html, hint);

    public static ParseResult Parse(string html, EntryHint? hint = null) =>
        new DocumentParser().Parse(Encoding.UTF8.GetBytes(html), "text/html", "utf-8", Url, hint);

    public ArticleContent Content(EntryHint? hint = null)
    {
        var result = Parse(hint);
        Assert.Equal("", result.Reason);
        return result.Content!;
    }
}
