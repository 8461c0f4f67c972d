using System.Buffers;

namespace Storyline.Parse.Tree;

/// <summary>
/// Tree construction of WHATWG HTML, §13.2.6, with scripting off, as browsers do it. Left out is what has no part in the tree: comments, doctypes, positions
/// and parse errors. Foreign attribute and element names stay in lower case.
/// </summary>
internal sealed partial class TreeBuilder
{
    /// <summary>
    /// Elements of a tree. Formatting elements left open are made anew in each block that follows, so a short text can ask for very many; beyond
    /// this they are not made again.
    /// </summary>
    private const int MaxElements = 500_000;

    /// <summary>Elements open at once, as browsers have it.</summary>
    private const int MaxDepth = 512;

    /// <summary>Formatting elements remembered at once; pages nest a dozen.</summary>
    private const int MaxFormatting = 64;

    private static readonly SearchValues<char> White = SearchValues.Create("\t\n\f\r ");

    private readonly Names _names = new();
    private readonly Tokenizer _tokens;
    private readonly List<Element> _open = [];
    private readonly List<Element?> _formatting = []; // null: a marker
    private readonly Stack<Mode> _templates = new();
    private readonly List<ReadOnlyMemory<char>> _tableText = [];
    private readonly Element _root = new(Tag.Unknown, "#document", []);
    private Element? _head;
    private Element? _form;
    private Mode _mode = Mode.Initial;
    private Mode _returnTo;
    private bool _mayBeFrameset = true;
    private bool _isFostering;
    private int _elements;

    private TreeBuilder(ArraySegment<char> html) => _tokens = new Tokenizer(html, _names);

    private enum Mode
    {
        Initial,
        BeforeHead,
        InHead,
        InHeadNoScript,
        AfterHead,
        InBody,
        Text,
        InTable,
        InCaption,
        InColumnGroup,
        InTableBody,
        InRow,
        InCell,
        InSelect,
        InSelectInTable,
        InTemplate,
        AfterBody,
        InFrameset,
        AfterFrameset,
    }

    private Element Current => _open[^1];

    /// <summary>The <c>html</c> element of a document, whose characters it may change: line ends become line feeds, NULs go (§13.2.3.5).</summary>
    public static Element Build(ArraySegment<char> html)
    {
        var source = html[..Standardised(html)];
        var builder = new TreeBuilder(source.Count > 0 && source[0] == '\uFEFF' ? source[1..] : source);
        builder.Run();
        return builder._open[0];
    }

    /// <summary>Moves the characters together that are left; how many they are.</summary>
    private static int Standardised(Span<char> text)
    {
        var length = text.IndexOfAny('\r', '\0');
        if (length < 0)
        {
            return text.Length;
        }

        for (var at = length; at < text.Length;)
        {
            if (text[at] == '\r')
            {
                text[length++] = '\n';
                at += at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
            }
            else
            {
                at++; // a NUL
            }

            var run = text[at..];
            run = run.IndexOfAny('\r', '\0') is >= 0 and var next ? run[..next] : run;
            run.CopyTo(text[length..]);
            length += run.Length;
            at += run.Length;
        }

        return length;
    }

    private void Run()
    {
        while (true)
        {
            _tokens.IsForeign = _open.Count > 0 && Current.Markup != Markup.Html;
            var kind = _tokens.Next();
            if (kind == TokenKind.End)
            {
                End();
                return;
            }

            if (kind == TokenKind.Text)
            {
                Text(_tokens.Text);
            }
            else if (kind == TokenKind.StartTag)
            {
                if (!IsForeignStart() || !TryStartForeign())
                {
                    Start(_mode);
                }
            }
            else if (IsInForeign())
            {
                ForeignEnd();
            }
            else
            {
                EndTag(_mode);
            }
        }
    }

    private void End()
    {
        if (_mode == Mode.Text)
        {
            Pop();
            _mode = _returnTo;
        }

        FlushTableText();

        // What a document leaves out is there all the same.
        if (_mode is Mode.Initial or Mode.BeforeHead or Mode.InHead or Mode.InHeadNoScript or Mode.AfterHead)
        {
            ToBody();
        }
    }

    // ---- Text -------------------------------------------------------------------------------------------------------------------------------

