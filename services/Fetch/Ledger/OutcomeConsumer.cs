using MassTransit;
using Storyline.Contracts;
using Storyline.Hosting.Storage;

namespace Storyline.Fetch.Ledger;

/// <summary>Writes into the ledger what became of a capture.</summary>
public sealed class OutcomeConsumer(OutcomeLog outcomes) : IConsumer<ArticleIndexed>, IConsumer<ArticleRejected>
{
    public Task Consume(ConsumeContext<ArticleIndexed> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        return outcomes.ApplyAsync(
            new OutcomeReport(
                message.ArticleId, message.Capture, Outcome.Indexed, Stage.Index, "", message.Revision, message.StoryId,
                LedgerJson.WriteTrail(message.Trail), message.IndexedAt) { Parsed = message.Parsed },
            context.CancellationToken);
    }

    public Task Consume(ConsumeContext<ArticleRejected> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        return outcomes.ApplyAsync(
            new OutcomeReport(
                message.ArticleId, message.Capture, message.Outcome, message.Stage, message.Reason, message.Revision ?? 0, message.StoryId ?? "",
                LedgerJson.WriteTrail(message.Trail), DateTimeOffset.MinValue) { Parsed = message.Parsed },
            context.CancellationToken);
    }
}

/// <summary>Applies reports of later stages, many in one commit.</summary>
public sealed partial class OutcomeLog : IAsyncDisposable
{
    private readonly GroupCommit<OutcomeReport, DateTimeOffset?> _commits;
    private readonly ILogger<OutcomeLog> _logger;

    public OutcomeLog(LedgerStore ledger, ILogger<OutcomeLog> logger)
    {
        _logger = logger;
        _commits = new(reports => ledger.ApplyAsync(reports, CancellationToken.None), maxBatch: 256);
    }

    /// <summary>Returns when the report is committed, or changed nothing.</summary>
    public async Task ApplyAsync(OutcomeReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (await _commits.AddAsync(report, cancellationToken) is not { } discovered)
        {
            return;
        }

        FetchTelemetry.Ended(report.Outcome, report.Stage);
        if (report.Outcome == Outcome.Indexed)
        {
            FetchTelemetry.Searchable(report.At - discovered);
        }

        LogEnded(report.ArticleId, report.Outcome, report.Stage, report.Reason);
    }

    public ValueTask DisposeAsync() => _commits.DisposeAsync();

    [LoggerMessage(1, LogLevel.Debug, "article {ArticleId} ended with {Outcome} at {Stage}: {Reason}")]
    private partial void LogEnded(string articleId, Outcome outcome, Stage stage, string reason);
}
