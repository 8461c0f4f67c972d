using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace Storyline.Fetch.Feeds;

/// <summary>The vocabularies that feeds are written in.</summary>
internal enum XmlVocabulary
{
    /// <summary>No namespace.</summary>
    None,
    Rss,
    Rdf,
    Atom,
    DublinCore,
    DublinCoreTerms,
    Content,
    Syndication,
    Media,
    Podcast,
    FeedBurner,
    Sitemap,
    SitemapNews,

    /// <summary>Every value from here on is a namespace that has no name here; equal values are equal namespaces.</summary>
    Other,
}

/// <summary>
/// Reads XML as publishers write it, forward only and without a tree: elements, attributes, text, namespaces, <c>xml:base</c> and <c>xml:lang</c>. It never
/// fails. Bare ampersands and angle brackets are text, HTML's entities are known, prefixes without a declaration mean what they usually mean, an end tag closes
/// what is open inside its element, one that closes nothing is skipped, and no DTD is read: an entity that a document declares stays as written.
/// Depth, attributes, declarations and captured text are bounded, and every character is looked at a bounded number of times.
/// </summary>
/// <param name="text">The document.</param>
/// <param name="url">What <c>xml:base</c> is relative to.</param>
/// <param name="recovers">
/// Also end elements that were not ended: an entry where the next one begins, a text where a sibling of entries begins. Not for well-formed documents, which may
/// hold an entry inside an entry.
/// </param>
internal sealed class XmlScanner(ArraySegment<char> text, Uri url, bool recovers)
{
    /// <summary>Elements that may be open at once; what lies deeper is passed over.</summary>
    public const int MaxDepth = 64;

    private const int MaxAttributes = 100;
    private const int MaxDeclarations = 64;
    private const int MaxCapture = 256 * 1024;
    private const ulong NameEnds = (1UL << ' ') | (1UL << '\t') | (1UL << '\r') | (1UL << '\n') | (1UL << '\f') | (1UL << '/') | (1UL << '>') | (1UL << '<') | (1UL << '=') | (1UL << '"') | (1UL << '\'') | 1;
    private const string CdataStart = "<![CDATA[";
    private const string CdataEnd = "]]>";

    private static readonly (string Uri, XmlVocabulary Vocabulary)[] Namespaces =
    [
        ("http://www.w3.org/2005/Atom", XmlVocabulary.Atom),
        ("http://purl.org/atom/ns#", XmlVocabulary.Atom),
        ("http://purl.org/dc/elements/1.1", XmlVocabulary.DublinCore),
        ("http://purl.org/dc/elements/1.0", XmlVocabulary.DublinCore),
        ("http://purl.org/dc/terms", XmlVocabulary.DublinCoreTerms),
        ("http://purl.org/rss/1.0/modules/content", XmlVocabulary.Content),
        ("http://purl.org/rss/1.0/modules/syndication", XmlVocabulary.Syndication),
        ("http://search.yahoo.com/mrss", XmlVocabulary.Media),
        ("http://www.itunes.com/dtds/podcast-1.0.dtd", XmlVocabulary.Podcast),
        ("http://rssnamespace.org/feedburner/ext/1.0", XmlVocabulary.FeedBurner),
        ("http://www.sitemaps.org/schemas/sitemap/0.9", XmlVocabulary.Sitemap),
        ("http://www.google.com/schemas/sitemap-news/0.9", XmlVocabulary.SitemapNews),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", XmlVocabulary.Rdf),
        ("http://purl.org/rss/1.0", XmlVocabulary.Rss),
        ("http://purl.org/net/rss1.1#", XmlVocabulary.Rss),
        ("http://my.netscape.com/rdf/simple/0.9", XmlVocabulary.Rss),
        ("http://channel.netscape.com/rdf/simple/0.9", XmlVocabulary.Rss),
        ("http://backend.userland.com/rss", XmlVocabulary.Rss),
        ("http://backend.userland.com/rss2", XmlVocabulary.Rss),
        ("http://backend.userland.com/rss091", XmlVocabulary.Rss),
        ("http://backend.userland.com/rss092", XmlVocabulary.Rss),
        ("http://blogs.law.harvard.edu/tech/rss", XmlVocabulary.Rss),
        ("http://cyber.law.harvard.edu/rss/rss.html", XmlVocabulary.Rss),
    ];

