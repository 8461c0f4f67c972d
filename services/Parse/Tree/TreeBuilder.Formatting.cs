namespace Storyline.Parse.Tree;

// Formatting elements that overlap (the adoption agency and the list of active formatting elements).
internal sealed partial class TreeBuilder
{
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
}
