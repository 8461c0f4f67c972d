using System.Buffers;
using System.Text;
using Storyline.Contracts;

namespace Storyline.Parse.Documents;

/// <summary>
/// A document as text, in memory that is lent until <see cref="Dispose"/>: a page as a string is a large object, and only full collections free those.
/// </summary>
public sealed class DecodedDocument : IDisposable
{
    /// <summary>Longer texts are rare, and a pool that kept memory for them would hold it for nothing.</summary>
    private const int MaxLent = 1 << 22;

    private char[]? _lent;

    private DecodedDocument(ArraySegment<char> characters, char[]? lent)
    {
        Characters = characters;
        _lent = lent;
    }

    /// <summary>Its characters; empty when rejected.</summary>
    public ReadOnlySpan<char> Text => Characters;

    /// <summary>Markup; otherwise plain text.</summary>
    public bool IsHtml { get; internal set; }

    /// <summary><see cref="Outcome.Unspecified"/>, or why it could not be decoded.</summary>
    public Outcome Outcome { get; private init; }

    /// <summary>For people.</summary>
    public string Reason { get; private init; } = "";

    internal ArraySegment<char> Characters { get; private set; }

    public static DecodedDocument Rejected(Outcome outcome, string reason) => new([], lent: null) { Outcome = outcome, Reason = reason };

    public void Dispose()
    {
        if (_lent is { } lent)
        {
            _lent = null;
            ArrayPool<char>.Shared.Return(lent);
        }
    }

    /// <summary>Sets right what was encoded twice.</summary>
    internal void Repair() => Characters = Characters[..TwiceEncoded.Repair(Characters)];

    internal static DecodedDocument Of(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        // No byte of UTF-8 makes more than one character; for others it has to be counted.
        var length = encoding is UTF8Encoding ? bytes.Length : encoding.GetCharCount(bytes);
        var lent = length <= MaxLent ? ArrayPool<char>.Shared.Rent(length) : null;
        var characters = lent ?? new char[length];
        return new DecodedDocument(new ArraySegment<char>(characters, 0, encoding.GetChars(bytes, characters)), lent);
    }
}
