using System.Buffers;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Storyline.Parse.Furniture;

namespace Storyline.Parse.Html;

/// <summary>
/// Takes out of a page what its own markup names as furniture, before the article is looked for: a consent dialog or a long list of teasers may
/// well read more like an article than a short report does.
/// </summary>
internal static class PageFurniture
{
    // Parts of class names and ids. A name is a hint only: what holds much of the page's text, its headline or real paragraphs stays.
    private static readonly SearchValues<string> Names = SearchValues.Create(
        [
            "newsletter", "related", "recommend", "recirc", "outbrain", "taboola", "share-", "sharing", "-share", "social", "breadcrumb", "subscribe", "subscription", "promo-", "-promo", "advert", "sponsor",
            "most-read", "mostread", "most-popular", "popular", "trending", "read-more", "readmore", "read-also", "also-read", "see-also", "more-stories", "more-news", "morenews", "author-bio", "author-box", "authorbox", "about-author", "authorbio",
            "tag-list", "taglist", "article-tags", "post-tags", "login", "signup", "sign-up", "modal", "popup", "skip-link", "toolbar", "sidebar", "inread", "piano", "paywall", "regwall", "print-only", "error-report", "feedback", "donat", "crowdfund", "follow-us", "next-article", "nextpost", "post-navigation",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> StrongNames = SearchValues.Create(
        ["cookie", "consent", "onetrust", "didomi", "usercentrics", "privacy-manager", "gdpr", "ccpa", "disqus", "comments-area", "comment-list", "commentlist", "comment-respond", "comments-section", "user-comments"],
        StringComparison.OrdinalIgnoreCase);

    private const double MaxShare = 0.25;
    private const double MaxStrongShare = 0.9;
    private const int MaxProse = 500;

    public static void Remove(IHtmlDocument document)
    {
        if (document.Body is not { } body)
        {
            return;
        }

        var total = Math.Max(1, body.TextContent.Length);
        foreach (var element in body.QuerySelectorAll("div, section, aside, ul, ol, form, nav, footer, dialog, template, p, span, details").ToList())
        {
            if (element.ParentElement is null || !body.Contains(element))
            {
                continue; // went with one of its ancestors
            }

            var strong = IsStrong(element);
            if (!strong && !IsNamed(element))
            {
                continue;
            }

            var length = element.TextContent.Length;
            var goes = strong
                ? length <= total * MaxStrongShare
                : length <= total * MaxShare && element.QuerySelector("h1") is null && Prose(element) <= MaxProse;
            if (goes && element.QuerySelector("article") is null)
            {
                element.Remove();
            }
        }
    }

    private static bool IsStrong(IElement element) => element.LocalName is "nav" or "dialog" or "template" || element.GetAttribute("aria-modal") == "true" || element.GetAttribute("role") is "dialog" or "navigation" or "alertdialog"
        || element.ClassName.AsSpan().ContainsAny(StrongNames) || element.Id.AsSpan().ContainsAny(StrongNames);

    private static bool IsNamed(IElement element) => element.ClassName.AsSpan().ContainsAny(Names) || element.Id.AsSpan().ContainsAny(Names);

    /// <summary>Characters in paragraphs of sentences that are neither links nor invitations.</summary>
    private static int Prose(IElement element) => element.QuerySelectorAll("p")
        .Where(p => p.TextContent.Length > 80 && p.QuerySelectorAll("a").Sum(a => a.TextContent.Length) * 2 < p.TextContent.Length)
        .Select(p => Text.Normalise(p.TextContent))
        .Where(t => Text.EndsSentence(t) && !FurnitureText.IsFurniture(t))
        .Sum(t => t.Length);
}
