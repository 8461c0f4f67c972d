using System.Collections.Frozen;
using System.Buffers;
using System.Text;
using Storyline.Contracts;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Blocks;

/// <summary>An element that holds blocks, with the sums over all blocks below it.</summary>
internal sealed class Container(Element element, int parent, int depth, ulong signature)
{
    public Element Element { get; } = element;

    public Tag Tag => Element.Tag;

    /// <summary>Index of the container around it; -1 for the body.</summary>
    public int Parent { get; } = parent;

    public int Depth { get; } = depth;

    /// <summary>Hash of tag and class names: what a template made alike has the same.</summary>
    public ulong Signature { get; } = signature;

    public int Blocks { get; set; }

    public int ProseBlocks { get; set; }

    /// <summary>Characters of text.</summary>
    public int Text { get; set; }

    /// <summary>Characters of link text.</summary>
    public double Links { get; set; }

    /// <summary>Characters of running text.</summary>
    public int Prose { get; set; }

    /// <summary>Readability's score: paragraphs give it to the elements right above them.</summary>
    public double Score { get; set; }
}

/// <summary>A piece of text between two block boundaries and what the markup says around it.</summary>
internal sealed class PageBlock
{
    public required BlockKind Kind { get; init; }

    public required string Text { get; init; }

    public required int Container { get; init; }

    /// <summary>Levels up to the nearest element with each <see cref="Hint"/>; <see cref="PageBlocks.FarAway"/> when there is none.</summary>
    public required byte[] Distances { get; init; }

    public required float LinkShare { get; init; }

    public required float BoldShare { get; init; }

    public required float ItalicShare { get; init; }

    public required Tag Tag { get; init; }

    public bool IsProse { get; init; }
}

/// <summary>
/// A page as blocks in document order, made in one pass over the tree. Inline content between two block boundaries is one block, so text that
/// lies in a <c>div</c> without a paragraph, or between two line breaks, is a block, too.
/// </summary>
internal sealed class PageBlocks
{
    public const byte FarAway = 20;

    private const int MinProseWords = 8;
    private static readonly int HintCount = Enum.GetValues<Hint>().Length;

    // Pictures, and the elements of AMP that are menus, dialogs, advertisements, players and share buttons by their definition.
    private static readonly FrozenSet<string> NoText = FrozenSet.ToFrozenSet(
        ["svg", "amp-sidebar", "amp-consent", "amp-user-notification", "amp-lightbox", "amp-ad", "amp-auto-ads", "amp-sticky-ad", "amp-embed", "amp-social-share", "amp-iframe", "amp-video", "amp-audio", "amp-analytics", "amp-list", "amp-next-page", "amp-form"],
        StringComparer.Ordinal);

    private readonly List<PageBlock> _blocks = [];
    private readonly List<Container> _containers = [];
    private readonly StringBuilder _inline = new();
    private readonly int[] _hintDepths = [.. Enumerable.Repeat(-1, HintCount)];
    private int _links, _bold, _italic, _letters;
    private int _openLinks, _openBold, _openItalic;
    private int _depth;
    private ulong _runHints;

    private PageBlocks()
    {
    }

    public IReadOnlyList<PageBlock> Blocks => _blocks;

    public IReadOnlyList<Container> Containers => _containers;

    public static PageBlocks Read(Element body)
    {
        var reader = new PageBlocks();
        reader.Boundary(body, -1, BlockKind.Paragraph, BlockKind.Paragraph);
        reader.Sum();
        return reader;
    }

    private void Visit(Element parent, int container, BlockKind kind)
    {
        for (var node = parent.FirstChild; node is not null; node = node.Next)
        {
            if (node is TextNode text)
            {
                Append(text.Span);
            }
            else if (node is Element element)
            {
                Visit(element, container, kind, element.Next);
            }
        }
    }

