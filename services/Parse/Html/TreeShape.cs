using System.Runtime.InteropServices;
using AngleSharp.Dom;

namespace Storyline.Parse.Html;

/// <summary>What decides whether the finished tree can be walked: recursion is bounded by its depth, sibling searches by its fan-out.</summary>
/// <param name="Depth">Elements above the deepest one.</param>
/// <param name="MaxChildren">Most nodes under one parent.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TreeShape(int Depth, int MaxChildren)
{
    /// <summary>Without recursion; stops early once the depth is over the limit.</summary>
    public static TreeShape Of(IDocument document)
    {
        var open = new Stack<(INodeList Children, int Next)>();
        int depth = 0, maxChildren = 0;
        open.Push((document.ChildNodes, 0));
        while (open.Count > 0 && depth <= Documents.ParserLimits.MaxTreeDepth)
        {
            var (children, next) = open.Pop();
            while (next < children.Length && children[next] is not IElement { HasChildNodes: true })
            {
                next++;
            }

            if (next < children.Length)
            {
                open.Push((children, next + 1));
                var below = children[next].ChildNodes;
                maxChildren = Math.Max(maxChildren, below.Length);
                open.Push((below, 0));
                depth = Math.Max(depth, open.Count);
            }
        }

        return new TreeShape(depth, maxChildren);
    }
}