    private readonly List<(int Start, int Length, XmlVocabulary Vocabulary)> _declarations = [];
    private readonly StringBuilder _capture = new();
    private readonly char[] _name = new char[32];
    private Element[] _open = new Element[16];
    private (int NameStart, int NameLength, int ValueStart, int ValueLength)[] _attributes = new (int, int, int, int)[8];
    private int _attributeCount;
    private int _position;
    private int _nameStart;
    private int _nameLength;
    private bool _isNameLowered;
    private int _captureDepth;
    private int _tooDeep;
    private bool _isEmpty;
    private string? _entryName;
    private int _entryParent;
    private int _lastStart;
    private int _lastEnd;

    // Marks that do not occur any more: each is searched to the document's end once.
    private bool _hasNoCommentEnd;
    private bool _hasNoCdataEnd;
    private bool _hasNoInstructionEnd;
    private bool _hasDoctype;

    private enum Step
    {
        Start,
        End,
        Finished,
    }

    /// <summary>Elements that are open.</summary>
    public int Depth { get; private set; }

    /// <summary>The document breaks a rule of XML that changes what its elements are.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The document ended inside an element.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Elements that were passed over because they lay too deep.</summary>
    public int TooDeepElements { get; private set; }

    /// <summary>Local name of the element that was opened last, in lower case; valid until the next one is.</summary>
    public ReadOnlySpan<char> Name => _isNameLowered ? _name.AsSpan(0, _nameLength) : text.AsSpan(_nameStart, _nameLength);

    /// <summary>Its namespace.</summary>
    public XmlVocabulary Vocabulary { get; private set; }

    /// <summary>What relative references in the innermost open element are relative to.</summary>
    public Uri Base => Depth == 0 ? url : _open[Depth - 1].Base;

    /// <summary>Whether an <c>xml:base</c> had a part in <see cref="Base"/>.</summary>
    public bool HasBase => Depth > 0 && _open[Depth - 1].HasBase;

    /// <summary><c>xml:lang</c> of the innermost open element.</summary>
    public string? Language => Depth == 0 ? null : _open[Depth - 1].Language;

    /// <summary>The text that was read last held elements.</summary>
    public bool HasMarkup { get; private set; }

    /// <summary>Where the document is read, in characters.</summary>
    public int Position => _position;

    /// <summary>What stood in the element that was closed last, references decoded, trimmed; empty when it held elements.</summary>
    public string LastText
    {
        get
        {
            var content = _lastEnd > _lastStart ? text.AsSpan(_lastStart, _lastEnd - _lastStart) : [];
            return content.Length > MaxCapture || content.Contains('<') ? "" : Decoded(content).Trim().ToString();
        }
    }

    /// <summary>Moves to the next element that is opened at any depth.</summary>
    public bool NextElement()
    {
        while (true)
        {
            switch (Next(null))
            {
                case Step.Start:
                    return true;
                case Step.Finished:
                    return false;
            }
        }
    }

    /// <summary>Moves to the next child of the element at a depth; what is left of the child before is skipped.</summary>
    /// <returns>False when that element has ended.</returns>
    public bool NextChild(int depth)
    {
        while (Depth >= depth)
        {
            switch (Next(null))
            {
                case Step.Start when Depth == depth + 1:
                    return true;
                case Step.Finished:
                    return false;
            }
        }

        return false;
    }

    /// <summary>From here on, an element with the name of the one that was just opened begins an entry.</summary>
    public void MarkEntry()
    {
        if (recovers && _entryName is null)
        {
            var element = _open[Depth - 1];
            (_entryName, _entryParent) = (text.AsSpan(element.NameStart, element.NameLength).ToString(), Depth - 1);
        }
    }

