using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Storyline.Contracts;
using Storyline.Parse.Blocks;
using Storyline.Parse.Documents;
using Storyline.Parse.Fields;
using Storyline.Parse.Furniture;
using Storyline.Parse.Metadata;
using Storyline.Parse.Publishers;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Html;

/// <summary>Reads an article from markup.</summary>
internal static class HtmlArticleReader
{
    /// <summary>From here on a block is taken for the article's.</summary>
    private const float Accepted = 0.5f;

    private const int MaxEvidence = 20;

    public static ParseResult Read(ArraySegment<char> html, string? url, EntryHint? hint, DateTimeOffset? fetchedAt, BlockModel model, FieldModel fields, PublisherRules rules, bool explain)
    {
        if (!TryParse(html, out var tree, out var tooLarge))
        {
            return ParseResult.Rejected(Outcome.TooLarge, tooLarge);
        }

        var address = Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        var rule = rules.For(address);
        var page = new Page(tree, address, fields, rule, explain, fetchedAt);
        var ruled = explain && rule is not null ? RuleEvidence(rule, tree, page) : [];
        rule?.Prune(tree);
        var found = PageBlocks.Read(tree.Body);
        var judged = rule?.Roots(tree) is { Count: > 0 } roots ? Inside(roots, found) : Judge(model, found, page);
        var (blocks, source) = Body(found, judged, page);
        var live = LiveEntries.Find(found, i => judged[i] >= Accepted, page.Times, page.DeclaresLiveBlog);
        if (!blocks.Exists(b => b.Time is not null))
        {
            blocks = live?.Timed(blocks) ?? DeclaredBody.Timed(blocks, page.Article.Updates);
        }

        var (authors, considered) = page.AuthorsByRule.Length > 0 ? (page.AuthorsByRule, []) : fields.AuthorsOf(page, found.Blocks, judged, all: explain);
        var result = PageKind.WhyNoArticle(page, found, blocks, ArticleBody.Join(blocks)) is { } reason ? ParseResult.Rejected(Outcome.NoArticle, reason)
            : Assemble(page, blocks, authors, isLiveBlog: live is not null || page.DeclaresLiveBlog, hint, url, fetchedAt);
        result = rule is null ? result : result with { ParserVersion = $"{result.ParserVersion}+{rule.Name}" };
        return explain ? result with { Evidence = [.. ruled, .. page.Evidence(), .. considered.Take(MaxEvidence), .. BodyEvidence(result, source)], Blocks = [.. BlockEvidence.Of(found, judged, Accepted, blocks, page)] } : result;
    }

    /// <summary>The running text of markup that is nothing but an article's text: what links, forms and boxes hold is not of it. Empty when it is too much to parse.</summary>
    internal static List<Block> BlocksOf(string html) => !TryParse(html.ToCharArray(), out var tree, out _) ? [] :
    [
        .. PageBlocks.Read(tree.Body).Blocks
            .Where(b => b.LinkShare < 0.6f || b.IsProse)
            .Where(b => !Array.Exists(Furniture, hint => b.Distances[(int)hint] < PageBlocks.FarAway))
            .Select(b => new Block(b.Kind, b.Text)),
    ];

    private static readonly Hint[] Furniture = [Hint.Nav, Hint.Form, Hint.Related, Hint.Newsletter, Hint.Share, Hint.Advert, Hint.Recommend, Hint.Consent, Hint.Hidden];

    private static bool TryParse(ArraySegment<char> html, [NotNullWhen(true)] out HtmlTree? tree, out string tooLarge)
    {
        tree = null;
        var scan = MarkupScan.Of(html);
        tooLarge = scan.Tags > ParserLimits.MaxTags ? $"{scan.Tags} tags, at most {ParserLimits.MaxTags} are parsed"
            : scan.MaxOpen > ParserLimits.MaxOpenElements ? $"elements nested {scan.MaxOpen} deep, at most {ParserLimits.MaxOpenElements} are parsed" : "";
        if (tooLarge.Length > 0)
        {
            return false;
        }

        tree = HtmlTree.Parse(html);
        tooLarge = Depth(tree.Html) > ParserLimits.MaxTreeDepth ? $"a tree deeper than {ParserLimits.MaxTreeDepth} elements" : "";
        return tooLarge.Length == 0;
    }

    private static IEnumerable<FieldEvidence> BodyEvidence(ParseResult result, string source) =>
        result.Content is { } content ? [new FieldEvidence("body", string.Create(CultureInfo.InvariantCulture, $"{content.Body.Length} characters"), source, 1)] : [];

