using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Storyline.Contracts;
using Storyline.Parse.Documents;
using Storyline.Parse.Metadata;
using Storyline.Parse.Tree;

namespace Storyline.Parse.Html;

/// <summary>Reads an article from markup.</summary>
internal static class HtmlArticleReader
{
    private static readonly HtmlParserOptions Options = new() { IsScripting = false, IsKeepingSourceReferences = false };

    public static ParseResult Read(string html, string? url, EntryHint? hint)
    {
        var scan = MarkupScan.Of(html);
        if (scan.Tags > ParserLimits.MaxTags)
        {
            return ParseResult.Rejected(Outcome.TooLarge, $"{scan.Tags} tags, at most {ParserLimits.MaxTags} are parsed");
        }

        if (scan.MaxOpen > ParserLimits.MaxOpenElements)
        {
            return ParseResult.Rejected(Outcome.TooLarge, $"elements nested {scan.MaxOpen} deep, at most {ParserLimits.MaxOpenElements} are parsed");
        }

        using var document = new HtmlParser(Options).ParseDocument(html);
        var shape = TreeShape.Of(document);
        if (shape.Depth > ParserLimits.MaxTreeDepth)
        {
            return ParseResult.Rejected(Outcome.TooLarge, $"a tree deeper than {ParserLimits.MaxTreeDepth} elements");
        }

        var address = Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri : null;
        var page = new Page(HtmlTree.Parse(html), address);
        var blocks = Body(document, page, address, shape);
        return Assemble(page, blocks, hint, url);
    }

    private static ParseResult Assemble(Page page, List<Block> blocks, EntryHint? hint, string? url)
    {
        var body = ArticleBody.Join(blocks);
        if (PageKind.WhyNoArticle(page, blocks, body) is { } reason)
        {
            return ParseResult.Rejected(Outcome.NoArticle, reason);
        }

        if (ArticleBody.IsTooShort(body))
        {
            return ParseResult.Rejected(Outcome.TooShort, $"{body.Length} characters of text, an article has at least {ParserLimits.MinBodyLength}");
        }

        var (published, confidence) = PublishTimes.Decide([.. page.Published, .. ArticleBody.HintTime(hint)]);
        var (modified, _) = PublishTimes.Decide(page.Modified);
        var bylines = page.Bylines;
        var authors = AuthorNames.Persons(bylines, page.SiteName);
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
                WireCredits = WireCredits.Find([.. bylines, .. page.Organisations], blocks, page.SiteName),
                PublishTime = published,
                PublishTimeConfidence = confidence,
                ModifiedTime = modified,
                Section = page.Section,
                PublisherKeywords = page.Keywords,
                ImageUrl = page.ImageUrl,
                SiteName = page.SiteName,
                IsPaywalled = page.IsPaywalled,
            },
            page.Metadata.CanonicalUrl);
    }

    private static List<Block> Body(IHtmlDocument document, Page page, Uri? address, TreeShape shape)
    {
        PageFurniture.Remove(document);
        // Its own copy of everything in block form, because looking for the content changes the document.
        var everything = document.Body is { } body ? BlockReader.Read(body) : [];
        var content = shape.MaxChildren > ParserLimits.MaxChildren ? null : MainContent.Find(document, address?.AbsoluteUri ?? "https://document.invalid/");
        var blocks = BlockFilter.Clean(content is null ? [] : BlockReader.Read(content), page);
        if (ArticleBody.IsTooShort(ArticleBody.Join(blocks)))
        {
            // Nothing stands out as the content; whatever is running text is then the best answer there is.
            blocks = BlockFilter.Clean([.. everything.Where(b => b.Kind is BlockKind.Paragraph or BlockKind.Quote && Text.WordCount(b.Text) >= 12 && Text.EndsSentence(b.Text))], page);
        }

        return DeclaredBody.Reconcile(blocks, page.Article.Body);
    }
}