    private void Visit(Element element, int container, BlockKind kind, Node? next)
    {
        switch (element.Tag)
        {
            case Tag.Script or Tag.Style or Tag.Noscript or Tag.Template or Tag.Iframe or Tag.ObjectElement or Tag.Audio or Tag.Video or Tag.Canvas or Tag.Button or Tag.Select
                or Tag.Textarea or Tag.Input or Tag.Head or Tag.Title:
                break;
            case Tag.Unknown when NoText.Contains(element.Name):
                break;
            case Tag.Br:
                Break(container, kind, next);
                break;
            case Tag.H1 or Tag.H2 or Tag.H3 or Tag.H4 or Tag.H5 or Tag.H6:
                Boundary(element, container, kind, BlockKind.Heading);
                break;
            case Tag.Blockquote:
                Boundary(element, container, kind, IsEmbed(element) ? BlockKind.Embed : BlockKind.Quote);
                break;
            case Tag.Li or Tag.Dt or Tag.Dd:
                Boundary(element, container, kind, BlockKind.ListItem);
                break;
            case Tag.Figcaption:
                Boundary(element, container, kind, BlockKind.Caption);
                break;
            case Tag.Figure:
                // A figure may hold a table or a quote; loose text inside it is its caption.
                Boundary(element, container, kind, HoldsText(element) ? kind : BlockKind.Caption);
                break;
            case Tag.Pre:
                Flush(container, kind);
                Whole(element, container, BlockKind.Preformatted, Text.Normalise(element.TextContent()));
                break;
            case Tag.Table when DataRows(element) is { } rows:
                Flush(container, kind);
                Whole(element, container, BlockKind.Table, rows);
                break;
            case Tag.P or Tag.Div or Tag.Section or Tag.Article or Tag.Main or Tag.Header or Tag.Footer or Tag.Aside or Tag.Nav or Tag.Dialog or Tag.Ul or Tag.Ol or Tag.Dl or Tag.Table or Tag.Tbody or Tag.Thead
                or Tag.Tfoot or Tag.Tr or Tag.Td or Tag.Th or Tag.Form or Tag.Fieldset or Tag.Address or Tag.Hr or Tag.Details or Tag.Summary or Tag.Center or Tag.Body or Tag.Hgroup:
                Boundary(element, container, kind, kind);
                break;
            case Tag.A:
                _openLinks++;
                Inline(element, container, kind);
                _openLinks--;
                break;
            case Tag.B or Tag.Strong:
                _openBold++;
                Inline(element, container, kind);
                _openBold--;
                break;
            case Tag.I or Tag.Em:
                _openItalic++;
                Inline(element, container, kind);
                _openItalic--;
                break;
            default:
                Inline(element, container, kind);
                break;
        }
    }

    /// <summary>An inline element that begins a block speaks for it, too: <c>&lt;div&gt;&lt;span class="caption"&gt;</c>.</summary>
    private void Inline(Element element, int container, BlockKind kind)
    {
        if (_letters == 0 && element.Attributes.Length > 0)
        {
            _runHints |= Hints.Of(element);
        }

        Visit(element, container, kind);
    }

    private void Boundary(Element element, int outer, BlockKind outerKind, BlockKind kind)
    {
        Flush(outer, outerKind);
        var hints = Enter(element, outer, out var saved);
        Visit(element, _containers.Count - 1, kind);
        Flush(saved.Container, kind);
        Leave(hints, saved.Depths);
    }

    private void Whole(Element element, int outer, BlockKind kind, string text)
    {
        var hints = Enter(element, outer, out var saved);
        Add(saved.Container, kind, text, element.Tag);
        Leave(hints, saved.Depths);
    }

    private ulong Enter(Element element, int outer, out (int Container, int[] Depths) saved)
    {
        _depth++;
        _containers.Add(new Container(element, outer, _depth, Signature(element)));
        var hints = Hints.Of(element);
        var depths = hints == 0 ? [] : new int[System.Numerics.BitOperations.PopCount(hints)];
        var at = 0;
        for (var left = hints; left != 0; left &= left - 1)
        {
            var hint = System.Numerics.BitOperations.TrailingZeroCount(left);
            depths[at++] = _hintDepths[hint];
            _hintDepths[hint] = _depth;
        }

        saved = (_containers.Count - 1, depths);
        return hints;
    }

    private void Leave(ulong hints, int[] depths)
    {
        var at = 0;
        for (var left = hints; left != 0; left &= left - 1)
        {
            _hintDepths[System.Numerics.BitOperations.TrailingZeroCount(left)] = depths[at++];
        }

        _depth--;
    }

    /// <summary>One line break is white space; two with nothing between them end a paragraph.</summary>
    private void Break(int container, BlockKind kind, Node? next)
    {
        while (next is TextNode text && text.Span.IsWhiteSpace())
        {
            next = next.Next;
        }

        if (next is Element { Tag: Tag.Br })
        {
            Flush(container, kind);
        }
        else
        {
            _inline.Append(' ');
        }
    }

    private void Append(ReadOnlySpan<char> text)
    {
        _inline.Append(text);
        var letters = 0;
        foreach (var c in text)
        {
            letters += char.IsWhiteSpace(c) ? 0 : 1;
        }

        _letters += letters;
        _links += _openLinks > 0 ? letters : 0;
        _bold += _openBold > 0 ? letters : 0;
        _italic += _openItalic > 0 ? letters : 0;
    }

    private void Flush(int container, BlockKind kind)
    {
        if (_inline.Length > 0)
        {
            if (_letters > 0 && container >= 0)
            {
                var text = ArrayPool<char>.Shared.Rent(_inline.Length);
                _inline.CopyTo(0, text, _inline.Length);
                Add(container, kind, Text.Normalise(text.AsSpan(0, _inline.Length)), _containers[container].Tag);
                ArrayPool<char>.Shared.Return(text);
            }

            _inline.Clear();
        }

        _links = _bold = _italic = _letters = 0;
        _runHints = 0;
    }

