using System.Globalization;
using System.Text;

namespace Storyline.Evaluation;

/// <summary>
/// The text format of protocol buffers, without a schema: messages in braces or angle brackets, lists in square brackets, adjacent strings joined,
/// comments. Field names are compared without case and underscores.
/// </summary>
public sealed class Textproto
{
    private readonly List<(string Name, object Value)> _fields = [];

    /// <summary>Strings are bytes (<c>\xEF</c> is one), everything else is a word.</summary>
    public static Textproto Parse(ReadOnlySpan<byte> text)
    {
        var position = 0;
        var message = Message(text, ref position, end: 0);
        return position == text.Length ? message : throw Wrong(position);
    }

    public IEnumerable<Textproto> Messages(string name) => Values(name).OfType<Textproto>();

    /// <summary>The bytes of the first string with one of these names; null when there is none.</summary>
    public byte[]? Bytes(params string[] names) => names.SelectMany(Values).OfType<byte[]>().FirstOrDefault();

    /// <summary>The first word (enum value, number, boolean) with one of these names; null when there is none.</summary>
    public string? Word(params string[] names) => names.SelectMany(Values).OfType<string>().FirstOrDefault();

    private static Textproto Message(ReadOnlySpan<byte> text, ref int position, byte end)
    {
        var message = new Textproto();
        while (true)
        {
            var next = Skip(text, ref position);
            if (next == end)
            {
                position += end == 0 ? 0 : 1;
                return message;
            }

            if (next is (byte)',' or (byte)';')
            {
                position++;
                continue;
            }

            var name = Key(Token(text, ref position));
            if (Skip(text, ref position) == ':')
            {
                position++;
            }

            if (Skip(text, ref position) != '[')
            {
                message._fields.Add((name, Value(text, ref position)));
                continue;
            }

            position++;
            while (Skip(text, ref position) != ']')
            {
                if (text[position] == ',')
                {
                    position++;
                    continue;
                }

                message._fields.Add((name, Value(text, ref position)));
            }

            position++;
        }
    }

    private static object Value(ReadOnlySpan<byte> text, ref int position)
    {
        switch (Skip(text, ref position))
        {
            case (byte)'{':
                position++;
                return Message(text, ref position, (byte)'}');
            case (byte)'<':
                position++;
                return Message(text, ref position, (byte)'>');
            case (byte)'"' or (byte)'\'':
                var bytes = new List<byte>();
                while (Skip(text, ref position) is (byte)'"' or (byte)'\'')
                {
                    String(text, ref position, bytes);
                }

                return bytes.ToArray();
            default:
                return Token(text, ref position);
        }
    }

    private static void String(ReadOnlySpan<byte> text, ref int position, List<byte> bytes)
    {
        var quote = text[position++];
        while (position < text.Length && text[position] != quote)
        {
            if (text[position] != '\\' || position + 1 == text.Length)
            {
                bytes.Add(text[position++]);
                continue;
            }

            var escape = text[position + 1];
            position += 2;
            switch (escape)
            {
                case (byte)'x' or (byte)'X':
                    bytes.Add((byte)Number(text, ref position, 2, 16));
                    break;
                case >= (byte)'0' and <= (byte)'7':
                    position--;
                    bytes.Add((byte)Number(text, ref position, 3, 8));
                    break;
                case (byte)'u' or (byte)'U':
                    bytes.AddRange(Encoding.UTF8.GetBytes(char.ConvertFromUtf32(Number(text, ref position, escape == 'u' ? 4 : 8, 16))));
                    break;
                default:
                    var known = "abfnrtv".IndexOf((char)escape, StringComparison.Ordinal);
                    bytes.Add(known < 0 ? escape : (byte)"\a\b\f\n\r\t\v"[known]);
                    break;
            }
        }

        position = position < text.Length ? position + 1 : throw Wrong(position);
    }

    private static int Number(ReadOnlySpan<byte> text, ref int position, int digits, int radix)
    {
        var value = 0;
        for (; digits > 0 && position < text.Length && Digit(text[position]) is var digit && digit < radix; digits--, position++)
        {
            value = (value * radix) + digit;
        }

        return value;
    }

    private static int Digit(byte c) => char.IsAsciiHexDigit((char)c) ? int.Parse([(char)c], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 16;

    private static string Token(ReadOnlySpan<byte> text, ref int position)
    {
        var start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit((char)text[position]) || text[position] is (byte)'_' or (byte)'-' or (byte)'.' or (byte)'+'))
        {
            position++;
        }

        return position > start ? Encoding.ASCII.GetString(text[start..position]) : throw Wrong(position);
    }

    private static byte Skip(ReadOnlySpan<byte> text, ref int position)
    {
        while (position < text.Length)
        {
            if (text[position] == '#')
            {
                var line = text[position..].IndexOf((byte)'\n');
                position = line < 0 ? text.Length : position + line;
            }
            else if (text[position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                position++;
            }
            else
            {
                return text[position];
            }
        }

        return 0;
    }

    private static string Key(string name) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    private static FormatException Wrong(int position) => new($"the text is no textproto at byte {position}");

    private IEnumerable<object> Values(string name) => _fields.Where(field => field.Name == Key(name)).Select(field => field.Value);
}