    /// <summary>
    /// Reads the element that was just opened to its end: its text with references decoded, CDATA as it is, elements as they are written (<see cref="HasMarkup"/>).
    /// Trimmed. Empty for an element that the document's end cuts.
    /// </summary>
    public ReadOnlySpan<char> ReadText()
    {
        HasMarkup = false;
        if (_isEmpty)
        {
            Next(null);
            return default;
        }

        // What nearly every element is: a text and the end tag, or one CDATA section and the end tag.
        var rest = text.AsSpan(_position);
        var tag = rest.IndexOf('<');
        if (tag < 0)
        {
            Next(null);
            return default;
        }

        if (OwnEndTag(rest[tag..]) is > 0 and var length)
        {
            _position += tag + length;
            Pop();
            return Decoded(rest[..tag]).Trim();
        }

        if (rest[tag..].StartsWith(CdataStart, StringComparison.Ordinal) && rest[..tag].IsWhiteSpace())
        {
            var body = rest[(tag + CdataStart.Length)..];
            var end = body.IndexOf(CdataEnd, StringComparison.Ordinal);
            if (end >= 0 && !body[..end].Contains(CdataStart, StringComparison.Ordinal))
            {
                var after = body[(end + CdataEnd.Length)..];
                var trimmed = after.TrimStart();
                if (OwnEndTag(trimmed) is > 0 and var endLength)
                {
                    _position = text.Count - trimmed.Length + endLength;
                    Pop();
                    return body[..end].Trim();
                }
            }
        }

        var own = Depth;
        _captureDepth = own;
        _capture.Clear();
        var step = Step.Start;
        while (Depth >= own && step != Step.Finished)
        {
            step = Next(_capture);
        }

        _captureDepth = 0;
        return step == Step.Finished ? default : _capture.ToString().AsSpan().Trim();
    }

    /// <summary>An attribute of the element that was opened last, references decoded, trimmed; null when it has none of that name.</summary>
    /// <param name="name">In lower case; compared without case and without the prefix.</param>
    public string? Attribute(string name) => TryAttribute(name, out var value) ? value.ToString() : null;

    /// <summary>As <see cref="Attribute"/>, without a string; false when it has none of that name.</summary>
    public bool TryAttribute(string name, out ReadOnlySpan<char> value)
    {
        for (var i = 0; i < _attributeCount; i++)
        {
            var (nameStart, nameLength, valueStart, valueLength) = _attributes[i];
            var prefix = nameLength - name.Length;
            var written = text.AsSpan(nameStart, nameLength);
            if (prefix >= 0 && written.EndsWith(name, StringComparison.OrdinalIgnoreCase) && (prefix == 0 || (written.IndexOf(':') == prefix - 1 && !written.StartsWith("xmlns", StringComparison.Ordinal))))
            {
                value = Decoded(text.AsSpan(valueStart, valueLength)).Trim();
                return true;
            }
        }

        value = default;
        return false;
    }

    private static ReadOnlySpan<char> Decoded(ReadOnlySpan<char> written) => written.Contains('&') ? WebUtility.HtmlDecode(written.ToString()) : written;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c is '_' or ':' || (c > 0x7F && char.IsLetter(c));

    // At least one character, whatever it is.
    private static int NameLength(ReadOnlySpan<char> name)
    {
        var length = 1;
        while (length < name.Length && !EndsName(name[length]))
        {
            length++;
        }

        return length;
    }

    // All of them are below 64, so that one word tells.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool EndsName(char c) => c < 64 && ((NameEnds >> c) & 1) != 0;

    // A slip of the keyboard: </titel>.
    private static bool IsMisspelt(ReadOnlySpan<char> name, ReadOnlySpan<char> other) =>
        name.Length > 3 && Math.Abs(name.Length - other.Length) <= 1 && char.ToLowerInvariant(name[0]) == char.ToLowerInvariant(other[0])
        && name.CommonPrefixLength(other) + CommonSuffixLength(name, other) >= name.Length - 2;

    private static int CommonSuffixLength(ReadOnlySpan<char> name, ReadOnlySpan<char> other)
    {
        var length = 0;
        while (length < Math.Min(name.Length, other.Length) && name[^(length + 1)] == other[^(length + 1)])
        {
            length++;
        }

        return length;
    }

