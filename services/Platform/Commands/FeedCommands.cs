using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Storyline.Fetch.V1;

namespace Storyline.Platform.Commands;

internal static class FeedCommands
{
    private const int MaxOpmlBytes = 5 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly ClientOptions Client = new();

    public static Command Create() => new("feeds", "The feeds that the platform polls.")
    {
        CreateCheck(),
        CreateAdd(),
        CreateUpdate(),
        CreatePause(),
        CreateResume(),
        CreateDelete(),
        CreateList(),
        CreateHealth(),
        CreateImport(),
        CreateExport(),
    };

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
            Report(result, response, response.Feed, "added");
            return 0;
        });
        return command;
    }

    private static Command CreateCheck()
    {
        var url = new Argument<string>("url") { Description = "A feed's URL, or that of a site's page." };
        var command = new Command("check", "Ask a URL once: what a poll would fetch, or which feeds a page leads to. Nothing is stored.") { url };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await WhenItsTurnComesAsync(
                () => connection.Feeds.CheckFeedAsync(new CheckFeedRequest { Url = result.GetValue(url) }, cancellationToken: cancellationToken), cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
                return 0;
            }

            if (response.Candidates.Count > 0)
            {
                foreach (var candidate in response.Candidates)
                {
                    Console.WriteLine($"{Output.Name(candidate.Format),-13} {SearchCommands.Count(candidate.EntryCount, "entry", "entries"),-12} {candidate.Url}  {candidate.Title}");
                }

                Console.WriteLine($"a page, with {SearchCommands.Count(response.Candidates.Count, "feed", "feeds")}: `feeds add --discover` takes the first");
                return 0;
            }

            foreach (var entry in response.Entries)
            {
                Console.WriteLine($"{(entry.RobotsAllowed ? entry.Known ? "known" : "new" : "denied"),-6}  {Output.Time(entry.PublishTime),-17}  {entry.Url}  {entry.Title}");
            }

            Console.WriteLine($"{Output.Name(response.Format)}, {SearchCommands.Count(response.Entries.Count, "entry", "entries")}"
                + $"{(response.RobotsAllowed ? "" : "; robots.txt denies the feed itself")}  {response.Title}");
            return 0;
        });
        return command;
    }

    private static Command CreateUpdate()
    {
        var id = FeedId();
        var url = new Option<string?>("--url") { Description = "Its new URL." };
        var source = new Option<string?>("--source") { Description = "Its publisher." };
        var title = new Option<string?>("--title") { Description = "What it is called." };
        var folders = new Option<string[]?>("--folder") { Description = "A folder that it lies in, such as News/Europe; may be given several times, and \"\" for none." };
        var command = new Command("update", "Change a feed.") { id, url, source, title, folders };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var request = new UpdateFeedRequest { Feed = new Feed { FeedId = result.GetValue(id) }, UpdateMask = new FieldMask() };
            if (result.GetValue(url) is { } newUrl)
            {
                request.Feed.Url = newUrl;
                request.UpdateMask.Paths.Add("url");
            }

            if (result.GetValue(source) is { } newSource)
            {
                request.Feed.SourceId = newSource;
                request.UpdateMask.Paths.Add("source_id");
            }

            if (result.GetValue(title) is { } newTitle)
            {
                request.Feed.Title = newTitle;
                request.UpdateMask.Paths.Add("title");
            }

            if (result.GetValue(folders) is { Length: > 0 } newFolders)
            {
                request.Feed.Folders.Add(newFolders.Where(folder => folder.Length > 0));
                request.UpdateMask.Paths.Add("folders");
            }

            if (request.UpdateMask.Paths.Count == 0)
            {
                throw new CommandException("nothing to change: give --url, --source, --title or --folder");
            }

            var response = await connection.Feeds.UpdateFeedAsync(request, cancellationToken: cancellationToken);
            Report(result, response, response.Feed, "changed");
            return 0;
        });
        return command;
    }

    private static Command CreatePause()
    {
        var id = FeedId();
        var command = new Command("pause", "Stop polling a feed until it is resumed.") { id };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await connection.Feeds.PauseFeedAsync(new PauseFeedRequest { FeedId = result.GetValue(id) }, cancellationToken: cancellationToken);
            Report(result, response, response.Feed, "paused");
            return 0;
        });
        return command;
    }

    private static Command CreateResume()
    {
        var id = FeedId();
        var command = new Command("resume", "Poll a paused feed again, at once.") { id };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await connection.Feeds.ResumeFeedAsync(new ResumeFeedRequest { FeedId = result.GetValue(id) }, cancellationToken: cancellationToken);
            Report(result, response, response.Feed, "resumed");
            return 0;
        });
        return command;
    }

    private static Command CreateDelete()
    {
        var id = FeedId();
        var command = new Command("delete", "Forget a feed; its articles stay.") { id };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var feedId = result.GetValue(id);
            var response = await connection.Feeds.DeleteFeedAsync(new DeleteFeedRequest { FeedId = feedId }, cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
            }
            else
            {
                Console.WriteLine($"deleted feed {feedId}");
            }

            return 0;
        });
        return command;
    }

    private static Command CreateExport()
    {
        var command = new Command("export", "Print all feeds in their folders as an OPML 2.0 document.");
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await connection.Feeds.ExportOpmlAsync(new ExportOpmlRequest(), cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
            }
            else
            {
                Console.WriteLine(response.Opml);
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
                Console.WriteLine($"{feed.FeedId}  {Output.Name(feed.State),-8} {feed.SourceId,-24} next {Output.Time(feed.NextPollTime)}  {feed.Url}  {feed.Title}{string.Concat(feed.Folders.Select(folder => $"  [{folder}]"))}");
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
                Console.WriteLine($"{feed.FeedId}  {Output.Name(feed.State),-8} {(feed.State == FeedState.Failing ? health.LastSuccessTime is { } success ? $"since {Output.Time(success)}" : "never well" : $"since {Output.Time(health.LastNewEntryTime)}")}  {feed.Url}  {health.LastError}");
            }

            Console.WriteLine($"{SearchCommands.Count(unwell.Count, "feed is", "feeds are")} not well of {all.Feeds.Count}");
            return 0;
        });
        return command;
    }

    private static Argument<string> FeedId() => new("feed-id") { Description = "The feed, as `feeds list` names it." };

    private static void Report(ParseResult result, IMessage response, Feed feed, string done)
    {
        if (Client.Json(result))
        {
            Output.Json(response);
        }
        else
        {
            Console.WriteLine($"{done} feed {feed.FeedId}  {feed.Url}");
        }
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