    private static FieldEvidence[] RuleEvidence(PublisherRule rule, HtmlTree tree, Page page) =>
    [
        new FieldEvidence("rule", rule.Name, "the site's rule", 1),
        .. rule.Unmatched(tree).Select(field => new FieldEvidence("rule", field, "nothing on the page matches the rule's selectors for it", 0)),
        .. page.AuthorsByRule.Select(name => new FieldEvidence("authors", name, "the site's rule", 0.97)),
    ];

    /// <summary>What stands inside the elements is the article's, and nothing else.</summary>
    private static float[] Inside(HashSet<Element> roots, PageBlocks found) =>
    [
        .. found.Blocks.Select(block =>
        {
            var element = found.Containers[block.Container].Element;
            while (element is not null && !roots.Contains(element))
            {
                element = element.Parent;
            }

            return element is null ? 0f : 1f;
        }),
    ];

    private static ParseResult Assemble(Page page, List<Block> blocks, string[] authors, bool isLiveBlog, EntryHint? hint, string? url, DateTimeOffset? fetchedAt)
    {
        var body = ArticleBody.Join(blocks);
        if (ArticleBody.IsTooShort(body))
        {
            return ParseResult.Rejected(Outcome.TooShort, $"{body.Length} characters of text, an article has at least {ParserLimits.MinBodyLength}");
        }

        var (published, confidence) = PublishTimes.Decide([.. page.Published, .. ArticleBody.HintTime(hint, page.Published).Where(t => !PublishTimes.IsToCome(t.Reading, fetchedAt))], page.Metadata.Address);
        var (modified, _) = PublishTimes.Decide(page.Modified, page.Metadata.Address);
        if (authors.Length == 0)
        {
            authors = AuthorNames.Persons(hint?.Authors ?? [], page.SiteName);
        }

        return ParseResult.Article(
            new ArticleContent
            {
                Title = ArticleBody.Title([page.Title, hint?.Title, Titles.FromSlug(url)], body),
                Blocks = [.. blocks],
                Body = body,
                Language = LanguageDetector.Detect(body, page.Language ?? hint?.Language),
                Authors = authors,
                WireCredits = WireCredits.Find([.. page.Bylines, .. page.Organisations], blocks, page.SiteName),
                PublishTime = published,
                PublishTimeConfidence = confidence,
                ModifiedTime = modified,
                Section = page.Section,
                PublisherKeywords = page.Keywords,
                ImageUrl = page.ImageUrl,
                SiteName = page.SiteName,
                IsPaywalled = page.IsPaywalled,
                IsLiveBlog = isLiveBlog,
                Rights = page.Rights,
                Reservations = page.Reservations,
            },
            page.Metadata.CanonicalUrl);
    }

    /// <summary>The blocks of a page and what the model sees of them, for those who derive the model.</summary>
    internal static (PageBlocks Blocks, float[][] Features) Features(string html, string? url)
    {
        var (page, blocks) = Parsed(html, url, FieldModel.Shipped);
        using var features = BlockFeatures.Of(blocks, Facts(page));
        var rows = new float[blocks.Blocks.Count][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = features[i].ToArray();
        }

        return (blocks, rows);
    }

    /// <summary>A page and its blocks with their judgement, for those who derive the models of its fields.</summary>
    internal static (Page Page, IReadOnlyList<PageBlock> Blocks, float[] Judged) Judged(string html, string? url, FieldModel fields)
    {
        var (page, blocks) = Parsed(html, url, fields);
        return (page, blocks.Blocks, Judge(BlockModel.Shipped, blocks, page));
    }

    private static (Page Page, PageBlocks Blocks) Parsed(string html, string? url, FieldModel fields)
    {
        var tree = HtmlTree.Parse(html);
        var blocks = PageBlocks.Read(tree.Body);
        return (new Page(tree, Uri.TryCreate(url, UriKind.Absolute, out var address) ? address : null, fields), blocks);
    }

    private static float[] Judge(BlockModel model, PageBlocks blocks, Page page)
    {
        using var features = BlockFeatures.Of(blocks, Facts(page));
        return model.Judge(blocks, features);
    }

    private static PageFacts Facts(Page page) => new(page.Title, page.Description, page.Article.Body, page.Bylines);

