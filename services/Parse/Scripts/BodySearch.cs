using System.Text;

namespace Storyline.Parse.Scripts;

/// <summary>Looks for texts of articles in the values of scripts.</summary>
internal sealed class BodySearch(string? title, int maxBodies)
{
    private const int MinText = 500;
    private const int MinSection = 100;
    private const int MaxSections = 200;
    private const int MaxLists = 5;
    private const int MaxNested = 2;
    private const int MaxTagName = 10;
    private const int MinPieces = 2;
    private const int MaxElementDepth = 16;
    private const int MaxVisits = 6;
    private const int MaxOwners = 6;
    private const int MaxHeadline = 500;

    private static readonly string[] BodyNames = ["body", "content", "html", "text", "rendered", "processed", "story", "copy", "paragraphs", "blocks", "elements", "components"];

    private static readonly string[] OtherNames =
        ["meta", "url", "css", "style", "script", "comment", "caption", "bio", "summary", "excerpt", "description", "title", "disclaimer", "footer", "newsletter", "paywall", "consent", "cookie", "terms", "privacy", "svg", "context", "texture", "config", "label", "translation", "related"];

    // Names of what an element of a text says, and of what holds its parts.
    private static readonly string[] TextNames = ["text", "content", "html", "value", "processed", "rendered", "body", "paragraph", "data"];
    private static readonly string[] PartNames = ["content", "children", "items", "blocks", "model", "data", "attributes", "fields", "content_elements", "innerBlocks", "elements", "paragraphs", "components", "body", "text", "value", "parts", "document", "nodes", "root", "json", "richText", "rich_text", "sections", "section", "props", "attrs", "copy", "main"];
    private static readonly string[] TypeNames = ["type", "_type", "__typename", "nodeType", "kind", "blockName", "component", "elementType", "element"];

    // The name of an element of HTML, where the type only says that it is one, or that of an editor's block.
    private static readonly string[] TagNames = ["name", "tagName", "tag"];

    // Elements of JsonML and what becomes of them; other names are not told from words.
    private static readonly Dictionary<string, string> MarkupTags = new(StringComparer.Ordinal)
    {
        ["p"] = "p", ["div"] = "div", ["section"] = "div", ["article"] = "div", ["ul"] = "ul", ["ol"] = "ul", ["li"] = "li", ["blockquote"] = "blockquote", ["h2"] = "h2", ["h3"] = "h2", ["h4"] = "h2",
        ["em"] = "p", ["strong"] = "p", ["a"] = "p", ["b"] = "p", ["i"] = "p", ["span"] = "p",
    };

    // What has an address or a headline of its own is another article, or a box.
    private static readonly string[] OwnNames = ["headline", "headlines", "slug", "canonicalUrl", "canonical_url", "permalink", "articleUrl", "website_url", "publishedAt", "datePublished"];

    private static readonly string[] NoText =
    [
        "image", "img", "photo", "picture", "gallery", "video", "audio", "embed", "iframe", "social", "tweet", "advert", "promo", "newsletter", "related", "recommend", "interstitial", "linklist", "link_list", "readmore", "divider", "separator", "script", "button", "form",
        "poll", "quiz", "player", "podcast", "paywall", "signup", "caption", "credit", "byline", "author", "raw_html", "custom", "reference", "teaser", "widget", "table",
    ];

    private readonly string _titleKey = Text.Key(title);
    private readonly StringBuilder _html = new();
    private ScriptValues _values = ScriptValues.Read(default);
    private FlatValues? _flat;
    private int _pieces;
    private int _length;
    private int _steps;
    private int _maxSteps;
    private int _nested;

    public List<ScriptBody> Bodies { get; } = [];

    /// <summary>How many were looked at.</summary>
    public int Literals { get; private set; }

    /// <summary>Looks at the literal from a place in a script on.</summary>
    /// <returns>Where the literal ends.</returns>
    public int Look(ReadOnlyMemory<char> script, int from = 0)
    {
        Literals++;
        var values = ScriptValues.Read(script, from);
        if (values.Count == 1 && values[0].Kind == ScriptKind.Text)
        {
            Nested(values.Text(0)); // JSON.parse("…"), or a text that a script parses later
        }
        else
        {
            Search(values);
        }

        return Math.Max(values.SourceEnd, from + 1);
    }

    /// <summary>Looks at a text that stands for itself.</summary>
    public void LookAtText(string text)
    {
        if (text.AsSpan().TrimStart() is ['{' or '[', ..])
        {
            Nested(text);
        }
        else if (Bodies.Count < maxBodies && IsLongText(text) && _length >= MinText)
        {
            Bodies.Add(new ScriptBody(_html.ToString(), IsOfHeadline: false));
        }
    }

