namespace Storyline.Parse.Tree;

// Start tags in the head, the body, lists of options and templates.
internal sealed partial class TreeBuilder
{
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
}