    private Step Next(StringBuilder? into)
    {
        if (_isEmpty)
        {
            _isEmpty = false;
            (_lastStart, _lastEnd) = (0, 0);
            Pop();
            return Step.End;
        }

        while (true)
        {
            var rest = text.AsSpan(_position);
            var tag = rest.IndexOf('<');
            if (tag < 0)
            {
                _position = text.Count;
                IsCut |= Depth > 0;
                IsBroken |= Depth > 0;
                Depth = 0;
                (_lastStart, _lastEnd) = (0, 0);
                return Step.Finished;
            }

            if (into is not null)
            {
                Append(into, Decoded(rest[..tag]));
            }

            var at = _position + tag;
            _position = at;
            var next = at + 1 < text.Count ? text[at + 1] : '\0';
            if (IsNameStart(next))
            {
                if (StartTag(at, into) is { } step)
                {
                    return step;
                }
            }
            else if (next == '/')
            {
                if (EndTag(at, into))
                {
                    return Step.End;
                }
            }
            else if (next == '!')
            {
                Declaration(at, into);
            }
            else if (next == '?')
            {
                Instruction(at + 2);
            }
            else
            {
                Append(into, "<");
                _position = at + 1;
            }
        }
    }

    private Step? StartTag(int at, StringBuilder? into)
    {
        var start = at + 1;
        var end = start + NameLength(text.AsSpan(start));
        var name = text.AsSpan(start, end - start);
        var colon = name[1..].IndexOf(':') is >= 0 and var place ? start + 1 + place : -1;
        if (recovers && Depth > 0 && EndsOpenElements(name))
        {
            return Step.End;
        }

        _position = end;
        _attributeCount = 0;
        var declarations = _declarations.Count;
        var (@base, hasBase, language) = (Base, HasBase, Language);
        if (_position < text.Count && text[_position] != '>')
        {
            Attributes(ref @base, ref hasBase, ref language);
        }

        if (_position >= text.Count)
        {
            // The tag is cut; the next step finds the end.
            return null;
        }

        // A missing bracket is where the next tag begins.
        var isClosed = text[_position] == '>';
        IsBroken |= !isClosed;
        _isEmpty = isClosed && text[_position - 1] == '/' && _position - 1 >= end;
        _position += isClosed ? 1 : 0;
        HasMarkup |= into is not null;
        Append(into, text.AsSpan(at, _position - at));
        if (Depth == MaxDepth)
        {
            _tooDeep += _isEmpty ? 0 : 1;
            TooDeepElements++;
            _isEmpty = false;
            IsBroken = true;
            _declarations.RemoveRange(declarations, _declarations.Count - declarations);
            return null;
        }

        if (Depth == _open.Length)
        {
            Array.Resize(ref _open, Depth * 2);
        }

        _open[Depth++] = new Element
        {
            NameStart = start, NameLength = end - start, ContentStart = _position, Declarations = declarations, Base = @base, HasBase = hasBase, Language = language,
        };
        Vocabulary = VocabularyOf(colon < 0 ? default : text.AsSpan(start, colon - start));
        var local = colon < 0 ? name : name[(colon + 1 - start)..];
        (_nameStart, _nameLength) = (end - local.Length, local.Length <= _name.Length ? local.Length : 0);
        _isNameLowered = local.ContainsAnyExceptInRange('a', 'z');
        if (_isNameLowered && _nameLength > 0)
        {
            local.ToLowerInvariant(_name);
        }

        return Step.Start;
    }

    // Only while recovering: what is open and must have been meant to end before this element.
    private bool EndsOpenElements(ReadOnlySpan<char> name)
    {
        if (_entryName is not null && Depth > _entryParent && name.SequenceEqual(_entryName))
        {
            PopTo(_entryParent, _position);
            return true;
        }

        // The innermost open element, or the one whose text is read, which may hold a few of the publisher's HTML elements by now.
        var parent = _captureDepth > 0 ? _captureDepth - 1 : Depth - 1;
        var open = text.AsSpan(_open[parent].NameStart, _open[parent].NameLength);
        if (!IsLeaf(name) || !(_captureDepth > 0 || (IsLeaf(open) && !open.Equals("description", StringComparison.OrdinalIgnoreCase))))
        {
            return false;
        }

        PopTo(parent, _position);
        return true;
    }

