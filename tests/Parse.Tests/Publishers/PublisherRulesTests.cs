using Storyline.Contracts;
using Storyline.Fixtures;
using Storyline.Parse.Publishers;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Tests.Publishers;

public sealed class PublisherRulesTests : IDisposable
{
    private const string Rule = """
        {
          "host": "harbourpost.example", "version": 3,
          "body": ["#c1 .a1"], "drop": ["div.promo"], "end": [".mark"], "title": [".t"], "authors": [".who b"], "published": [".when[data-x=1]"]
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("storyline-rules-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private PublisherRules Rules(string json, string name = "harbourpost.example.json")
    {
        File.WriteAllText(Path.Combine(_folder, name), json);
        var rules = PublisherRules.Read(_folder, out var errors);
        Assert.Empty(errors);
        return rules;
    }

    private static ParseResult Parse(string page, string url, PublisherRules? rules = null) =>
        new DocumentParser(rules: rules).Parse(File.ReadAllBytes(Repository.PathOf("tests", "Fixtures", "Pages", page)), "text/html", "utf-8", url, hint: null, explain: true);

    [Theory]
    [InlineData("https://harbourpost.example/boats")]
    [InlineData("https://www.harbourpost.example/boats")]
    public void Parse_SiteWithARule_TakesWhatTheRulePointsAt(string url)
    {
        var result = Parse("harbourpost.example.html", url, Rules(Rule));
        var content = result.Content!;
        Assert.Equal("Library lends boats from June on", content.Title);
        Assert.Equal(["Ines Falk"], content.Authors);
        Assert.Equal(new DateTime(2024, 5, 3, 8, 15, 0), content.PublishTime!.Value.DateTime);
        Assert.Equal(3, content.Blocks.Length);
        Assert.StartsWith("The library in the old customs house", content.Body, StringComparison.Ordinal);
        Assert.EndsWith("for the boats for four years.", content.Body, StringComparison.Ordinal);
        Assert.Equal(DocumentParser.Version + "+harbourpost.example/3", result.ParserVersion);
        Assert.Equal(["harbourpost.example/3"], result.Evidence.Where(e => e.Field == "rule").Select(e => e.Value));
        Assert.Contains(result.Evidence, e => e is { Field: "authors", Value: "Ines Falk", Source: "the site's rule" });
    }

    [Fact]
    public void Parse_OtherSite_IsReadByTheGeneralRules()
    {
        var result = Parse("harbourpost.example.html", "https://notharbourpost.example/boats", Rules(Rule));
        Assert.Equal(DocumentParser.Version, result.ParserVersion);
        Assert.DoesNotContain(result.Evidence, e => e.Field == "rule");
    }

    [Fact]
    public void Parse_RuleThatMatchesNothingAnyMore_LeavesThePageToTheGeneralRules()
    {
        var rule = Rules("""{"host":"harbourpost.example","version":1,"body":["#gone"],"title":["h7"],"authors":[".nobody"],"published":["time"]}""");
        var (ruled, general) = (Parse("harbourpost.example.html", "https://harbourpost.example/boats", rule), Parse("harbourpost.example.html", "https://harbourpost.example/boats"));
        Assert.Equal(general.ContentDigest, ruled.ContentDigest);
        Assert.Equal(general.Content!.Authors, ruled.Content!.Authors);
        Assert.Equal(["harbourpost.example/1", "body", "title", "authors", "published"], ruled.Evidence.Where(e => e.Field == "rule").Select(e => e.Value));
    }

    [Fact]
    public void Parse_Wikinews_EndsBeforeTheSources()
    {
        var result = Parse("wikinews.org.html", "https://en.wikinews.org/wiki/Port_Elin_bridge_opens_after_repair");
        var content = result.Content!;
        Assert.Equal("Port Elin bridge opens after repair", content.Title);
        Assert.Equal(4, content.Blocks.Length);
        Assert.Equal((BlockKind.Heading, "Background"), (content.Blocks[2].Kind, content.Blocks[2].Text));
        Assert.EndsWith("before the maritime court of the coast.", content.Body, StringComparison.Ordinal);
        Assert.Equal(new DateTime(2024, 5, 3), content.PublishTime!.Value.Date);
        Assert.Equal(DocumentParser.Version + "+wikinews.org/1", result.ParserVersion);
    }

    [Fact]
    public void Read_RuleOfTheFolder_GoesBeforeTheShippedOne() =>
        Assert.EndsWith("+wikinews.org/9", Parse("wikinews.org.html", "https://en.wikinews.org/x", Rules("""{"host":"wikinews.org","version":9,"title":["h1"]}""", "wikinews.org.json")).ParserVersion, StringComparison.Ordinal);

    [Fact]
    public void Shipped_EveryRule_HasAStoredPage() =>
        Assert.All(PublisherRules.Shipped.Hosts, host => Assert.True(File.Exists(Repository.PathOf("tests", "Fixtures", "Pages", host + ".html")), host));

    [Theory]
    [InlineData("x.example.json", "{", "x.example.json: line 1: is not JSON that holds a rule")]
    [InlineData("x.example.json", "null", "x.example.json: holds nothing")]
    [InlineData("x.example.json", """{"host":"x.example","version":1,"titel":["h1"]}""", "line 1: field 'titel' is none that a rule has")]
    [InlineData("x.example.json", """{"host":"x.example","version":1,"title":"h1"}""", "line 1: field 'title' is none that a rule has, or its value is of the wrong type")]
    [InlineData("x.example.json", """{"host":"x.example","version":1}""", "has none of body")]
    [InlineData("x.example.json", """{"host":"x.example","version":0,"title":["h1"]}""", "field 'version' is 0")]
    [InlineData("y.example.json", """{"host":"x.example","version":1,"title":["h1"]}""", "must be called x.example.json")]
    [InlineData("x.example.json", """{"host":"https://x.example/","version":1,"title":["h1"]}""", "field 'host' is 'https://x.example/'")]
    [InlineData("x.example.json", """{"host":"x.example","version":1,"drop":["p > a"]}""", "field 'drop': 'p > a' is not understood at '> a'")]
    [InlineData("x.example.json", """{"host":"x.example","version":1,"body":["[a"]}""", "field 'body': '[a' is not understood")]
    [InlineData("x.example.json", """{"host":"x.example","version":1,"end":[""]}""", "field 'end': a selector has 1 to 200 characters")]
    public void Read_WrongFile_NamesFileAndField(string name, string json, string expected)
    {
        File.WriteAllText(Path.Combine(_folder, name), json);
        _ = PublisherRules.Read(_folder, out var errors);
        var error = Assert.Single(errors);
        Assert.StartsWith(name, error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal("Parse:PublisherRules: " + error, Assert.Single(ParseOptions.Errors(new ParseOptions { PublisherRules = _folder })));
    }

    [Fact]
    public void Errors_FolderAndLanguages_AreChecked() => Assert.Equal(
        ["Parse:PublisherRules: the folder '/nowhere' does not exist", "Parse:Languages has 'English': must be primary tags of BCP 47, such as en"],
        ParseOptions.Errors(new ParseOptions { PublisherRules = "/nowhere", Languages = ["de", "English"] }));

    [Theory]
    [InlineData("p", "P1 P2")]
    [InlineData(".a", "P1")]
    [InlineData("p.a.b", "P1")]
    [InlineData("#y p", "P2")]
    [InlineData("div div p", "P1 P2")]
    [InlineData("div#x div", "D")]
    [InlineData("[data-k]", "P1 P2")]
    [InlineData("p[data-k=\"v w\"]", "P2")]
    [InlineData("#y .a", "")]
    [InlineData("DIV [lang=en][data-k=v]", "P1")]
    public void Select_Selector_FindsItsElements(string selector, string expected)
    {
        var tree = HtmlTree.Parse("<div id=x><div class=d title=D><p class='b a' data-k=v lang=en title=P1>1</p></div></div><div id=y><div><p data-k='v w' title=P2>2</p></div></div>");
        var read = Selector.Read(selector, out var error);
        Assert.Equal("", error);
        var found = new List<string>();
        for (Node? node = tree.Body.FirstChild; node is not null; node = node.Following(tree.Body))
        {
            if (node is Element element && read!.Matches(element))
            {
                found.Add(element.Attribute("title").ToString());
            }
        }

        Assert.Equal(expected, string.Join(' ', found));
    }
}
