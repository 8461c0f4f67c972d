using System.Runtime.InteropServices;
using System.Buffers;
using System.Diagnostics;
using Storyline.Contracts;
using Storyline.Parse.Furniture;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Blocks;

/// <summary>What the page says of its article elsewhere, to compare blocks with.</summary>
/// <param name="Title">Headline; null when unknown.</param>
/// <param name="Description">Description or teaser; may be empty.</param>
/// <param name="DeclaredBody">The declared text of the article; null when there is none.</param>
/// <param name="Bylines">Names of authors.</param>
internal sealed record PageFacts(string? Title, string Description, string? DeclaredBody, IReadOnlyList<string> Bylines);

/// <summary>
/// The numbers that <see cref="BlockModel"/> judges a block by. The order is part of the model: whoever changes it derives the model anew.
/// </summary>
internal sealed class BlockFeatures : IDisposable
{
    private const int Levels = 5;
    private const int NeighbourFields = 6;

    /// <summary>More is asked for so seldom that a pool should not keep it.</summary>
    private const int MaxLent = 1 << 20;

    private const int MinDeclared = 300;

    /// <summary>Longer texts are not compared with the title.</summary>
    private const int MaxCompared = 400;
    private static readonly int HintCount = Enum.GetValues<Hint>().Length;
    private static readonly int[] Neighbours = [-2, -1, 1, 2];
    private static readonly float[] Shares = [0.3f, 0.6f, 0.9f];

    private readonly IReadOnlyList<PageBlock> _blocks;
    private readonly IReadOnlyList<Container> _containers;
    private readonly float[] _values;
    private readonly bool _isLent;
    private readonly HashSet<ulong> _words = [];
    private int _at;

    private BlockFeatures(PageBlocks page)
    {
        _blocks = page.Blocks;
        _containers = page.Containers;
        var length = _blocks.Count * Count;
        _isLent = length <= MaxLent;
        _values = _isLent ? ArrayPool<float>.Shared.Rent(length) : new float[length];
    }

    /// <summary>Numbers per block.</summary>
    public static int Count { get; } = 24 + HintCount + (Levels * 4) + 12 + 24 + (Neighbours.Length * NeighbourFields) + 8;

    /// <summary>A block's row.</summary>
    public ReadOnlySpan<float> this[int block] => _values.AsSpan(block * Count, Count);

    /// <summary>One row for each block of the page, in memory that is lent until it is disposed of.</summary>
    public static BlockFeatures Of(PageBlocks page, PageFacts facts)
    {
        var features = new BlockFeatures(page);
        features.Fill(facts);
        return features;
    }

    public void Dispose()
    {
        if (_isLent)
        {
            ArrayPool<float>.Shared.Return(_values);
        }
    }

