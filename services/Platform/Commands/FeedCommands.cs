using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Grpc.Core;
using Storyline.Fetch.V1;

namespace Storyline.Platform.Commands;

internal static class FeedCommands
{
    private const int MaxOpmlBytes = 5 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly ClientOptions Client = new();

    public static Command Create() => new("feeds", "The feeds that the platform polls.") { CreateAdd(), CreateImport(), CreateList(), CreateHealth() };

    private static Command CreateAdd()
    {
        var url = new Argument<string>("url") { Description = "The feed's URL." };
        var source = new Option<string>("--source") { Description = "The publisher; default: the URL's host.", DefaultValueFactory = _ => "" };
        var discover = new Option<bool>("--discover") { Description = "Ask the URL first; of a site's page, add the feed that it leads to." };
        var command = new Command("add", "Add a feed.") { url, source, discover };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await WhenItsTurnComesAsync(
                () => connection.Feeds.CreateFeedAsync(
                    new CreateFeedRequest { Feed = new Feed { Url = result.GetValue(url), SourceId = result.GetValue(source) }, Discover = result.GetValue(discover) },
                    cancellationToken: cancellationToken),
                cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
            }
            else
            {
                Console.WriteLine($"added feed {response.Feed.FeedId}  {response.Feed.Url}");
            }

            return 0;
        });
        return command;
    }

    private static Command CreateImport()
    {
        var file = new Argument<FileInfo>("file") { Description = "An OPML 2.0 document." };
        var command = new Command("import", "Add every feed of an OPML document.") { file };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var info = result.GetValue(file)!;
            if (!info.Exists)
            {
                throw new CommandException(Directory.Exists(info.FullName) ? $"'{info.FullName}' is a folder: import takes one file" : $"no file '{info.FullName}'");
            }

            if (info.Length > MaxOpmlBytes)
            {
                throw new CommandException($"'{info.Name}' has {info.Length} bytes: an OPML document may have {MaxOpmlBytes}");
            }

            var response = await connection.Feeds.ImportOpmlAsync(
                new ImportOpmlRequest { Opml = Fetch.Feeds.FeedReader.Decode(await File.ReadAllBytesAsync(info.FullName, cancellationToken)) }, cancellationToken: cancellationToken);
            foreach (var error in response.Errors)
            {
                await Console.Error.WriteLineAsync("rejected " + error);
            }

            if (Client.Json(result))
            {
                Output.Json(response);
            }
            else
            {
                Console.WriteLine($"{response.Created} added, {response.Existing} known, {response.Rejected} rejected");
            }

            return response.Rejected == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "All feeds.");
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var all = await ListAsync(connection, cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(all);
                return 0;
            }

            foreach (var feed in all.Feeds)
            {
                Console.WriteLine($"{feed.FeedId}  {Output.Name(feed.State),-8} {feed.SourceId,-24} next {Output.Time(feed.NextPollTime)}  {feed.Url}");
            }

            Console.WriteLine(SearchCommands.Count(all.Feeds.Count, "feed", "feeds"));
            return 0;
        });
        return command;
    }

    private static Command CreateHealth()
    {
        var id = new Argument<string>("feed-id") { Description = "A feed; all that are not well when left out.", DefaultValueFactory = _ => "" };
        var command = new Command("health", "How feeds have been doing: state, rhythm, expected and seen articles, failures, pushes.") { id };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            if (result.GetValue(id) is { Length: > 0 } feedId)
            {
                var health = await connection.Feeds.GetFeedHealthAsync(new GetFeedHealthRequest { FeedId = feedId }, cancellationToken: cancellationToken);
                if (Client.Json(result))
                {
                    Output.Json(health);
                    return 0;
                }

                Console.WriteLine($"state            {Output.Name(health.State)}");
                Console.WriteLine($"last success     {Output.Time(health.LastSuccessTime)}");
                Console.WriteLine($"failures         {health.ConsecutiveFailures}{(health.LastError.Length == 0 ? "" : ": " + health.LastError)}");
                Console.WriteLine($"next poll        {Output.Time(health.NextPollTime)}, every {health.PollInterval.ToTimeSpan():c}");
                Console.WriteLine($"last new entry   {Output.Time(health.LastNewEntryTime)}");
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"entries          {health.EntriesPerDay:0.#} a day; {health.EntriesLastPoll} in the last poll, {health.EntriesWithoutUrlLastPoll} without a URL"));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"articles         {health.ArticlesLastDay} within 24 hours, {health.ExpectedArticlesPerDay:0.#} expected; {health.ArticlesSeen} in all"));
                if (health.WebSub is { } webSub)
                {
                    Console.WriteLine($"pushed by        {webSub.Hub}: {Output.Name(webSub.State)} until {Output.Time(webSub.LeaseExpireTime)}, last {Output.Time(webSub.LastPushTime)} {webSub.Reason}");
                }

                return 0;
            }

            var all = await ListAsync(connection, cancellationToken);
            var unwell = new List<(Feed Feed, GetFeedHealthResponse Health)>();
            foreach (var feed in all.Feeds.Where(feed => feed.State is FeedState.Failing or FeedState.Silent or FeedState.Empty))
            {
                unwell.Add((feed, await connection.Feeds.GetFeedHealthAsync(new GetFeedHealthRequest { FeedId = feed.FeedId }, cancellationToken: cancellationToken)));
            }

            if (Client.Json(result))
            {
                Output.Json(new JsonObject
                {
                    ["feeds"] = new JsonArray([.. unwell.Select(one =>
                    {
                        var feed = Output.Node(one.Feed);
                        feed["health"] = Output.Node(one.Health);
                        return feed;
                    })]),
                });
                return 0;
            }

            foreach (var (feed, health) in unwell)
            {
                Console.WriteLine($"{feed.FeedId}  {Output.Name(feed.State),-8} since {Output.Time(feed.State == FeedState.Failing ? health.LastSuccessTime : health.LastNewEntryTime)}  {feed.Url}  {health.LastError}");
            }

            Console.WriteLine($"{SearchCommands.Count(unwell.Count, "feed is", "feeds are")} not well of {all.Feeds.Count}");
            return 0;
        });
        return command;
    }

    // A site that was asked a moment ago is asked again in its own time, which a person need not count.
    private static async Task<T> WhenItsTurnComesAsync<T>(Func<AsyncUnaryCall<T>> call, CancellationToken cancellationToken)
    {
        var left = Patience;
        while (true)
        {
            try
            {
                return await call();
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && CommandException.RetryAfter(exception) is { } wait && wait <= left)
            {
                left -= wait > Shortest ? wait : Shortest;
                await Task.Delay(wait, cancellationToken);
            }
        }
    }

    private static async Task<ListFeedsResponse> ListAsync(Connection connection, CancellationToken cancellationToken)
    {
        var all = new ListFeedsResponse();
        var token = "";
        do
        {
            var page = await connection.Feeds.ListFeedsAsync(new ListFeedsRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancellationToken);
            all.Feeds.Add(page.Feeds);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return all;
    }
}
