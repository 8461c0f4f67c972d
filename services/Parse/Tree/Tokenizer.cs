using System.Buffers;

namespace Storyline.Parse.Tree;

internal enum TokenKind
{
    End,
    Text,
    StartTag,
    EndTag,
}

/// <summary>How text is read up to the next tag.</summary>
internal enum TextMode
{
    Data,

    /// <summary>Up to the end tag of the element; character references count.</summary>
    EscapableRaw,

    /// <summary>Up to the end tag of the element, as it stands.</summary>
    Raw,

    /// <summary>As <see cref="Raw"/>, with the rules for scripts that stand in comments.</summary>
    Script,

    /// <summary>To the end of the document.</summary>
    Plain,
}

/// <summary>
/// The tokenizer of WHATWG HTML, §13.2.5, over a whole document in memory. It looks for the next character that matters instead of stepping through states,
/// and hands out slices of the document; comments, doctypes and processing instructions are passed over. The fields hold the current token.
/// </summary>
internal sealed class Tokenizer(ArraySegment<char> source, Names names)
{
    private static readonly SearchValues<char> NameEnd = SearchValues.Create("\t\n\f />");
    private static readonly SearchValues<char> AttributeNameEnd = SearchValues.Create("\t\n\f />=");
    private static readonly SearchValues<char> UnquotedEnd = SearchValues.Create("\t\n\f >");
    private static readonly SearchValues<char> White = SearchValues.Create("\t\n\f /");
    private static readonly SearchValues<char> WhiteOnly = SearchValues.Create("\t\n\f ");

    private static readonly SearchValues<string> OldDoctypes = SearchValues.Create(
        ["-//W3C//DTD HTML 3", "-//W3C//DTD HTML 4.0 ", "-//W3C//DTD HTML 4.0//", "-//IETF//", "-//Netscape", "-//Microsoft", "HTML//EN\""], StringComparison.OrdinalIgnoreCase);

    // Nobody reads more, and looking for repeated names is quadratic.
    public const int MaxAttributes = 256;

    private readonly List<ElementAttribute> _attributes = [];
    private readonly char[] _source = source.Array ?? [];
    private readonly int _end = source.Offset + source.Count;
    private int _at = source.Offset;
    private bool _hasTag;

    /// <summary>The document asks to be read as twenty years ago: it has no doctype, or one of that time (§13.2.6.4.1).</summary>
    public bool IsQuirky { get; private set; } = true;

    public TextMode Mode { get; set; }

    /// <summary>The element whose end tag ends the text in every mode but <see cref="TextMode.Data"/>.</summary>
    public string RawName { get; set; } = "";

    /// <summary>CDATA sections are text: inside SVG and MathML.</summary>
    public bool IsForeign { get; set; }

    public ReadOnlyMemory<char> Text { get; private set; }

    public Tag Tag { get; private set; }

    public string Name { get; private set; } = "";

    public bool IsSelfClosing { get; private set; }

    public ElementAttribute[] TakeAttributes() => _attributes.Count == 0 ? [] : [.. _attributes];

    public string? Attribute(string name)
    {
        foreach (var attribute in _attributes)
        {
            if (attribute.Name == name)
            {
                return attribute.Value.ToString();
            }
        }

        return null;
    }