    private void Fill(PageFacts facts)
    {
        var total = Math.Max(1, _containers[0].Prose);
        var furniture = new bool[_blocks.Count];
        var keys = new string[_blocks.Count];
        var repeats = new bool[_blocks.Count];
        var occurrences = new Dictionary<string, int>(_blocks.Count, StringComparer.Ordinal);
        for (var i = 0; i < _blocks.Count; i++)
        {
            furniture[i] = FurnitureText.IsFurniture(_blocks[i].Text);
            keys[i] = Text.Key(_blocks[i].Text);
            repeats[i] = CollectionsMarshal.GetValueRefOrAddDefault(occurrences, keys[i], out _)++ > 0 && keys[i].Length > 0;
        }

        var signatures = Signatures(out var parentSignatures);
        var bestScore = 1e-6;
        var best = 0;
        for (var c = 0; c < _containers.Count; c++)
        {
            if (Score(c) > bestScore)
            {
                (bestScore, best) = (Score(c), c);
            }
        }

        var titleKey = Text.Key(facts.Title);
        var titleWords = WordsOf(facts.Title);
        var descriptionKey = Text.Key(facts.Description);
        var declaredKey = facts.DeclaredBody is { Length: >= MinDeclared } declared ? Text.Key(declared) : "";
        var declaredWindows = Windows(declaredKey);
        var titleAt = TitleIndex(keys, titleKey);
        int sinceHeading = 99, sinceEnd = 99, proseBefore = 0, proseSinceTitle = 0, headingKind = 0, previousProse = -1;
        var nextProse = NextProse();
        for (var i = 0; i < _blocks.Count; i++)
        {
            var block = _blocks[i];
            _at = i * Count;
            OwnText(block, furniture[i]);
            foreach (var distance in block.Distances)
            {
                Add(distance);
            }

            Ancestors(block, total);
            Add(signatures[_containers[block.Container].Signature]);
            Add(parentSignatures[ParentSignature(block)], total);
            Best(block, best, bestScore);
            Reaching(block, total);

            var ends = FurnitureText.EndsArticle(block.Text);
            sinceEnd = ends ? 0 : Math.Min(99, sinceEnd + 1);
            if (block.Kind == BlockKind.Heading || block.Tag is Tag.H1 or Tag.H2 or Tag.H3 or Tag.H4)
            {
                sinceHeading = 0;
                headingKind = ends ? 2 : furniture[i] ? 1 : 0;
            }
            else
            {
                sinceHeading = Math.Min(99, sinceHeading + 1);
            }

            Add((float)i / _blocks.Count);
            Add((float)proseBefore / total);
            Add((float)(total - proseBefore) / total);
            Add(i < titleAt ? -1 : Math.Min(200, i - titleAt));
            Add(i < titleAt ? -1 : MathF.Log(1 + proseSinceTitle));
            Add(sinceHeading);
            Add(headingKind);
            Add(sinceEnd);
            Add(keys[i].Length > 0 && keys[i] == titleKey ? 1 : 0);
            Add(WordShare(block.Text, titleWords));
            Add(Similar(keys[i], descriptionKey));
            Add(declaredKey.Length > 0 ? 1 : 0);
            Add(declaredKey.Length == 0 || keys[i].Length == 0 ? -1 : Covered(keys[i], declaredKey, declaredWindows));
            Add(declaredKey.Length == 0 ? 0 : (float)declaredKey.Length / total);
            Add(block.Text.Length <= 200 && HoldsName(block.Text, facts.Bylines) ? 1 : 0);
            Add(repeats[i] ? 1 : 0);
            Add(keys[i].Length == 0 ? 0 : Math.Min(20, occurrences[keys[i]]));
            Add(MathF.Log(total));
            Add(MathF.Log(1 + _blocks.Count));
            Add(_containers[0].Text == 0 ? 0 : (float)(_containers[0].Links / _containers[0].Text));
            Add(previousProse < 0 ? 30 : Common(previousProse, i));
            Add(previousProse < 0 ? 99 : Math.Min(99, i - previousProse));
            Add(nextProse[i] < 0 ? 30 : Common(nextProse[i], i));
            Add(nextProse[i] < 0 ? 99 : Math.Min(99, nextProse[i] - i));
            NeighboursOf(i, furniture);
            Windowed(i);
            Debug.Assert(_at == (i + 1) * Count, "lent memory is not empty: each number is written");
            if (block.IsProse)
            {
                proseBefore += block.Text.Length;
                proseSinceTitle += i >= titleAt ? block.Text.Length : 0;
                previousProse = i;
            }
        }
    }

    private void Add(float value) => _values[_at++] = value;

    private void Add((int Prose, int Text, double Links, int Blocks) group, int total = 0)
    {
        Add((float)group.Prose / Math.Max(1, total == 0 ? _containers[0].Prose : total));
        Add(group.Text == 0 ? 0 : (float)(group.Links / group.Text));
        Add(MathF.Log(1 + group.Blocks));
    }