    private void Start(Mode mode)
    {
        FlushTableText();
        var tag = _tokens.Tag;
        switch (mode)
        {
            case Mode.Initial:
                if (tag == Tag.Html)
                {
                    Push(Create(), _root);
                    _mode = Mode.BeforeHead;
                    return;
                }

                ToHtml();
                Start(_mode);
                return;
            case Mode.BeforeHead:
                if (tag == Tag.Html)
                {
                    StartInBody();
                }
                else
                {
                    _head = tag == Tag.Head ? InsertElement() : Insert(Tag.Head);
                    _mode = Mode.InHead;
                    if (tag != Tag.Head)
                    {
                        Start(_mode);
                    }
                }

                return;
            case Mode.InHead:
                StartInHead();
                return;
            case Mode.InHeadNoScript:
                if (tag is Tag.Html)
                {
                    StartInBody();
                }
                else if (tag is Tag.Basefont or Tag.Bgsound or Tag.Link or Tag.Meta or Tag.Noframes or Tag.Style)
                {
                    StartInHead();
                }
                else if (tag is not (Tag.Head or Tag.Noscript))
                {
                    Leave(Mode.InHead);
                    Start(_mode);
                }

                return;
            case Mode.AfterHead:
                StartAfterHead();
                return;
            case Mode.InTable:
                StartInTable();
                return;
            case Mode.InCaption:
                if (IsTablePart(tag))
                {
                    if (CloseCaption())
                    {
                        Start(_mode);
                    }

                    return;
                }

                break;
            case Mode.InColumnGroup:
                if (tag == Tag.Html)
                {
                    break;
                }

                if (tag == Tag.Col)
                {
                    InsertVoid();
                }
                else if (tag == Tag.Template)
                {
                    StartInHead();
                }
                else if (Current.Tag == Tag.Colgroup)
                {
                    Leave(Mode.InTable);
                    Start(_mode);
                }

                return;
            case Mode.InTableBody:
                StartInTableBody();
                return;
            case Mode.InRow:
                StartInRow();
                return;
            case Mode.InCell:
                if (IsTablePart(tag))
                {
                    if (InTableScope(Tag.Td) || InTableScope(Tag.Th))
                    {
                        CloseCell();
                        Start(_mode);
                    }

                    return;
                }

                break;
            case Mode.InSelect or Mode.InSelectInTable:
                StartInSelect(mode);
                return;
            case Mode.InTemplate:
                StartInTemplate();
                return;
            case Mode.AfterBody:
                if (tag != Tag.Html)
                {
                    _mode = Mode.InBody;
                }

                break;
            case Mode.InFrameset:
                if (tag == Tag.Frameset)
                {
                    InsertElement();
                }
                else if (tag == Tag.Frame)
                {
                    InsertVoid();
                }
                else if (tag == Tag.Noframes)
                {
                    StartInHead();
                }

                return;
            case Mode.AfterFrameset:
                if (tag == Tag.Noframes)
                {
                    StartInHead();
                }

                return;
        }

        StartInBody();
    }

    private void EndTag(Mode mode)
    {
        FlushTableText();
        var tag = _tokens.Tag;
        switch (mode)
        {
            case Mode.Initial or Mode.BeforeHead:
                if (tag is Tag.Head or Tag.Body or Tag.Html or Tag.Br)
                {
                    ToAfterHead();
                    EndTag(_mode);
                }

                return;
            case Mode.InHead:
                if (tag == Tag.Head)
                {
                    Leave(Mode.AfterHead);
                }
                else if (tag is Tag.Body or Tag.Html or Tag.Br)
                {
                    Leave(Mode.AfterHead);
                    EndTag(_mode);
                }
                else if (tag == Tag.Template)
                {
                    EndTemplate();
                }

                return;
            case Mode.InHeadNoScript:
                if (tag is Tag.Noscript or Tag.Br)
                {
                    Leave(Mode.InHead);
                    if (tag == Tag.Br)
                    {
                        EndTag(_mode);
                    }
                }

                return;
            case Mode.AfterHead:
                if (tag is Tag.Body or Tag.Html or Tag.Br)
                {
                    ToBody();
                    EndTag(_mode);
                }
                else if (tag == Tag.Template)
                {
                    EndTemplate();
                }

                return;
            case Mode.Text:
                Pop();
                _mode = _returnTo;
                return;
            case Mode.InTable:
                EndInTable();
                return;
            case Mode.InCaption:
                if (tag is Tag.Caption or Tag.Table)
                {
                    if (CloseCaption() && tag == Tag.Table)
                    {
                        EndTag(_mode);
                    }

                    return;
                }

                if (tag is Tag.Body or Tag.Col or Tag.Colgroup or Tag.Html or Tag.Tbody or Tag.Td or Tag.Tfoot or Tag.Th or Tag.Thead or Tag.Tr)
                {
                    return;
                }

                break;
            case Mode.InColumnGroup:
                if (tag == Tag.Template)
                {
                    EndTemplate();
                }
                else if (tag != Tag.Col && Current.Tag == Tag.Colgroup)
                {
                    Leave(Mode.InTable);
                    if (tag != Tag.Colgroup)
                    {
                        EndTag(_mode);
                    }
                }

                return;
            case Mode.InTableBody:
                EndInTableBody();
                return;
            case Mode.InRow:
                EndInRow();
                return;
            case Mode.InCell:
                if (EndInCell())
                {
                    return;
                }

                break;
            case Mode.InSelect or Mode.InSelectInTable:
                EndInSelect(mode);
                return;
            case Mode.InTemplate:
                if (tag == Tag.Template)
                {
                    EndTemplate();
                }

                return;
            case Mode.AfterBody:
                if (tag is Tag.Html)
                {
                    return;
                }

                _mode = Mode.InBody;
                break;
            case Mode.InFrameset:
                if (tag == Tag.Frameset && _open.Count > 1)
                {
                    Pop();
                    _mode = Current.Tag == Tag.Frameset ? Mode.InFrameset : Mode.AfterFrameset;
                }

                return;
            case Mode.AfterFrameset:
                return;
        }

        EndInBody();
    }

    private void ToHtml()
    {
        if (_mode == Mode.Initial)
        {
            Push(new Element(Tag.Html, "html", []), _root);
            _mode = Mode.BeforeHead;
        }
    }

    private void ToAfterHead()
    {
        ToHtml();
        if (_mode == Mode.BeforeHead)
        {
            _head = Insert(Tag.Head);
            _mode = Mode.InHead;
        }
    }

    /// <summary>From wherever the head is to the body, both made if they are missing.</summary>
    private void ToBody()
    {
        ToAfterHead();
        while (_mode is Mode.InHeadNoScript or Mode.InHead)
        {
            Pop();
            _mode = _mode == Mode.InHead ? Mode.AfterHead : Mode.InHead;
        }

        if (_mode == Mode.AfterHead)
        {
            Insert(Tag.Body);
            _mode = Mode.InBody;
        }
    }
}
