using System.Net;
using Storyline.Contracts;
using Storyline.Parse.Metadata;

namespace Storyline.Parse.Html;

/// <summary>
/// Checks the text found in the page against the <c>articleBody</c> that the page declares, and against the data that it holds for its scripts. None is trusted alone:
/// declared bodies are often cut off or run together, found ones may miss a container or run on into the next article, and scripts know of other articles, too.
/// </summary>
internal static class DeclaredBody
{
    /// <summary>A declared body shorter than this is a teaser.</summary>
    private const int MinLength = 500;

    /// <summary>Scripts are only asked where a page shows less than most articles have, or says that it does not show all.</summary>
    private const int Enough = 2_000;

    /// <summary>Letters that are hardly an article yet.</summary>
    private const int Little = 700;

    private const int WindowLength = 40;

    /// <param name="found">What was found in the page.</param>
    /// <param name="marked">The text that the page's own microdata marks as the article's body; empty when there is none. Marks are often set around something else: they only end what was found.</param>
    /// <param name="page">The page.</param>
    public static (List<Block> Blocks, string Source) Reconcile(List<Block> found, string marked, Page page)
    {
        var blocks = page.Article.Updates.Count > 0 ? WithUpdates(found, page)
            : page.Article.Body?.Length >= MinLength ? Declared(found, page.Article.Body, mayReplace: true)
            : Declared(found, marked, mayReplace: false);
        var body = ArticleBody.Join(blocks);
        return (body.Length < Enough || page.IsPaywalled) && InScripts(body, page) is { } inScripts ? (inScripts, "data of scripts")
            : (blocks, blocks == found ? "blocks of the page" : page.Article.Updates.Count > 0 ? "json-ld liveBlogUpdate" : "the declared body");
    }

    /// <summary>The blocks of a live blog, those that begin like the headline or the text of a declared entry with its time.</summary>
    public static List<Block> Timed(List<Block> blocks, IReadOnlyList<LiveUpdate> updates)
    {
        const int Start = 15;
        var entries = new Dictionary<string, LiveUpdate>(StringComparer.Ordinal);
        foreach (var update in updates)
        {
            foreach (var key in ((string?[])[update.Headline, update.Body]).Select(text => Text.Key(text)).Where(key => key.Length >= Start))
            {
                entries.TryAdd(key[..Start], update);
            }
        }

        LiveUpdate? last = null;
        return entries.Count == 0 ? blocks :
        [
            .. blocks.Select(block =>
            {
                var key = Text.Key(block.Text);
                if (key.Length < Start || !entries.TryGetValue(key[..Start], out var entry) || entry == last)
                {
                    return block;
                }

                last = entry;
                return block with { Time = DateText.Machine(entry.DatePublished)?.Time };
            }),
        ];
    }

    /// <summary>A page may load its entries later and declare them all the same. What it shows of them is enough: it declares hundreds that readers scroll for.</summary>
    private static List<Block> WithUpdates(List<Block> found, Page page)
    {
        var updates = new List<Block>();
        foreach (var update in page.Article.Updates)
        {
            var body = update.Body is { Length: > 0 } text ? text.Contains("</", StringComparison.Ordinal) ? HtmlArticleReader.BlocksOf(text) : Split(WebUtility.HtmlDecode(text)) : [];
            List<Block> entry = Text.Normalise(update.Headline) is { Length: > 0 } headline ? [new Block(BlockKind.Heading, headline), .. body] : body;
            if (entry.Count > 0)
            {
                entry[0] = entry[0] with { Time = DateText.Machine(update.DatePublished)?.Time };
                updates.AddRange(entry);
            }
        }

        var (declaredKey, foundKey) = (Text.Key(ArticleBody.Join(updates)), Text.Key(ArticleBody.Join(found)));
        return declaredKey.Length >= MinLength && foundKey.Length < Little && declaredKey.Length > foundKey.Length * 3 ? updates : found;
    }

    /// <summary>
    /// The text that scripts have, if it is clearly more than what was found and either holds that, or stands beside the page's headline while next to nothing was found.
    /// </summary>
    private static List<Block>? InScripts(string found, Page page)
    {
        const int Tried = 6, Known = 80, Shell = 300, Beginning = 2_000;
        var foundKey = Text.Key(found);
        foreach (var body in page.ScriptBodies().OrderByDescending(b => b.IsOfHeadline).ThenByDescending(b => b.Html.Length).Take(Tried))
        {
            var blocks = BlockFilter.Clean(HtmlArticleReader.BlocksOf(body.Html), page);
            var text = ArticleBody.Join(blocks);
            var key = Text.Key(text);
            if (key.Length < (foundKey.Length * 1.25) + 200 || !IsProse(blocks))
            {
                continue;
            }

            var beginning = text[..Math.Min(Beginning, text.Length)];
            var isOfPage = body.IsOfHeadline || (foundKey.Length < Shell && (Titles.Overlap(page.Title ?? "", beginning) >= 0.5 || Titles.Overlap(page.Description, beginning) >= 0.5));
            if ((foundKey.Length >= Known && Coverage(foundKey, key) >= 0.8) || (foundKey.Length < Little && key.Length > foundKey.Length * 3 && isOfPage))
            {
                return blocks;
            }
        }

        return null;
    }

    /// <summary>Sentences, not a list of words or of labels.</summary>
    private static bool IsProse(List<Block> blocks) => blocks.Sum(b => b.Text.Length) < 2 * blocks.Where(b => Text.EndsSentence(b.Text) && Text.WordCount(b.Text) >= 8).Sum(b => b.Text.Length);

    private static List<Block> Declared(List<Block> blocks, string declared, bool mayReplace)
    {
        if (declared.Length < MinLength || declared.Contains("</", StringComparison.Ordinal))
        {
            return blocks;
        }

        declared = WebUtility.HtmlDecode(declared); // often encoded twice
        var declaredKey = Text.Key(declared);
        var foundKey = Text.Key(ArticleBody.Join(blocks));
        var covered = Coverage(declaredKey, foundKey);
        if (mayReplace && covered < 0.6 && declaredKey.Length > foundKey.Length * 0.8)
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