    private static (List<Block> Blocks, string Source) Body(PageBlocks found, float[] judged, Page page)
    {
        var blocks = BlockFilter.Clean(Chosen(found, judged), page);
        if (ArticleBody.IsTooShort(ArticleBody.Join(blocks)))
        {
            // Nothing reads like the article; what is marked as its body, else whatever is running text, is then the best answer there is.
            var running = found.Blocks.Where(b => b.Kind is BlockKind.Paragraph or BlockKind.Quote && Text.WordCount(b.Text) >= 12 && Text.EndsSentence(b.Text) && !ConsentWall.Holds(found, b)).ToList();
            var marked = running.FindAll(b => b.Distances[(int)Hint.ArticleBody] < PageBlocks.FarAway);
            var answer = BlockFilter.Clean([.. (marked.Count > 0 ? marked : running).Select(b => new Block(b.Kind, b.Text))], page);
            blocks = ArticleBody.Join(answer).Length > ArticleBody.Join(blocks).Length ? answer : blocks;
        }

        var (body, source) = DeclaredBody.Reconcile(blocks, Marked(found), page);
        return body.Count == 0 && Sentences(found) is var few && ArticleBody.IsTooShort(ArticleBody.Join(few)) ? (few, source) : (body, source);
    }

    /// <summary>The few sentences of a page that are no article's: it is told that the text is too short, not that there is none.</summary>
    private static List<Block> Sentences(PageBlocks found) =>
    [
        .. found.Blocks
            .Where(b => b.Kind is BlockKind.Paragraph or BlockKind.Quote && b.LinkShare < 0.5f && Text.EndsSentence(b.Text) && Text.WordCount(b.Text) >= 3 && !FurnitureText.IsFurniture(b.Text))
            .Where(b => !Array.Exists(Furniture, hint => b.Distances[(int)hint] < PageBlocks.FarAway) && b.Distances[(int)Hint.Footer] == PageBlocks.FarAway)
            .Select(b => new Block(b.Kind, b.Text)),
    ];

    /// <summary>The text inside <c>itemprop=articleBody</c>.</summary>
    private static string Marked(PageBlocks found) => ArticleBody.Join(found.Blocks
        .Where(b => b.Distances[(int)Hint.ArticleBody] < PageBlocks.FarAway && IsMarked(found.Containers[b.Container].Element))
        .Select(b => new Block(b.Kind, b.Text)));

    private static bool IsMarked(Element? element)
    {
        while (element is not null && !element.Attribute("itemprop").Contains("articleBody", StringComparison.OrdinalIgnoreCase))
        {
            element = element.Parent;
        }

        return element is not null;
    }

    /// <summary>The accepted blocks, and the captions that stand among them.</summary>
    private static List<Block> Chosen(PageBlocks found, float[] judged)
    {
        var blocks = found.Blocks;
        var first = Array.FindIndex(judged, p => p >= Accepted);
        var last = Array.FindLastIndex(judged, p => p >= Accepted);
        var comments = HasComments(blocks, judged);
        var chosen = new List<Block>();
        for (var i = Math.Max(0, first); i <= last; i++)
        {
            if (ConsentWall.Holds(found, blocks[i]) || (comments && IsComment(blocks[i])))
            {
                continue;
            }

            if (judged[i] >= Accepted || (blocks[i].Kind == BlockKind.Caption && blocks[i].LinkShare < 0.5f))
            {
                chosen.Add(new Block(blocks[i].Kind, blocks[i].Text));
            }
        }

        return chosen;
    }

    /// <summary>
    /// What readers wrote reads like what journalists wrote; its own names tell. They tell nothing where hardly any text would be left, as in a forum, or in an article that says
    /// by its class that it has comments.
    /// </summary>
    private static bool HasComments(IReadOnlyList<PageBlock> blocks, float[] judged)
    {
        const int MinArticle = 500;
        var (comments, article) = (0, 0);
        for (var i = 0; i < judged.Length; i++)
        {
            var length = judged[i] >= Accepted ? blocks[i].Text.Length : 0;
            comments += IsComment(blocks[i]) ? length : 0;
            article += IsComment(blocks[i]) ? 0 : length;
        }

        return comments > 0 && article >= MinArticle;
    }

    internal static bool IsComment(PageBlock block)
    {
        var comment = block.Distances[(int)Hint.Comment];
        return comment < PageBlocks.FarAway && block.Distances[(int)Hint.Article] >= comment && block.Distances[(int)Hint.Main] >= comment
            && block.Distances[(int)Hint.ArticleBody] > comment && block.Distances[(int)Hint.Story] >= comment;
    }

    /// <summary>Elements above the deepest one, without recursion.</summary>
    private static int Depth(Element root)
    {
        int depth = 0, deepest = 0;
        Node node = root;
        while (true)
        {
            if (node is Element { FirstChild: { } child })
            {
                node = child;
                deepest = Math.Max(deepest, ++depth);
                continue;
            }

            while (node != root && node.Next is null)
            {
                node = node.Parent!;
                depth--;
            }

            if (node == root)
            {
                return deepest;
            }

            node = node.Next!;
        }
    }
}
