using Storyline.Contracts;
using Storyline.Parse.Blocks;

namespace Storyline.Parse.Html;

/// <summary>Pages that are well-formed and yet hold no article. Each rule needs two signs, because articles about 404s and logins exist.</summary>
internal static class PageKind
{
    private const int ShortWords = 120;

    private static readonly string[] NotFound =
        ["404", "page not found", "not found", "seite nicht gefunden", "page introuvable", "página no encontrada", "pagina non trovata", "página não encontrada", "pagina niet gevonden", "stránka nenalezena", "nie znaleziono", "sidan hittades inte", "страница не найдена", "410 gone", "error 404"];

    private static readonly string[] Checks =
        ["just a moment", "attention required", "are you a robot", "access denied", "verify you are human", "checking your browser", "security check", "bot verification", "captcha", "pardon our interruption", "403 forbidden", "ddos protection"];

    private static readonly string[] Logins = ["log in", "login", "sign in", "anmelden", "anmeldung", "connexion", "iniciar sesión", "acceder", "accedi", "inloggen"];

    /// <summary>Why this page is none, for people; null when it may well be an article.</summary>
    /// <param name="page">What the page says of itself.</param>
    /// <param name="found">All of its blocks.</param>
    /// <param name="blocks">What was found as the article.</param>
    /// <param name="body">Its text.</param>
    public static string? WhyNoArticle(Page page, PageBlocks found, List<Block> blocks, string body)
    {
        var words = Text.WordCount(body);
        if (ConsentWall.IsAll(page, found, blocks, words))
        {
            return "a consent wall: a dialog about cookies or payment stands where an article might";
        }

        if (words < ShortWords && StartsWithAny(page.DocumentTitle, NotFound))
        {
            return "soft 404: the page says that there is nothing here";
        }

        if (words < ShortWords && ContainsAny(page.DocumentTitle, Checks))
        {
            return "a robot check or block page";
        }

        if (words < ShortWords && page.HasPasswordField && (ContainsAny(page.DocumentTitle, Logins) || ContainsAny(body, Logins)))
        {
            return "a login page";
        }

        if (words < 60 && page.IsVideo)
        {
            return "a video page without an article";
        }

        // A player's "No media source available" is no short article: that has a sentence.
        if (words == 0 || (ArticleBody.IsTooShort(body) && !blocks.Exists(b => Text.EndsSentence(b.Text))))
        {
            return "no running text on the page";
        }

        return IsIndex(page, found, blocks, words) ? "an index page: headlines and links, no running text" : null;
    }

    /// <summary>A front page or section: nothing declares an article, and hardly any block is a paragraph of sentences, or a teaser stands under each of many headlines that lead elsewhere.</summary>
    private static bool IsIndex(Page page, PageBlocks found, List<Block> blocks, int words)
    {
        const int ManyHeadings = 8, TeaserWords = 40;
        if (page.DeclaresArticle || page.DeclaresLiveBlog)
        {
            return false;
        }

        var running = blocks.Where(b => b.Kind is BlockKind.Paragraph or BlockKind.Quote or BlockKind.ListItem && Text.EndsSentence(b.Text)).Sum(b => Text.WordCount(b.Text) is var n && n >= 12 ? n : 0);
        if ((page.IsFrontPage && page.ArticleLinks >= ManyHeadings && running * 2 < words) || (page.LinkShare > 0.8 && running * 4 < words))
        {
            return true;
        }

        var kept = blocks.Select(b => b.Text).ToHashSet(StringComparer.Ordinal);
        return (page.ArticleLinks >= ManyHeadings && LinkedHeadings(found, kept) is var linked && linked >= ManyHeadings && words < linked * TeaserWords)
            || TeaserCards.Fill(found, kept, words);
    }

    /// <summary>Headings that are links and stand in the article, or right above something that does: each is another article's.</summary>
    private static int LinkedHeadings(PageBlocks found, HashSet<string> kept)
    {
        var count = 0;
        for (var i = 0; i < found.Blocks.Count; i++)
        {
            count += found.Blocks[i] is { Kind: BlockKind.Heading, LinkShare: > 0.8f } heading
                && (kept.Contains(heading.Text) || (i + 1 < found.Blocks.Count && kept.Contains(found.Blocks[i + 1].Text))) ? 1 : 0;
        }

        return count;
    }

    private static bool StartsWithAny(string text, string[] phrases) => phrases.Any(p => text.StartsWith(p, StringComparison.OrdinalIgnoreCase))
        || phrases.Any(p => text.Length < 80 && text.Contains(p, StringComparison.OrdinalIgnoreCase));

    private static bool ContainsAny(string text, string[] phrases) => phrases.Any(p => text.Contains(p, StringComparison.OrdinalIgnoreCase));
}
