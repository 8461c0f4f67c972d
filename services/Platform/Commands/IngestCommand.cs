using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Storyline.Fetch.V1;
using Storyline.Search.V1;
using Outcome = Storyline.Type.V1.Outcome;

namespace Storyline.Platform.Commands;

/// <summary>Hands in documents and URLs and waits until each has its outcome and all stories are searchable.</summary>
internal static class IngestCommand
{
    /// <summary>The platform counts a document above this as TOO_LARGE; sending more of it would tell it nothing more.</summary>
    private const int MaxDocumentBytes = 10 * 1024 * 1024;

    private const int MaxTimeout = 86_400;

    private static readonly TimeSpan PendingPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly string[] Extensions = [".html", ".htm", ".xhtml", ".txt"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly ClientOptions Client = new();

    public static Command Create()
    {
        var inputs = new Argument<string[]>("input") { Description = "Files (HTML or plain text), folders of such files, or URLs.", Arity = ArgumentArity.OneOrMore };
        var source = new Option<string>("--source") { Description = "The publisher of all of them; default: the URL's host.", DefaultValueFactory = _ => "" };
        var url = new Option<string>("--url") { Description = "Where a saved page comes from, when it is the only input: it is then that URL's article.", DefaultValueFactory = _ => "" };
        var timeout = new Option<int>("--timeout") { Description = "Seconds to wait for the last outcome (300).", DefaultValueFactory = _ => 300 };
        timeout.Validators.Add(option =>
        {
            if (option.Tokens.Count > 0 && (!int.TryParse(option.Tokens[0].Value, CultureInfo.InvariantCulture, out var seconds) || seconds is < 1 or > MaxTimeout))
            {
                option.AddError($"--timeout '{option.Tokens[0].Value}' is not a number of seconds from 1 to {MaxTimeout}");
            }
        });
        inputs.Validators.Add(argument =>
        {
            // It was taken for one more input.
            if (argument.Tokens.FirstOrDefault(token => token.Value.StartsWith("--", StringComparison.Ordinal)) is { } option)
            {
                argument.AddError($"no option '{option.Value}'");
            }
        });
        var command = new Command("ingest", "Hand in documents and wait until they are searchable.") { inputs, source, url, timeout };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            // All inputs are looked at before the first is sent, so that a misspelt name stores nothing.
            var found = Expand(result.GetValue(inputs)!);
            if (result.GetValue(url) is { Length: > 0 } && (found.Count > 1 || IsUrl(found[0])))
            {
                throw new CommandException("--url is for one file: a page that is asked for has its own");
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(result.GetValue(timeout)));
            var submissions = new Submission[found.Count];
            try
            {
                await SubmitAsync(connection, found, result.GetValue(source)!, result.GetValue(url)!, submissions, limit.Token);
                await WaitAsync(connection, submissions, limit.Token);
                var stories = await StoriesAsync(connection, submissions, limit.Token);
                return Report(found, submissions, stories, Client.Json(result));
            }
            catch (Exception exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested
                && exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
            {
                PrintRejected(found, submissions);
                await PrintPendingAsync(connection, found, submissions, cancellationToken);
                var left = submissions.Count(submission => submission is null or { Outcome: Outcome.Pending });
                throw new CommandException(left == 0
                    ? $"all {found.Count} have their outcome, but not all stories are searchable after {result.GetValue(timeout)} s: they soon are"
                    : $"{left} of {found.Count} have no outcome after {result.GetValue(timeout)} s: what was handed in is kept and goes on; `storyline outcomes` tells");
            }
        });
        return command;
    }

    private static List<string> Expand(string[] inputs)
    {
        var found = new List<string>();
        foreach (var input in inputs)
        {
            if (IsUrl(input) || File.Exists(input))
            {
                found.Add(input);
            }
            else if (Directory.Exists(input))
            {
                found.AddRange(Directory.EnumerateFiles(input, "*", SearchOption.AllDirectories)
                    .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
                    .Order(StringComparer.Ordinal));
            }
            else
            {
                throw new CommandException($"no file, folder or URL '{input}'");
            }
        }

        return found.Count > 0 ? found : throw new CommandException("no .html, .htm, .xhtml or .txt file in the folders named");
    }

