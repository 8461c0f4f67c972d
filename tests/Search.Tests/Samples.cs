using System.Globalization;
using Storyline.Contracts;

namespace Storyline.Search.Tests;

/// <summary>Articles and stories as enrich sends them.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Published = new(2024, 5, 14, 9, 30, 0, TimeSpan.Zero);

    public static string Id(int number) => number.ToString("x32", CultureInfo.InvariantCulture);

    public static ArticleEnriched Article(
        int number,
        string title = "Harwick council approves the tram",
        string body = "The council of Harwick approved a new tram line on Tuesday.",
        int revision = 1,
        int? story = null,
        string language = "en",
        string source = "harwick-courier.example",
        DateTimeOffset? published = null,
        ArticleEntity[]? entities = null,
        ArticleQuote[]? quotes = null,
        Keyword[]? keywords = null) => new()
    {
        ArticleId = Id(number),
        Revision = revision,
        Capture = revision,
        Url = $"https://{source}/{number}",
        SourceId = source,
        FetchedAt = Published.AddMinutes(5),
        Content = new ArticleContent
        {
            Title = title,
            Body = body,
            Blocks = [new Block(BlockKind.Paragraph, body)],
            Language = language,
            Authors = ["Ida Marsh"],
            PublishTime = published ?? Published,
            PublishTimeConfidence = 1,
        },
        ParserVersion = "test",
        Entities = entities ?? [],
        Quotes = quotes ?? [],
        Keywords = keywords ?? [],
        StoryId = Id(story ?? (1000 + number)),
        Telling = Telling(number, revision),
        TraceId = "0af7651916cd43dd8448eb211c80319c",
        Trail = [new StageRecord(Stage.Fetch, Published, 1, 0)],
    };

    public static Telling Telling(int number, int revision = 1, TellingRole role = TellingRole.Original, DateTimeOffset? published = null) =>
        new(Id(number), revision, role, null, null, $"source-{number}", $"Title {number}", published ?? Published);

    public static StoryChanged Story(
        int number, long version, int[] articles, StoryChange change = StoryChange.Updated, int? into = null, string language = "en",
        DateTimeOffset? last = null, int? origins = null, TellingRole role = TellingRole.Original, Quotation[]? quotations = null) => new()
    {
        StoryId = Id(number),
        Version = version,
        Change = change,
        MergedInto = into is { } survivor ? Id(survivor) : null,
        Title = $"Story {number} at {version}",
        Language = language,
        Tellings = [.. articles.Select(article => Telling(article, role: role))],
        IndependentOriginCount = origins ?? articles.Length,
        Quotations = quotations ?? [],
        FirstPublishTime = Published,
        LastPublishTime = last ?? Published,
    };
}
