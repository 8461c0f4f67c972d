using System.CommandLine;
using System.Globalization;
using Storyline.Fetch.V1;
using Outcome = Storyline.Type.V1.Outcome;

namespace Storyline.Platform.Commands;

internal static class PipelineCommands
{
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
        return command;
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
                Console.WriteLine($"{message.QuarantineId}  {message.Queue}  {message.ReasonCode}  {message.Attempts} attempts  {Output.Time(message.QuarantineTime)}  {message.Error}");
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
