using System.Buffers;

namespace Storyline.Parse.Tree;

/// <summary>
/// Tree construction of WHATWG HTML, §13.2.6, with scripting off, as browsers do it. Left out is what has no part in the tree: comments, doctypes, positions
/// and parse errors. Foreign attribute and element names stay in lower case.
/// </summary>
internal sealed class TreeBuilder
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

    private void Text(ReadOnlyMemory<char> text)
    {
        if (_mode == Mode.Text)
        {
            Insert(text);
            return;
        }

        if (_open.Count > 0 && Current.Markup != Markup.Html && !IsHtmlIntegration(Current) && !IsMathText(Current))
        {
            Insert(text);
            _mayBeFrameset &= IsWhite(text.Span);
            return;
        }

        switch (_mode)
        {
            case Mode.Initial or Mode.BeforeHead:
                if ((text = TrimStart(text)).IsEmpty)
                {
                    return;
                }

                ToBody();
                break;
            case Mode.InHead or Mode.InHeadNoScript or Mode.AfterHead:
                var rest = TrimStart(text);
                if (rest.Length < text.Length)
                {
                    Insert(text[..^rest.Length]);
                }

                if ((text = rest).IsEmpty)
                {
                    return;
                }

                ToBody();
                break;
            case Mode.InTable or Mode.InTableBody or Mode.InRow:
                if (Current.Tag is Tag.Table or Tag.Tbody or Tag.Tfoot or Tag.Thead or Tag.Tr or Tag.Template && Current.Markup == Markup.Html)
                {
                    _tableText.Add(text);
                    return;
                }

                FosteredText(text);
                return;
            case Mode.InColumnGroup:
                var column = TrimStart(text);
                if (column.Length < text.Length)
                {
                    Insert(text[..^column.Length]);
                }

                if (column.IsEmpty || Current.Tag != Tag.Colgroup)
                {
                    return;
                }

                Leave(Mode.InTable);
                Text(column);
                return;
            case Mode.InSelect or Mode.InSelectInTable:
                Insert(text);
                return;
            case Mode.AfterBody:
                if (!IsWhite(text.Span))
                {
                    _mode = Mode.InBody;
                }

                break;
            case Mode.InFrameset or Mode.AfterFrameset:
                return;
        }

        TextInBody(text);
    }

    private void TextInBody(ReadOnlyMemory<char> text)
    {
        Reconstruct();
        Insert(text);
        _mayBeFrameset = _mayBeFrameset && IsWhite(text.Span);
    }

    private void FlushTableText()
    {
        if (_tableText.Count == 0)
        {
            return;
        }

        ReadOnlyMemory<char>[] pending = [.. _tableText];
        _tableText.Clear();
        var isWhite = pending.All(text => IsWhite(text.Span));
        foreach (var text in pending)
        {
            if (isWhite)
            {
                Insert(text);
            }
            else
            {
                FosteredText(text);
            }
        }
    }

    private void FosteredText(ReadOnlyMemory<char> text)
    {
        _isFostering = true;
        TextInBody(text);
        _isFostering = false;
    }

    private void Insert(ReadOnlyMemory<char> text)
    {
        var (parent, before) = Place();
        if (parent == _root)
        {
            return;
        }

        var previous = before is null ? parent.LastChild : before.Previous;
        if (previous is TextNode run && IsContinued(run.Text, text, out var joined))
        {
            run.Text = joined;
            return;
        }

        parent.InsertBefore(new TextNode(text), before);
    }

    // Two slices of one document, side by side, are one slice.
    private static bool IsContinued(ReadOnlyMemory<char> first, ReadOnlyMemory<char> second, out ReadOnlyMemory<char> joined)
    {
        joined = default;
        if (System.Runtime.InteropServices.MemoryMarshal.TryGetString(first, out var a, out var start, out var length)
            && System.Runtime.InteropServices.MemoryMarshal.TryGetString(second, out var b, out var next, out var nextLength)
            && ReferenceEquals(a, b) && start + length == next)
        {
            joined = a.AsMemory(start, length + nextLength);
            return true;
        }

        return false;
    }

    private static bool IsWhite(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(White) < 0;

    private static ReadOnlyMemory<char> TrimStart(ReadOnlyMemory<char> text)
    {
        var start = text.Span.IndexOfAnyExcept(White);
        return start < 0 ? default : text[start..];
    }

    // ---- Start tags -------------------------------------------------------------------------------------------------------------------------

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

    private void StartInHead()
    {
        switch (_tokens.Tag)
        {
            case Tag.Html:
                StartInBody();
                return;
            case Tag.Base or Tag.Basefont or Tag.Bgsound or Tag.Link or Tag.Meta:
                InsertVoid();
                return;
            case Tag.Title:
                InsertRaw(TextMode.EscapableRaw);
                return;
            case Tag.Noframes or Tag.Style:
                InsertRaw(TextMode.Raw);
                return;
            case Tag.Script:
                InsertRaw(TextMode.Script);
                return;
            case Tag.Noscript:
                Enter(Mode.InHeadNoScript);
                return;
            case Tag.Template:
                InsertElement();
                _formatting.Add(null);
                _mayBeFrameset = false;
                _mode = Mode.InTemplate;
                _templates.Push(Mode.InTemplate);
                return;
            case Tag.Head:
                return;
        }

        Leave(Mode.AfterHead);
        Start(_mode);
    }

    private void StartAfterHead()
    {
        switch (_tokens.Tag)
        {
            case Tag.Html:
                StartInBody();
                return;
            case Tag.Body:
                InsertElement();
                _mayBeFrameset = false;
                _mode = Mode.InBody;
                return;
            case Tag.Frameset:
                Enter(Mode.InFrameset);
                return;
            case Tag.Base or Tag.Basefont or Tag.Bgsound or Tag.Link or Tag.Meta or Tag.Noframes or Tag.Script or Tag.Style or Tag.Template or Tag.Title:
                _open.Add(_head!);
                StartInHead();
                _open.Remove(_head!);
                return;
            case Tag.Head:
                return;
        }

        ToBody();
        Start(_mode);
    }

    private void StartInBody()
    {
        var tag = _tokens.Tag;
        switch (tag)
        {
            case Tag.Html:
                if (_templates.Count == 0)
                {
                    _open[0].AddMissing(_tokens.TakeAttributes());
                }

                return;
            case Tag.Base or Tag.Basefont or Tag.Bgsound or Tag.Link or Tag.Meta or Tag.Noframes or Tag.Script or Tag.Style or Tag.Template or Tag.Title:
                StartInHead();
                return;
            case Tag.Body:
                if (_open.Count > 1 && _open[1].Tag == Tag.Body && _templates.Count == 0)
                {
                    _mayBeFrameset = false;
                    _open[1].AddMissing(_tokens.TakeAttributes());
                }

                return;
            case Tag.Frameset:
                if (_open.Count > 1 && _open[1].Tag == Tag.Body && _mayBeFrameset)
                {
                    _open[1].Remove();
                    _open.RemoveRange(1, _open.Count - 1);
                    Enter(Mode.InFrameset);
                }

                return;
            case Tag.H1 or Tag.H2 or Tag.H3 or Tag.H4 or Tag.H5 or Tag.H6:
                CloseParagraph();
                if (IsHeading(Current.Tag))
                {
                    Pop();
                }

                InsertElement();
                return;
            case Tag.Pre or Tag.Listing:
                CloseParagraph();
                InsertElement();
                _tokens.SkipLineFeed();
                _mayBeFrameset = false;
                return;
            case Tag.Form:
                if (_form is null || _templates.Count > 0)
                {
                    CloseParagraph();
                    var form = InsertElement();
                    _form = _templates.Count > 0 ? _form : form;
                }

                return;
            case Tag.Li:
                _mayBeFrameset = false;
                CloseItems(Tag.Li, Tag.Li);
                return;
            case Tag.Dd or Tag.Dt:
                _mayBeFrameset = false;
                CloseItems(Tag.Dd, Tag.Dt);
                return;
            case Tag.Plaintext:
                CloseParagraph();
                InsertElement();
                _tokens.Mode = TextMode.Plain;
                return;
            case Tag.Button:
                CloseInScope(Tag.Button);

                Reconstruct();
                InsertElement();
                _mayBeFrameset = false;
                return;
            case Tag.A:
                for (var i = _formatting.Count - 1; i >= 0 && _formatting[i] is { } anchor; i--)
                {
                    if (anchor.Tag == Tag.A)
                    {
                        Adopt(Tag.A, "a");
                        _formatting.Remove(anchor);
                        _open.Remove(anchor);
                        break;
                    }
                }

                InsertFormatting();
                return;
            case Tag.B or Tag.Big or Tag.Code or Tag.Em or Tag.Font or Tag.I or Tag.S or Tag.Small or Tag.Strike or Tag.Strong or Tag.Tt or Tag.U:
                InsertFormatting();
                return;
            case Tag.Nobr:
                Reconstruct();
                if (InScope(Tag.Nobr))
                {
                    Adopt(Tag.Nobr, "nobr");
                }

                InsertFormatting();
                return;
            case Tag.Applet or Tag.Marquee or Tag.ObjectElement:
                Reconstruct();
                InsertElement();
                _formatting.Add(null);
                _mayBeFrameset = false;
                return;
            case Tag.Table:
                if (!_tokens.IsQuirky)
                {
                    CloseParagraph();
                }

                InsertElement();
                _mayBeFrameset = false;
                _mode = Mode.InTable;
                return;
            case Tag.Area or Tag.Br or Tag.Embed or Tag.Img or Tag.Keygen or Tag.Wbr:
                Reconstruct();
                InsertVoid();
                _mayBeFrameset = false;
                return;
            case Tag.Image:
                Reconstruct();
                Append(new Element(Tag.Img, "img", _tokens.TakeAttributes()));
                _mayBeFrameset = false;
                return;
            case Tag.Input:
                Reconstruct();
                InsertVoid();
                _mayBeFrameset &= IsHiddenInput();
                return;
            case Tag.Param or Tag.Source or Tag.Track:
                InsertVoid();
                return;
            case Tag.Hr:
                CloseParagraph();
                InsertVoid();
                _mayBeFrameset = false;
                return;
            case Tag.Textarea:
                InsertRaw(TextMode.EscapableRaw);
                _tokens.SkipLineFeed();
                _mayBeFrameset = false;
                return;
            case Tag.Xmp:
                CloseParagraph();
                Reconstruct();
                _mayBeFrameset = false;
                InsertRaw(TextMode.Raw);
                return;
            case Tag.Iframe:
                _mayBeFrameset = false;
                InsertRaw(TextMode.Raw);
                return;
            case Tag.Noembed:
                InsertRaw(TextMode.Raw);
                return;
            case Tag.Select:
                Reconstruct();
                InsertElement();
                _mayBeFrameset = false;
                _mode = _mode is Mode.InTable or Mode.InCaption or Mode.InTableBody or Mode.InRow or Mode.InCell ? Mode.InSelectInTable : Mode.InSelect;
                return;
            case Tag.Optgroup or Tag.Option:
                if (Current.Tag == Tag.Option)
                {
                    Pop();
                }

                Reconstruct();
                InsertElement();
                return;
            case Tag.Rb or Tag.Rtc:
                if (InScope(Tag.Ruby))
                {
                    ImplyEndTags(Tag.Unknown);
                }

                InsertElement();
                return;
            case Tag.Rp or Tag.Rt:
                if (InScope(Tag.Ruby))
                {
                    ImplyEndTags(Tag.Rtc);
                }

                InsertElement();
                return;
            case Tag.Math or Tag.Svg:
                Reconstruct();
                InsertForeign(tag == Tag.Svg ? Markup.Svg : Markup.MathMl);
                return;
            case Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Frame or Tag.Head or Tag.Tbody or Tag.Td or Tag.Tfoot or Tag.Th or Tag.Thead or Tag.Tr:
                return;
        }

        if (IsBlock(tag))
        {
            CloseParagraph();
        }
        else
        {
            Reconstruct();
        }

        InsertElement();
    }

    private void CloseItems(Tag first, Tag second)
    {
        for (var i = _open.Count - 1; i > 0; i--)
        {
            var element = _open[i];
            if (element.Markup == Markup.Html && (element.Tag == first || element.Tag == second))
            {
                ImplyEndTags(element.Tag);
                PopTo(element.Tag);
                break;
            }

            if (IsSpecial(element) && element.Tag is not (Tag.Address or Tag.Div or Tag.P))
            {
                break;
            }
        }

        CloseParagraph();
        InsertElement();
    }

    private void StartInTable()
    {
        var tag = _tokens.Tag;
        switch (tag)
        {
            case Tag.Caption:
                ClearToTable();
                _formatting.Add(null);
                Enter(Mode.InCaption);
                return;
            case Tag.Colgroup:
                ClearToTable();
                Enter(Mode.InColumnGroup);
                return;
            case Tag.Col:
                ClearToTable();
                Insert(Tag.Colgroup);
                _mode = Mode.InColumnGroup;
                Start(_mode);
                return;
            case Tag.Tbody or Tag.Tfoot or Tag.Thead:
                ClearToTable();
                Enter(Mode.InTableBody);
                return;
            case Tag.Td or Tag.Th or Tag.Tr:
                ClearToTable();
                Insert(Tag.Tbody);
                _mode = Mode.InTableBody;
                Start(_mode);
                return;
            case Tag.Table:
                if (InTableScope(Tag.Table))
                {
                    PopAndReset(Tag.Table);
                    Start(_mode);
                }

                return;
            case Tag.Style or Tag.Script or Tag.Template:
                StartInHead();
                return;
            case Tag.Input when IsHiddenInput():
                InsertVoid();
                return;
            case Tag.Form:
                if (_form is null && _templates.Count == 0)
                {
                    _form = InsertElement();
                    Pop();
                }

                return;
        }

        Fostered(StartInBody);
    }

    private void StartInTableBody()
    {
        switch (_tokens.Tag)
        {
            case Tag.Tr:
                ClearToTableBody();
                Enter(Mode.InRow);
                return;
            case Tag.Th or Tag.Td:
                ClearToTableBody();
                Insert(Tag.Tr);
                _mode = Mode.InRow;
                Start(_mode);
                return;
            case Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Tbody or Tag.Tfoot or Tag.Thead:
                if (InTableBodyScope())
                {
                    ClearToTableBody();
                    Leave(Mode.InTable);
                    Start(_mode);
                }

                return;
        }

        StartInTable();
    }

    private void StartInRow()
    {
        switch (_tokens.Tag)
        {
            case Tag.Th or Tag.Td:
                ClearToRow();
                Enter(Mode.InCell);
                _formatting.Add(null);
                return;
            case Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Tbody or Tag.Tfoot or Tag.Thead or Tag.Tr:
                if (InTableScope(Tag.Tr))
                {
                    ClearToRow();
                    Leave(Mode.InTableBody);
                    Start(_mode);
                }

                return;
        }

        StartInTable();
    }

    private void StartInSelect(Mode mode)
    {
        var tag = _tokens.Tag;
        if (mode == Mode.InSelectInTable && tag is Tag.Caption or Tag.Table or Tag.Tbody or Tag.Tfoot or Tag.Thead or Tag.Tr or Tag.Td or Tag.Th)
        {
            PopAndReset(Tag.Select);
            Start(_mode);
            return;
        }

        switch (tag)
        {
            case Tag.Html:
                StartInBody();
                return;
            case Tag.Option or Tag.Optgroup or Tag.Hr:
                if (Current.Tag == Tag.Option)
                {
                    Pop();
                }

                if (tag != Tag.Option && Current.Tag == Tag.Optgroup)
                {
                    Pop();
                }

                if (tag == Tag.Hr)
                {
                    InsertVoid();
                }
                else
                {
                    InsertElement();
                }

                return;
            case Tag.Select:
                if (InSelectScope())
                {
                    PopAndReset(Tag.Select);
                }

                return;
            case Tag.Input or Tag.Keygen or Tag.Textarea:
                if (InSelectScope())
                {
                    PopAndReset(Tag.Select);
                    Start(_mode);
                }

                return;
            case Tag.Script or Tag.Template:
                StartInHead();
                return;
        }
    }

    private void StartInTemplate()
    {
        var tag = _tokens.Tag;
        if (IsHeadContent(tag))
        {
            StartInHead();
            return;
        }

        var mode = tag switch
        {
            Tag.Caption or Tag.Colgroup or Tag.Tbody or Tag.Tfoot or Tag.Thead => Mode.InTable,
            Tag.Col => Mode.InColumnGroup,
            Tag.Tr => Mode.InTableBody,
            Tag.Td or Tag.Th => Mode.InRow,
            _ => Mode.InBody,
        };
        _templates.Pop();
        _templates.Push(mode);
        _mode = mode;
        Start(_mode);
    }

    // ---- End tags ---------------------------------------------------------------------------------------------------------------------------

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

    private void EndInBody()
    {
        var tag = _tokens.Tag;
        switch (tag)
        {
            case Tag.Template:
                EndTemplate();
                return;
            case Tag.Body or Tag.Html:
                if (InScope(Tag.Body))
                {
                    _mode = Mode.AfterBody;
                }

                return;
            case Tag.Form:
                EndForm();
                return;
            case Tag.P:
                if (!InButtonScope(Tag.P))
                {
                    Insert(Tag.P);
                }

                CloseParagraph();
                return;
            case Tag.Li:
                if (InListScope())
                {
                    ImplyEndTags(Tag.Li);
                    PopTo(Tag.Li);
                }

                return;
            case Tag.Dd or Tag.Dt:
                if (InScope(tag))
                {
                    ImplyEndTags(tag);
                    PopTo(tag);
                }

                return;
            case Tag.H1 or Tag.H2 or Tag.H3 or Tag.H4 or Tag.H5 or Tag.H6:
                if (InScope(IsHeading))
                {
                    ImplyEndTags(Tag.Unknown);
                    while (true)
                    {
                        var isHeading = Current.Markup == Markup.Html && IsHeading(Current.Tag);
                        Pop();
                        if (isHeading)
                        {
                            return;
                        }
                    }
                }

                return;
            case Tag.A or Tag.B or Tag.Big or Tag.Code or Tag.Em or Tag.Font or Tag.I or Tag.Nobr or Tag.S or Tag.Small or Tag.Strike or Tag.Strong or Tag.Tt or Tag.U:
                Adopt(tag, _tokens.Name);
                return;
            case Tag.Applet or Tag.Marquee or Tag.ObjectElement:
                if (InScope(tag))
                {
                    Close(tag);
                    ClearFormatting();
                }

                return;
            case Tag.Br:
                Reconstruct();
                Append(new Element(Tag.Br, "br", []));
                _mayBeFrameset = false;
                return;
        }

        if (tag != Tag.Unknown && (IsBlock(tag) || tag is Tag.Button or Tag.Pre or Tag.Listing) && tag is not (Tag.P or Tag.Hr))
        {
            CloseInScope(tag);

            return;
        }

        EndAny(_tokens.Name);
    }

    private void EndAny(string name)
    {
        for (var i = _open.Count - 1; i > 0; i--)
        {
            var element = _open[i];
            if (element.Markup == Markup.Html && element.Name == name)
            {
                ImplyEndTags(element.Tag == Tag.Unknown ? Tag.Html : element.Tag);
                _open.RemoveRange(i, _open.Count - i);
                return;
            }

            if (IsSpecial(element))
            {
                return;
            }
        }
    }

    private void EndForm()
    {
        if (_templates.Count > 0)
        {
            CloseInScope(Tag.Form);

            return;
        }

        var form = _form;
        _form = null;
        if (form is not null && _open.Contains(form) && InScope(Tag.Form))
        {
            ImplyEndTags(Tag.Unknown);
            _open.Remove(form);
        }
    }

    private void EndTemplate()
    {
        if (_templates.Count == 0)
        {
            return;
        }

        ImplyAllEndTags();
        PopTo(Tag.Template);
        ClearFormatting();
        _templates.Pop();
        ResetMode();
    }

    private void EndInTable()
    {
        switch (_tokens.Tag)
        {
            case Tag.Table:
                if (InTableScope(Tag.Table))
                {
                    PopAndReset(Tag.Table);
                }

                return;
            case Tag.Body or Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Html or Tag.Tbody or Tag.Td or Tag.Tfoot or Tag.Th or Tag.Thead or Tag.Tr:
                return;
            case Tag.Template:
                EndTemplate();
                return;
        }

        Fostered(EndInBody);
    }

    private void EndInTableBody()
    {
        var tag = _tokens.Tag;
        switch (tag)
        {
            case Tag.Tbody or Tag.Tfoot or Tag.Thead:
                if (InTableScope(tag))
                {
                    ClearToTableBody();
                    Leave(Mode.InTable);
                }

                return;
            case Tag.Table:
                if (InTableBodyScope())
                {
                    ClearToTableBody();
                    Leave(Mode.InTable);
                    EndTag(_mode);
                }

                return;
            case Tag.Body or Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Html or Tag.Td or Tag.Th or Tag.Tr:
                return;
        }

        EndInTable();
    }

    private void EndInRow()
    {
        var tag = _tokens.Tag;
        switch (tag)
        {
            case Tag.Tr or Tag.Table or Tag.Tbody or Tag.Tfoot or Tag.Thead:
                if (InTableScope(Tag.Tr) && (tag is Tag.Tr or Tag.Table || InTableScope(tag)))
                {
                    ClearToRow();
                    Leave(Mode.InTableBody);
                    if (tag != Tag.Tr)
                    {
                        EndTag(_mode);
                    }
                }

                return;
            case Tag.Body or Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Html or Tag.Td or Tag.Th:
                return;
        }

        EndInTable();
    }

    private bool EndInCell()
    {
        var tag = _tokens.Tag;
        switch (tag)
        {
            case Tag.Td or Tag.Th:
                if (InTableScope(tag))
                {
                    Close(tag);
                    ClearFormatting();
                    _mode = Mode.InRow;
                }

                return true;
            case Tag.Body or Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Html:
                return true;
            case Tag.Table or Tag.Tbody or Tag.Tfoot or Tag.Thead or Tag.Tr:
                if (InTableScope(tag))
                {
                    CloseCell();
                    EndTag(_mode);
                }

                return true;
        }

        return false;
    }

    private void EndInSelect(Mode mode)
    {
        var tag = _tokens.Tag;
        if (mode == Mode.InSelectInTable && tag is Tag.Caption or Tag.Table or Tag.Tbody or Tag.Tfoot or Tag.Thead or Tag.Tr or Tag.Td or Tag.Th)
        {
            if (InTableScope(tag))
            {
                PopAndReset(Tag.Select);
                EndTag(_mode);
            }

            return;
        }

        switch (tag)
        {
            case Tag.Optgroup:
                if (Current.Tag == Tag.Option && _open.Count > 1 && _open[^2].Tag == Tag.Optgroup)
                {
                    Pop();
                }

                if (Current.Tag == Tag.Optgroup)
                {
                    Pop();
                }

                return;
            case Tag.Option:
                if (Current.Tag == Tag.Option)
                {
                    Pop();
                }

                return;
            case Tag.Select:
                if (InSelectScope())
                {
                    PopAndReset(Tag.Select);
                }

                return;
            case Tag.Template:
                EndTemplate();
                return;
        }
    }

    // ---- The adoption agency and the formatting elements ------------------------------------------------------------------------------------

    private void Adopt(Tag tag, string name)
    {
        if (Current.Tag == tag && Current.Markup == Markup.Html && !_formatting.Contains(Current))
        {
            Pop();
            return;
        }

        for (var outer = 0; outer < 8; outer++)
        {
            var place = _formatting.Count - 1;
            while (place >= 0 && _formatting[place] is { } candidate && candidate.Tag != tag)
            {
                place--;
            }

            if (place < 0 || _formatting[place] is not { } formatting)
            {
                EndAny(name);
                return;
            }

            var at = _open.LastIndexOf(formatting);
            if (at < 0)
            {
                _formatting.RemoveAt(place);
                return;
            }

            if (!InScope(formatting))
            {
                return;
            }

            var furthest = at + 1;
            while (furthest < _open.Count && !IsSpecial(_open[furthest]))
            {
                furthest++;
            }

            if (furthest == _open.Count)
            {
                _open.RemoveRange(at, _open.Count - at);
                _formatting.RemoveAt(place);
                return;
            }

            var block = _open[furthest];
            var ancestor = _open[at - 1];
            var bookmark = place;
            var last = (Node)block;
            var index = furthest;
            for (var inner = 1; ; inner++)
            {
                index--;
                var node = _open[index];
                if (node == formatting)
                {
                    break;
                }

                var listed = _formatting.IndexOf(node);
                if (inner > 3 && listed >= 0)
                {
                    _formatting.RemoveAt(listed);
                    bookmark -= listed < bookmark ? 1 : 0;
                    listed = -1;
                }

                if (listed < 0)
                {
                    _open.RemoveAt(index);
                    continue;
                }

                var copy = Copy(node);
                _formatting[listed] = copy;
                _open[index] = copy;
                if (last == block)
                {
                    bookmark = listed + 1;
                }

                copy.Append(last);
                last = copy;
            }

            var (parent, before) = Place(ancestor);
            parent.InsertBefore(last, before);
            var adopted = Copy(formatting);
            while (block.FirstChild is { } child)
            {
                adopted.Append(child);
            }

            block.Append(adopted);
            var old = _formatting.IndexOf(formatting);
            _formatting.Insert(Math.Min(bookmark, _formatting.Count), adopted);
            _formatting.RemoveAt(old < bookmark ? old : old + 1);
            _open.Remove(formatting);
            _open.Insert(_open.IndexOf(block) + 1, adopted);
        }
    }

    private void InsertFormatting()
    {
        Reconstruct();
        var element = InsertElement();

        // Three alike at most ("Noah's ark").
        var alike = 0;
        var first = 0;
        for (var i = _formatting.Count - 1; i >= 0 && _formatting[i] is { } other; i--)
        {
            if (other.SameAs(element))
            {
                alike++;
                first = i;
            }
        }

        if (alike >= 3)
        {
            _formatting.RemoveAt(first);
        }

        var marker = _formatting.LastIndexOf(null);
        if (_formatting.Count - marker > MaxFormatting)
        {
            _formatting.RemoveAt(marker + 1);
        }

        _formatting.Add(element);
    }

    private void Reconstruct()
    {
        if (_formatting.Count == 0 || _formatting[^1] is not { } last || _open.Contains(last) || _elements > MaxElements)
        {
            return;
        }

        var i = _formatting.Count - 1;
        while (i > 0 && _formatting[i - 1] is { } earlier && !_open.Contains(earlier))
        {
            i--;
        }

        for (; i < _formatting.Count; i++)
        {
            _formatting[i] = Open(Copy(_formatting[i]!));
        }
    }

    private void ClearFormatting()
    {
        while (_formatting.Count > 0)
        {
            var last = _formatting[^1];
            _formatting.RemoveAt(_formatting.Count - 1);
            if (last is null)
            {
                return;
            }
        }
    }

    // ---- SVG and MathML ---------------------------------------------------------------------------------------------------------------------

    private bool IsInForeign() => _open.Count > 0 && Current.Markup != Markup.Html;

    private bool IsForeignStart()
    {
        if (!IsInForeign())
        {
            return false;
        }

        var current = Current;
        return !(IsMathText(current) && _tokens.Name is not ("mglyph" or "malignmark"))
            && !(current is { Markup: Markup.MathMl, Name: "annotation-xml" } && _tokens.Tag == Tag.Svg)
            && !IsHtmlIntegration(current);
    }

    /// <summary>Puts a start tag into SVG or MathML; false when it breaks out into HTML.</summary>
    private bool TryStartForeign()
    {
        if (IsBreakout(_tokens.Tag) || (_tokens.Tag == Tag.Font && (_tokens.Attribute("color") ?? _tokens.Attribute("face") ?? _tokens.Attribute("size")) is not null))
        {
            PopForeign();
            return false;
        }

        InsertForeign(Current.Markup);
        return true;
    }

    private void ForeignEnd()
    {
        if (_tokens.Tag is Tag.Br or Tag.P)
        {
            PopForeign();
            EndTag(_mode);
            return;
        }

        for (var i = _open.Count - 1; i > 0; i--)
        {
            if (_open[i].Markup == Markup.Html)
            {
                EndTag(_mode);
                return;
            }

            if (_open[i].Name == _tokens.Name)
            {
                _open.RemoveRange(i, _open.Count - i);
                return;
            }
        }
    }

    private void PopForeign()
    {
        while (Current.Markup != Markup.Html && !IsMathText(Current) && !IsHtmlIntegration(Current))
        {
            Pop();
        }
    }

    private void InsertForeign(Markup markup)
    {
        var element = new Element(Tag.Unknown, _tokens.Name, _tokens.TakeAttributes()) { Markup = markup };
        if (_tokens.IsSelfClosing)
        {
            Append(element);
        }
        else
        {
            Open(element);
        }
    }

    private static bool IsMathText(Element element) => element is { Markup: Markup.MathMl, Name: "mi" or "mo" or "mn" or "ms" or "mtext" };

    private static bool IsHtmlIntegration(Element element) => element.Markup switch
    {
        Markup.Svg => element.Name is "foreignobject" or "desc" or "title",
        Markup.MathMl => element.Name == "annotation-xml" && element.Value("encoding") is { } encoding
            && (encoding.Equals("text/html", StringComparison.OrdinalIgnoreCase) || encoding.Equals("application/xhtml+xml", StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };

    private static bool IsBreakout(Tag tag) => tag is Tag.B or Tag.Big or Tag.Blockquote or Tag.Body or Tag.Br or Tag.Center or Tag.Code or Tag.Dd or Tag.Div or Tag.Dl or Tag.Dt or Tag.Em or Tag.Embed
        or Tag.H1 or Tag.H2 or Tag.H3 or Tag.H4 or Tag.H5 or Tag.H6 or Tag.Head or Tag.Hr or Tag.I or Tag.Img or Tag.Li or Tag.Listing or Tag.Menu or Tag.Meta or Tag.Nobr or Tag.Ol or Tag.P or Tag.Pre or Tag.Ruby
        or Tag.S or Tag.Small or Tag.Span or Tag.Strong or Tag.Strike or Tag.Sub or Tag.Sup or Tag.Table or Tag.Tt or Tag.U or Tag.Ul or Tag.Var;

    // ---- The stack of open elements ---------------------------------------------------------------------------------------------------------

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

    private Element Create()
    {
        _elements++;
        return new Element(_tokens.Tag, _tokens.Name, _tokens.TakeAttributes());
    }

    private Element Copy(Element element)
    {
        _elements++;
        return element.Copy();
    }

    private void Push(Element element, Element parent)
    {
        parent.Append(element);
        _open.Add(element);
    }

    private Element InsertElement() => Open(Create());

    // Deeper elements become siblings, as in browsers.
    private Element Open(Element element)
    {
        if (_open.Count >= MaxDepth)
        {
            Pop();
        }

        Append(element);
        _open.Add(element);
        return element;
    }

    private Element Insert(Tag tag)
    {
        _elements++;
        return Open(new Element(tag, _names.Of(tag.ToString()), []));
    }

    private void InsertVoid() => Append(Create());

    private void InsertRaw(TextMode mode)
    {
        InsertElement();
        _tokens.Mode = mode;
        _tokens.RawName = _tokens.Name;
        _returnTo = _mode;
        _mode = Mode.Text;
    }

    private void Append(Element element)
    {
        var (parent, before) = Place();
        parent.InsertBefore(element, before);
    }

    /// <summary>Where the next node goes: what a table may not hold goes before the table.</summary>
    private (Element Parent, Node? Before) Place(Element? target = null)
    {
        target ??= Current;
        if (!_isFostering || target.Tag is not (Tag.Table or Tag.Tbody or Tag.Tfoot or Tag.Thead or Tag.Tr))
        {
            return (target, null);
        }

        for (var i = _open.Count - 1; i > 0; i--)
        {
            if (_open[i].Tag == Tag.Template)
            {
                return (_open[i], null);
            }

            if (_open[i].Tag == Tag.Table)
            {
                return _open[i].Parent is { } parent ? (parent, _open[i]) : (_open[i - 1], null);
            }
        }

        return (_open[0], null);
    }

    private void Fostered(Action insert)
    {
        _isFostering = true;
        insert();
        _isFostering = false;
    }

    private void Pop()
    {
        if (_open.Count > 1)
        {
            _open.RemoveAt(_open.Count - 1);
        }
    }

    private void Enter(Mode mode)
    {
        InsertElement();
        _mode = mode;
    }

    private void Leave(Mode mode)
    {
        Pop();
        _mode = mode;
    }

    /// <summary>Pops to the element, those that end by themselves first.</summary>
    private void Close(Tag tag)
    {
        ImplyEndTags(Tag.Unknown);
        PopTo(tag);
    }

    private void CloseInScope(Tag tag)
    {
        if (InScope(tag))
        {
            Close(tag);
        }
    }

    private void PopAndReset(Tag tag)
    {
        PopTo(tag);
        ResetMode();
    }

    private void PopTo(Tag tag)
    {
        while (_open.Count > 1)
        {
            var last = Current;
            Pop();
            if (last.Tag == tag && last.Markup == Markup.Html)
            {
                return;
            }
        }
    }

    private void ClearToTable() => ClearTo(Tag.Table, Tag.Table, Tag.Table);

    private void ClearToTableBody() => ClearTo(Tag.Tbody, Tag.Tfoot, Tag.Thead);

    private void ClearToRow() => ClearTo(Tag.Tr, Tag.Tr, Tag.Tr);

    private void ClearTo(Tag first, Tag second, Tag third)
    {
        while (_open.Count > 1 && Current.Tag is not (Tag.Html or Tag.Template) && Current.Tag != first && Current.Tag != second && Current.Tag != third)
        {
            Pop();
        }
    }

    private void CloseParagraph()
    {
        if (InButtonScope(Tag.P))
        {
            ImplyEndTags(Tag.P);
            PopTo(Tag.P);
        }
    }

    private bool CloseCaption()
    {
        if (!InTableScope(Tag.Caption))
        {
            return false;
        }

        ImplyEndTags(Tag.Unknown);
        PopTo(Tag.Caption);
        ClearFormatting();
        _mode = Mode.InTable;
        return true;
    }

    private void CloseCell()
    {
        ImplyEndTags(Tag.Unknown);
        while (_open.Count > 1)
        {
            var last = Current.Tag;
            Pop();
            if (last is Tag.Td or Tag.Th)
            {
                break;
            }
        }

        ClearFormatting();
        _mode = Mode.InRow;
    }

    private void ImplyEndTags(Tag except)
    {
        while (Current.Tag is Tag.Dd or Tag.Dt or Tag.Li or Tag.Optgroup or Tag.Option or Tag.P or Tag.Rb or Tag.Rp or Tag.Rt or Tag.Rtc && Current.Tag != except)
        {
            Pop();
        }
    }

    private void ImplyAllEndTags()
    {
        while (Current.Tag is Tag.Caption or Tag.Colgroup or Tag.Dd or Tag.Dt or Tag.Li or Tag.Optgroup or Tag.Option or Tag.P or Tag.Rb or Tag.Rp or Tag.Rt or Tag.Rtc or Tag.Tbody or Tag.Td or Tag.Tfoot or Tag.Th
            or Tag.Thead or Tag.Tr)
        {
            Pop();
        }
    }

    private void ResetMode()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var element = _open[i];
            switch (element.Tag)
            {
                case Tag.Select:
                    _mode = Mode.InSelect;
                    for (var j = i - 1; j > 0 && _open[j].Tag != Tag.Template; j--)
                    {
                        if (_open[j].Tag == Tag.Table)
                        {
                            _mode = Mode.InSelectInTable;
                            break;
                        }
                    }

                    return;
                case Tag.Td or Tag.Th when i > 0:
                    _mode = Mode.InCell;
                    return;
                case Tag.Tr:
                    _mode = Mode.InRow;
                    return;
                case Tag.Tbody or Tag.Thead or Tag.Tfoot:
                    _mode = Mode.InTableBody;
                    return;
                case Tag.Caption:
                    _mode = Mode.InCaption;
                    return;
                case Tag.Colgroup:
                    _mode = Mode.InColumnGroup;
                    return;
                case Tag.Table:
                    _mode = Mode.InTable;
                    return;
                case Tag.Template:
                    _mode = _templates.Peek();
                    return;
                case Tag.Head when i > 0:
                    _mode = Mode.InHead;
                    return;
                case Tag.Body:
                    _mode = Mode.InBody;
                    return;
                case Tag.Frameset:
                    _mode = Mode.InFrameset;
                    return;
                case Tag.Html:
                    _mode = _head is null ? Mode.BeforeHead : Mode.AfterHead;
                    return;
            }
        }
    }

    private bool IsHiddenInput() => string.Equals(_tokens.Attribute("type"), "hidden", StringComparison.OrdinalIgnoreCase);

    // ---- Scopes and kinds of elements -------------------------------------------------------------------------------------------------------

    private bool InScope(Tag tag) => InScope(tag, Scope.Default);

    private bool InButtonScope(Tag tag) => InScope(tag, Scope.Button);

    private bool InListScope() => InScope(Tag.Li, Scope.List);

    private bool InTableBodyScope() => InTableScope(Tag.Tbody) || InTableScope(Tag.Thead) || InTableScope(Tag.Tfoot);

    private bool InTableScope(Tag tag)
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var open = _open[i].Tag;
            if (open == tag)
            {
                return true;
            }

            if (open is Tag.Html or Tag.Table or Tag.Template)
            {
                return false;
            }
        }

        return false;
    }

    private bool InSelectScope()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var open = _open[i].Tag;
            if (open == Tag.Select)
            {
                return true;
            }

            if (open is not (Tag.Optgroup or Tag.Option))
            {
                return false;
            }
        }

        return false;
    }

    private enum Scope
    {
        Default,
        Button,
        List,
    }

    private bool InScope(Tag tag, Scope scope)
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            var element = _open[i];
            if (element.Tag == tag && element.Markup == Markup.Html)
            {
                return true;
            }

            if (EndsScope(element) || (scope == Scope.Button && element.Tag == Tag.Button) || (scope == Scope.List && element.Tag is Tag.Ol or Tag.Ul))
            {
                return false;
            }
        }

        return false;
    }

    private bool InScope(Func<Tag, bool> isSought)
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i].Markup == Markup.Html && isSought(_open[i].Tag))
            {
                return true;
            }

            if (EndsScope(_open[i]))
            {
                return false;
            }
        }

        return false;
    }

    private bool InScope(Element sought)
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i] == sought)
            {
                return true;
            }

            if (EndsScope(_open[i]))
            {
                return false;
            }
        }

        return false;
    }

    private static bool EndsScope(Element element) => element.Markup == Markup.Html
        ? element.Tag is Tag.Applet or Tag.Caption or Tag.Html or Tag.Table or Tag.Td or Tag.Th or Tag.Marquee or Tag.ObjectElement or Tag.Template
        : IsForeignBoundary(element);

    private static bool IsForeignBoundary(Element element) =>
        element is { Markup: Markup.Svg, Name: "foreignobject" or "desc" or "title" } or { Markup: Markup.MathMl, Name: "mi" or "mo" or "mn" or "ms" or "mtext" or "annotation-xml" };

    private static bool IsHeadContent(Tag tag) => tag is Tag.Base or Tag.Basefont or Tag.Bgsound or Tag.Link or Tag.Meta or Tag.Noframes or Tag.Script or Tag.Style or Tag.Template or Tag.Title;

    private static bool IsTablePart(Tag tag) => tag is Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Tbody or Tag.Td or Tag.Tfoot or Tag.Th or Tag.Thead or Tag.Tr;

    private static bool IsHeading(Tag tag) => tag is >= Tag.H1 and <= Tag.H6;

    /// <summary>Elements whose start tag ends a paragraph.</summary>
    private static bool IsBlock(Tag tag) => tag is Tag.Address or Tag.Article or Tag.Aside or Tag.Blockquote or Tag.Center or Tag.Details or Tag.Dialog or Tag.Dir or Tag.Div or Tag.Dl or Tag.Fieldset or Tag.Figcaption or Tag.Figure
        or Tag.Footer or Tag.Header or Tag.Hgroup or Tag.Main or Tag.Menu or Tag.Nav or Tag.Ol or Tag.P or Tag.Search or Tag.Section or Tag.Summary or Tag.Ul;

    private static bool IsSpecial(Element element) => element.Markup == Markup.Html
        ? (IsBlock(element.Tag) && element.Tag != Tag.Dialog) || IsHeading(element.Tag) || element.Tag is Tag.Applet or Tag.Area or Tag.Base or Tag.Basefont or Tag.Bgsound or Tag.Body or Tag.Br or Tag.Button or Tag.Caption or Tag.Col or Tag.Colgroup or Tag.Dd or Tag.Dt
            or Tag.Embed or Tag.Form or Tag.Frame or Tag.Frameset or Tag.Head or Tag.Hr or Tag.Html or Tag.Iframe or Tag.Img or Tag.Input or Tag.Keygen or Tag.Li or Tag.Link or Tag.Listing or Tag.Marquee or Tag.Meta or Tag.Noembed
            or Tag.Noframes or Tag.Noscript or Tag.ObjectElement or Tag.Param or Tag.Plaintext or Tag.Pre or Tag.Script or Tag.Select or Tag.Source or Tag.Style or Tag.Table or Tag.Tbody or Tag.Td or Tag.Template or Tag.Textarea
            or Tag.Tfoot or Tag.Th or Tag.Thead or Tag.Title or Tag.Tr or Tag.Track or Tag.Wbr or Tag.Xmp
        : IsForeignBoundary(element);
}