    private void Nested(string text)
    {
        text = text.StartsWith("%7B", StringComparison.OrdinalIgnoreCase) || text.StartsWith("%5B", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(text) : text;
        if (_nested < MaxNested && text.Length >= MinText && text.AsSpan().TrimStart() is ['{' or '[', ..])
        {
            _nested++;
            var outer = (_values, _flat, _steps);
            Search(ScriptValues.Read(text.AsMemory()));
            (_values, _flat, _steps) = outer;
            _nested--;
        }
    }

    private void Search(ScriptValues values)
    {
        _values = values;
        _flat = FlatValues.Of(values);
        _steps = 0;
        var sections = new List<(int Index, string Html)>();
        var i = _flat is null ? 0 : 1; // a flat list is no text, whatever its values are
        while (i < values.Count && Bodies.Count < maxBodies)
        {
            var value = values[i];
            var isSmall = values.Length(i) < MinSection && (_flat is null || value.Kind != ScriptKind.Array);
            var isBody = value.Kind switch
            {
                _ when isSmall => false,
                ScriptKind.Array => MarkupTag(i) is null ? IsTextOf(i) : IsMarkup(i),
                ScriptKind.Text => (IsBodyName(i) || IsLiteral(values.Raw(i)) || HoldsParagraphs(values.Raw(i))) && IsLongText(i),
                _ => false,
            };
            if (isBody && sections.Count < MaxSections)
            {
                sections.Add((i, _html.ToString()));
            }

            if (isBody && _length >= MinText)
            {
                Bodies.Add(new ScriptBody(_html.ToString(), IsOfHeadline(i)));
            }

            i = isBody || isSmall ? values.End(i) : i + 1;
        }

        Together(sections);
    }

    /// <summary>Pages that are put together from components have the text in pieces: those of one list, none of which has a headline of its own, are a text, too.</summary>
    private void Together(List<(int Index, string Html)> sections)
    {
        var lists = new Dictionary<int, List<string>>();
        foreach (var (index, html) in sections)
        {
            var owner = Owner(index);
            for (var level = 0; owner >= 0 && level < MaxOwners && (_values[owner].Kind != ScriptKind.Object || !HasOwn(owner)); level++, owner = Owner(owner))
            {
                if (_values[owner].Kind == ScriptKind.Array)
                {
                    (lists.TryGetValue(owner, out var list) ? list : lists[owner] = []).Add(html);
                }
            }
        }

        foreach (var (list, pieces) in lists.Where(l => l.Value.Count > 1 && l.Value.Sum(html => html.Length) >= MinText).OrderByDescending(l => l.Value.Count).Take(MaxLists))
        {
            Bodies.Add(new ScriptBody(string.Concat(pieces), IsOfHeadline(list)));
        }
    }

    // What a value holds and what it is called, whether in place or, in flat data, by number.
    private IEnumerable<int> Children(int index) => _flat is { } flat ? _values.Children(index).Select(flat.Resolved) : _values.Children(index);

    private ReadOnlySpan<char> Name(int index) => _values.Name(_flat is { } flat ? flat.Named(index) : index);

    private bool IsBodyName(int index)
    {
        var name = Name(index);
        return Holds(name, BodyNames) && !Holds(name, OtherNames);
    }

    /// <summary>A text of several paragraphs, whatever it is called.</summary>
    private static bool HoldsParagraphs(ReadOnlySpan<char> raw)
    {
        const int Paragraphs = 3;
        var found = 0;
        while (found < Paragraphs && raw.IndexOf("/p", StringComparison.OrdinalIgnoreCase) is var next and >= 0)
        {
            // </p>, <\/p>, \u003C/p\u003E
            found += raw[(next + 2)..] is ['>' or '\\', ..] ? 1 : 0;
            raw = raw[(next + 2)..];
        }

        return found == Paragraphs;
    }

    /// <summary>A text that is data again, quotes escaped.</summary>
    private static bool IsLiteral(ReadOnlySpan<char> raw) => raw.StartsWith("{\\") || raw.StartsWith("[{\\") || raw.StartsWith("[\\");

    private bool IsLongText(int index)
    {
        var raw = _values.Raw(index);
        var start = raw.TrimStart();
        if (start.IsEmpty || start[0] is '{' or '[')
        {
            Nested(_values.Text(index));
            return false;
        }

        return IsLongText(_values.Text(index));
    }

    private bool IsLongText(string text)
    {
        Begin();
        Append("p", text);
        // Code and encoded data have few spaces; some scripts have none.
        return _length >= MinSection && (text.AsSpan().Count(' ') * 25) + (text.Count(Text.IsUnspaced) * 4) >= text.Length;
    }

    /// <summary>A list of elements that have texts, or of paragraphs.</summary>
    private bool IsTextOf(int array)
    {
        Begin();
        var isNamed = IsBodyName(array);
        foreach (var child in Children(array))
        {
            if (_values[child].Kind is ScriptKind.Object || (isNamed && _values[child].Kind is ScriptKind.Text or ScriptKind.Array))
            {
                Element(child, "p", 0);
            }
        }

        return _pieces >= MinPieces && _length >= MinSection;
    }

    private bool IsMarkup(int array)
    {
        Begin();
        Element(array, "p", 0);
        return _pieces >= MinPieces && _length >= MinSection;
    }

    private void Begin()
    {
        _html.Clear();
        (_pieces, _length) = (0, 0);
        _maxSteps = Math.Min(_steps + _values.Count, MaxVisits * _values.Count) + 100;
    }

    /// <summary>Flat data may refer in circles. No text is longer than the script, has more parts than it has values, or all of them together more than so many times as many.</summary>
    private bool IsTooMuch() => ++_steps > _maxSteps || _length > _values.SourceEnd;

    /// <summary>Writes an element of a text and its parts, each as the kind that its type says.</summary>
    private void Element(int value, string tag, int depth)
    {
        if (depth > MaxElementDepth || IsTooMuch())
        {
            return;
        }

        switch (_values[value].Kind)
        {
            case ScriptKind.Text:
                Append(tag, _values.Text(value));
                break;
            case ScriptKind.Array when MarkupTag(value) is { } markup:
                Markup(value, markup, tag, depth);
                break;
            case ScriptKind.Array when !IsComponent(value):
                foreach (var child in Children(value))
                {
                    Element(child, tag, depth + 1);
                }

                break;
            case ScriptKind.Object when !HasOwn(value):
                var type = TypeOf(value);
                if (Holds(type, NoText) || Is(type, "ad"))
                {
                    break;
                }

                (tag, var isPiece) = TagOf(type, tag);
                if (isPiece || TextOf(value) >= 0)
                {
                    var line = new StringBuilder();
                    Inline(value, line, depth);
                    Append(tag, line.ToString());
                    break;
                }

                foreach (var child in Children(value))
                {
                    if (_values[child].Kind is ScriptKind.Object or ScriptKind.Array && IsOneOf(Name(child), PartNames))
                    {
                        Element(child, tag, depth + 1);
                    }
                }

                break;
        }
    }

    /// <summary>The element of an array that is one, <c>["p","text ",["em","text"]]</c> (JsonML); null when it is none.</summary>
    private string? MarkupTag(int array)
    {
        var first = Children(array).FirstOrDefault(-1);
        return first >= 0 && _values[first].Kind == ScriptKind.Text && _values.Length(first) <= MaxTagName && MarkupTags.TryGetValue(_values.Raw(first).ToString(), out var tag) ? tag : null;
    }

    private void Markup(int array, string markup, string tag, int depth)
    {
        if (markup is "div" or "ul")
        {
            foreach (var child in Children(array).Skip(1).Where(c => _values[c].Kind != ScriptKind.Object))
            {
                Element(child, markup == "ul" ? "li" : tag, depth + 1);
            }

            return;
        }

        var line = new StringBuilder();
        Inline(array, line, depth);
        Append(markup == "p" ? tag : markup, line.ToString());
    }

    /// <summary>A component as React sends it, <c>["$","p",null,{…}]</c>: the page has it as markup, too.</summary>
    private bool IsComponent(int array) => Children(array).FirstOrDefault(-1) is var first and >= 0 && _values[first].Kind == ScriptKind.Text && _values.Raw(first) is "$";

    /// <summary>The text of one piece: its own, else that of its parts, one after the other.</summary>
    private void Inline(int value, StringBuilder line, int depth)
    {
        if (depth > MaxElementDepth || IsTooMuch())
        {
            return;
        }

        if (_values[value].Kind == ScriptKind.Text)
        {
            line.Append(_values.Text(value));
            return;
        }

        if (_values[value].Kind == ScriptKind.Object && TextOf(value) is var text and >= 0)
        {
            line.Append(_values.Text(text));
            return;
        }

        if (_values[value].Kind == ScriptKind.Array && (IsComponent(value) || MarkupTag(value) is not null))
        {
            foreach (var child in Children(value).Skip(IsComponent(value) ? int.MaxValue : 1).Where(c => _values[c].Kind is ScriptKind.Text or ScriptKind.Array))
            {
                Inline(child, line, depth + 1);
            }

            return;
        }

        foreach (var child in Children(value))
        {
            if (_values[value].Kind == ScriptKind.Array ? _values[child].Kind != ScriptKind.Word : _values[child].Kind is ScriptKind.Object or ScriptKind.Array && IsOneOf(Name(child), PartNames))
            {
                Inline(child, line, depth + 1);
                line.Append(_values[child].Kind == ScriptKind.Object && Holds(TypeOf(child), ["paragraph"]) ? "\n" : "");
            }
        }
    }

    /// <summary>The child that is the element's own text; -1 when it has none.</summary>
    private int TextOf(int element)
    {
        foreach (var child in Children(element))
        {
            if (_values[child].Kind == ScriptKind.Text && _values.Length(child) > 0 && IsOneOf(Name(child), TextNames))
            {
                return child;
            }
        }

        return -1;
    }

    private ReadOnlySpan<char> TypeOf(int element)
    {
        ReadOnlySpan<char> type = default;
        foreach (var child in Children(element))
        {
            if (_values[child].Kind != ScriptKind.Text)
            {
                continue;
            }

            var name = Name(child);
            var raw = _values.Raw(child);
            if (Is(name, "style") && Holds(raw, ["head", "quote", "h1", "h2", "h3", "h4", "h5", "h6"]) || Is(name, "listItem"))
            {
                return Is(name, "listItem") ? "list-item" : raw; // the block that a "block" is
            }

            if (IsOneOf(name, TypeNames) ? type.IsEmpty : IsOneOf(name, TagNames) && (type.IsEmpty || Is(type, "tag") || Is(type, "element")))
            {
                type = raw;
            }
        }

        return type;
    }

    private bool HasOwn(int element)
    {
        foreach (var child in Children(element))
        {
            if (IsOneOf(Name(child), OwnNames))
            {
                return true;
            }
        }

        return false;
    }

    private static (string Tag, bool IsPiece) TagOf(ReadOnlySpan<char> type, string tag)
    {
        if (Holds(type, ["quote"]))
        {
            return ("blockquote", true);
        }

        if (Holds(type, ["list-item", "list_item", "listitem"]) || Is(type, "li"))
        {
            return ("li", true);
        }

        if (Holds(type, ["head"]) || (type.Length == 2 && type[0] is 'h' or 'H' && char.IsAsciiDigit(type[1])))
        {
            return ("h2", true);
        }

        if (Holds(type, ["list"]) || Is(type, "ul") || Is(type, "ol"))
        {
            return ("li", false);
        }

        return (tag, Holds(type, ["paragraph", "unstyled"]) || Is(type, "p") || Is(type, "block"));
    }

    private void Append(string tag, string text)
    {
        if (HoldsBlocks(text))
        {
            Append("div", [text]);
        }
        else
        {
            // Text without tags needs no encoding, and often holds character references.
            Append(tag, text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
    }

    private void Append(string tag, string[] pieces)
    {
        foreach (var piece in pieces)
        {
            _html.Append('<').Append(tag).Append('>').Append(piece).Append("</").Append(tag).Append('>');
            _pieces++;
            _length += piece.Length;
        }
    }

    private static bool HoldsBlocks(string text) => text.Contains("<p", StringComparison.OrdinalIgnoreCase) || text.Contains("<div", StringComparison.OrdinalIgnoreCase)
        || text.Contains("<br", StringComparison.OrdinalIgnoreCase) || text.Contains("<h", StringComparison.OrdinalIgnoreCase) || text.Contains("<li", StringComparison.OrdinalIgnoreCase);

    /// <summary>Something around the value is called as the page is.</summary>
    private bool IsOfHeadline(int index)
    {
        if (_titleKey.Length < 8)
        {
            return false;
        }

        var owner = Owner(index);
        for (var level = 0; owner >= 0 && level < MaxOwners; level++, owner = Owner(owner))
        {
            if (_values[owner].Kind != ScriptKind.Object)
            {
                continue;
            }

            foreach (var child in Children(owner))
            {
                if (Holds(Name(child), ["title", "headline", "name"]) && (IsTitle(child) || (_values[child].Kind == ScriptKind.Object && Children(child).Any(IsTitle))))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool IsTitle(int value) => _values[value].Kind == ScriptKind.Text && _values.Length(value) is > 7 and <= MaxHeadline
        && Text.Key(System.Net.WebUtility.HtmlDecode(_values.Text(value))) is { Length: > 0 } key && (key == _titleKey || key.Contains(_titleKey, StringComparison.Ordinal));

    private int Owner(int index) => _flat?.Owner(index) ?? _values[index].Parent;

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);

    private static bool IsOneOf(ReadOnlySpan<char> text, string[] words)
    {
        foreach (var word in words)
        {
            if (Is(text, word))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(ReadOnlySpan<char> text, ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
