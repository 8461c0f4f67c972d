namespace Storyline.Parse.Tree;

// SVG and MathML.
internal sealed partial class TreeBuilder
{
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
}
