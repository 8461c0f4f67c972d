namespace Storyline.Parse.Tree;

// Tags in tables and their parts.
internal sealed partial class TreeBuilder
{
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
}
