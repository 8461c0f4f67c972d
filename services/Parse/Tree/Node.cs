namespace Storyline.Parse.Tree;

/// <summary>A node of the tree that a page becomes: an <see cref="Element"/> or a <see cref="TextNode"/>. Comments and doctypes are not kept.</summary>
public abstract class Node
{
    public Element? Parent { get; internal set; }

    public Node? Previous { get; internal set; }

    public Node? Next { get; internal set; }

    /// <summary>The next node in document order inside <paramref name="root"/>, children first; null at its end.</summary>
    public Node? Following(Element root) => this is Element { FirstChild: { } child } ? child : FollowingAfter(root);

    /// <summary>The next node in document order inside <paramref name="root"/> that is not below this one; null at its end.</summary>
    public Node? FollowingAfter(Element root)
    {
        for (var node = this; node is not null && node != root; node = node.Parent)
        {
            if (node.Next is { } next)
            {
                return next;
            }
        }

        return null;
    }

    /// <summary>Takes the node, with all that is below it, out of the tree.</summary>
    public void Remove() => Parent?.RemoveChild(this);
}

/// <summary>A run of text, character references decoded, white space as in the source. Two text nodes may stand side by side where a comment was.</summary>
public sealed class TextNode(ReadOnlyMemory<char> text) : Node
{
    public ReadOnlyMemory<char> Text { get; internal set; } = text;

    public ReadOnlySpan<char> Span => Text.Span;
}