    // Elements of entries that hold no elements of entries.
    private static bool IsLeaf(ReadOnlySpan<char> name)
    {
        Span<char> lower = stackalloc char[16];
        var length = name.Length <= lower.Length ? name.ToLowerInvariant(lower) : 0;
        return lower[..length] is "title" or "link" or "guid" or "pubdate" or "description" or "category" or "comments" or "enclosure" or "content:encoded"
            or "dc:creator" or "dc:date" or "id" or "updated" or "published" or "lastmod" or "loc";
    }

    private void Attributes(ref Uri @base, ref bool hasBase, ref string? language)
    {
        while (true)
        {
            while (_position < text.Count && EndsName(text[_position]) && text[_position] is not ('>' or '<'))
            {
                _position++;
            }

            if (_position >= text.Count || text[_position] is '>' or '<')
            {
                return;
            }

            var start = _position;
            var name = text.AsSpan(start, NameLength(text.AsSpan(start)));
            _position += name.Length;
            SkipWhiteSpace();
            var (valueStart, valueLength) = (_position, 0);
            if (_position < text.Count && text[_position] == '=')
            {
                _position++;
                SkipWhiteSpace();
                (valueStart, valueLength) = AttributeValue();
            }

            if (_attributeCount < MaxAttributes)
            {
                if (_attributeCount == _attributes.Length)
                {
                    Array.Resize(ref _attributes, _attributeCount * 2);
                }

                _attributes[_attributeCount++] = (start, name.Length, valueStart, valueLength);
            }

            if (name[0] != 'x')
            {
                continue;
            }

            var value = text.AsSpan(valueStart, valueLength);
            if (name.StartsWith("xmlns", StringComparison.Ordinal) && (name.Length == 5 || name[5] == ':'))
            {
                if (_declarations.Count < MaxDeclarations)
                {
                    var prefix = Math.Min(6, name.Length);
                    _declarations.Add((start + prefix, name.Length - prefix, VocabularyOfUri(value)));
                }
            }
            else if (name is "xml:base")
            {
                if (Uri.TryCreate(@base, Decoded(value).Trim().ToString(), out var next) && next.Scheme is "http" or "https")
                {
                    (@base, hasBase) = (next, true);
                }
            }
            else if (name is "xml:lang" && !value.IsWhiteSpace())
            {
                language = Decoded(value).Trim().ToString();
            }
        }
    }

    private (int Start, int Length) AttributeValue()
    {
        if (_position < text.Count && text[_position] is '"' or '\'')
        {
            var quote = text[_position++];
            var start = _position;
            var rest = text.AsSpan(start);
            var length = rest.IndexOfAny(quote, '>');
            if (length >= 0 && rest[length] == quote)
            {
                _position = start + length + 1;
                return (start, length);
            }

            length = rest.IndexOf(quote);
            var next = length < 0 || start + length + 1 >= text.Count ? '>' : text[start + length + 1];

            // The quote that ends a value is followed by another attribute or the tag's end; if not, it opens the value of a later one.
            var tag = length < 0 ? rest.IndexOf('>') : rest[..length].IndexOf('>');
            if (tag >= 0 && (length < 0 || !EndsName(next)))
            {
                IsBroken = true;
                _position = start + tag;
                return (start, tag);
            }

            length = length < 0 ? rest.Length : length;
            _position = Math.Min(start + length + 1, text.Count);
            return (start, length);
        }

        var bare = _position;
        while (_position < text.Count && text[_position] is not (' ' or '\t' or '\r' or '\n' or '>' or '<'))
        {
            _position++;
        }

        // <a href=x/> ends with the slash.
        var bareLength = _position - bare;
        return (bare, bareLength > 0 && text[_position - 1] == '/' && _position < text.Count && text[_position] == '>' ? bareLength - 1 : bareLength);
    }

