using System.Text;

namespace Storyline.Parse.Tree;

/// <summary>An attribute: its name in lower case, its value with character references decoded.</summary>
public readonly record struct ElementAttribute(string Name, ReadOnlyMemory<char> Value);

internal enum Markup : byte
{
    Html,
    Svg,
    MathMl,
}

/// <summary>An element and its children.</summary>
public sealed class Element(Tag tag, string name, ElementAttribute[] attributes) : Node
{
    /// <summary>What HTML element it is; <see cref="Tag.Unknown"/> for names that HTML does not know and for foreign elements.</summary>
    public Tag Tag { get; } = tag;

    /// <summary>Local name, lower case: <c>div</c>, <c>amp-img</c>.</summary>
    public string Name { get; } = name;

    /// <summary>In source order, each name once.</summary>
    public ReadOnlySpan<ElementAttribute> Attributes => _attributes;

    /// <summary>Whose element it is: SVG and MathML have rules of their own while the tree is built.</summary>
    internal Markup Markup { get; init; }

    public Node? FirstChild { get; private set; }

    public Node? LastChild { get; private set; }

    // Later start tags may add attributes to html and body.
    private ElementAttribute[] _attributes = attributes;

    /// <summary>The value of an attribute; empty when it is absent or empty.</summary>
    public ReadOnlySpan<char> Attribute(string attribute)
    {
        foreach (ref readonly var candidate in _attributes.AsSpan())
        {
            if (ReferenceEquals(candidate.Name, attribute) || candidate.Name == attribute)
            {
                return candidate.Value.Span;
            }
        }

        return default;
    }

    /// <summary>The value of an attribute; null when it is absent.</summary>
    public string? Value(string attribute)
    {
        foreach (ref readonly var candidate in _attributes.AsSpan())
        {
            if (ReferenceEquals(candidate.Name, attribute) || candidate.Name == attribute)
            {
                return candidate.Value.ToString();
            }
        }

        return null;
    }

    public bool Has(string attribute)
    {
        foreach (ref readonly var candidate in _attributes.AsSpan())
        {
            if (ReferenceEquals(candidate.Name, attribute) || candidate.Name == attribute)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text of all text nodes below, as it stands (scripts and styles included).</summary>
    public string TextContent() => WholeText().ToString();

    /// <summary>As <see cref="TextContent"/>; of an element with one text, that text itself and no copy.</summary>
    public ReadOnlyMemory<char> WholeText()
    {
        if (FirstChild is TextNode { Next: null } only)
        {
            return only.Text;
        }

        var text = new StringBuilder();
        for (var node = FirstChild; node is not null; node = node.Following(this))
        {
            if (node is TextNode run)
            {
                text.Append(run.Span);
            }
        }

        return text.ToString().AsMemory();
    }

    /// <summary>The nearest element with the tag, itself included; null when there is none.</summary>
    public Element? Closest(Tag sought)
    {
        var element = this;
        while (element is not null && element.Tag != sought)
        {
            element = element.Parent;
        }

        return element;
    }

    /// <summary>The first element with the tag below this one, in document order; null when there is none.</summary>
    public Element? First(Tag sought)
    {
        for (var node = FirstChild; node is not null; node = node.Following(this))
        {
            if (node is Element element && element.Tag == sought)
            {
                return element;
            }
        }

        return null;
    }

    internal void Append(Node child) => InsertBefore(child, null);

    internal void InsertBefore(Node child, Node? before)
    {
        child.Remove();
        child.Parent = this;
        child.Next = before;
        child.Previous = before is null ? LastChild : before.Previous;
        if (child.Previous is { } previous)
        {
            previous.Next = child;
        }
        else
        {
            FirstChild = child;
        }

        if (before is null)
        {
            LastChild = child;
        }
        else
        {
            before.Previous = child;
        }
    }

    internal void RemoveChild(Node child)
    {
        if (child.Previous is { } previous)
        {
            previous.Next = child.Next;
        }
        else
        {
            FirstChild = child.Next;
        }

        if (child.Next is { } next)
        {
            next.Previous = child.Previous;
        }
        else
        {
            LastChild = child.Previous;
        }

        child.Parent = null;
        child.Previous = null;
        child.Next = null;
    }

    internal Element Copy() => new(Tag, Name, _attributes) { Markup = Markup };

    internal bool SameAs(Element other)
    {
        if (Name != other.Name || _attributes.Length != other._attributes.Length)
        {
            return false;
        }

        foreach (ref readonly var attribute in _attributes.AsSpan())
        {
            if (!other.Has(attribute.Name) || !other.Attribute(attribute.Name).SequenceEqual(attribute.Value.Span))
            {
                return false;
            }
        }

        return true;
    }

    internal void AddMissing(ReadOnlySpan<ElementAttribute> attributes)
    {
        foreach (ref readonly var attribute in attributes)
        {
            if (_attributes.Length < Tokenizer.MaxAttributes && !Has(attribute.Name))
            {
                _attributes = [.. _attributes, attribute];
            }
        }
    }
}
