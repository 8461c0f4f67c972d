namespace Storyline.Parse.Tree;

// The stack of open elements: what goes where, and what is in scope.
internal sealed partial class TreeBuilder
{
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
