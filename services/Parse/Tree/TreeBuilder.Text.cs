namespace Storyline.Parse.Tree;

// What becomes of text in each insertion mode.
internal sealed partial class TreeBuilder
{
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
}