    private bool EndTag(int at, StringBuilder? into)
    {
        var start = at + 2;
        if (start >= text.Count || !IsNameStart(text[start]))
        {
            Append(into, "</");
            _position = start;
            return false;
        }

        var end = start + NameLength(text.AsSpan(start));

        // Up to the bracket, but not over the next tag.
        var stop = text.AsSpan(end).IndexOfAny('>', '<');
        _position = stop < 0 ? text.Count : end + stop + (text[end + stop] == '>' ? 1 : 0);
        if (_tooDeep > 0)
        {
            _tooDeep--;
            return false;
        }

        var name = text.AsSpan(start, end - start);
        for (var i = Depth - 1; i >= 0; i--)
        {
            var open = text.AsSpan(_open[i].NameStart, _open[i].NameLength);
            if (name.SequenceEqual(open) || name.Equals(open, StringComparison.OrdinalIgnoreCase))
            {
                IsBroken |= i < Depth - 1;
                PopTo(i, at);
                if (Depth >= _captureDepth)
                {
                    Append(into, text.AsSpan(at, _position - at));
                }

                return true;
            }
        }

        IsBroken = true;
        if (!recovers || Depth == 0 || !IsMisspelt(text.AsSpan(_open[Depth - 1].NameStart, _open[Depth - 1].NameLength), name))
        {
            return false;
        }

        PopTo(Depth - 1, at);
        return true;
    }

