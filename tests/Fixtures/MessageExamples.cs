using System.Text;
using Storyline.Contracts;

namespace Storyline.Fixtures;

/// <summary>One message of each bus record with every member set.</summary>
public static class MessageExamples
{
    private const string ArticleId = "0123456789abcdef0123456789abcdef";
    private const string StoryId = "fedcba9876543210fedcba9876543210";
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string Url = "https://courier.example/2026/03/14/ferry";
    private static readonly DateTimeOffset Time = new(2026, 3, 14, 7, 30, 0, 250, TimeSpan.Zero);

    private static readonly StageRecord[] Trail = [new(Stage.Fetch, Time, 12.5, 0.25), new(Stage.Parse, Time.AddSeconds(1), 3, 1)];
    private static readonly EntryHint Entry = new("Ferry sails", Time, ["Tomas Lind"], "en");

    private static readonly ArticleContent Content = new()
    {
        Title = "Harwick ferry to sail again",
        Blocks = [new(BlockKind.Heading, "The repair") { Time = Time }, new(BlockKind.Paragraph, "“Done,” said Ines Varga.")],
        Body = "The repair\n\n“Done,” said Ines Varga.",
        Language = "en-GB",
        Authors = ["Tomas Lind"],
        WireCredits = ["Northern Wire"],
        PublishTime = Time,
        PublishTimeConfidence = 0.9,
        ModifiedTime = Time.AddMinutes(2),
        Section = "Local",
        PublisherKeywords = ["ferry"],
        ImageUrl = "https://courier.example/ferry.jpg",
        SiteName = "Harwick Courier",
        IsPaywalled = true,
        IsLiveBlog = true,
        Rights = "© Harwick Courier",
        Reservations = ["meta:robots=noai"],
    };

    private static readonly ArticleEntity[] Entities = [new("e1", EntityType.Person, "Ines Varga", ["Ines Varga", "Varga"], [new(25, 10)], 0.5)];
    private static readonly ParsedForm Parsed = new("0.1.0", new string('b', 64), new string('c', 64), "Harwick ferry to sail again");
    private static readonly Keyword[] Keywords = [new("ferry", 1)];
    private static readonly Telling Telling = new(
        ArticleId, 2, TellingRole.WireCopy, "11111111111111111111111111111111", "91 % of its shingles", "harwick-courier", "Harwick ferry to sail again", Time);

    public static IReadOnlyList<object> All { get; } =
    [
        new FetchArticle { ArticleId = ArticleId, Url = Url, SourceId = "harwick-courier", FeedId = "f1", Entry = Entry, DiscoveredAt = Time },
        new ArticleFetched
        {
            ArticleId = ArticleId, Capture = 3, Url = Url, SourceId = "harwick-courier", FeedId = "f1", FetchedAt = Time, MediaType = "text/html",
            Charset = "utf-8", BodyBrotli = Encoding.ASCII.GetBytes("brotli"), BodyLength = 120, BodySha256 = new string('a', 64), Entry = Entry,
            Reservations = ["header:tdm-reservation=1"], CompareOnly = true, Trail = Trail,
        },
        new ArticleParsed
        {
            ArticleId = ArticleId, Capture = 3, Url = Url, SourceId = "harwick-courier", FetchedAt = Time, Content = Content,
            ContentDigest = new string('b', 64), ParserVersion = "0.1.0", Trail = Trail,
        },
        new ArticleEnriched
        {
            ArticleId = ArticleId, Revision = 2, Capture = 3, Url = Url, SourceId = "harwick-courier", FetchedAt = Time, Content = Content, ParserVersion = "0.1.0",
            Parsed = Parsed, Entities = Entities, Quotes = [new("q1", "Done", QuoteKind.Direct, 12, 7, "Ines Varga", "e1", "said")], Keywords = Keywords, StoryId = StoryId,
            Telling = Telling, TraceId = TraceId, Trail = Trail,
        },
        new StoryChanged
        {
            StoryId = StoryId, Version = 7, Change = StoryChange.Merged, MergedInto = "22222222222222222222222222222222", Title = "Harwick ferry to sail again",
            Language = "en", Tellings = [Telling], IndependentOriginCount = 1, Entities = Entities, Keywords = Keywords,
            Quotations = [new("q1", "Ines Varga", "e1", [new(ArticleId, "Done", true)])], FirstPublishTime = Time, LastPublishTime = Time.AddHours(1),
        },
        new ArticleIndexed { ArticleId = ArticleId, Capture = 3, Revision = 2, StoryId = StoryId, IndexedAt = Time, Parsed = Parsed, TraceId = TraceId, Trail = Trail },
        new ArticleRejected
        {
            ArticleId = ArticleId, Capture = 3, Stage = Stage.Enrich, Outcome = Outcome.NotModified, Reason = "same content", Revision = 2, StoryId = StoryId,
            Parsed = Parsed, TraceId = TraceId, Trail = Trail,
        },
    ];
}
