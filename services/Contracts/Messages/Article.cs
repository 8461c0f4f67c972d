using System.Text.Json.Serialization;

namespace Storyline.Contracts;

/// <summary>One stage that an article has passed: a line of its trail, which travels with every message.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="StartedAt">When its handler began.</param>
/// <param name="DurationMs">How long the handler took, in milliseconds.</param>
/// <param name="QueuedMs">How long the message waited before the handler began, in milliseconds.</param>
public sealed record StageRecord(Stage Stage, DateTimeOffset StartedAt, double DurationMs, double QueuedMs);

/// <summary>What kind of text a <see cref="Block"/> holds.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BlockKind>))]
public enum BlockKind
{
    [JsonStringEnumMemberName("BLOCK_KIND_UNSPECIFIED")] Unspecified = 0,
    [JsonStringEnumMemberName("PARAGRAPH")] Paragraph = 1,
    [JsonStringEnumMemberName("HEADING")] Heading = 2,
    [JsonStringEnumMemberName("QUOTE")] Quote = 3,
    [JsonStringEnumMemberName("LIST_ITEM")] ListItem = 4,
    [JsonStringEnumMemberName("TABLE")] Table = 5,
    [JsonStringEnumMemberName("CAPTION")] Caption = 6,
    [JsonStringEnumMemberName("EMBED")] Embed = 7,
    [JsonStringEnumMemberName("PREFORMATTED")] Preformatted = 8,
}

/// <summary>A typed piece of an article, in reading order.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Its text, white space normalised, never empty.</param>
public sealed record Block(BlockKind Kind, string Text)
{
    /// <summary>On the first block of each entry of a live blog: when the entry was published. The entry ends where the next one begins.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Time { get; init; }
}

/// <summary>
/// An article as the parser read it from one capture.
/// Offsets into it (mentions, quotes) count UTF-16 code units of <see cref="Body"/>.
/// </summary>
public sealed record ArticleContent
{
    /// <summary>Headline, without the site's name.</summary>
    public required string Title { get; init; }

    /// <summary>Blocks in reading order; captions are here but not in <see cref="Body"/>.</summary>
    public required Block[] Blocks { get; init; }

    /// <summary>The texts of all blocks but captions, joined by a blank line.</summary>
    public required string Body { get; init; }

    /// <summary>BCP 47 language tag, <c>und</c> when undetermined.</summary>
    public required string Language { get; init; }

    /// <summary>Persons who signed it, as printed; no agencies, no desks.</summary>
    public string[] Authors { get; init; } = [];

    /// <summary>Agencies whose copy it carries, as credited ("The Associated Press").</summary>
    public string[] WireCredits { get; init; } = [];

    /// <summary>When it was first published, if anything says so.</summary>
    public DateTimeOffset? PublishTime { get; init; }

    /// <summary>How sure <see cref="PublishTime"/> is, 0 to 1; 0 when it is absent.</summary>
    public double PublishTimeConfidence { get; init; }

    /// <summary>When the publisher last changed it.</summary>
    public DateTimeOffset? ModifiedTime { get; init; }

    /// <summary>The publisher's own section, as printed.</summary>
    public string? Section { get; init; }

    /// <summary>The publisher's own keywords.</summary>
    public string[] PublisherKeywords { get; init; } = [];

    /// <summary>Absolute URL of the lead image.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>The site's name, as it calls itself.</summary>
    public string? SiteName { get; init; }

    /// <summary>The page says that the text is cut off for non-subscribers.</summary>
    public bool IsPaywalled { get; init; }

    /// <summary>It is a live blog: entries with times in the page's order, mostly the newest first. <see cref="Block.Time"/> tells where each begins.</summary>
    public bool IsLiveBlog { get; init; }

    /// <summary>Licence or holder of the rights as the page declares it: a URL or a line of text.</summary>
    public string? Rights { get; init; }

    /// <summary>What the publisher reserves of the page's use: those of <see cref="ArticleFetched.Reservations"/>, then what the page itself says, each as <c>meta:name=value</c>.</summary>
    public string[] Reservations { get; init; } = [];
}

