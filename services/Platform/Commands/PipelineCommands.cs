using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Storyline.Fetch.V1;
using Outcome = Storyline.Type.V1.Outcome;

namespace Storyline.Platform.Commands;

internal static class PipelineCommands
{
    private static readonly TimeSpan ReplayPollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly ClientOptions Client = new();

    public static Command CreateTrace()
    {
        var subject = new Argument<string>("url-or-id") { Description = "The article's URL or id." };
        var command = new Command("trace", "Where an article went: every stage, when, how long, outcome, trace.") { subject };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var text = result.GetValue(subject)!;
            var response = await connection.Pipeline.TraceArticleAsync(
                text.Contains(':', StringComparison.Ordinal) ? new TraceArticleRequest { Url = text } : new TraceArticleRequest { ArticleId = text },
                cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
                return 0;
            }

            var entry = response.Entry;
            Console.WriteLine(entry.Url);
            Console.WriteLine($"  article {entry.ArticleId}, source {entry.SourceId}, discovered {Output.Time(entry.DiscoverTime)}");
            foreach (var stage in response.Stages)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {Output.Name(stage.Stage),-8} {stage.StartTime.ToDateTimeOffset():HH:mm:ss.fff}  waited {stage.QueuedMs,8:0.0} ms  took {stage.DurationMs,8:0.0} ms"));
            }

            foreach (var capture in response.Captures.Reverse())
            {
                var kind = capture.ReplayId.Length == 0 ? "capture" : capture.Capture < 0 ? "compared" : "replayed";
                Console.WriteLine($"  {kind} {capture.Capture}: fetched {Output.Time(capture.FetchTime)}, {capture.SizeBytes} bytes, {Output.Name(capture.Outcome)}"
                    + $"{(capture.Reason.Length > 0 ? ": " + capture.Reason : "")}{string.Concat(capture.Urls.Skip(1).Select(url => " → " + url))}");
                foreach (var reservation in capture.Reservations)
                {
                    Console.WriteLine($"    reserved: {reservation}");
                }
            }

            foreach (var attempt in response.Attempts.Reverse())
            {
                Console.WriteLine($"  asked {Output.Time(attempt.Time)}: {Output.Name(attempt.Outcome)}: {attempt.Reason}{string.Concat(attempt.Urls.Select(url => " → " + url))}");
            }

            if (response.NextFetchTime is { } next)
            {
                Console.WriteLine($"  asked for {Output.Time(next)} at the earliest");
            }

            if (response.RefetchTime is { } again)
            {
                Console.WriteLine($"  asked again for corrections {Output.Time(again)}");
            }

