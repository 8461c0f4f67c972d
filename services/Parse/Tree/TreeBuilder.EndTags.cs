namespace Storyline.Parse.Tree;

// End tags in the body, lists of options and templates.
internal sealed partial class TreeBuilder
{
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
}
