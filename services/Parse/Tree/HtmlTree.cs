namespace Storyline.Parse.Tree;

/// <summary>A page as a tree. <see cref="Html"/>, <see cref="Head"/> and <see cref="Body"/> always exist.</summary>
public sealed class HtmlTree
{
    private HtmlTree(Element html)
    {
        Html = html;
        Head = Child(html, Tag.Head, "head");
        Body = Child(html, Tag.Body, "body");
    }

    public Element Html { get; }

    public Element Head { get; }

    /// <summary>The <c>body</c>; an empty one for a page of frames.</summary>
    public Element Body { get; }

    /// <summary>Builds the tree as browsers without scripting do (WHATWG HTML, §13.2), so <c>noscript</c> has children.</summary>
    public static HtmlTree Parse(string html)
    {
        ArgumentNullException.ThrowIfNull(html);
        return Parse(html.ToCharArray());
    }

    /// <summary>As for a string. The characters are the tree's as long as it is used, and may be changed.</summary>
    public static HtmlTree Parse(ArraySegment<char> html) => new(TreeBuilder.Build(html));

    private static Element Child(Element html, Tag tag, string name)
    {
        for (var node = html.FirstChild; node is not null; node = node.Next)
        {
            if (node is Element element && element.Tag == tag)
            {
                return element;
            }
        }

        return new Element(tag, name, []);
    }
}
