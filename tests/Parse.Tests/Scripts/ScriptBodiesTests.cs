using System.Text.Json;
using Storyline.Contracts;
using Storyline.Parse.Tests.Html;

namespace Storyline.Parse.Tests.Scripts;

/// <summary>Articles whose text a page keeps for its scripts, in the forms that frameworks and editors have.</summary>
public sealed class ScriptBodiesTests
{
    private const string Title = "Harbour bridge opens after repair";

    private static readonly string[] P = TestPage.Paragraphs;

    private static string Json(object value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Default);

    private static string Data(object value, string id = "data") => $"<script id=\"{id}\" type=\"application/json\">{Json(value)}</script>";

    private static object Span(string text) => new { _type = "span", text };

    private static object Nested(string text) => new { type = "paragraph", model = new { text, blocks = new[] { new { type = "fragment", model = new { text } } } } };

    /// <summary>A page that shows nothing but asks for scripts to be enabled.</summary>
    private static ArticleContent Shell(string script) => new TestPage
    {
        Heading = "", Article = "<div id=\"root\"><p>You need to enable JavaScript to run this app.</p></div>", After = script,
    }.Content();

    private static string Markup => string.Concat(P.Select(p => $"<p>{p}</p>"));

    public static TheoryData<string, string> Payloads => new()
    {
        { "Next.js, markup", Data(new { props = new { pageProps = new { story = new { title = Title, body = Markup } } } }, "__NEXT_DATA__") },
        { "Next.js, plain text", Data(new { props = new { article = new { headline = Title, articleBody = string.Join("\n\n", P) } } }, "__NEXT_DATA__") },
        { "a template", $"<script type=\"text/template\">{Markup}</script>" },
        { "typed elements", "<script>window.Fusion=window.Fusion||{};Fusion.globalContent=" + Json(new { headlines = new { basic = Title }, content_elements = P.Select(p => new { type = "text", content = p }) }) + ";Fusion.spa=false;</script>" },
        { "blocks with data", "<script>window.__INITIAL_STATE__ = " + Json(new { post = new { title = Title, content = new { blocks = P.Select(p => new { type = "paragraph", data = new { text = p } }) } } }) + ";</script>" },
        { "spans", "<script>window.__PRELOADED_STATE__ = JSON.parse(" + Json(Json(new { title = Title, body = P.Select(p => new { _type = "block", style = "normal", children = new[] { Span(p[..20]), Span(p[20..]) } }) })) + ");</script>" },
        { "nested models", "<script>window.__INITIAL_DATA__=" + Json(Json(new { data = new { title = Title, content = new { model = new { blocks = new[] { new { type = "text", model = new { blocks = P.Select(Nested) } } } } } } })) + ";</script>" },
        { "a document tree", Data(new { entry = new { title = Title, document = new { nodeType = "document", content = P.Select(p => new { nodeType = "paragraph", content = new[] { new { nodeType = "text", value = p } } }) } } }) },
        { "markup as arrays", "<script>window.__PRELOADED_STATE__ = " + Json(new { article = new { hed = "x", headline = Title, body = new object[] { "div" }.Concat(P.Select(p => new object[] { "p", p[..20], new object[] { "em", p[20..30] }, p[30..] })) } }) + ";</script>" },
        { "a tree of tags", Data(new { title = Title, dom = new { type = "root", children = P.Select(p => new { type = "tag", name = "p", children = new object[] { new { type = "tag", name = "strong", children = new[] { new { type = "text", data = p[..20] } } }, new { type = "text", data = p[20..] } } }) } }) },
        { "sections", Data(new { page = new { title = Title, contents = P.Select(p => new { section = new { general = new { content = $"<p>{p}</p><p></p>" } }, background = "white" }) } }) },
        { "data in a text in data", Data(new { cache = new { a1 = new { data = Json(new { article = new { title = Title, content = Json(new { type = "doc", content = P.Select(p => new { type = "paragraph", content = new[] { new { type = "text", text = p } } }) }) } }) } } }) },
        { "a variable", "<script>var page = {'title': '" + Title + "', kind: 'x', description: " + Json(Markup) + ", f: function () { return '}'; }};</script>" },
        { "normalised cache", "<script>window.__APOLLO_STATE__={\"ROOT_QUERY\":{\"x\":1},\"Article:1\":" + Json(new { __typename = "Article", headline = Title, bodyHtml = Markup }) + "};</script>" },
        { "Nuxt 2, a function", "<script>window.__NUXT__=(function(a,b){return {layout:\"default\",data:[{article:{title:\"" + Title + "\",isFree:a,body:" + Json(Markup) + "}}],state:{n:b}}}(true,null));</script>" },
        { "Nuxt 2, an argument", "<script>window.__NUXT__=(function(a,b){return {data:[{article:{title:\"" + Title + "\",body:b}}],state:{n:a,body:b}}}(null," + Json(Markup) + "));</script>" },
        { "Nuxt 3, flat", $"<script type=\"application/json\" id=\"__NUXT_DATA__\">[[\"ShallowReactive\",1],{{\"data\":2}},{{\"article\":3}},{{\"title\":4,\"paragraphs\":5}},\"{Title}\",[6,7,8,9,10],{string.Join(',', P.Select(Json))}]</script>" },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Parse_EmptyShell_TakesTheTextFromTheScript(string form, string script)
    {
        Assert.NotEqual("", form);
        Assert.Equal(TestPage.Body, Shell(script).Body);
    }

    [Theory]
    [InlineData("T")] // a row of text, which other rows refer to
    [InlineData("{")]
    public void Parse_StreamOfAServerComponent_TakesTheTextFromItsRows(string row)
    {
        var text = Markup.Replace("Friday", "Friday 🙂", StringComparison.Ordinal);
        var rows = "0:[\"$\",\"div\",null,{\"className\":\"a\"}]\n1:I[\"static/chunk.js\"]\n" + (row == "T"
            ? $"2:T{System.Text.Encoding.UTF8.GetByteCount(text):x},{text}3:{{\"title\":\"{Title}\",\"body\":\"$2\"}}\n"
            : $"2:{Json(new { title = Title, body = text })}\n");
        var pushes = string.Concat(rows.Chunk(300).Select(c => $"<script>self.__next_f.push([1,{Json(new string(c))}])</script>"));
        Assert.Equal(TestPage.Body.Replace("Friday", "Friday 🙂", StringComparison.Ordinal), Shell("<script>(self.__next_f=self.__next_f||[]).push([0])</script>" + pushes).Body);
    }

    [Fact]
    public void Parse_PageShowsOnlyTheBeginning_TakesTheWholeTextFromTheScript()
    {
        var content = new TestPage
        {
            Article = $"<p>{P[0]}</p><p>{P[1]}</p><div class=\"paywall\"><p>Subscribe to read the rest of this.</p></div>",
            After = Data(new { story = new { title = Title, body = Markup } }),
        }.Content();
        Assert.Equal(TestPage.Body, content.Body);
    }

    [Fact]
    public void Parse_ElementsOfManyTypes_AreTypedBlocksWithoutFurniture()
    {
        object[] elements =
        [
            new { type = "text", content = P[0] }, new { type = "image", caption = "The bridge at dawn on Friday, seen from the ferry" }, new { type = "header", level = 2, content = "What was broken" },
            new { type = "text", content = P[1].Replace("tested", "<b>tested</b>", StringComparison.Ordinal) }, new { type = "interstitial_link", content = "Read this other article of ours, which is long and good.", url = "/x" },
            new { type = "quote", content_elements = new[] { new { type = "text", content = P[2] } } },
            new { type = "list", items = new[] { new { type = "text", content = "The second pillar was rebuilt." }, new { type = "text", content = "Both decks were laid anew." } } },
            new { type = "raw_html", content = "<script>track()</script><p>An advertisement that is long enough to be taken for text, too.</p>" }, new { type = "text", content = P[3] }, new { type = "text", content = P[4] },
        ];
        var content = Shell("<script>Fusion.globalContent=" + Json(new { headlines = new { basic = Title }, content_elements = elements }) + "</script>");
        Assert.Equal(
            [BlockKind.Paragraph, BlockKind.Heading, BlockKind.Paragraph, BlockKind.Quote, BlockKind.ListItem, BlockKind.ListItem, BlockKind.Paragraph, BlockKind.Paragraph],
            content.Blocks.Select(b => b.Kind));
        Assert.Equal(P[1], content.Blocks[2].Text);
    }

    [Fact]
    public void Parse_ScriptKnowsOtherArticles_TakesThatOfTheHeadline()
    {
        var others = Enumerable.Range(1, 5).Select(i => new { title = $"Another article {i}", body = string.Concat(Enumerable.Repeat($"<p>The library number {i} of the town lends boats in summer, the council decided after a long debate on Tuesday.</p>", 30)) });
        var content = Shell(Data(new { latest = others, page = new { title = Title, body = Markup } }));
        Assert.Equal(TestPage.Body, content.Body);
    }

    [Fact]
    public void Parse_ScriptKnowsOnlyOtherArticles_KeepsWhatThePageShows()
    {
        var other = string.Concat(Enumerable.Repeat("<p>The library of the old customs house lends boats in summer, the council decided after a long debate on Tuesday.</p>", 30));
        var page = new TestPage { After = Data(new { related = new[] { new { title = "A library", body = other } } }) };
        Assert.Equal(TestPage.Body, page.Content().Body);
    }

    [Fact]
    public void Parse_ScriptHoldsWordsAndLabels_IsNoArticle()
    {
        var words = string.Join(' ', Enumerable.Range(1, 300).Select(i => $"bridge{i} repair"));
        var result = new TestPage { Heading = "", Article = "", After = Data(new { page = new { title = Title, content = words, blocks = Enumerable.Range(1, 60).Select(i => new { type = "text", text = $"Harbour bridge label {i}" }) } }) }.Parse();
        Assert.Equal(Outcome.NoArticle, result.Outcome);
    }

    [Theory]
    [InlineData("{\"a\":[")]
    [InlineData("{\"body\":\"\\u12")]
    [InlineData("[[[[")]
    [InlineData("[\"p\",[\"div\",")]
    [InlineData("{\"a\":function(){ if (x < 3) { return '}' } },")]
    [InlineData("\"\\\\")]
    [InlineData("[{\"a\":1},\"")]
    [InlineData("self.__next_f.push([1,\"2:Tffffffff,\"])")]
    [InlineData("[{\"a\":1,\"b\":0},{\"body\":[1,1,2,2,0]},\"text\",")]
    public void Parse_BrokenData_IsPassedOver(string data)
    {
        var script = $"<script type=\"application/json\">{string.Concat(Enumerable.Repeat(data, 20_000))}</script>";
        var began = Environment.CpuUsage.TotalTime;
        Assert.Equal(Outcome.TooShort, new TestPage { Article = "<p>The harbour bridge of the old town opened to all traffic on Friday morning at last.</p>", After = script }.Parse().Outcome);
        Assert.True(Environment.CpuUsage.TotalTime - began < TimeSpan.FromSeconds(5));
    }
}
