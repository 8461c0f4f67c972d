using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Storyline.Contracts;

namespace Storyline.Parse.Html;

/// <summary>
/// Turns an element into typed blocks in document order, in one pass. Inline content between two block boundaries is one block, so text that
/// lies in a <c>div</c> without a paragraph, or between two line breaks, is a paragraph, too.
/// </summary>
public sealed class BlockReader
{
    private readonly List<Block> _blocks = [];
    private readonly StringBuilder _inline = new();

    private BlockReader()
    {
    }

    public static List<Block> Read(IElement content)
    {
        var reader = new BlockReader();
        reader.Visit(content, BlockKind.Paragraph);
        reader.Flush(BlockKind.Paragraph);
        return reader._blocks;
    }

    private void Visit(INode node, BlockKind kind)
    {
        // By index: a node of AngleSharp finds its next sibling by searching for itself, which is quadratic over the children.
        var children = node.ChildNodes;
        for (var i = 0; i < children.Length; i++)
        {
            switch (children[i])
            {
                case IText text:
                    _inline.Append(text.Data);
                    break;
                case IHtmlElement element:
                    Element(element, kind, i + 1 < children.Length && NextIsBreak(children, i + 1));
                    break;
            }
        }
    }

    private void Element(IHtmlElement element, BlockKind kind, bool nextIsBreak)
    {
        switch (element.LocalName)
        {
            case "script" or "style" or "noscript" or "template" or "iframe" or "object" or "audio" or "video" or "canvas" or "button" or "select"
                or "textarea" or "input" or "nav" or "dialog":
                break;
            case "br":
                Break(kind, nextIsBreak);
                break;
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Boundary(element, kind, BlockKind.Heading);
                break;
            case "blockquote":
                Boundary(element, kind, IsEmbed(element) ? BlockKind.Embed : BlockKind.Quote);
                break;
            case "li" or "dt" or "dd":
                Boundary(element, kind, BlockKind.ListItem);
                break;
            case "figcaption":
                Boundary(element, kind, BlockKind.Caption);
                break;
            case "figure":
                // A figure may hold a table or a quote; loose text inside it is its caption.
                Boundary(element, kind, element.QuerySelector("table, blockquote, pre") is null ? BlockKind.Caption : kind);
                break;
            case "pre":
                Flush(kind);
                Add(BlockKind.Preformatted, element.TextContent);
                break;
            case "table" when IsDataTable(element):
                Flush(kind);
                Table(element);
                break;
            case "p" or "div" or "section" or "article" or "main" or "header" or "footer" or "aside" or "ul" or "ol" or "dl" or "table" or "tbody" or "thead" or "tfoot" or "tr" or "td" or "th"
                or "form" or "fieldset" or "address" or "hr" or "details" or "summary" or "center" or "body" or "hgroup":
                Boundary(element, kind, kind);
                break;
            default:
                Visit(element, kind);
                break;
        }
    }

    private void Boundary(IElement element, BlockKind outer, BlockKind inner)
    {
        Flush(outer);
        Visit(element, inner);
        Flush(inner);
    }

    /// <summary>One line break is white space; two with nothing between them end a paragraph.</summary>
    private void Break(BlockKind kind, bool nextIsBreak)
    {
        if (nextIsBreak)
        {
            Flush(kind);
        }
        else
        {
            _inline.Append(' ');
        }
    }

    private static bool NextIsBreak(INodeList nodes, int i)
    {
        while (i < nodes.Length && nodes[i] is IText text && string.IsNullOrWhiteSpace(text.Data))
        {
            i++;
        }

        return i < nodes.Length && nodes[i] is IElement { LocalName: "br" };
    }

    private void Table(IElement table)
    {
        var rows = table.QuerySelectorAll("tr")
            .Select(row => string.Join(" | ", row.Children.Where(c => c.LocalName is "td" or "th").Select(c => Text.Normalise(c.TextContent)).Where(t => t.Length > 0)))
            .Where(row => row.Length > 0);
        Add(BlockKind.Table, string.Join('\n', rows), normalised: true);
    }

    /// <summary>Rows and cells of short values; a table that lays out a page holds blocks or a single cell.</summary>
    private static bool IsDataTable(IElement table) =>
        table.QuerySelector("table, p, div, h1, h2, h3, ul, ol, figure, img") is null && table.QuerySelectorAll("td, th").Length > 1
        && table.QuerySelectorAll("td").All(cell => cell.TextContent.Length < 400);

    private static bool IsEmbed(IElement element)
    {
        var name = element.ClassName ?? "";
        return name.Contains("twitter", StringComparison.OrdinalIgnoreCase) || name.Contains("instagram", StringComparison.OrdinalIgnoreCase)
            || name.Contains("tiktok", StringComparison.OrdinalIgnoreCase) || name.Contains("bluesky", StringComparison.OrdinalIgnoreCase);
    }

    private void Flush(BlockKind kind)
    {
        if (_inline.Length > 0)
        {
            Add(kind, _inline.ToString());
            _inline.Clear();
        }
    }

    private void Add(BlockKind kind, string text, bool normalised = false)
    {
        text = normalised ? text : Text.Normalise(text);
        if (text.Length > 0)
        {
            _blocks.Add(new Block(kind, text));
        }
    }
}