    private void Add(int container, BlockKind kind, string text, Tag tag)
    {
        if (text.Length == 0 || _blocks.Count >= Documents.ParserLimits.MaxBlocks)
        {
            return;
        }

        var distances = new byte[HintCount];
        for (var i = 0; i < distances.Length; i++)
        {
            distances[i] = (_runHints & (1UL << i)) != 0 ? (byte)0 : _hintDepths[i] < 0 ? FarAway : (byte)Math.Min(_containers[container].Depth - _hintDepths[i], FarAway - 1);
        }

        var letters = Math.Max(1, _letters);
        var linkShare = (float)_links / letters;
        _blocks.Add(new PageBlock
        {
            Kind = kind,
            Text = text,
            Container = container,
            Distances = distances,
            LinkShare = linkShare,
            BoldShare = (float)_bold / letters,
            ItalicShare = (float)_italic / letters,
            Tag = tag,
            IsProse = kind is BlockKind.Paragraph or BlockKind.Quote or BlockKind.ListItem && linkShare < 0.4f && (Text.EndsSentence(text) || text.Length > 200) && Text.WordCount(text) >= MinProseWords,
        });
    }

    private void Sum()
    {
        foreach (var block in _blocks)
        {
            var own = _containers[block.Container];
            own.Blocks++;
            own.Text += block.Text.Length;
            own.Links += block.Text.Length * block.LinkShare;
            if (block.IsProse)
            {
                own.ProseBlocks++;
                own.Prose += block.Text.Length;
                var score = 1.0 + Math.Min(block.Text.Length / 100, 3) + block.Text.AsSpan().Count(',');
                var at = block.Tag == Tag.P || own.Parent < 0 ? own.Parent : block.Container;
                for (var level = 1; at >= 0 && level <= 3; level++)
                {
                    _containers[at].Score += score / level;
                    at = _containers[at].Parent;
                }
            }
        }

        for (var i = _containers.Count - 1; i > 0; i--)
        {
            var (from, to) = (_containers[i], _containers[_containers[i].Parent]);
            to.Blocks += from.Blocks;
            to.ProseBlocks += from.ProseBlocks;
            to.Text += from.Text;
            to.Links += from.Links;
            to.Prose += from.Prose;
        }
    }

    private static bool HoldsText(Element figure)
    {
        for (var node = figure.FirstChild; node is not null; node = node.Following(figure))
        {
            if (node is Element { Tag: Tag.Table or Tag.Blockquote or Tag.Pre })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Rows of short values, one a line, cells parted by bars; null for a table that lays out a page: it holds blocks, long text or a single cell.</summary>
    private static string? DataRows(Element table)
    {
        const int MaxCell = 400;
        var rows = new StringBuilder();
        var cells = 0;
        var lineStart = true;
        for (var node = table.FirstChild; node is not null; node = node.Following(table))
        {
            if (node is not Element element)
            {
                continue;
            }

            switch (element.Tag)
            {
                case Tag.Table or Tag.P or Tag.Div or Tag.H1 or Tag.H2 or Tag.H3 or Tag.Ul or Tag.Ol or Tag.Figure or Tag.Img:
                    return null;
                case Tag.Tr:
                    lineStart = true;
                    break;
                case Tag.Td or Tag.Th:
                    cells++;
                    var cell = element.TextContent();
                    if (cell.Length >= MaxCell)
                    {
                        return null;
                    }

                    cell = Text.Normalise(cell);
                    if (cell.Length > 0)
                    {
                        rows.Append(rows.Length == 0 ? "" : lineStart ? "\n" : " | ").Append(cell);
                        lineStart = false;
                    }

                    break;
            }
        }

        return cells > 1 ? rows.ToString() : null;
    }

    /// <summary>A blockquote that shows a social network's post.</summary>
    internal static bool IsEmbed(Element element)
    {
        var name = element.Attribute("class");
        return name.Contains("twitter", StringComparison.OrdinalIgnoreCase) || name.Contains("instagram", StringComparison.OrdinalIgnoreCase)
            || name.Contains("tiktok", StringComparison.OrdinalIgnoreCase) || name.Contains("bluesky", StringComparison.OrdinalIgnoreCase);
    }

    private static ulong Signature(Element element)
    {
        var hash = (14695981039346656037UL ^ (ulong)element.Tag) * 1099511628211UL;
        foreach (var c in element.Attribute("class"))
        {
            hash = char.IsAsciiDigit(c) ? hash : (hash ^ c) * 1099511628211UL;
        }

        return hash;
    }
}
