using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Storyline.Contracts;
using Storyline.Hosting.Errors;
using Storyline.Hosting.Paging;
using Storyline.Search.V1;

namespace Storyline.Search.Stories;

/// <summary><c>storyline.search.v1.StoryService</c>.</summary>
internal sealed class StoryEndpoint(StoryStore stories, HotStories hot) : StoryService.StoryServiceBase
{
    public override async Task<GetStoryResponse> GetStory(GetStoryRequest request, ServerCallContext context) =>
        new() { Story = (await FindAsync(request.StoryId, context)).ToProto() };

    public override async Task<ListHotStoriesResponse> ListHotStories(ListHotStoriesRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, 10, 100);
        var language = request.Language.ToLowerInvariant();
        if (language.Length > 35 || !language.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
        {
            throw RpcErrors.InvalidArgument(("language", "must be a BCP 47 tag such as en or pt-BR, or empty for all"));
        }

        var offset = Offset(request.PageToken, "hot", language);
        var list = await hot.GetAsync(language.Length == 0 ? null : language, context.CancellationToken);
        var page = list.Stories.Skip(offset).Take(size).ToArray();
        var found = await stories.GetAsync([.. page.Select(heat => heat.StoryId)], context.CancellationToken);
        var response = new ListHotStoriesResponse
        {
            ScoreTime = list.Time.ToTimestamp(),
            NextPageToken = offset + size < list.Stories.Length ? Page.Token(Show(offset + size), "hot", language) : "",
        };
        response.Stories.Add(page.Where(heat => found.ContainsKey(heat.StoryId)).Select(heat => new HotStory
        {
            Story = found[heat.StoryId].ToProto(),
            Score = heat.Score,
            Recency = heat.Recency,
            Origins = heat.Origins,
            Spread = heat.Spread,
        }));
        return response;
    }

    public override async Task<ListStoryTellingsResponse> ListStoryTellings(ListStoryTellingsRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, 100, 1_000);
        var offset = Offset(request.PageToken, "tellings", request.StoryId);
        var story = await FindAsync(request.StoryId, context);
        var response = new ListStoryTellingsResponse
        {
            NextPageToken = offset + size < story.Tellings.Length ? Page.Token(Show(offset + size), "tellings", request.StoryId) : "",
        };
        response.Tellings.Add(story.Tellings.OrderBy(telling => telling.PublishTime).Skip(offset).Take(size).Select(telling => telling.ToProto()));
        return response;
    }

    public override async Task<ListStoryQuotationsResponse> ListStoryQuotations(ListStoryQuotationsRequest request, ServerCallContext context)
    {
        var size = Page.Size(request.PageSize, 100, 200);
        var offset = Offset(request.PageToken, "quotations", request.StoryId);
        var story = await FindAsync(request.StoryId, context);
        var response = new ListStoryQuotationsResponse
        {
            NextPageToken = offset + size < story.Quotations.Length ? Page.Token(Show(offset + size), "quotations", request.StoryId) : "",
        };
        var ordered = story.Quotations.OrderByDescending(quotation => quotation.Variants.Select(variant => variant.ArticleId).Distinct(StringComparer.Ordinal).Count());
        response.Quotations.Add(ordered.Skip(offset).Take(size).Select(quotation => quotation.ToProto()));
        return response;
    }

    private async Task<StoryChanged> FindAsync(string storyId, ServerCallContext context)
    {
        // A story's id has the form of an article's.
        if (!ArticleId.IsValid(storyId))
        {
            throw RpcErrors.InvalidArgument(("story_id", "must be 32 lower-case hex digits"));
        }

        return await stories.FindAsync(storyId, context.CancellationToken)
            ?? throw RpcErrors.NotFound("story", storyId, "SearchStories and ListHotStories name those that there are");
    }

    private static int Offset(string token, params string[] query) =>
        Page.Position(token, query) is { } position ? (int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : throw Page.Broken()) : 0;

    private static string Show(int offset) => offset.ToString(CultureInfo.InvariantCulture);
}
