using System.Buffers;
using Storyline.Contracts;
using Storyline.Parse.Blocks;

namespace Storyline.Parse.Html;

/// <summary>Dialogs that ask for cookies, consent or money instead of an article, and those that lie over one.</summary>
internal static class ConsentWall
{
    private const int MaxWords = 500;
    private const int MaxHeadline = 80;

    // What walls have as their headline or the label of their choice.
    private static readonly SearchValues<string> Headlines = SearchValues.Create(
        ["we value your privacy", "we care about your privacy", "we respect your privacy", "your privacy is important", "your privacy matters", "your privacy, your choice", "you control your data", "before you continue", "cookie consent", "this site uses cookies", "accept cookies", "accept all cookies",
            "continue with ads", "read with ads", "mit werbung weiterlesen", "weiterlesen mit werbung", "lesen mit werbung", "mit werbung und", "ihre privatsphäre", "deine privatsphäre", "ihrer privatsphäre", "deiner privatsphäre", "cookies zustimmen", "cookie-einstellungen", "datenschutzeinstellungen", "datenschutz-einstellungen", "ihre zustimmung", "deine zustimmung", "ihre einwilligung",
            "votre vie privée", "accepter les cookies", "accepter et continuer", "continuer sans accepter", "tu privacidad", "su privacidad", "aceptar cookies", "aceptar y continuar", "la tua privacy", "la vostra privacy", "accetta i cookie", "accetta e continua", "a sua privacidade", "aceitar cookies",
            "uw privacy", "jouw privacy", "je privacy", "cookies accepteren", "twoja prywatność", "twoją prywatność", "vašeho soukromí", "vaše soukromí", "din integritet", "dit privatliv", "personvernet ditt", "yksityisyytesi"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly string[] Terms =
        ["cookie", "consent", "zustimm", "einwillig", "partner", "werbung", "werbefrei", "tracking", "personalis", "personaliz", "personenbezogen", "personal data", "données", "datos personales", "dati personali", "dados pessoais", "persoonsgegevens", "privacy", "privatsphäre", "datenschutz", "vie privée", "privacidad", "prywatno", "publicit", "publicid", "pubblicit", "advert", "device", "endgerät"];

    private static readonly SearchValues<string> AnyTerm = SearchValues.Create(Terms, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A consent dialog may well read more like an article than a short report does. Its own names tell, unless the article is named nearer by. The name of the
    /// <c>body</c> tells nothing: it is of the whole page.
    /// </summary>
    public static bool Holds(PageBlocks found, PageBlock block)
    {
        var consent = block.Distances[(int)Hint.Consent];
        return consent < PageBlocks.FarAway && block.Distances[(int)Hint.Article] > consent && block.Distances[(int)Hint.Main] > consent
            && block.Distances[(int)Hint.ArticleBody] > consent && block.Distances[(int)Hint.Story] > consent
            && found.Containers[block.Container].Depth - consent > found.Containers[0].Depth;
    }

    /// <summary>Hardly anything but a wall is on the page: either no article is left outside the dialog and the dialog has most of the sentences, or what there is has a wall's headline and speaks of little else than consent.</summary>
    /// <param name="page">What the page says of itself.</param>
    /// <param name="found">All of its blocks.</param>
    /// <param name="blocks">What was found as the article.</param>
    /// <param name="words">How many words that has.</param>
    public static bool IsAll(Page page, PageBlocks found, List<Block> blocks, int words)
    {
        if (words == 0)
        {
            return found.Blocks.Sum(block => !block.IsProse ? 0 : Holds(found, block) ? block.Text.Length : -block.Text.Length) > 0;
        }

        return words < MaxWords && blocks.Sum(block => Speaks(block.Text) ? Text.WordCount(block.Text) : 0) * 10 > words * 7
            && (IsHeadline(page.DocumentTitle) || found.Blocks.Any(block => IsHeadline(block.Text) && !Holds(found, block)));
    }

    /// <summary>Two terms: one alone ("partner", "privacy") stands in many a report.</summary>
    private static bool Speaks(string text) => text.AsSpan().ContainsAny(AnyTerm) && Terms.Count(term => text.Contains(term, StringComparison.OrdinalIgnoreCase)) >= 2;

    private static bool IsHeadline(string text) => text.Length <= MaxHeadline && text.AsSpan().ContainsAny(Headlines);
}
