using Google.Protobuf.WellKnownTypes;
using Storyline.Contracts;
using Storyline.Search.V1;

namespace Storyline.Search.Articles;

/// <summary>Stored articles as the gRPC surface shows them.</summary>
internal static class ArticleProto
{
    public static ArticleSummary ToSummary(this ArticleRow row)
    {
        var summary = new ArticleSummary
        {
            ArticleId = row.ArticleId,
            Revision = row.Revision,
            Url = row.Url,
            SourceId = row.SourceId,
            Title = row.Title,
            Language = row.Language,
            IndexTime = ToTimestamp(row.IndexTime),
            PublishTime = row.PublishTime is { } published ? ToTimestamp(published) : null,
            StoryId = row.StoryId,
            Role = (Storyline.Type.V1.TellingRole)row.Role,
            TraceId = row.TraceId ?? "",
        };
        summary.Authors.Add(row.AuthorNames);
        return summary;
    }

    public static Article ToProto(this ArticleRow row)
    {
        var stored = row.Read().Article;
        var article = new Article { Summary = row.ToSummary(), Content = stored.Content.ToProto(), ParserVersion = stored.ParserVersion };
        article.Entities.Add(stored.Entities.Select(entity => entity.ToProto()));
        article.Quotes.Add(stored.Quotes.Select(quote => quote.ToProto()));
        article.Keywords.Add(stored.Keywords.Select(keyword => keyword.ToProto()));
        return article;
    }

    private static Timestamp ToTimestamp(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds).ToTimestamp();
}