            Console.WriteLine($"  {Output.Name(entry.Outcome)}{(entry.Reason.Length > 0 ? ": " + entry.Reason : "")}, revision {entry.Revision}, "
                + $"{(entry.StoryId.Length > 0 ? "story " + entry.StoryId : "no story")}, trace {(entry.TraceId.Length > 0 ? entry.TraceId : "-")}");
            return 0;
        });
        return command;
    }

    public static Command CreateOutcomes()
    {
        var command = new Command("outcomes", "Totals of the outcome ledger.");
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var response = await connection.Pipeline.GetPipelineStatsAsync(new GetPipelineStatsRequest(), cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
                return 0;
            }

            Print(response);
            return 0;
        });

        var outcome = OutcomeOption();
        var source = new Option<string>("--source") { Description = "Only this publisher.", DefaultValueFactory = _ => "" };
        var size = new Option<int>("--size") { Description = "URLs to show.", DefaultValueFactory = _ => 100 };
        var list = new Command("list", "URLs with their outcomes and reasons, those that changed last first.") { outcome, source, size };
        Client.SetAction(list, async (connection, result, cancellationToken) =>
        {
            var all = new ListOutcomesResponse();
            var request = new ListOutcomesRequest { Outcome = result.GetValue(outcome), SourceId = result.GetValue(source), PageSize = result.GetValue(size) };
            do
            {
                request.PageSize = result.GetValue(size) - all.Entries.Count;
                var page = await connection.Pipeline.ListOutcomesAsync(request, cancellationToken: cancellationToken);
                all.Entries.Add(page.Entries);
                request.PageToken = all.NextPageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0 && all.Entries.Count < result.GetValue(size));
            if (Client.Json(result))
            {
                Output.Json(all);
                return 0;
            }

            foreach (var entry in all.Entries)
            {
                Console.WriteLine($"{entry.ArticleId}  {Output.Name(entry.Outcome),-16} {entry.SourceId,-24} {entry.Url}  {entry.Reason}");
            }

            Console.WriteLine($"{SearchCommands.Count(all.Entries.Count, "URL", "URLs")}{(all.NextPageToken.Length > 0 ? "; there are more: --size" : "")}");
            return 0;
        });
        command.Add(list);
        return command;
    }

    public static Command CreateCompleteness()
    {
        var source = new Option<string>("--source") { Description = "Only this publisher.", DefaultValueFactory = _ => "" };
        var from = new Option<string>("--from") { Description = "First day, as 2026-03-14. Default: a week before the last.", DefaultValueFactory = _ => "" };
        var to = new Option<string>("--to") { Description = "Last day. Default: today.", DefaultValueFactory = _ => "" };
        var command = new Command("completeness", "What became of the URLs that each source announced on each day.") { source, from, to };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var all = new GetCompletenessResponse();
            var request = new GetCompletenessRequest { SourceId = result.GetValue(source), FromDay = result.GetValue(from), ToDay = result.GetValue(to), PageSize = 1000 };
            do
            {
                var page = await connection.Pipeline.GetCompletenessAsync(request, cancellationToken: cancellationToken);
                all.Days.Add(page.Days);
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);
            if (Client.Json(result))
            {
                Output.Json(all);
                return 0;
            }

            foreach (var day in all.Days)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{day.Day}  {day.SourceId,-30}  {day.Announced,6} announced  {day.Indexed,6} searchable ({day.IndexedShare:0.0%})  {day.InFlight,5} on their way  {day.EntriesWithoutUrl,4} without URL  ")
                    + string.Join(", ", day.Outcomes.Select(outcome => $"{Output.Name(outcome.Outcome)} {outcome.Count}")));
            }

            return 0;
        });
        return command;
    }

    public static Command CreateReplay()
    {
        var ids = new Option<string[]>("--article") { Description = "Only these articles, by id.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var source = new Option<string>("--source") { Description = "Only this publisher.", DefaultValueFactory = _ => "" };
        var from = new Option<DateTimeOffset?>("--from") { Description = "Only captures fetched at or after this time, in UTC unless it says otherwise.", CustomParser = Time };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Only captures fetched before this time.", CustomParser = Time };
        var outcome = OutcomeOption();
        var version = new Option<string>("--parser-version") { Description = "Only captures that this parser handled last.", DefaultValueFactory = _ => "" };
        var compare = new Option<bool>("--compare") { Description = "Report what would change and change nothing." };
        var rate = new Option<int>("--rate") { Description = "Captures a second (20)." };
        var wait = new Option<bool>("--detach") { Description = "Print the replay's id and do not wait for its end." };
        var command = new Command("replay", "Parse captures again from the archive, and report what changed.") { ids, source, from, to, outcome, version, compare, rate, wait };
        Client.SetAction(command, async (connection, result, cancellationToken) =>
        {
            var request = new ReplayRequest
            {
                SourceId = result.GetValue(source), FromTime = result.GetValue(from)?.ToTimestamp(), ToTime = result.GetValue(to)?.ToTimestamp(), Outcome = result.GetValue(outcome),
                ParserVersion = result.GetValue(version), CompareOnly = result.GetValue(compare), RatePerSecond = result.GetValue(rate),
            };
            request.ArticleIds.Add(result.GetValue(ids));
            var replay = (await connection.Pipeline.ReplayAsync(request, cancellationToken: cancellationToken)).Replay;
            while (!result.GetValue(wait) && replay.State == ReplayState.Running)
            {
                await Task.Delay(ReplayPollInterval, cancellationToken);
                replay = (await connection.Pipeline.GetReplayAsync(new GetReplayRequest { ReplayId = replay.ReplayId }, cancellationToken: cancellationToken)).Replay;
            }

            Report(result, replay);
            return 0;
        });

        var id = new Argument<string>("replay-id") { Description = "The replay." };
        var show = new Command("show", "How far a replay is and what it has changed.") { id };
        Client.SetAction(show, async (connection, result, cancellationToken) =>
        {
            Report(result, (await connection.Pipeline.GetReplayAsync(new GetReplayRequest { ReplayId = result.GetValue(id) }, cancellationToken: cancellationToken)).Replay);
            return 0;
        });
        var cancel = new Command("cancel", "Stop a replay.") { id };
        Client.SetAction(cancel, async (connection, result, cancellationToken) =>
        {
            Report(result, (await connection.Pipeline.CancelReplayAsync(new CancelReplayRequest { ReplayId = result.GetValue(id) }, cancellationToken: cancellationToken)).Replay);
            return 0;
        });
        command.Add(show);
        command.Add(cancel);
        return command;
    }

    private static DateTimeOffset? Time(ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time;
        }

        result.AddError($"'{text}' is not a time such as 2026-03-14 or 2026-03-14T12:00:00Z");
        return null;
    }

    private static Option<Outcome> OutcomeOption() =>
        new("--outcome") { Description = "Only articles with this outcome, such as NoArticle or NO_ARTICLE.", CustomParser = OneOutcome };

    private static Outcome OneOutcome(ArgumentResult result)
    {
        var text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        var name = text.Replace("_", "", StringComparison.Ordinal);
        var known = System.Enum.GetValues<Outcome>().Where(outcome => outcome != Outcome.Unspecified).ToList();
        var found = known.FindIndex(outcome => outcome.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));
        if (found >= 0)
        {
            return known[found];
        }

        result.AddError($"'{text}' is no outcome: they are {string.Join(", ", known)}");
        return Outcome.Unspecified;
    }

    public static Command CreateQuarantine()
    {
        var queue = new Option<string>("--queue") { Description = "Only this queue.", DefaultValueFactory = _ => "" };
        var list = new Command("list", "Messages that no retry could save, oldest first.") { queue };
        Client.SetAction(list, async (connection, result, cancellationToken) =>
        {
            var response = await connection.Pipeline.ListQuarantinedAsync(
                new ListQuarantinedRequest { Queue = result.GetValue(queue), PageSize = 1000 }, cancellationToken: cancellationToken);
            if (Client.Json(result))
            {
                Output.Json(response);
                return 0;
            }

            foreach (var message in response.Messages)
            {
                Console.WriteLine($"{message.QuarantineId}  {message.Queue}  {message.ReasonCode}  {SearchCommands.Count(message.Attempts, "attempt", "attempts")}  {Output.Time(message.QuarantineTime)}  {message.Error}");
            }

            Console.WriteLine(SearchCommands.Count(response.Messages.Count, "message", "messages"));
            return 0;
        });

        var ids = new Argument<string[]>("id") { Description = "Ids from the list.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Every message." };
        var requeue = new Command("requeue", "Put messages back on the queue they came from.") { ids, all, queue };
        Client.SetAction(requeue, async (connection, result, cancellationToken) =>
        {
            var request = new RequeueQuarantinedRequest { All = result.GetValue(all), Queue = result.GetValue(queue) };
            request.QuarantineIds.Add(result.GetValue(ids));
            var response = await connection.Pipeline.RequeueQuarantinedAsync(request, cancellationToken: cancellationToken);
            Report(result, response, $"{response.Requeued} requeued, {response.Unknown} unknown");
            return response.Unknown == 0 ? 0 : 1;
        });

        var purge = new Command("purge", "Delete messages from quarantine.") { ids, all, queue };
        Client.SetAction(purge, async (connection, result, cancellationToken) =>
        {
            var request = new PurgeQuarantinedRequest { All = result.GetValue(all), Queue = result.GetValue(queue) };
            request.QuarantineIds.Add(result.GetValue(ids));
            var response = await connection.Pipeline.PurgeQuarantinedAsync(request, cancellationToken: cancellationToken);
            Report(result, response, $"{response.Purged} purged, {response.Unknown} unknown");
            return response.Unknown == 0 ? 0 : 1;
        });
        return new Command("quarantine", "Messages that wait for a person.") { list, requeue, purge };
    }

    public static void Print(GetPipelineStatsResponse stats)
    {
        foreach (var outcome in stats.Outcomes.OrderByDescending(o => o.Count))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {outcome.Count,6}  {Output.Name(outcome.Outcome)}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {stats.Urls,6}  URLs; {stats.InFlight} on their way, {stats.Quarantined} in quarantine"));
    }

    /// <summary>URLs whose way has not ended.</summary>
    public static long Pending(GetPipelineStatsResponse stats) => stats.Outcomes.Where(o => o.Outcome == Outcome.Pending).Sum(o => o.Count);

    private static void Report(ParseResult result, ReplayStatus replay)
    {
        var lines = new List<string>
        {
            $"replay {replay.ReplayId}: {Output.Name(replay.State)}, {SearchCommands.Count(replay.Selected, "capture", "captures")}, {replay.InFlight} on their way"
                + $"{(replay.CompareOnly ? "; compared only" : "")}; parser {Versions(replay.OldParserVersions)} → {Versions(replay.NewParserVersions)}",
        };
        foreach (var change in replay.Changes)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  {change.Count,6}  {Output.Name(change.Change)}"));
            lines.AddRange(replay.Examples.Where(example => example.Change == change.Change).Select(example =>
                $"          {example.ArticleId}  {example.Url}  " + (example.OldTitle == example.NewTitle ? example.NewTitle : $"“{example.OldTitle}” → “{example.NewTitle}”")
                + (example.Reason.Length > 0 ? "  " + example.Reason : "")));
        }

        Report(result, replay, string.Join(Environment.NewLine, lines));

        static string Versions(IEnumerable<string> versions) => string.Join(", ", versions) is { Length: > 0 } text ? text : "-";
    }

    private static void Report(ParseResult result, Google.Protobuf.IMessage response, string text)
    {
        if (Client.Json(result))
        {
            Output.Json(response);
        }
        else
        {
            Console.WriteLine(text);
        }
    }
}
