using Google.Protobuf.WellKnownTypes;
using Storyline.Contracts;
using Storyline.Search.V1;

namespace Storyline.Search.Stories;

/// <summary>Stored stories as the gRPC surface shows them.</summary>
internal static class StoryProto
{
    public static Story ToProto(this StoryChanged story)
    {
        var proto = new Story
        {
            StoryId = story.StoryId,
            Version = story.Version,
            Title = story.Title,
            Language = story.Language,
            TellingCount = story.Tellings.Length,
            IndependentOriginCount = story.IndependentOriginCount,
            SourceCount = StoryStore.CountSources(story),
            FirstPublishTime = story.FirstPublishTime.ToTimestamp(),
            LastPublishTime = story.LastPublishTime.ToTimestamp(),
        };
        proto.Entities.Add(story.Entities.Select(entity => entity.ToProto()));
        proto.Keywords.Add(story.Keywords.Select(keyword => keyword.ToProto()));
        return proto;
    }
}
