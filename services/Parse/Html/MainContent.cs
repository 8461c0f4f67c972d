using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using SmartReader;

namespace Storyline.Parse.Html;

/// <summary>
/// Finds the element that holds the article, by the readability heuristics of SmartReader (a port of Mozilla's Readability: text density,
/// commas, link density and class names score paragraphs, and their ancestors inherit the scores).
/// </summary>
public static class MainContent
{
    /// <summary>The article's element, or null when nothing on the page reads like one. Changes <paramref name="document"/>: read everything else first.</summary>
    public static IElement? Find(IHtmlDocument document, string url)
    {
        IElement? content = null;
        using var reader = new Reader(url, document)
        {
            ContinueIfNotReadable = true,
            DisableJSONLD = true, // metadata is read by us
            KeepClasses = true,
            CharThreshold = 250,
            MaxElemsToParse = 0,
        };
        reader.AddCustomOperationEnd(element => content = element);
        reader.GetArticle();
        return content;
    }
}
