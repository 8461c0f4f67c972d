namespace Storyline.Parse.Tree;

/// <summary>
/// One string for each tag and attribute name, lower case, without making a string to look it up. Names that HTML knows are shared by all
/// documents; the rest live as long as their document's table.
/// </summary>
internal sealed class Names
{
    private const int Slots = 1024;

    private static readonly string[] Attributes =
    [
        "accept", "action", "align", "allow", "alt", "aria-expanded", "aria-hidden", "aria-label", "aria-labelledby", "aria-modal", "async", "border", "charset", "checked", "cite", "class", "color", "colspan", "content", "controls",
        "coords", "crossorigin", "d", "data-src", "data-srcset", "data-testid", "datetime", "defer", "dir", "disabled", "draggable", "enctype", "encoding", "face", "fetchpriority", "fill", "for", "frameborder", "height", "hidden", "href", "hreflang", "http-equiv", "id", "imagesizes", "imagesrcset",
        "integrity", "itemid", "itemprop", "itemref", "itemscope", "itemtype", "lang", "language", "loading", "maxlength", "media", "method", "name", "nonce", "novalidate", "onclick", "onload", "open", "placeholder", "points", "poster", "preload", "prefix",
        "property", "pubdate", "readonly", "referrerpolicy", "rel", "required", "role", "rowspan", "scope", "scrolling", "selected", "shape", "size", "sizes", "src", "srcdoc", "srcset", "stroke", "stroke-width", "style", "tabindex", "target", "title", "transform", "translate", "type", "usemap",
        "valign", "value", "vocab", "width", "xlink:href", "xml:lang", "xmlns", "xmlns:og", "xmlns:fb", "x", "y", "viewbox", "typeof", "about", "resource", "datatype",
    ];

    private static readonly Entry?[] Known = Build();

    private readonly Dictionary<string, string> _own = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tag of a name and the name itself.</summary>
    public (Tag Tag, string Name) TagOf(ReadOnlySpan<char> name) => Find(name) is { } entry ? (entry.Tag, entry.Name) : (Tag.Unknown, Own(name));

    public string Of(ReadOnlySpan<char> name) => Find(name)?.Name ?? Own(name);

    private static Entry? Find(ReadOnlySpan<char> name)
    {
        for (var entry = Known[Hash(name)]; entry is not null; entry = entry.Next)
        {
            if (entry.Name.Length == name.Length && name.Equals(entry.Name, StringComparison.OrdinalIgnoreCase))
            {
                return entry;
            }
        }

        return null;
    }

    private string Own(ReadOnlySpan<char> name)
    {
        var lookup = _own.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(name, out var known))
        {
            known = Lower(name);
            _own[known] = known;
        }

        return known;
    }

    // Only ASCII letters change case in names.
    private static string Lower(ReadOnlySpan<char> name) => string.Create(name.Length, name, static (target, source) =>
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
        }
    });

    private static int Hash(ReadOnlySpan<char> name)
    {
        var hash = name.Length;
        hash = (hash * 31) + (name[0] | 0x20);
        hash = (hash * 31) + (name[^1] | 0x20);
        hash = (hash * 31) + (name[name.Length / 2] | 0x20);
        return hash & (Slots - 1);
    }

    private static Entry?[] Build()
    {
        var buckets = new Entry?[Slots];
        foreach (var tag in Enum.GetValues<Tag>().Where(tag => tag != Tag.Unknown))
        {
            Add(buckets, tag == Tag.ObjectElement ? "object" : tag.ToString().ToLowerInvariant(), tag);
        }

        foreach (var attribute in Attributes)
        {
            if (Find(buckets, attribute) is null)
            {
                Add(buckets, attribute, Tag.Unknown);
            }
        }

        return buckets;

        static Entry? Find(Entry?[] buckets, string name)
        {
            var entry = buckets[Hash(name)];
            while (entry is not null && entry.Name != name)
            {
                entry = entry.Next;
            }

            return entry;
        }

        static void Add(Entry?[] buckets, string name, Tag tag)
        {
            var interned = string.Intern(name);
            var slot = Hash(interned);
            buckets[slot] = new Entry(interned, tag, buckets[slot]);
        }
    }

    private sealed record Entry(string Name, Tag Tag, Entry? Next);
}
