using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using CsCheck;
using Storyline.Fixtures;
using Storyline.Parse.Tree;
using Element = Storyline.Parse.Tree.Element;
using Node = Storyline.Parse.Tree.Node;

namespace Storyline.Parse.Tests.Tree;

/// <summary>
/// The tree that the builder makes is AngleSharp's. Apart from comments and the case of foreign names, what is not compared: <c>xlink:href</c>, which AngleSharp
/// merges with <c>href</c>; the elements inside <c>select</c>, where it already follows the relaxed rules of 2025; and the names of end tags inside style and
/// script, which it puts in lower case.
/// </summary>
public sealed class HtmlTreeTests
{
    private static readonly HtmlParserOptions Options = new() { IsScripting = false };

    [Theory]
    [InlineData("")]
    [InlineData("plain text")]
    [InlineData("<!doctype html><title>A &amp; B</title><p>One<p>Two<br>three</p>four")]
    [InlineData("<p>a<table><tr><td>b</table>c")]
    [InlineData("<!doctype html><p>a<table><tr><td>b</table>c")]
    [InlineData("<table>a<b>b<tr><td>c</b>d</table>e")]
    [InlineData("<table><caption>x<td>y<col><tbody><th>z</table>")]
    [InlineData("<b>1<i>2<p>3</b>4</i>5</p>6")]
    [InlineData("<a href=1>x<a href=2>y<div>z</a>w</div>")]
    [InlineData("<div><b><p>1<p>2</b>3</div>4")]
    [InlineData("<b><b><b><b><p>x")]
    [InlineData("<ul><li>a<li>b<ul><li>c</ul>d</ul><dl><dt>a<dd>b<dt>c</dl>")]
    [InlineData("<select><option>a<option>b<optgroup><option>c</select><p>d")]
    [InlineData("<script><!-- <script>a</script> b --></script>c")]
    [InlineData("<script>if (a </b> 0) '<!--'</script>x")]
    [InlineData("<style>a</p>b</style><textarea>\n<p>x</textarea><pre>\n\ny</pre>")]
    [InlineData("<noscript><p>x</noscript><body><noscript><img src=a></noscript>")]
    [InlineData("<head><noscript><link href=a><p>x</noscript></head>y")]
    [InlineData("<template><tr><td>x</td></tr></template><p>y")]
    [InlineData("<svg><path d=1 /><title>t</title><foreignObject><p>x</foreignObject></svg><math><mi>x<p>y</math>")]
    [InlineData("<svg><g><p>out</p></g></svg><svg><![CDATA[a<b]]></svg>")]
    [InlineData("<p>a<!-- b --c- -->d<!-->e<!--->f<!doctype x>g<?php h ?>i</>j</ k>l")]
    [InlineData("&copy &copy; &notit; &amp &lt&gt; &#x80; &#128; &#0; &#xD800; &unknown; &AMP; &NotEqualTilde; &#;")]
    [InlineData("<a title='&copy=1 &copy; &amp;x &ampx &lt' b=c/d e f='' g=\"h\" g=i =j>")]
    [InlineData("<body class=a><p><body class=b id=c><html lang=de>")]
    [InlineData("<frameset><frame src=a></frameset>x")]
    [InlineData("<h1>a<h2>b</h1>c<form><p><form>d</form></form>")]
    [InlineData("<button>a<button>b<p>c</button>d")]
    [InlineData("</p></br><image src=x>a < b <3 c<d")]
    [InlineData("<div a=b")]
    [InlineData("<ruby>a<rt>b<rp>c<rtc>d</ruby>")]
    [InlineData("x</body>y</html>z<p>w")]
    [InlineData("<nobr>a<nobr>b</nobr><marquee><b>c</marquee>d")]
    [InlineData("<table><input type=hidden><input type=text><form><tr><td><select><td>x")]
    [InlineData("\r\na\rb\n<p title='c\r\nd'>")]
    public void Parse_Markup_GivesTheStandardTree(string html) => Assert.Equal(Expected(html), Actual(html));