    // <!-- -->, <![CDATA[ ]]>, <!DOCTYPE [ ]>
    private void Declaration(int at, StringBuilder? into)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("<!--", StringComparison.Ordinal))
        {
            // What is never ended is skipped without what it was to hold.
            var end = Find(at + 4, "-->", ref _hasNoCommentEnd);
            _position = end < 0 ? at + 4 : end + 3;
        }
        else if (rest.StartsWith(CdataStart, StringComparison.OrdinalIgnoreCase))
        {
            Cdata(at + CdataStart.Length, into);
        }
        else if (!_hasDoctype && rest.StartsWith("<!DOCTYPE", StringComparison.OrdinalIgnoreCase))
        {
            _hasDoctype = true;
            Doctype(at + 9);
        }
        else
        {
            SkipTag(at + 2);
        }
    }

    // <? ?>, or <? > where that is what there is.
    private void Instruction(int from)
    {
        var end = Find(from, "?>", ref _hasNoInstructionEnd);
        if (end < 0)
        {
            SkipTag(from);
        }
        else
        {
            _position = end + 2;
        }
    }

    private void SkipTag(int from)
    {
        var stop = text.AsSpan(from).IndexOfAny('>', '<');
        IsBroken |= stop < 0;
        _position = stop < 0 ? text.Count : from + stop + (text[from + stop] == '>' ? 1 : 0);
    }

    private int Find(int from, string mark, ref bool isAbsent)
    {
        var at = isAbsent ? -1 : text.AsSpan(from).IndexOf(mark, StringComparison.Ordinal);
        isAbsent = at < 0;
        IsBroken |= at < 0;
        return isAbsent ? -1 : from + at;
    }

    private void Cdata(int from, StringBuilder? into)
    {
        var rest = text.AsSpan(from);
        var end = Find(from, CdataEnd, ref _hasNoCdataEnd);
        end = end < 0 ? end : end - from;
        var body = end < 0 ? rest : rest[..end];
        var nested = body.IndexOf(CdataStart, StringComparison.Ordinal);
        if (end < 0 || nested >= 0)
        {
            // One that was not ended, which the end tag of its element tells, or one inside another, whose own mark is dropped.
            var own = Depth == 0 ? -1 : body.IndexOf(string.Concat("</", text.AsSpan(_open[Depth - 1].NameStart, _open[Depth - 1].NameLength)), StringComparison.Ordinal);
            if (own >= 0 && (end < 0 || own < nested))
            {
                IsBroken = true;
                Append(into, body[..own]);
                _position = from + own;
                return;
            }

            if (end < 0)
            {
                IsBroken = true;
                _position = text.Count;
                return;
            }

            var outer = rest[(end + CdataEnd.Length)..].IndexOf(CdataEnd, StringComparison.Ordinal);
            var tail = outer < 0 ? [] : rest.Slice(end + CdataEnd.Length, outer);
            Append(into, body[..nested]);
            Append(into, body[(nested + CdataStart.Length)..]);
            if (outer >= 0 && !tail.Contains('<'))
            {
                Append(into, tail);
                end += CdataEnd.Length + outer;
            }

            _position = from + end + CdataEnd.Length;
            return;
        }

        Append(into, body);
        _position = from + end + CdataEnd.Length;
    }

    private void Doctype(int from)
    {
        var inside = false;
        for (var i = from; i < text.Count; i++)
        {
            switch (text[i])
            {
                case '"' or '\'':
                    var end = text.AsSpan(i + 1).IndexOf(text[i]);
                    i = end < 0 ? text.Count : i + 1 + end;
                    break;
                case '[':
                    inside = true;
                    break;
                case ']':
                    inside = false;
                    break;
                case '<' when inside && text.AsSpan(i).StartsWith("<!--", StringComparison.Ordinal):
                    var comment = text.AsSpan(i).IndexOf("-->", StringComparison.Ordinal);
                    i = comment < 0 ? text.Count : i + comment + 2;
                    break;

                // The bracket was forgotten, and the document begins.
                case '<' when !inside:
                    _position = i;
                    return;
                case '>' when !inside:
                    _position = i + 1;
                    return;
            }
        }

        IsBroken = true;
        SkipTag(from);
    }

    private static void Append(StringBuilder? into, ReadOnlySpan<char> piece)
    {
        if (into is not null && into.Length < MaxCapture)
        {
            into.Append(piece[..Math.Min(piece.Length, MaxCapture - into.Length)]);
        }
    }

    private int OwnEndTag(ReadOnlySpan<char> tag)
    {
        var element = _open[Depth - 1];
        var length = 2 + element.NameLength;
        if (tag.Length <= length || tag[1] != '/' || !tag[2..length].SequenceEqual(text.AsSpan(element.NameStart, element.NameLength)))
        {
            return 0;
        }

        while (length < tag.Length && char.IsWhiteSpace(tag[length]))
        {
            length++;
        }

        return length < tag.Length && tag[length] == '>' ? length + 1 : 0;
    }

    private void PopTo(int depth, int contentEnd)
    {
        (_lastStart, _lastEnd) = (_open[depth].ContentStart, contentEnd);
        while (Depth > depth)
        {
            Pop();
        }
    }

    private void Pop()
    {
        var declarations = _open[--Depth].Declarations;
        if (_declarations.Count > declarations)
        {
            _declarations.RemoveRange(declarations, _declarations.Count - declarations);
        }
    }

    private void SkipWhiteSpace()
    {
        while (_position < text.Count && text[_position] is ' ' or '\t' or '\r' or '\n')
        {
            _position++;
        }
    }

    private XmlVocabulary VocabularyOf(ReadOnlySpan<char> prefix)
    {
        for (var i = _declarations.Count - 1; i >= 0; i--)
        {
            var (start, length, vocabulary) = _declarations[i];
            if (length == prefix.Length && text.AsSpan(start, length).SequenceEqual(prefix))
            {
                return vocabulary;
            }
        }

        return prefix switch
        {
            "" => XmlVocabulary.None,
            "rss" => XmlVocabulary.Rss,
            "rdf" => XmlVocabulary.Rdf,
            "atom" or "atom10" or "a10" => XmlVocabulary.Atom,
            "dc" => XmlVocabulary.DublinCore,
            "dcterms" => XmlVocabulary.DublinCoreTerms,
            "content" => XmlVocabulary.Content,
            "sy" => XmlVocabulary.Syndication,
            "media" => XmlVocabulary.Media,
            "itunes" => XmlVocabulary.Podcast,
            "feedburner" => XmlVocabulary.FeedBurner,
            "news" => XmlVocabulary.SitemapNews,
            _ => Unknown(prefix),
        };
    }

    private static XmlVocabulary VocabularyOfUri(ReadOnlySpan<char> uri)
    {
        uri = uri.Trim();
        if (uri.IsEmpty)
        {
            return XmlVocabulary.None;
        }

        var bare = uri.TrimEnd('/');
        foreach (var (known, vocabulary) in Namespaces)
        {
            if (bare.Length == known.Length && bare.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return vocabulary;
            }
        }

        return Unknown(uri);
    }

    private static XmlVocabulary Unknown(ReadOnlySpan<char> name) => (XmlVocabulary)((string.GetHashCode(name, StringComparison.Ordinal) & 0x3FFFFFFF) + (int)XmlVocabulary.Other);

    private struct Element
    {
        public int NameStart;
        public int NameLength;
        public int ContentStart;
        public int Declarations;
        public Uri Base;
        public bool HasBase;
        public string? Language;
    }
}
