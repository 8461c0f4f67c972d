using System.Net;
using Storyline.Contracts;

namespace Storyline.Parse.Html;

/// <summary>
/// Checks the text found in the page against the <c>articleBody</c> that the page declares. Neither is trusted alone: declared bodies are often
/// cut off or run together, found ones may miss a container or run on into the next article.
/// </summary>
internal static class DeclaredBody
{
    /// <summary>A declared body shorter than this is a teaser.</summary>
    private const int MinLength = 500;

    private const int WindowLength = 40;

    public static List<Block> Reconcile(List<Block> blocks, string? declared)
    {
        if (declared is null || declared.Length < MinLength || declared.Contains("</", StringComparison.Ordinal))
        {
            return blocks;
        }

        declared = WebUtility.HtmlDecode(declared); // often encoded twice
        var declaredKey = Text.Key(declared);
        var foundKey = Text.Key(ArticleBody.Join(blocks));
        var covered = Coverage(declaredKey, foundKey);
        if (covered < 0.6 && declaredKey.Length > foundKey.Length * 0.8)
        {
            return Split(declared);
        }

        return covered > 0.9 && declaredKey.Length > foundKey.Length * 0.4 && declaredKey.Length < foundKey.Length ? WithoutTail(blocks, declaredKey) : blocks;
    }

    /// <summary>Share of evenly spread windows of <paramref name="text"/> that occur in <paramref name="other"/>.</summary>
    private static double Coverage(string text, string other)
    {
        int windows = 0, found = 0;
        var step = Math.Max(WindowLength, text.Length / 60);
        for (var at = 0; at + WindowLength <= text.Length; at += step)
        {
            windows++;
            found += other.AsSpan().IndexOf(text.AsSpan(at, WindowLength)) >= 0 ? 1 : 0;
        }

        return windows == 0 ? 0 : (double)found / windows;
    }

    /// <summary>What follows the last block of the declared body is not the article's, if the declared body's own end was found.</summary>
    private static List<Block> WithoutTail(List<Block> blocks, string declaredKey)
    {
        var end = declaredKey[^Math.Min(WindowLength, declaredKey.Length)..];
        var last = blocks.FindLastIndex(b => Text.Key(b.Text) is { Length: > 0 } key && (key.Contains(end, StringComparison.Ordinal) || (key.Length > WindowLength && declaredKey.EndsWith(key, StringComparison.Ordinal))));
        return last < 0 ? blocks : [.. blocks.Take(last + 1)];
    }

    private static List<Block> Split(string declared) =>
        [.. declared.Split('\n').Select(line => Text.Normalise(line)).Where(line => line.Length > 0).Select(line => new Block(BlockKind.Paragraph, line))];
}
