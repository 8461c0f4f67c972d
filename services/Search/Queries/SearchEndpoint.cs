using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Storyline.Hosting.Errors;
using Storyline.Hosting.Paging;
using Storyline.Search.Articles;
using Storyline.Search.Index;
using Storyline.Search.Stories;
using Storyline.Search.V1;

namespace Storyline.Search.Queries;

/// <summary><c>storyline.search.v1.SearchService</c>.</summary>
internal sealed class SearchEndpoint(ArticleIndex index, ArticleStore articles, StoryStore stories) : SearchService.SearchServiceBase
{
    /// <summary>Pages end here: who needs more narrows the query.</summary>
    private const int MaxHits = 10_000;

    /// <summary>Matching articles that are grouped into stories.</summary>
    private const int MaxGrouped = 1_000;

    public override async Task<SearchArticlesResponse> SearchArticles(SearchArticlesRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, 10, 100);
        if (!System.Enum.IsDefined(request.Order))
        {
            throw RpcErrors.InvalidArgument(("order", $"is {(int)request.Order}: must be a SortOrder"));
        }

        var query = Parse(request.Query);
        var newest = request.Order == SortOrder.Newest || query is null;
        string[] binding = ["articles", request.Query, newest ? "newest" : "best"];
        var offset = Offset(request.PageToken, binding);
        var hits = await SearchAsync(query, newest, offset, Math.Min(size, MaxHits - offset), "articles", context);

        var rows = (await articles.GetAsync([.. hits.Hits.Select(hit => hit.ArticleId)], context.CancellationToken))
            .ToDictionary(row => row.ArticleId, StringComparer.Ordinal);
        var terms = Passage.TermsOf(index.Analyzer, query);
        var next = offset + size;
        var response = new SearchArticlesResponse
        {
            TotalSize = hits.Total,
            NextPageToken = next < Math.Min(hits.Total, MaxHits) ? Page.Token(next.ToString(CultureInfo.InvariantCulture), binding) : "",
        };
        response.Hits.Add(hits.Hits.Where(hit => rows.ContainsKey(hit.ArticleId)).Select(hit => new ArticleHit
        {
            Article = rows[hit.ArticleId].ToSummary(),
            Score = double.IsFinite(hit.Score) ? hit.Score : 0,
            Snippet = Passage.Pick(index.Analyzer, rows[hit.ArticleId].Read().Article.Content.Body, terms),
        }));
        return response;
    }

    public override async Task<SearchStoriesResponse> SearchStories(SearchStoriesRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, 10, 100);
        var query = Parse(request.Query);
        string[] binding = ["stories", request.Query];
        var offset = Offset(request.PageToken, binding);
        var hits = await SearchAsync(query, query is null, 0, MaxGrouped, "stories", context);

        // Groups keep the order of their best articles.
        var groups = hits.Hits.GroupBy(hit => hit.StoryId, StringComparer.Ordinal).ToArray();
        var page = groups.Skip(offset).Take(size).ToArray();
        var found = await stories.GetAsync([.. page.Select(group => group.Key)], context.CancellationToken);
        var response = new SearchStoriesResponse
        {
            NextPageToken = offset + size < groups.Length ? Page.Token((offset + size).ToString(CultureInfo.InvariantCulture), binding) : "",
        };
        foreach (var group in page.Where(group => found.ContainsKey(group.Key)))
        {
            var hit = new StoryHit { Story = found[group.Key].ToProto(), Score = group.First().Score is var score && double.IsFinite(score) ? score : 0 };
            hit.MatchingArticleIds.Add(group.Select(match => match.ArticleId));
            response.Hits.Add(hit);
        }

        return response;
    }

    public override Task<ValidateQueryResponse> ValidateQuery(ValidateQueryRequest request, ServerCallContext context)
    {
        try
        {
            return Task.FromResult(new ValidateQueryResponse { Valid = true, Parsed = QueryParser.Parse(request.Query)?.ToString() ?? "" });
        }
        catch (QuerySyntaxException exception)
        {
            return Task.FromResult(new ValidateQueryResponse { Error = exception.Message, Position = exception.Position, Hint = exception.Hint });
        }
    }

    private async Task<IndexHits> SearchAsync(QueryNode? query, bool newest, int offset, int limit, string kind, ServerCallContext context)
    {
        using var activity = SearchActivity.Source.StartActivity("search index");
        var survivors = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var id in StoriesNamed(query).Distinct(StringComparer.Ordinal))
        {
            if (await stories.FindAsync(id, context.CancellationToken) is { } story)
            {
                survivors[id] = story.StoryId;
            }
        }

        var began = Stopwatch.GetTimestamp();
        try
        {
            var hits = index.Search(query, newest, offset, limit, survivors, context.CancellationToken);
            activity?.SetTag("storyline.search.hits", hits.Total);
            return hits;
        }
        catch (IndexNotReadyException)
        {
            throw RpcErrors.Unavailable("the index is being opened", TimeSpan.FromSeconds(2));
        }
        finally
        {
            SearchMeters.Queried(kind, Stopwatch.GetElapsedTime(began));
        }
    }

    private static QueryNode? Parse(string query)
    {
        try
        {
            return QueryParser.Parse(query);
        }
        catch (QuerySyntaxException exception)
        {
            throw RpcErrors.InvalidArgument(("query", $"{exception.Message} at position {exception.Position}: {exception.Hint}"));
        }
    }

    private static int Offset(string token, string[] binding) =>
        Page.Position(token, binding) is { } position ? (int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : throw Page.Broken()) : 0;

    private static IEnumerable<string> StoriesNamed(QueryNode? node) => node switch
    {
        FieldNode { Field: QueryField.Story } field => Words(field.Inner),
        AndNode and => and.Parts.SelectMany(StoriesNamed),
        OrNode or => or.Parts.SelectMany(StoriesNamed),
        SequenceNode sequence => sequence.Parts.SelectMany(StoriesNamed),
        NotNode not => StoriesNamed(not.Inner),
        _ => [],
    };

    private static IEnumerable<string> Words(QueryNode node) => node switch
    {
        WordNode word => [word.Text.ToLowerInvariant()],
        PhraseNode phrase => [phrase.Text.Trim().ToLowerInvariant()],
        AndNode and => and.Parts.SelectMany(Words),
        OrNode or => or.Parts.SelectMany(Words),
        SequenceNode sequence => sequence.Parts.SelectMany(Words),
        NotNode not => Words(not.Inner),
        _ => [],
    };
}
