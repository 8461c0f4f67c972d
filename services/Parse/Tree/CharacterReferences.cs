using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Storyline.Parse.Tree;

/// <summary>Character references in text and attribute values (WHATWG HTML, §13.2.5.72 to §13.2.5.80).</summary>
internal static class CharacterReferences
{
    /// <summary>Longest name that works without a semicolon.</summary>
    private const int MaxLegacyLength = 6;

    private const int MaxLength = 32;

    private static readonly FrozenDictionary<string, string> Names = Load();

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    // What 0x80 to 0x9F mean when a page writes them as numbers: windows-1252.
    private const string Windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    /// <summary>The text with its references decoded; the same memory when it has none.</summary>
    public static ReadOnlyMemory<char> Decode(ReadOnlyMemory<char> text, bool isAttribute)
    {
        var source = text.Span;
        var ampersand = source.IndexOf('&');
        if (ampersand < 0)
        {
            return text;
        }

        StringBuilder? decoded = null;
        var done = 0;
        while (ampersand >= 0)
        {
            var at = ampersand;
            var length = Read(source[at..], isAttribute, out var characters);
            if (length > 0)
            {
                decoded ??= new StringBuilder(source.Length);
                decoded.Append(source[done..at]).Append(characters);
                done = at + length;
            }

            var next = length > 0 ? done : at + 1;
            ampersand = source[next..].IndexOf('&');
            ampersand = ampersand < 0 ? ampersand : ampersand + next;
        }

        return decoded is null ? text : decoded.Append(source[done..]).ToString().AsMemory();
    }

    /// <summary>The length of the reference at the start of <paramref name="text"/>; 0 when the ampersand is only one.</summary>
    private static int Read(ReadOnlySpan<char> text, bool isAttribute, out string characters)
    {
        characters = "";
        if (text.Length < 2)
        {
            return 0;
        }

        if (text[1] == '#')
        {
            return ReadNumber(text, out characters);
        }

        var window = text[1..Math.Min(text.Length, MaxLength + 2)];
        var run = window.IndexOfAnyExcept(NameCharacters);
        run = run < 0 ? window.Length : run;
        if (run < window.Length && window[run] == ';' && Lookup.TryGetValue(window[..(run + 1)], out var whole))
        {
            characters = whole;
            return run + 2;
        }

        for (var length = Math.Min(run, MaxLegacyLength); length >= 2; length--)
        {
            if (Lookup.TryGetValue(window[..length], out var legacy))
            {
                // "?a=b&copy=1" is a query, not a copyright sign.
                if (isAttribute && length + 1 < text.Length && (text[length + 1] == '=' || char.IsAsciiLetterOrDigit(text[length + 1])))
                {
                    return 0;
                }

                characters = legacy;
                return length + 1;
            }
        }

        return 0;
    }

    private static int ReadNumber(ReadOnlySpan<char> text, out string characters)
    {
        characters = "";
        var at = 2;
        var isHex = at < text.Length && text[at] is 'x' or 'X';
        at += isHex ? 1 : 0;
        var digits = at;
        long value = 0;
        for (; at < text.Length && (isHex ? char.IsAsciiHexDigit(text[at]) : char.IsAsciiDigit(text[at])); at++)
        {
            value = Math.Min((value * (isHex ? 16 : 10)) + Digit(text[at]), 0x110000);
        }

        if (at == digits)
        {
            return 0;
        }

        characters = value switch
        {
            0 or > 0x10FFFF or (>= 0xD800 and <= 0xDFFF) => "\uFFFD",
            >= 0x80 and <= 0x9F => Windows1252[(int)value - 0x80].ToString(),
            _ => char.ConvertFromUtf32((int)value),
        };
        return at < text.Length && text[at] == ';' ? at + 1 : at;
    }

    private static int Digit(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

    private static FrozenDictionary<string, string> Load()
    {
        using var stream = typeof(CharacterReferences).Assembly.GetManifestResourceStream("Storyline.Parse.Tree.character-references.txt")!;
        using var reader = new StreamReader(stream);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line[0] != '#')
            {
                var parts = line.Split(' ');
                names.Add(parts[0], string.Concat(parts.Skip(1).Select(code => char.ConvertFromUtf32(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))));
            }
        }

        return names.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