    public TokenKind Next()
    {
        switch (Mode)
        {
            case TextMode.Plain:
                TextTo(_end);
                return Text.IsEmpty ? TokenKind.End : TokenKind.Text;
            case TextMode.Data:
                break;
            default:
                var end = RawEnd();
                if (end > _at)
                {
                    var isEscapable = Mode == TextMode.EscapableRaw;
                    TextTo(end);
                    Text = isEscapable ? CharacterReferences.Decode(Text, isAttribute: false) : Text;
                    return TokenKind.Text;
                }

                if (end >= _end)
                {
                    return TokenKind.End;
                }

                Mode = TextMode.Data; // the end tag is next
                break;
        }

        while (_at < _end)
        {
            var markup = NextMarkup();
            if (markup > _at)
            {
                TextTo(markup);
                Text = CharacterReferences.Decode(Text, isAttribute: false);
                return TokenKind.Text;
            }

            var next = _source[_at + 1];
            if (char.IsAsciiLetter(next))
            {
                if (ReadTag(_at + 1))
                {
                    return TokenKind.StartTag;
                }
            }
            else if (next == '/')
            {
                if (_at + 2 < _end && char.IsAsciiLetter(_source[_at + 2]))
                {
                    if (ReadTag(_at + 2))
                    {
                        return TokenKind.EndTag;
                    }
                }
                else
                {
                    SkipPast('>', _at + 2);
                }
            }
            else if (next == '!')
            {
                if (Rest(_at + 2).StartsWith("--"))
                {
                    SkipComment();
                }
                else if (IsForeign && Rest(_at + 2).StartsWith("[CDATA["))
                {
                    var start = _at + 9;
                    var close = IndexOf("]]>", start);
                    Text = _source.AsMemory(start, (close < 0 ? _end : close) - start);
                    _at = close < 0 ? _end : close + 3;
                    if (!Text.IsEmpty)
                    {
                        return TokenKind.Text;
                    }
                }
                else
                {
                    var start = _at + 2;
                    SkipPast('>', start);
                    Declare(_source.AsSpan(start, _at - start));
                }
            }
            else
            {
                SkipPast('>', _at + 1); // "<?"
            }
        }

        return TokenKind.End;
    }

    /// <summary>Drops a line feed that comes next: the first one in <c>pre</c> and <c>textarea</c>.</summary>
    public void SkipLineFeed()
    {
        if (_at < _end && _source[_at] == '\n')
        {
            _at++;
        }
    }

    private ReadOnlySpan<char> Rest(int from) => _source.AsSpan(from, _end - from);

    /// <summary>Where <paramref name="sought"/> next begins, at <paramref name="from"/> or later; -1 when nowhere.</summary>
    private int IndexOf(ReadOnlySpan<char> sought, int from) => Rest(from).IndexOf(sought) is >= 0 and var found ? from + found : -1;

    private void TextTo(int end)
    {
        Text = _source.AsMemory(_at, end - _at);
        _at = end;
    }

    /// <summary>Where the next tag, comment or the like begins: a "&lt;" that is followed by a letter, "/", "!" or "?".</summary>
    private int NextMarkup()
    {
        for (var at = _at; ; at++)
        {
            at = Rest(at).IndexOf('<') is >= 0 and var found ? at + found : -1;
            if (at < 0 || at + 1 >= _end)
            {
                return _end;
            }

            var next = _source[at + 1];
            if (char.IsAsciiLetter(next) || next is '!' or '?' || (next == '/' && at + 2 < _end))
            {
                return at;
            }
        }
    }

    // "doctype html", with the public identifiers that still mean quirks.
    private void Declare(ReadOnlySpan<char> declaration)
    {
        if (declaration.StartsWith("doctype", StringComparison.OrdinalIgnoreCase) && declaration[7..].TrimStart().StartsWith("html", StringComparison.OrdinalIgnoreCase) && !_hasTag)
        {
            IsQuirky = declaration.ContainsAny(OldDoctypes)
                || (declaration.Contains("-//W3C//DTD HTML 4.01 ", StringComparison.OrdinalIgnoreCase) && !declaration.Contains("http:", StringComparison.OrdinalIgnoreCase));
        }
    }

    private void SkipPast(char sought, int from)
    {
        var found = from < _end ? Rest(from).IndexOf(sought) : -1;
        _at = found < 0 ? _end : from + found + 1;
    }

    // "<!-->" and "<!--->" are whole comments; "--!>" ends one, too.
    private void SkipComment()
    {
        var text = Rest(_at + 4);
        if (text.StartsWith(">") || text.StartsWith("->"))
        {
            _at += text[0] == '>' ? 5 : 6;
            return;
        }

        var at = 0;
        while (true)
        {
            var dashes = text[at..].IndexOf("--");
            if (dashes < 0)
            {
                _at = _end;
                return;
            }

            at += dashes + 2;
            if (text[at..].StartsWith(">") || text[at..].StartsWith("!>"))
            {
                _at += 4 + at + (text[at] == '>' ? 1 : 2);
                return;
            }

            at--; // "--->": the last two dashes count
        }
    }

