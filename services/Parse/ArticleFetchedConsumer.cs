using System.Diagnostics;
using System.IO.Compression;
using MassTransit;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Hosting.Bus;
using Storyline.Hosting.Telemetry;
using Storyline.Parse.Documents;

namespace Storyline.Parse;

/// <summary>Turns each capture into an article, or into the outcome that says why there is none. Handling twice publishes the same again.</summary>
public sealed partial class ArticleFetchedConsumer(DocumentParser parser, IOptions<ParseOptions> options, TimeProvider time, ILogger<ArticleFetchedConsumer> logger) : IConsumer<ArticleFetched>
{
    private readonly string[] _languages = options.Value.Languages;

    public async Task Consume(ConsumeContext<ArticleFetched> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        var timer = StageTimer.Start(time, Stage.Parse, context);
        using var activity = ParseTelemetry.Source.StartActivity("parse article");
        activity?.SetTag("storyline.article_id", message.ArticleId);
        activity?.SetTag("storyline.capture", message.Capture);
        var result = message.BodyLength > ParserLimits.MaxBytes
            ? ParseResult.Rejected(Outcome.TooLarge, $"{message.BodyLength} bytes, at most {ParserLimits.MaxBytes} are parsed")
            : Wanted(parser.Parse(Decompress(message), message.MediaType, message.Charset, message.Url, message.Entry, fetchedAt: message.FetchedAt));
        activity?.SetTag("storyline.outcome", result.Content is null ? result.Outcome.ToString() : "parsed");
        if (message.CompareOnly)
        {
            await context.Publish(Rejected(message, result, timer), context.CancellationToken);
            return;
        }

        if (result.Content is null)
        {
            LogRejected(message.ArticleId, message.Capture, result.Outcome, result.Reason);
            await context.Publish(Rejected(message, result, timer), context.CancellationToken);
            return;
        }

        await context.Publish(
            new ArticleParsed
            {
                ArticleId = message.ArticleId,
                Capture = message.Capture,
                Url = message.Url,
                SourceId = message.SourceId,
                FetchedAt = message.FetchedAt,
                Content = result.Content with { Reservations = [.. message.Reservations.Union(result.Content.Reservations, StringComparer.Ordinal)] },
                ContentDigest = result.ContentDigest,
                ParserVersion = result.ParserVersion,
                Trail = timer.Complete(message.Trail),
            },
            context.CancellationToken);
    }

    /// <summary>The article, or the outcome of one in a language that this platform does not take. A language that cannot be told may be any.</summary>
    private ParseResult Wanted(ParseResult result) =>
        _languages.Length == 0 || result.Content is not { Language: not "und" } content || _languages.Contains(content.Language.Split('-')[0], StringComparer.OrdinalIgnoreCase)
            ? result
            : ParseResult.Rejected(Outcome.WrongLanguage, $"an article in {content.Language}; wanted are {string.Join(", ", _languages)}") with { ParserVersion = result.ParserVersion };

    private static ArticleRejected Rejected(ArticleFetched message, ParseResult result, StageTimer timer) => new()
    {
        ArticleId = message.ArticleId,
        Capture = message.Capture,
        Stage = Stage.Parse,
        // An article that was only looked at is as it was.
        Outcome = result.Content is null ? result.Outcome : Outcome.NotModified,
        Reason = result.Reason,
        Parsed = result.Content is { } content ? ParsedForm.Of(result.ParserVersion, result.ContentDigest, content) : new ParsedForm(result.ParserVersion),
        TraceId = Activity.Current?.TraceId.ToHexString(),
        Trail = timer.Complete(message.Trail, result.Outcome),
    };

    /// <summary>
    /// The bytes, into a buffer of the length that the message states: no more is ever written, whatever the data would expand to.
    /// Data that is not what the message says was damaged on the way; no retry can mend it.
    /// </summary>
    private static ReadOnlyMemory<byte> Decompress(ArticleFetched message)
    {
        if (message.BodyLength < 0)
        {
            throw new PermanentException("UNDECODABLE", $"body_length is {message.BodyLength}");
        }

        // One byte more than stated, so that too long data is told from exact data.
        var buffer = new byte[message.BodyLength + 1];
        if (!BrotliDecoder.TryDecompress(message.BodyBrotli, buffer, out var length) || length != message.BodyLength)
        {
            throw new PermanentException("UNDECODABLE", "the body is not Brotli data of the stated length");
        }

        return buffer.AsMemory(0, length);
    }

    [LoggerMessage(1, LogLevel.Information, "article {ArticleId} capture {Capture} holds no article: {Outcome}, {Reason}")]
    private partial void LogRejected(string articleId, int capture, Outcome outcome, string reason);
}
