using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Storyline.Parse.Scripts;

internal enum ScriptKind : byte
{
    Object,
    Array,
    Text,

    /// <summary>A number, a constant or a name.</summary>
    Word,
}

/// <summary>A value inside a script: where it stands in the source, what it is called and what holds it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Parent">Index of the object or array around it; -1 for the outermost.</param>
/// <param name="Name">Where its name is, in an object.</param>
/// <param name="At">Where it is in the source; of a text, what lies between the quotes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScriptValue(ScriptKind Kind, int Parent, Range Name, Range At);

/// <summary>
/// The values of one JSON or JavaScript literal as a flat list in source order, each followed by what it holds. Tolerant: what is not a literal (functions, calls) is
/// passed over, what is cut off ends where it ends. One pass, no recursion, bounded; texts are only decoded when they are asked for.
/// </summary>
internal sealed class ScriptValues
{
    public const int MaxDepth = 128;
    private const int MaxValues = 400_000;

    private static readonly SearchValues<char> WordEnd = SearchValues.Create(" \t\r\n,:;{}[]()\"'`/");

    private readonly ReadOnlyMemory<char> _source;
    private readonly List<ScriptValue> _values = [];
    private readonly List<int> _ends = [];

    private ScriptValues(ReadOnlyMemory<char> source) => _source = source;

    public int Count => _values.Count;

    public ScriptValue this[int index] => _values[index];

    /// <summary>Where reading ended in the source.</summary>
    public int SourceEnd { get; private set; }

    /// <param name="source">The script.</param>
    /// <param name="from">Where the literal begins; what stands before its first bracket or quote is passed over.</param>
    public static ScriptValues Read(ReadOnlyMemory<char> source, int from = 0)
    {
        var values = new ScriptValues(source);
        values.Fill(from);
        return values;
    }

    /// <summary>The first index that is no longer inside the value.</summary>
    public int End(int index) => _ends[index];

    public IEnumerable<int> Children(int index)
    {
        for (var child = index + 1; child < _ends[index]; child = _ends[child])
        {
            yield return child;
        }
    }

    public ReadOnlySpan<char> Name(int index) => _source.Span[_values[index].Name];

    /// <summary>Characters of the value in the source.</summary>
    public int Length(int index) => _values[index].At.GetOffsetAndLength(_source.Length).Length;

    public ReadOnlySpan<char> Raw(int index) => _source.Span[_values[index].At];

    /// <summary>A text with its escapes decoded.</summary>
    public string Text(int index)
    {
        var raw = Raw(index);
        return raw.Contains('\\') ? Decoded(raw) : raw.ToString();
    }

    private void Fill(int at)
    {
        var source = _source.Span;
        var open = new int[MaxDepth];
        var depth = 0;
        Range name = default;
        var isNamed = false;
        while (at < source.Length && _values.Count < MaxValues)
        {
            var c = source[at];
            switch (c)
            {
                case '{' or '[':
                    if (depth == MaxDepth)
                    {
                        at = source.Length; // nothing that people write is nested so deep
                        break;
                    }

                    Add(c == '{' ? ScriptKind.Object : ScriptKind.Array, at..at);
                    open[depth++] = _values.Count - 1;
                    at++;
                    break;
                case '}' or ']':
                    at++;
                    if (depth > 0)
                    {
                        Close(open[--depth], at);
                        isNamed = false;
                    }

                    break;
                case '"' or '\'' or '`':
                    var end = StringEnd(source, at + 1, c);
                    Text(ScriptKind.Text, (at + 1)..Math.Min(end, source.Length));
                    at = Math.Min(end + 1, source.Length);
                    break;
                case '/' when at + 1 < source.Length && source[at + 1] == '*':
                    var close = source[(at + 2)..].IndexOf("*/");
                    at = close < 0 ? source.Length : at + close + 4;
                    break;
                case ',' or ';':
                    isNamed = false;
                    at++;
                    break;
                default:
                    var length = source[at..].IndexOfAny(WordEnd);
                    length = length < 0 ? source.Length - at : length;
                    if (length > 0 && depth > 0)
                    {
                        Text(ScriptKind.Word, at..(at + length));
                    }

                    at += Math.Max(1, length);
                    break;
            }

            if (depth == 0 && _values.Count > 0)
            {
                break;
            }
        }

        SourceEnd = Math.Min(at, source.Length);
        while (depth > 0)
        {
            Close(open[--depth], SourceEnd);
        }

        void Text(ScriptKind kind, Range where)
        {
            // In an object a name comes first, with a colon behind it.
            if (depth > 0 && !isNamed && _values[open[depth - 1]].Kind == ScriptKind.Object)
            {
                (name, isNamed) = (where, true);
                return;
            }

            Add(kind, where);
            isNamed = false;
        }

        void Add(ScriptKind kind, Range where)
        {
            _values.Add(new ScriptValue(kind, depth == 0 ? -1 : open[depth - 1], isNamed ? name : default, where));
            _ends.Add(_values.Count);
            isNamed = false;
        }
    }

    private void Close(int index, int at)
    {
        _values[index] = _values[index] with { At = _values[index].At.Start..at };
        _ends[index] = _values.Count;
    }

    private static int StringEnd(ReadOnlySpan<char> source, int at, char quote)
    {
        while (at < source.Length)
        {
            var next = source[at..].IndexOfAny(quote, '\\');
            if (next < 0)
            {
                return source.Length;
            }

            at += next;
            if (source[at] == quote)
            {
                return at;
            }

            at += 2;
        }

        return source.Length;
    }

    private static string Decoded(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOf('\\');
            if (plain < 0 || plain + 1 >= raw.Length)
            {
                text.Append(raw);
                break;
            }

            text.Append(raw[..plain]);
            var (escaped, length) = Escape(raw[(plain + 1)..]);
            text.Append(escaped);
            raw = raw[(plain + 1 + length)..];
        }

        // Half a surrogate pair, as it is left by who cuts a text inside an emoji: no message can hold it.
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = '\uFFFD';
            }
        }

        return text.ToString();
    }

    private static (char Value, int Length) Escape(ReadOnlySpan<char> after) => after[0] switch
    {
        'u' when after.Length >= 5 && ushort.TryParse(after[1..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) => ((char)code, 5),
        'x' when after.Length >= 3 && byte.TryParse(after[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) => ((char)code, 3),
        'n' => ('\n', 1),
        'r' => ('\r', 1),
        't' => ('\t', 1),
        'b' or 'f' or 'v' or '0' => (' ', 1),
        var other => (other, 1),
    };
}