    /// <summary>Reads a tag whose name begins at <paramref name="start"/>. False, at the document's end, when it has no end.</summary>
    private bool ReadTag(int start)
    {
        var text = _source.AsSpan(0, _end);
        var length = text[start..].IndexOfAny(NameEnd);
        if (length < 0)
        {
            _at = _end;
            return false;
        }

        _hasTag = true;
        (Tag, Name) = names.TagOf(text.Slice(start, length));
        IsSelfClosing = false;
        _attributes.Clear();
        var at = start + length;
        while (true)
        {
            var skip = text[at..].IndexOfAnyExcept(White);
            if (skip < 0)
            {
                _at = _end;
                return false;
            }

            at += skip;
            if (text[at] == '>')
            {
                IsSelfClosing = text[at - 1] == '/' && skip > 0;
                _at = at + 1;
                return true;
            }

            // A name may begin with "=".
            var nameLength = text[(at + 1)..].IndexOfAny(AttributeNameEnd);
            if (nameLength < 0)
            {
                _at = _end;
                return false;
            }

            var name = text.Slice(at, nameLength + 1);
            at += nameLength + 1;
            var afterName = at;
            skip = text[at..].IndexOfAnyExcept(WhiteOnly);
            if (skip < 0)
            {
                _at = _end;
                return false;
            }

            ReadOnlyMemory<char> value = default;
            if (text[at + skip] == '=')
            {
                at += skip + 1;
                if (!ReadValue(ref at, out value))
                {
                    _at = _end;
                    return false;
                }
            }
            else
            {
                at = afterName;
            }

            Add(names.Of(name), value);
        }
    }

    private bool ReadValue(ref int at, out ReadOnlyMemory<char> value)
    {
        value = default;
        var text = _source.AsSpan(0, _end);
        var skip = text[at..].IndexOfAnyExcept(WhiteOnly);
        if (skip < 0)
        {
            return false;
        }

        at += skip;
        var quote = text[at];
        if (quote == '>')
        {
            return true; // "<a href=>"
        }

        int length;
        if (quote is '"' or '\'')
        {
            at++;
            length = text[at..].IndexOf(quote);
        }
        else
        {
            length = text[at..].IndexOfAny(UnquotedEnd);
        }

        if (length < 0)
        {
            return false;
        }

        value = CharacterReferences.Decode(_source.AsMemory(at, length), isAttribute: true);
        at += length + (quote is '"' or '\'' ? 1 : 0);
        return true;
    }

    private void Add(string name, ReadOnlyMemory<char> value)
    {
        if (_attributes.Count >= MaxAttributes)
        {
            return;
        }

        foreach (var attribute in _attributes)
        {
            if (ReferenceEquals(attribute.Name, name))
            {
                return;
            }
        }

        _attributes.Add(new ElementAttribute(name, value));
    }

    /// <summary>Where the end tag of <see cref="RawName"/> begins; the document's end when it has none.</summary>
    private int RawEnd()
    {
        if (Mode == TextMode.Script)
        {
            return ScriptEnd();
        }

        var at = IndexOf("</", _at);
        while (at >= 0 && !IsTag(at + 2, RawName))
        {
            at = IndexOf("</", at + 2);
        }

        return at < 0 ? _end : at;
    }

    /// <summary>
    /// An end tag inside a script inside a comment inside the script does not end the outer one:
    /// <c>&lt;!-- &lt;script&gt; … &lt;/script&gt; … --&gt;</c> ("script data double escaped").
    /// </summary>
    private int ScriptEnd()
    {
        var at = _at;
        var isEscaped = false;
        var isDouble = false;
        while (true)
        {
            var found = isEscaped ? Rest(at).IndexOfAny('<', '-') : Rest(at).IndexOf('<');
            if (found < 0)
            {
                return _end;
            }

            at += found;
            var rest = Rest(at);
            if (rest[0] == '-')
            {
                var ends = rest.StartsWith("-->");
                isEscaped &= !ends;
                isDouble &= !ends;
            }
            else if (!isEscaped && rest.StartsWith("<!--"))
            {
                isEscaped = true;
                at++; // its dashes may be those of its end
            }
            else if (rest.StartsWith("</") && IsTag(at + 2, RawName))
            {
                if (!isDouble)
                {
                    return at;
                }

                isDouble = false;
            }
            else
            {
                isDouble |= isEscaped && IsTag(at + 1, RawName);
            }

            at++;
        }
    }

    private bool IsTag(int start, string name)
    {
        var after = start + name.Length;
        return after < _end && NameEnd.Contains(_source[after]) && _source.AsSpan(start, name.Length).Equals(name, StringComparison.OrdinalIgnoreCase);
    }
}
