using System.Buffers;

namespace Storyline.Parse.Furniture;

/// <summary>Tells the words under a picture from the words of the article.</summary>
public static class Captions
{
    private static readonly string[] CreditMarks =
        ["Credit…", "Credit...", "Credit:", "Photo:", "Photo by", "Photograph:", "Picture:", "Image:", "Foto:", "Fotos:", "Bild:", "Photo credit", "Image credit", "Getty Images", "/Getty", "/AFP", "AFP/", "/Reuters", "REUTERS/", "/AP", "AP Photo", "EPA-EFE", "File photo", "FILE PHOTO", "[File:", "Archivbild", "Symbolbild", "Symbolfoto", "© "];

    private static readonly SearchValues<string> AnyMark = SearchValues.Create(CreditMarks, StringComparison.Ordinal);

    /// <summary>
    /// A short piece that names a photographer or a picture agency: a credit mark, or a name in brackets right at the end of words that
    /// do not close a sentence before it.
    /// </summary>
    public static bool IsCaption(string text)
    {
        if (text.Length > 400)
        {
            return false;
        }

        foreach (var mark in text.AsSpan().ContainsAny(AnyMark) ? CreditMarks : [])
        {
            var at = text.IndexOf(mark, StringComparison.Ordinal);
            // Inside a longer text the mark must stand at an end: "Photo: …" or "… [Agency/Getty]".
            if (at >= 0 && (at == 0 || text.Length - at <= 80))
            {
                return true;
            }
        }

        return EndsInCredit(text);
    }

    // "… 13, 2023.Susan Walsh (AP)" · "… the states [Department/Agency]" · "… at the gate (Jane Doe)"
    private static bool EndsInCredit(string text)
    {
        var end = text.AsSpan().TrimEnd();
        if (end.IsEmpty || end[^1] is not (')' or ']') || end.Length > 400)
        {
            return false;
        }

        var open = end.LastIndexOfAny('(', '[');
        if (open < 0 || end.Length - open > 60)
        {
            return false;
        }

        var credit = end[(open + 1)..^1];
        var slash = credit.Contains('/');
        return slash || Metadata.WireCredits.IsAgency(credit.ToString()) && !Text.EndsSentence(end[..open].TrimEnd());
    }
}