    [Fact]
    public void Parse_HtmlTagsWithEverNewAttributes_KeepsABoundedNumber()
    {
        var html = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"<html a{i}>"));
        Assert.Equal(256, HtmlTree.Parse(html).Html.Attributes.Length);
    }

    // Without tables: AngleSharp goes on fostering after a stray end tag in a table, where the standard stops. Without buttons in drawings: AngleSharp takes them for
    // HTML's, which end the scope of a paragraph; the standard does not.
    [Fact]
    public void Parse_TagSoup_GivesTheStandardTree()
    {
        string[] pieces =
        [
            "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<i>", "</i>", "<a href=x>", "</a>", "<li>", "</li>", "<ul>", "</ul>", "<h2>", "</h2>",
            "<span class=c>", "</span>", "<br>", "<img src=y>", "text ", " ", "&amp;", "<!-- c -->", "<em>", "</em>", "<dl>", "<dt>", "<dd>", "</dl>", "<button>", "</button>", "<font color=red>", "</font>",
            "<section>", "</section>", "<article>", "</article>", "<strong>", "</strong>", "<blockquote>", "</blockquote>", "<form>", "</form>", "<x-y>", "</x-y>", "<script>s</script>", "<option>", "<pre>", "</pre>", "<svg>", "</svg>", "<nobr>",
        ];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[1, 24].Where(parts => !(parts.Contains("<svg>") && parts.Contains("<button>"))).Sample(
            parts =>
            {
                var html = "<!doctype html>" + string.Concat(parts);
                Assert.True(Expected(html) == Actual(html), $"{html}\n{Expected(html)}\n{Actual(html)}");
            },
            iter: 4_000);
    }

    [Fact]
    public void Parse_BrokenPieces_EndsWithATree()
    {
        string[] pieces = ["<", ">", "/", "!", "--", "\"", "'", "=", "&", "#", ";", "x", " ", "<a", "<!--", "-->", "</", "<script", "</script>", "<table", "<td>", "<svg>", "<![CDATA[", "]]>", "<template>", "</template>", "<select>", "<frameset>", "\0", "\uD800", "\r"];
        Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]).Array[0, 60].Sample(parts => Actual(string.Concat(parts)).Length > 0, iter: 20_000);
    }

    [Theory]
    [InlineData("publishers")]
    [InlineData("multilingual")]
    [InlineData("articles")]
    public void Parse_PagesOfTheWorld_GiveTheStandardTree(string set)
    {
        using var stream = new GZipStream(File.OpenRead(SharedData.Path($"eval/extraction/{set}/pages.jsonl.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        var different = new List<string>();
        var pages = 0;
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var html = json.RootElement.GetProperty("html").GetString()!;
            if (html.Contains("shadowrootmode", StringComparison.Ordinal))
            {
                continue; // AngleSharp moves these templates out of the tree
            }

            pages++;
            if (Expected(html) is var expected && Actual(html) is var actual && !expected.Equals(actual, StringComparison.OrdinalIgnoreCase))
            {
                different.Add(json.RootElement.GetProperty("id").GetString() + ": " + Difference(expected, actual));
            }
        }

        Assert.True(pages > 100);
        Assert.True(different.Count == 0, $"{different.Count} of {pages} pages differ:\n" + string.Join("\n", different.Take(20)));
    }

    private static string Difference(string expected, string actual)
    {
        var at = 0;
        while (at < expected.Length && at < actual.Length && char.ToLowerInvariant(expected[at]) == char.ToLowerInvariant(actual[at]))
        {
            at++;
        }

        return $"…{expected[Math.Max(0, at - 80)..Math.Min(expected.Length, at + 60)]}… became …{actual[Math.Max(0, at - 80)..Math.Min(actual.Length, at + 60)]}…";
    }

    // AngleSharp takes the prefix off; in the light tree attributes have no namespaces.
    private static string NameOf(IAttr attribute) => attribute.NamespaceUri switch
    {
        "http://www.w3.org/1999/xlink" when attribute.LocalName != "xlink" => "xlink:" + attribute.LocalName,
        "http://www.w3.org/XML/1998/namespace" => "xml:" + attribute.LocalName,
        _ => attribute.Name.ToLowerInvariant(),
    };

    private static bool IsLinkOfSvg(string element, string attribute) => attribute == "xlink:href" || (attribute == "href" && element == "use");

    private static string Actual(string html)
    {
        var text = new StringBuilder();
        Write(HtmlTree.Parse(html).Html, text);
        return text.ToString();
    }

    private static string Expected(string html)
    {
        using var document = new HtmlParser(Options).ParseDocument(html);
        var text = new StringBuilder();
        Write(document.DocumentElement, text);
        return text.ToString();
    }

    private static void Write(Node node, StringBuilder text)
    {
        if (node is TextNode run)
        {
            text.Append(run.Span);
            return;
        }

        var element = (Element)node;
        text.Append('\u2039').Append(element.Name);
        if (element.Name == "select")
        {
            text.Append(element.TextContent());
            return;
        }

        foreach (var attribute in element.Attributes.ToArray().Where(a => !IsLinkOfSvg(element.Name, a.Name)).OrderBy(a => a.Name, StringComparer.Ordinal))
        {
            text.Append(' ').Append(attribute.Name).Append('=').Append(attribute.Value);
        }

        text.Append('\u203A');
        for (var child = element.FirstChild; child is not null; child = child.Next)
        {
            Write(child, text);
        }

        text.Append('\u2039').Append('/').Append('\u203A');
    }

    private static void Write(INode node, StringBuilder text)
    {
        if (node is IText run)
        {
            text.Append(run.Data);
            return;
        }

        if (node is not IElement element)
        {
            return;
        }

        text.Append('\u2039').Append(element.LocalName.ToLowerInvariant());
        if (element.LocalName == "select")
        {
            text.Append(element.TextContent);
            return;
        }

        foreach (var (name, value) in element.Attributes.Select(a => (Name: NameOf(a), a.Value)).Where(a => !IsLinkOfSvg(element.LocalName, a.Name)).OrderBy(a => a.Name, StringComparer.Ordinal))
        {
            text.Append(' ').Append(name).Append('=').Append(value);
        }

        text.Append('\u203A');
        foreach (var child in element is IHtmlTemplateElement template ? template.Content.ChildNodes : element.ChildNodes)
        {
            Write(child, text);
        }

        text.Append('\u2039').Append('/').Append('\u203A');
    }
}