    private void OwnText(PageBlock block, bool isFurniture)
    {
        var text = block.Text.AsSpan();
        int letters = 0, upper = 0, digits = 0, commas = 0, ends = 0, unspaced = 0, marks = 0, code = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            letters += char.IsLetter(c) ? 1 : 0;
            upper += char.IsUpper(c) ? 1 : 0;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            commas += c is ',' or '、' or '，' or '،' ? 1 : 0;
            ends += Text.IsSentenceEnd(c) && (i + 1 == text.Length || !char.IsLetterOrDigit(text[i + 1])) ? 1 : 0;
            unspaced += Text.IsUnspaced(c) ? 1 : 0;
            code += c is '{' or '}' or '[' or ']' or '<' or '>' or '=' or '_' or '\\' or '/' or ';' or '"' or '|' ? 1 : 0;
            marks += c is '|' or '©' or '»' or '›' or '→' or '•' or '@' or '#' ? 1 : 0;
        }

        var words = Text.WordCount(text);
        Add(MathF.Log(1 + text.Length + unspaced));
        Add(words);
        Add(block.LinkShare);
        Add(block.BoldShare);
        Add(block.ItalicShare);
        Add(Text.EndsSentence(text) ? 1 : text[^1] is ':' ? 2 : text[^1] is ',' or ';' ? 3 : 0);
        Add(100f * commas / text.Length);
        Add(ends);
        Add((float)digits / text.Length);
        Add(letters == 0 ? 0 : (float)upper / letters);
        Add(char.IsLower(text[0]) ? 1 : char.IsUpper(text[0]) ? 2 : char.IsDigit(text[0]) ? 3 : text[0] is '"' or '“' or '„' or '«' or '»' or '‘' or '‚' ? 4 : text[0] is '(' or '[' ? 5 : 0);
        Add(isFurniture ? 1 : 0);
        Add(FurnitureText.EndsArticle(block.Text) ? 1 : 0);
        Add(Captions.IsCaption(block.Text) ? 1 : 0);
        Add(marks);
        Add((float)code / text.Length);
        Add(words == 0 ? 0 : (float)letters / words);
        Add(text[^1] is '?' or '？' ? 1 : text[^1] is '!' or '！' ? 2 : text.EndsWith("...") || text[^1] == '…' ? 3 : 0);
        Add(text.Length <= 120 && Metadata.DateText.Words(block.Text) is not null ? 1 : 0);
        Add((float)unspaced / text.Length);
        Add((int)block.Kind);
        Add(block.Tag switch { Tag.P => 0, Tag.Div => 1, Tag.Li => 2, Tag.Td or Tag.Th => 3, Tag.H1 => 4, Tag.H2 => 5, Tag.H3 => 6, Tag.H4 or Tag.H5 or Tag.H6 => 7, Tag.Section or Tag.Article => 8, Tag.Figcaption => 9, Tag.Blockquote => 10, _ => 11 });
        Add(_containers[block.Container].Depth);
        Add(_containers[block.Container].Blocks);
    }

    private void Ancestors(PageBlock block, int total)
    {
        var at = _containers[block.Container].Parent;
        for (var level = 0; level < Levels; level++)
        {
            var container = _containers[Math.Max(0, at)];
            Add((float)container.Prose / total);
            Add(container.Text == 0 ? 0 : (float)(container.Links / container.Text));
            Add(MathF.Log(1 + container.Blocks));
            Add((float)container.ProseBlocks / Math.Max(1, container.Blocks));
            at = at < 0 ? -1 : container.Parent;
        }
    }

    private double Score(int container) => _containers[container].Score * (1 - (_containers[container].Text == 0 ? 0 : _containers[container].Links / _containers[container].Text));

    /// <summary>How the block stands to the container that Readability would choose.</summary>
    private void Best(PageBlock block, int best, double bestScore)
    {
        int levels = 0, inside = -1;
        double highest = 0;
        for (var at = block.Container; at >= 0; at = _containers[at].Parent)
        {
            inside = at == best ? levels : inside;
            if (levels < 4)
            {
                highest = Math.Max(highest, Score(at));
            }

            levels++;
        }

        Add(Math.Min(inside, 20));
        Add((float)(highest / bestScore));
        Add((float)_containers[best].Prose / Math.Max(1, _containers[0].Prose));
    }

    /// <summary>Levels up to the first container that holds so much of the page's prose.</summary>
    private void Reaching(PageBlock block, int total)
    {
        foreach (var share in Shares)
        {
            var levels = 0;
            var at = block.Container;
            while (at > 0 && _containers[at].Prose < share * total)
            {
                at = _containers[at].Parent;
                levels++;
            }

            Add(Math.Min(levels, 30));
        }
    }

    private ulong ParentSignature(PageBlock block)
    {
        var own = _containers[block.Container];
        return (own.Parent < 0 ? 0 : _containers[own.Parent].Signature * 31) + (ulong)own.Tag;
    }

    private Dictionary<ulong, (int Prose, int Text, double Links, int Blocks)> Signatures(out Dictionary<ulong, (int Prose, int Text, double Links, int Blocks)> parents)
    {
        var own = new Dictionary<ulong, (int Prose, int Text, double Links, int Blocks)>();
        parents = [];
        foreach (var block in _blocks)
        {
            Count(own, _containers[block.Container].Signature, block);
            Count(parents, ParentSignature(block), block);
        }

        return own;

        static void Count(Dictionary<ulong, (int Prose, int Text, double Links, int Blocks)> groups, ulong signature, PageBlock block)
        {
            var group = groups.GetValueOrDefault(signature);
            groups[signature] = (group.Prose + (block.IsProse ? block.Text.Length : 0), group.Text + block.Text.Length, group.Links + (block.Text.Length * block.LinkShare), group.Blocks + 1);
        }
    }

    private int TitleIndex(string[] keys, string titleKey)
    {
        var heading = -1;
        for (var i = 0; i < keys.Length; i++)
        {
            if (_blocks[i].Tag == Tag.H1 && titleKey.Length > 0 && keys[i].Contains(titleKey, StringComparison.Ordinal))
            {
                return i;
            }

            heading = heading < 0 && _blocks[i].Tag == Tag.H1 ? i : heading;
        }

        var same = titleKey.Length == 0 ? -1 : Array.IndexOf(keys, titleKey);
        return same >= 0 ? same : Math.Max(0, heading);
    }

    private int[] NextProse()
    {
        var next = new int[_blocks.Count];
        var at = -1;
        for (var i = _blocks.Count - 1; i >= 0; i--)
        {
            next[i] = at;
            at = _blocks[i].IsProse ? i : at;
        }

        return next;
    }

    /// <summary>Levels from a block up to the container that it shares with the other.</summary>
    private int Common(int other, int block)
    {
        int a = _blocks[other].Container, b = _blocks[block].Container, levels = 0;
        while (a != b && levels < 30)
        {
            if (_containers[a].Depth > _containers[b].Depth)
            {
                a = _containers[a].Parent;
            }
            else
            {
                a = _containers[a].Depth == _containers[b].Depth ? _containers[a].Parent : a;
                b = _containers[b].Parent;
                levels++;
            }
        }

        return levels;
    }

    private void NeighboursOf(int i, bool[] furniture)
    {
        foreach (var offset in Neighbours)
        {
            var at = i + offset;
            if (at < 0 || at >= _blocks.Count)
            {
                _values.AsSpan(_at, NeighbourFields).Fill(-1);
                _at += NeighbourFields;
                continue;
            }

            var other = _blocks[at];
            Add(MathF.Log(1 + other.Text.Length));
            Add(other.LinkShare);
            Add(Text.EndsSentence(other.Text) ? 1 : 0);
            Add((int)other.Kind);
            Add(furniture[at] ? 1 : 0);
            Add(_containers[other.Container].Parent == _containers[_blocks[i].Container].Parent ? 1 : 0);
        }
    }

    /// <summary>Prose, text and links of the next few blocks on both sides.</summary>
    private void Windowed(int i)
    {
        foreach (var radius in (ReadOnlySpan<int>)[3, 8])
        {
            int before = 0, after = 0, text = 0;
            float links = 0;
            for (var at = Math.Max(0, i - radius); at <= Math.Min(_blocks.Count - 1, i + radius); at++)
            {
                var other = _blocks[at];
                before += at < i && other.IsProse ? other.Text.Length : 0;
                after += at > i && other.IsProse ? other.Text.Length : 0;
                text += other.Text.Length;
                links += other.Text.Length * other.LinkShare;
            }

            Add(MathF.Log(1 + before));
            Add(MathF.Log(1 + after));
            Add(links / Math.Max(1, text));
            Add((float)(before + after) / Math.Max(1, text));
        }
    }

    /// <summary>Hashes of the words of three and more letters.</summary>
    private static HashSet<ulong> WordsOf(ReadOnlySpan<char> text)
    {
        var words = new HashSet<ulong>();
        AddWords(text, words);
        return words;
    }

    private static void AddWords(ReadOnlySpan<char> text, HashSet<ulong> words)
    {
        while (NextWord(ref text, out var word))
        {
            if (word != 0)
            {
                words.Add(word);
            }
        }
    }

    private float WordShare(string text, HashSet<ulong> words)
    {
        if (words.Count == 0 || text.Length > MaxCompared || !HoldsAny(text, words))
        {
            return 0;
        }

        _words.Clear();
        AddWords(text, _words);
        var shared = 0;
        foreach (var word in _words)
        {
            shared += words.Contains(word) ? 1 : 0;
        }

        return _words.Count == 0 ? 0 : (float)shared / _words.Count;
    }

    // Most blocks share no word with the title: asking for one first spares gathering the words.
    private static bool HoldsAny(ReadOnlySpan<char> text, HashSet<ulong> words)
    {
        while (NextWord(ref text, out var word))
        {
            if (word != 0 && words.Contains(word))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The hash (FNV-1a) of the next word's key, zero when it has fewer than three letters; false at the end of the text.</summary>
    private static bool NextWord(ref ReadOnlySpan<char> text, out ulong word)
    {
        word = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        var hash = 14695981039346656037UL;
        var (end, length) = (0, 0);
        for (; end < text.Length && !char.IsWhiteSpace(text[end]); end++)
        {
            if (Text.Key(text[end]) is var c and not '\0')
            {
                hash = (hash ^ c) * 1099511628211UL;
                length++;
            }
        }

        text = text[Math.Min(text.Length, end + 1)..];
        word = length > 2 ? hash : 0;
        return true;
    }

    /// <summary>3: the same; 2: one holds the other; 1: they begin alike; 0: neither.</summary>
    private static int Similar(string key, string other) => key.Length < 25 || other.Length < 25 ? 0
        : key == other ? 3
        : key.Length <= other.Length * 2 && other.Length <= key.Length * 4 && (key.Contains(other, StringComparison.Ordinal) || other.Contains(key, StringComparison.Ordinal)) ? 2
        : key.AsSpan(0, 25).SequenceEqual(other.AsSpan(0, 25)) ? 1 : 0;

    private static bool HoldsName(string text, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (name.Length > 4 && text.Contains(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private const int Window = 16;

    /// <summary>Hashes of all runs of <see cref="Window"/> letters: whether a block occurs in the declared text is then asked without searching it.</summary>
    private static HashSet<int> Windows(string key)
    {
        var windows = new HashSet<int>();
        for (var i = 0; i + Window <= key.Length; i++)
        {
            windows.Add(Hash(key.AsSpan(i, Window)));
        }

        return windows;
    }

    private static float Covered(string key, string declared, HashSet<int> windows)
    {
        if (key.Length < Window)
        {
            return declared.Contains(key, StringComparison.Ordinal) ? 0.5f : 0;
        }

        int all = 0, found = 0;
        for (var i = 0; i + Window <= key.Length; i += Window)
        {
            all++;
            found += windows.Contains(Hash(key.AsSpan(i, Window))) ? 1 : 0;
        }

        return (float)found / all;
    }

    private static int Hash(ReadOnlySpan<char> text)
    {
        var hash = 17;
        foreach (var c in text)
        {
            hash = (hash * 31) + c;
        }

        return hash;
    }
}
