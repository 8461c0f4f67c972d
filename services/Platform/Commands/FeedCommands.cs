using System.CommandLine;
using Storyline.Fetch.V1;

namespace Storyline.Platform.Commands;

internal static class FeedCommands
{
    private const int MaxOpmlBytes = 5 * 1024 * 1024;

    private static readonly ClientOptions Client = new();

    public static Command Create() => new("feeds", "The feeds that the platform polls.") { CreateAdd(), CreateImport(), CreateList() };

    private static Command CreateAdd()
    {
        var url = new Argument<string>("url") { Description = "The feed's URL." };
        var source = new Option<string>("--source") { Description = "The publisher; default: the URL's host.", DefaultValueFactory = _ => "" };
        var command = new Command("add", "Add a feed.") { url, source };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await connection.Feeds.CreateFeedAsync(
                new CreateFeedRequest { Feed = new Feed { Url = result.GetValue(url), SourceId = result.GetValue(source) } },
                cancellationToken: cancellationToken);
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
                throw new CommandException($"no file '{info.FullName}'");
            }

            if (info.Length > MaxOpmlBytes)
            {
                throw new CommandException($"'{info.Name}' has {info.Length} bytes: an OPML document may have {MaxOpmlBytes}");
            }

            var response = await connection.Feeds.ImportOpmlAsync(
                new ImportOpmlRequest { Opml = await File.ReadAllTextAsync(info.FullName, cancellationToken) }, cancellationToken: cancellationToken);
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
                Console.WriteLine($"{response.Created} added, {response.Existing} known, {response.Errors.Count} rejected");
            }

            return response.Errors.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static Command CreateList()
    {
        var command = new Command("list", "All feeds.");
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var all = new ListFeedsResponse();
            var token = "";
            do
            {
                var page = await connection.Feeds.ListFeedsAsync(
                    new ListFeedsRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancellationToken);
                all.Feeds.Add(page.Feeds);
                token = page.NextPageToken;
            }
            while (token.Length > 0);

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
}
