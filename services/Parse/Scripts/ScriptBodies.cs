using System.Text;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Scripts;

/// <summary>A text in a page's scripts that may be the article's.</summary>
/// <param name="Html">As markup, one element per piece.</param>
/// <param name="IsOfHeadline">What holds it also holds the page's headline.</param>
internal sealed record ScriptBody(string Html, bool IsOfHeadline);

/// <summary>
/// Texts of articles in the data that frameworks leave in a page for their scripts (<c>__NEXT_DATA__</c>, <c>__NUXT__</c>, <c>window.__INITIAL_STATE__</c>,
/// <c>Fusion.globalContent</c>, <c>application/json</c>, any literal that code assigns), and templates that scripts put into the page (<c>text/template</c>). No framework is
/// known by its schema: a text is a long string whose name says body or that is markup of several paragraphs, a list of typed elements with texts, as editors' formats have
/// them, markup as arrays, or several of these in one list.
/// </summary>
internal static class ScriptBodies
{
    private const int MinScript = 600;
    private const int MaxCharacters = 4_000_000;
    private const int MaxBodies = 40;

    /// <summary>Most are those of code: no page has so many.</summary>
    private const int MaxLiterals = 20_000;

    // What hands a piece of a stream to a page that is still being sent (React's server components).
    private const string StreamPush = "__next_f.push(";

    // Where code assigns a literal, or a text that is one: window.__STATE__ = {…}, var data=JSON.parse("…"), window.__NUXT__=(function(a){return {…}}("…")).
    private static readonly System.Buffers.SearchValues<string> Assignment = System.Buffers.SearchValues.Create(
        ["={", "= {", "=[", "= [", "=JSON.parse(", "= JSON.parse(", "=\"{", "= \"{", "='{", "= '{", "=\"%7B", "= \"%7B", "=(function(", "= (function("], StringComparison.Ordinal);

    public static List<ScriptBody> Find(HtmlTree tree, string? title)
    {
        var search = new BodySearch(title, MaxBodies);
        var stream = new StringBuilder();
        var characters = 0;
        for (Node? node = tree.Html.FirstChild; node is not null; node = node.Following(tree.Html))
        {
            if (node is not Element { Tag: Tag.Script, FirstChild: TextNode { Next: null } text } script || characters + text.Span.Length > MaxCharacters)
            {
                continue;
            }

            if (text.Span.IndexOf(StreamPush) is var push and >= 0)
            {
                characters += text.Span.Length;
                AppendPushed(text.Text, push, stream);
                continue;
            }

            if (text.Span.Length < MinScript)
            {
                continue;
            }

            var type = script.Attribute("type");
            if (type.Contains("ld+json", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            characters += text.Span.Length;
            if (type.Contains("json", StringComparison.OrdinalIgnoreCase))
            {
                search.Look(text.Text);
            }
            else if (type.EndsWith("template", StringComparison.OrdinalIgnoreCase) || type.Equals("text/html", StringComparison.OrdinalIgnoreCase))
            {
                search.LookAtText(text.Span.ToString());
            }
            else
            {
                LookAtAssignments(text.Text, search);
            }
        }

        LookAtStream(stream.ToString(), search);
        return search.Bodies;
    }

    /// <summary>The text in <c>self.__next_f.push([1,"…"])</c>: a piece of one stream.</summary>
    private static void AppendPushed(ReadOnlyMemory<char> script, int at, StringBuilder stream)
    {
        var values = ScriptValues.Read(script, at + StreamPush.Length);
        for (var i = 1; i < values.Count; i++)
        {
            if (values[i].Kind == ScriptKind.Text && values[i].Parent == 0)
            {
                stream.Append(values.Text(i));
            }
        }
    }

    /// <summary>Rows of a stream: a number, a colon, then JSON up to the line's end, or <c>T</c>, a text's length in bytes, a comma and the text.</summary>
    private static void LookAtStream(string stream, BodySearch search)
    {
        const int MaxHead = 16;
        var at = 0;
        while (at < stream.Length)
        {
            var row = stream.AsSpan(at);
            var colon = row[..Math.Min(MaxHead, row.Length)].IndexOf(':');
            var head = colon < 0 ? default : row[(colon + 1)..];
            var comma = head is ['T', ..] ? head[..Math.Min(MaxHead, head.Length)].IndexOf(',') : -1;
            if (comma > 1 && int.TryParse(head[1..comma], System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var bytes) && bytes > 0)
            {
                var text = head[(comma + 1)..];
                var length = LengthOf(text, bytes);
                search.LookAtText(text[..length].ToString());
                at = stream.Length - text.Length + length;
                continue;
            }

            var end = row.IndexOf('\n');
            end = end < 0 ? row.Length : end;
            if (head is ['{' or '[', ..] && end > MinScript)
            {
                search.Look(stream.AsMemory(at + colon + 1, end - colon - 1));
            }

            at += end + 1;
        }
    }

    /// <summary>Characters that so many bytes of UTF-8 are.</summary>
    private static int LengthOf(ReadOnlySpan<char> text, int bytes)
    {
        var length = 0;
        while (length < text.Length && bytes > 0)
        {
            // A surrogate is half of four bytes.
            bytes -= text[length] < 0x80 ? 1 : text[length] < 0x800 || char.IsSurrogate(text[length]) ? 2 : 3;
            length++;
        }

        return length;
    }

    /// <summary>A function that returns the data is given what occurs in it more than once: <c>(function(a){return {x:a,y:a}}("…"))</c>.</summary>
    private static int LookAtArguments(ReadOnlyMemory<char> script, int at, BodySearch search)
    {
        var values = ScriptValues.Read(string.Concat("[", script.Span[at..]).AsMemory());
        foreach (var argument in values.Children(0).Where(i => values[i].Kind == ScriptKind.Text && values.Length(i) >= MinScript))
        {
            search.LookAtText(values.Text(argument));
        }

        return script.Length;
    }

    private static void LookAtAssignments(ReadOnlyMemory<char> script, BodySearch search)
    {
        var at = 0;
        while (at < script.Length && search.Literals < MaxLiterals && script.Span[at..].IndexOfAny(Assignment) is var next and >= 0)
        {
            at += next + 1;
            var isCall = script.Span[at..].TrimStart().StartsWith("(function(");
            at = search.Look(script, at);
            at = isCall ? LookAtArguments(script, at, search) : at;
        }
    }
}