/// <summary>What an entity is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EntityType>))]
public enum EntityType
{
    [JsonStringEnumMemberName("ENTITY_TYPE_UNSPECIFIED")] Unspecified = 0,
    [JsonStringEnumMemberName("PERSON")] Person = 1,
    [JsonStringEnumMemberName("ORGANISATION")] Organisation = 2,
    [JsonStringEnumMemberName("PLACE")] Place = 3,
    [JsonStringEnumMemberName("OTHER")] Other = 4,
}

/// <summary>One place in a text where an entity is named. Offsets count UTF-16 code units of the body.</summary>
/// <param name="Start">First code unit.</param>
/// <param name="Length">Number of code units.</param>
public sealed record Mention(int Start, int Length);

/// <summary>An entity as one article names it.</summary>
/// <param name="EntityId">One id for all spellings.</param>
/// <param name="Type">What it is.</param>
/// <param name="Name">The canonical name, the longest well-attested spelling.</param>
/// <param name="Variants">The spellings in this article, most frequent first.</param>
/// <param name="Mentions">Where it is named in the body; may be empty when only the title names it.</param>
/// <param name="Salience">Share of the article that is about it, 0 to 1.</param>
public sealed record ArticleEntity(string EntityId, EntityType Type, string Name, string[] Variants, Mention[] Mentions, double Salience);

/// <summary>How a quote gives its words.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QuoteKind>))]
public enum QuoteKind
{
    [JsonStringEnumMemberName("QUOTE_KIND_UNSPECIFIED")] Unspecified = 0,
    [JsonStringEnumMemberName("DIRECT")] Direct = 1,
    [JsonStringEnumMemberName("MIXED")] Mixed = 2,
    [JsonStringEnumMemberName("INDIRECT")] Indirect = 3,
}

/// <summary>Words that an article attributes to somebody.</summary>
/// <param name="QuotationId">The utterance across articles that this is a variant of.</param>
/// <param name="Text">The words, without the outer quotation marks.</param>
/// <param name="Kind">Direct, mixed or indirect.</param>
/// <param name="Start">First UTF-16 code unit in the body.</param>
/// <param name="Length">Number of code units.</param>
/// <param name="Speaker">Who is said to have said it, as named; null when the text does not tell.</param>
/// <param name="SpeakerEntityId">The speaker's entity, when resolved.</param>
/// <param name="Cue">The word that attributes it ("said", "according to").</param>
public sealed record ArticleQuote(
    string QuotationId, string Text, QuoteKind Kind, int Start, int Length, string? Speaker, string? SpeakerEntityId, string? Cue);

/// <summary>A word or phrase that tells what an article is about.</summary>
/// <param name="Text">As it is best written.</param>
/// <param name="Weight">0 to 1, 1 for the article's strongest.</param>
public sealed record Keyword(string Text, double Weight);

/// <summary>An article's role in its story.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TellingRole>))]
public enum TellingRole
{
    [JsonStringEnumMemberName("TELLING_ROLE_UNSPECIFIED")] Unspecified = 0,
    [JsonStringEnumMemberName("ORIGINAL")] Original = 1,
    [JsonStringEnumMemberName("WIRE_COPY")] WireCopy = 2,
    [JsonStringEnumMemberName("NEAR_DUPLICATE")] NearDuplicate = 3,
    [JsonStringEnumMemberName("PARAPHRASE")] Paraphrase = 4,
}

/// <summary>One article's part in a story.</summary>
/// <param name="ArticleId">The article.</param>
/// <param name="Revision">The revision that was judged.</param>
/// <param name="Role">Its role.</param>
/// <param name="DerivedFrom">The article it derives from; null for an original, or when the source is outside the platform.</param>
/// <param name="Evidence">What the role rests on, in words ("82 % of its 5-word shingles are in …").</param>
/// <param name="SourceId">Its publisher.</param>
/// <param name="Title">Its headline.</param>
/// <param name="PublishTime">Its publish time, else when it was fetched.</param>
public sealed record Telling(
    string ArticleId, int Revision, TellingRole Role, string? DerivedFrom, string? Evidence, string SourceId, string Title,
    DateTimeOffset PublishTime);
