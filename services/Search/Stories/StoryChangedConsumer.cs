using MassTransit;
using Storyline.Contracts;

namespace Storyline.Search.Stories;

/// <summary>Keeps the newest state of every story.</summary>
public sealed class StoryChangedConsumer(StoryStore stories, ILogger<StoryChangedConsumer> logger) : IConsumer<StoryChanged>
{
    public async Task Consume(ConsumeContext<StoryChanged> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var story = context.Message;
        var isNewer = await stories.WriteAsync(story, context.CancellationToken);
        StoryChangedLog.Stored(logger, story.StoryId, story.Version, isNewer);
    }
}

internal static partial class StoryChangedLog
{
    [LoggerMessage(EventId = 1, EventName = "StoryStored", Level = LogLevel.Debug, Message = "story {StoryId} version {Version}, newer than the stored one: {IsNewer}")]
    public static partial void Stored(ILogger logger, string storyId, long version, bool isNewer);
}
