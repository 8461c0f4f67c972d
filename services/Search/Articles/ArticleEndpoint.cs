using Grpc.Core;
using Storyline.Contracts;
using Storyline.Hosting.Errors;
using Storyline.Search.V1;

namespace Storyline.Search.Articles;

/// <summary><c>storyline.search.v1.ArticleService</c>.</summary>
internal sealed class ArticleEndpoint(ArticleStore articles) : ArticleService.ArticleServiceBase
{
    private const int MaxBatch = 100;
    private const string Hint = "it is not searchable; PipelineService.TraceArticle says where it went";

    public override async Task<GetArticleResponse> GetArticle(GetArticleRequest request, ServerCallContext context)
    {
        CheckId("article_id", request.ArticleId);
        if (request.Revision < 0)
        {
            throw RpcErrors.InvalidArgument(("revision", $"is {request.Revision}: must be 0 (the current one) or more"));
        }

        var row = request.Revision == 0
            ? (await articles.GetAsync([request.ArticleId], context.CancellationToken)).SingleOrDefault()
            : await articles.GetRevisionAsync(request.ArticleId, request.Revision, context.CancellationToken);
        return row is not null
            ? new GetArticleResponse { Article = row.ToProto() }
            : throw (request.Revision == 0
                ? RpcErrors.NotFound("article", request.ArticleId, Hint)
                : RpcErrors.NotFound("article", $"{request.ArticleId}@{request.Revision}", "ListArticleRevisions names those that there are"));
    }

    public override async Task<BatchGetArticlesResponse> BatchGetArticles(BatchGetArticlesRequest request, ServerCallContext context)
    {
        if (request.ArticleIds.Count > MaxBatch)
        {
            throw RpcErrors.InvalidArgument(("article_ids", $"has {request.ArticleIds.Count} ids: at most {MaxBatch}"));
        }

        foreach (var id in request.ArticleIds)
        {
            CheckId("article_ids", id);
        }

        var ids = request.ArticleIds.Distinct(StringComparer.Ordinal).ToArray();
        var found = (await articles.GetAsync(ids, context.CancellationToken)).ToDictionary(row => row.ArticleId, StringComparer.Ordinal);
        var response = new BatchGetArticlesResponse();
        response.Articles.Add(ids.Where(found.ContainsKey).Select(id => found[id].ToProto()));
        response.MissingArticleIds.Add(ids.Where(id => !found.ContainsKey(id)));
        return response;
    }

    public override async Task<LookupArticleResponse> LookupArticle(LookupArticleRequest request, ServerCallContext context)
    {
        if (!CanonicalUrl.TryCreate(request.Url, out var url, out var error))
        {
            throw RpcErrors.InvalidArgument(("url", error));
        }

        var row = (await articles.GetAsync([ArticleId.OfUrl(url)], context.CancellationToken)).SingleOrDefault();
        return row is not null ? new LookupArticleResponse { Article = row.ToProto() } : throw RpcErrors.NotFound("article", url, Hint);
    }

    public override async Task<ListArticleRevisionsResponse> ListArticleRevisions(ListArticleRevisionsRequest request, ServerCallContext context)
    {
        CheckId("article_id", request.ArticleId);
        var rows = await articles.ListRevisionsAsync(request.ArticleId, context.CancellationToken);
        if (rows.Count == 0)
        {
            throw RpcErrors.NotFound("article", request.ArticleId, Hint);
        }

        var response = new ListArticleRevisionsResponse();
        response.Revisions.Add(rows.Select(row => row.ToSummary()));
        return response;
    }

    private static void CheckId(string field, string id)
    {
        if (!ArticleId.IsValid(id))
        {
            throw RpcErrors.InvalidArgument((field, "must be 32 lower-case hex digits; LookupArticle finds an article by its URL"));
        }
    }
}
