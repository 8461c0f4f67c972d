using System.CommandLine;
using System.Globalization;
using Storyline.Search.V1;
using Storyline.Type.V1;

namespace Storyline.Platform.Commands;

internal static class SearchCommands
{
    private static readonly ClientOptions Client = new();

    public static Command CreateSearch()
    {
        var query = new Argument<string>("query") { Description = "Words, \"phrases\", AND OR NOT, fields: see docs/query-language.md." };
        var size = new Option<int>("--size") { Description = "Hits to show.", DefaultValueFactory = _ => 10 };
        var command = new Command("search", "Find articles.") { query, size };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await connection.Search.SearchArticlesAsync(
                new SearchArticlesRequest { Query = result.GetValue(query), PageSize = result.GetValue(size) }, cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
                return 0;
            }

            foreach (var hit in response.Hits)
            {
                Console.WriteLine($"{hit.Article.Title}");
                Console.WriteLine($"  {Output.Time(hit.Article.PublishTime)}  {hit.Article.SourceId}  {hit.Article.Url}");
                Console.WriteLine($"  story {hit.Article.StoryId}  {hit.Snippet.ReplaceLineEndings(" ")}");
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{response.TotalSize} {(response.TotalSize == 1 ? "article" : "articles")}"));
            return 0;
        });
        return command;
    }

    public static Command CreateStories()
    {
        var size = new Option<int>("--size") { Description = "Stories to show.", DefaultValueFactory = _ => 10 };
        var command = new Command("stories", "What is happening now, hottest first.") { size };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await connection.Stories.ListHotStoriesAsync(
                new ListHotStoriesRequest { PageSize = result.GetValue(size) }, cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
                return 0;
            }

            foreach (var hot in response.Stories)
            {
                PrintHot(hot);
            }

            Console.WriteLine(Count(response.Stories.Count, "story", "stories"));
            return 0;
        });
        return command;
    }

    public static Command CreateStory()
    {
        var id = new Argument<string>("id") { Description = "The story's id." };
        var command = new Command("story", "One story: its tellings and who is quoted.") { id };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var story = (await connection.Stories.GetStoryAsync(new GetStoryRequest { StoryId = result.GetValue(id) }, cancellationToken: cancellationToken)).Story;
            var tellings = await connection.Stories.ListStoryTellingsAsync(
                new ListStoryTellingsRequest { StoryId = story.StoryId, PageSize = 1000 }, cancellationToken: cancellationToken);
            var quotations = await connection.Stories.ListStoryQuotationsAsync(
                new ListStoryQuotationsRequest { StoryId = story.StoryId, PageSize = 200 }, cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                // One document: the three responses side by side, each as the API gives it.
                Console.WriteLine($"{{ \"story\": {story}, \"tellings\": {tellings.Tellings}, \"quotations\": {quotations.Quotations} }}");
                return 0;
            }

            Console.WriteLine(story.Title);
            Console.WriteLine(
                $"  {Count(story.TellingCount, "telling", "tellings")}, {Count(story.IndependentOriginCount, "independent origin", "independent origins")}, "
                + $"{Output.Time(story.FirstPublishTime)} to {Output.Time(story.LastPublishTime)}");
            PrintTellings(tellings.Tellings);
            foreach (var quotation in quotations.Quotations.Where(q => q.Variants.Count > 1))
            {
                Console.WriteLine($"  {(quotation.Speaker.Length > 0 ? quotation.Speaker : "somebody")}, in {quotation.Variants.Count} articles:");
                foreach (var text in quotation.Variants.Select(v => v.Text.TrimEnd(',', '.')).Distinct(StringComparer.Ordinal))
                {
                    Console.WriteLine($"    “{text}”");
                }
            }

            return 0;
        });
        return command;
    }

    public static void PrintHot(HotStory hot)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hot.Score,5:0.00}  {hot.Story.Title}"));
        Console.WriteLine(
            $"       {Count(hot.Story.TellingCount, "telling", "tellings")}, {Count(hot.Story.IndependentOriginCount, "independent origin", "independent origins")}, "
            + $"{Count(hot.Story.SourceCount, "source", "sources")}, story {hot.Story.StoryId}");
    }

    public static void PrintTellings(IEnumerable<Telling> tellings)
    {
        foreach (var telling in tellings)
        {
            Console.WriteLine($"       {Output.Name(telling.Role),-14} {telling.SourceId,-24} {telling.Title}");
        }
    }

    public static string Count(long number, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many)}");
}
