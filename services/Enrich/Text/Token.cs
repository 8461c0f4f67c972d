using System.Runtime.InteropServices;

namespace Storyline.Enrich.Text;

/// <summary>What a <see cref="Token"/> is made of.</summary>
public enum TokenKind
{
    Word,
    Number,
    Punctuation,
}

/// <summary>A piece of a text. Offsets count UTF-16 code units of that text.</summary>
/// <param name="Start">First code unit.</param>
/// <param name="Length">Number of code units, at least 1.</param>
/// <param name="Kind">What it is made of.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Token(int Start, int Length, TokenKind Kind)
{
    /// <summary>The code unit after the last one.</summary>
    public int End => Start + Length;
}

/// <summary>A run of tokens, half open.</summary>
/// <param name="FirstToken">Index of the first token.</param>
/// <param name="EndToken">Index after the last token.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TokenRange(int FirstToken, int EndToken);
