using AngleSharp.Html.Parser;

namespace Storyline.Parse.Tree;

/// <summary>A page as a tree. <see cref="Html"/>, <see cref="Head"/> and <see cref="Body"/> always exist.</summary>
public sealed class HtmlTree
{
    private static readonly HtmlParserOptions Options = new() { IsScripting = false, IsKeepingSourceReferences = false };

    private HtmlTree(Element html)
    {
        Html = html;
        Head = Child(html, Tag.Head);
        Body = Child(html, Tag.Body);
    }

    public Element Html { get; }

    public Element Head { get; }

    /// <summary>The <c>body</c>; an empty one for a page of frames.</summary>
    public Element Body { get; }

    /// <summary>Builds the tree as browsers without scripting do (WHATWG HTML, §13.2), so <c>noscript</c> has children.</summary>
    public static HtmlTree Parse(string html)
    {
        using var document = new HtmlParser(Options).ParseDocument(html);
        return new HtmlTree((Element)Copy(document.DocumentElement, 0)!);
    }

    private static Node? Copy(AngleSharp.Dom.INode source, int depth)
    {
        if (source is AngleSharp.Dom.IText text)
        {
            return new TextNode(text.Data.AsMemory());
        }

        // One level more than is parsed, so that a tree cut here is known to be too deep.
        if (source is not AngleSharp.Dom.IElement element || depth > Documents.ParserLimits.MaxTreeDepth + 1)
        {
            return null;
        }

        var name = string.Intern(element.LocalName.ToLowerInvariant());
        var isHtml = element.NamespaceUri == "http://www.w3.org/1999/xhtml";
        var tag = isHtml && Enum.TryParse<Tag>(name, ignoreCase: true, out var known) ? known : isHtml && name == "object" ? Tag.ObjectElement : Tag.Unknown;
        var copy = new Element(tag, name, [.. element.Attributes.Select(a => new ElementAttribute(string.Intern(a.Name.ToLowerInvariant()), a.Value.AsMemory()))]);
        foreach (var child in element is AngleSharp.Html.Dom.IHtmlTemplateElement template ? template.Content.ChildNodes : element.ChildNodes)
        {
            if (Copy(child, depth + 1) is { } node)
            {
                copy.Append(node);
            }
        }

        return copy;
    }

    private static Element Child(Element html, Tag tag)
    {
        for (var node = html.FirstChild; node is not null; node = node.Next)
        {
            if (node is Element element && element.Tag == tag)
            {
                return element;
            }
        }

        return new Element(tag, tag == Tag.Head ? "head" : "body", []);
    }
}