    private static bool IsUrl(string input) =>
        input.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || input.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    // In order, but several at a time: the platform commits those that arrive together in one go.
    private static Task SubmitAsync(Connection connection, List<string> inputs, string source, string url, Submission[] submissions, CancellationToken cancellationToken) =>
        Parallel.ForAsync(0, inputs.Count, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellationToken }, async (i, token) =>
        {
            if (IsUrl(inputs[i]))
            {
                submissions[i] = (await connection.Ingest.SubmitUrlAsync(
                    new SubmitUrlRequest { Url = inputs[i], SourceId = source }, cancellationToken: token)).Submission;
                return;
            }

            var document = new Document { Content = await ReadAsync(inputs[i], token), ContentType = ContentType(inputs[i]), SourceId = source, Url = url };
            submissions[i] = (await connection.Ingest.SubmitDocumentAsync(
                new SubmitDocumentRequest { Document = document }, cancellationToken: token)).Submission;
        });

    private static async Task<ByteString> ReadAsync(string file, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 81920, useAsync: true);

        // One byte too many is enough to be told so.
        var bytes = new byte[(int)Math.Min(stream.Length, MaxDocumentBytes + 1)];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static string ContentType(string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".HTML" or ".HTM" or ".XHTML" => "text/html",
        ".TXT" => "text/plain",
        _ => "",
    };

    private static async Task WaitAsync(Connection connection, Submission[] submissions, CancellationToken cancellationToken)
    {
        await Parallel.ForAsync(0, submissions.Length, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (i, token) =>
        {
            while (submissions[i].Outcome == Outcome.Pending)
            {
                await Task.Delay(PollInterval, token);
                submissions[i] = (await connection.Ingest.GetSubmissionAsync(
                    new GetSubmissionRequest { ArticleId = submissions[i].ArticleId }, cancellationToken: token)).Submission;
            }
        });
    }

    /// <summary>
    /// The stories of what was indexed, merges followed. A story's tellings reach search on their own way, so each is asked for
    /// until it lists every article that was put into it.
    /// </summary>
    private static async Task<List<Story>> StoriesAsync(Connection connection, Submission[] submissions, CancellationToken cancellationToken)
    {
        var stories = new Dictionary<string, Story>(StringComparer.Ordinal);
        foreach (var group in submissions.Where(s => s.StoryId.Length > 0).GroupBy(s => s.StoryId, StringComparer.Ordinal))
        {
            var wanted = group.Select(s => s.ArticleId).ToHashSet(StringComparer.Ordinal);
            while (true)
            {
                try
                {
                    var story = (await connection.Stories.GetStoryAsync(new GetStoryRequest { StoryId = group.Key }, cancellationToken: cancellationToken)).Story;
                    var tellings = await connection.Stories.ListStoryTellingsAsync(
                        new ListStoryTellingsRequest { StoryId = story.StoryId, PageSize = 1000 }, cancellationToken: cancellationToken);
                    if (tellings.NextPageToken.Length > 0 || wanted.IsSubsetOf(tellings.Tellings.Select(t => t.ArticleId)))
                    {
                        stories[story.StoryId] = story;
                        break;
                    }
                }
                catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
                {
                    // On its way.
                }

                await Task.Delay(PollInterval, cancellationToken);
            }
        }

        return [.. stories.Values];
    }

    private static bool Accepted(Submission submission) => submission.Outcome is Outcome.Indexed or Outcome.NotModified;

    private static void PrintRejected(List<string> inputs, Submission?[] submissions)
    {
        foreach (var (input, submission) in inputs.Zip(submissions))
        {
            if (submission is { } ended && ended.Outcome != Outcome.Pending && !Accepted(ended))
            {
                Console.Error.WriteLine($"rejected {input}: {Output.Name(ended.Outcome)}: {ended.Reason}");
            }
        }
    }

    /// <summary>What has no outcome yet, and what the ledger knows of it: a site that does not answer is asked again for hours.</summary>
    private static async Task PrintPendingAsync(Connection connection, List<string> inputs, Submission?[] submissions, CancellationToken cancellationToken)
    {
        const int Most = 20;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(PendingPatience);
        foreach (var (input, submission) in inputs.Zip(submissions).Where(pair => pair.Second is { Outcome: Outcome.Pending }).Take(Most))
        {
            TraceArticleResponse trace;
            try
            {
                trace = await connection.Pipeline.TraceArticleAsync(new TraceArticleRequest { ArticleId = submission!.ArticleId }, cancellationToken: limit.Token);
            }
            catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
            {
                // A platform that does not say is no reason to wait longer, nor to lose what the command has to tell.
                await Console.Error.WriteLineAsync($"pending {input}: the platform does not tell why ({exception.StatusCode})");
                return;
            }

            var reason = trace.Entry.Reason.Length > 0 ? trace.Entry.Reason : trace.Attempts.Count > 0 ? trace.Attempts[0].Reason : "on its way";
            await Console.Error.WriteLineAsync($"pending {input}: {reason}{(trace.NextFetchTime is { } next ? $"; asked for {Output.Time(next)} at the earliest" : "")}");
        }
    }

    private static int Report(List<string> inputs, Submission[] submissions, List<Story> stories, bool json)
    {
        var tellings = submissions.Where(Accepted).Select(s => s.ArticleId).Distinct(StringComparer.Ordinal).Count();
        var rejected = submissions.Count(s => !Accepted(s));
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    documents = inputs.Count,
                    stories = stories.Count,
                    tellings,
                    rejected,
                    story_ids = stories.Select(s => s.StoryId),
                    submissions = submissions.Select((s, i) => new
                    {
                        input = inputs[i],
                        article_id = s.ArticleId,
                        outcome = Output.Name(s.Outcome),
                        reason = s.Reason,
                        revision = s.Revision,
                        story_id = s.StoryId,
                        trace_id = s.TraceId,
                    }),
                },
                Indented));
        }
        else
        {
            PrintRejected(inputs, submissions);
            foreach (var (input, submission) in inputs.Zip(submissions).Where(pair => Accepted(pair.Second)))
            {
                Console.WriteLine($"article {submission.ArticleId}  {input}");
            }

            foreach (var story in stories)
            {
                Console.WriteLine($"story {story.StoryId}  {SearchCommands.Count(story.TellingCount, "telling", "tellings")}  {story.Title}");
            }

            Console.WriteLine(
                $"{SearchCommands.Count(inputs.Count, "document", "documents")}, {SearchCommands.Count(stories.Count, "story", "stories")}, "
                + $"{SearchCommands.Count(tellings, "telling", "tellings")}, {rejected} rejected");
        }

        return rejected == 0 ? 0 : 1;
    }
}
