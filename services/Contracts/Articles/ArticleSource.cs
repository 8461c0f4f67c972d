namespace Storyline.Contracts;

/// <summary>The source of an article.</summary>
public static class ArticleSource
{
    /// <summary>The source of documents that were handed in without one.</summary>
    public const string Submitted = "submitted";

    /// <summary>The id names a publisher, so that two articles which have it come from the same.</summary>
    public static bool IsPublisher(string sourceId) => sourceId is not ("" or Submitted);
}
