using Storyline.Contracts;

namespace Storyline.Partner.Tests;

/// <summary>An invented article and its story.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Published = new(2026, 3, 14, 7, 30, 0, TimeSpan.Zero);

    private const string Body =
        "The Harwick ferry will sail again on Monday, the harbour board said after a night of repairs.\n\n"
        + "“We have replaced both bearings,” said Ines Varga, who chairs the board.";

    public static ArticleEnriched Article(string articleId = "0123456789abcdef0123456789abcdef", int revision = 1, string source = "harwick-courier", string language = "en") => new()
    {
        ArticleId = articleId,
        Revision = revision,
        Capture = revision,
        Url = "https://courier.example/2026/03/14/ferry",
        SourceId = source,
        FetchedAt = Published.AddMinutes(5),
        ParserVersion = "test",
        StoryId = "fedcba9876543210fedcba9876543210",
        Content = new ArticleContent
        {
            Title = "Harwick ferry to sail again on Monday",
            Blocks = [.. Body.Split("\n\n").Select(text => new Block(BlockKind.Paragraph, text))],
            Body = Body,
            Language = language,
            Authors = ["Tomas Lind", "Ada Okoro"],
            WireCredits = ["Northern Wire"],
            PublishTime = Published,
            PublishTimeConfidence = 1,
            ModifiedTime = Published.AddMinutes(2),
            Section = "Local",
            ImageUrl = "https://courier.example/img/ferry at dawn.jpg",
            SiteName = "Harwick Courier",
        },
        Entities =
        [
            new ArticleEntity("person:ines-varga", EntityType.Person, "Ines Varga", ["Ines Varga"], [new Mention(0, 1)], 0.4),
            new ArticleEntity("organisation:harbour-board", EntityType.Organisation, "Harbour Board", ["harbour board"], [], 0.3),
            new ArticleEntity("place:harwick", EntityType.Place, "Harwick", ["Harwick"], [], 0.2),
            new ArticleEntity("other:ferry", EntityType.Other, "Harwick ferry", ["ferry"], [], 0.1),
        ],
        Keywords = [new Keyword("ferry", 1), new Keyword("harbour", 0.61)],
        Telling = new Telling(
            articleId, revision, TellingRole.WireCopy, "11111111111111111111111111111111", "91 % of its shingles", source,
            "Harwick ferry to sail again on Monday", Published),
        TraceId = "0af7651916cd43dd8448eb211c80319c",
    };

    public static StoryChanged Story(long version = 1, StoryChange change = StoryChange.Updated, params (string Article, string Source)[] tellings) => new()
    {
        StoryId = "fedcba9876543210fedcba9876543210",
        Version = version,
        Change = change,
        MergedInto = change == StoryChange.Merged ? "abcdefabcdefabcdefabcdefabcdefab" : null,
        Title = "Harwick ferry to sail again on Monday",
        Language = "en",
        Tellings = [.. tellings.Select((telling, index) => new Telling(
            telling.Article, 1, index == 0 ? TellingRole.Original : TellingRole.Paraphrase, null, null, telling.Source,
            $"Headline of {telling.Source}", Published.AddHours(index)))],
        IndependentOriginCount = 1,
        Entities = Article().Entities,
        Keywords = Article().Keywords,
        FirstPublishTime = Published,
        LastPublishTime = Published.AddHours(tellings.Length),
    };
}
