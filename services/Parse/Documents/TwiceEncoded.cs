using System.Buffers;
using System.Text;

namespace Storyline.Parse.Documents;

/// <summary>
/// Repairs text whose UTF-8 was once read as Latin-1 or windows-1252 and encoded again, as careless content systems do: "itâ€™s" for "it’s".
/// </summary>
internal static class TwiceEncoded
{
    // What windows-1252 has for the bytes 80 to 9F; where it has nothing, the control character of the byte stands.
    private const string Upper = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

    // The control characters stand in no sound text, nor do these two letters side by side: the first bytes of all quotation marks and dashes.
    private const string Sign = "â€";
    private static readonly SearchValues<char> Leads = SearchValues.Create([.. Enumerable.Range(0xC2, 0xF5 - 0xC2).Select(c => (char)c)]);

    /// <summary>Repairs the text where it stands and tells how much is left of it.</summary>
    public static int Repair(Span<char> text)
    {
        if (!text.ContainsAnyInRange('\u0080', '\u009F') && text.IndexOf(Sign) < 0)
        {
            return text.Length;
        }

        int from = 0, to = 0;
        while (from < text.Length)
        {
            var sound = text[from..].IndexOfAny(Leads);
            sound = sound < 0 ? text.Length - from : sound;
            text.Slice(from, sound).CopyTo(text[to..]);
            (from, to) = (from + sound, to + sound);
            if (from < text.Length)
            {
                var rune = Character(text[from..], out var length) ?? new Rune(text[from]);
                to += rune.EncodeToUtf16(text[to..]);
                from += length;
            }
        }

        return to;
    }

    /// <summary>The character whose bytes stand there one by one; null when there is none.</summary>
    private static Rune? Character(ReadOnlySpan<char> text, out int length)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = 0;
        while (count < bytes.Length && count < text.Length && Byte(text[count]) is { } value)
        {
            bytes[count++] = value;
        }

        var isCharacter = Rune.DecodeFromUtf8(bytes[..count], out var rune, out length) == OperationStatus.Done && length > 1
            && (length > 2 || text[0] is 'Â' or 'Ã' || char.IsControl(text[1])); // "CAFÉ»" may stand on the same page
        length = isCharacter ? length : 1;
        return isCharacter ? rune : null;
    }

    private static byte? Byte(char c) => c <= '\u00FF' ? (byte)c : Upper.IndexOf(c) is >= 0 and var at ? (byte)(0x80 + at) : null;
}
