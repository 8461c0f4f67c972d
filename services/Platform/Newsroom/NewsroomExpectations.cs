namespace Storyline.Platform.Newsroom;

/// <summary>What is true about the newsroom, for tests and the demo to hold the platform against. URLs are absolute.</summary>
/// <param name="Events">Every event with its tellings. Tellings of one event in different languages are listed together.</param>
/// <param name="CorrectedArticleUrl">The article whose second revision <see cref="DemoNewsroom.PublishCorrection"/> puts online.</param>
/// <param name="NoArticleUrls">Feed entries that answer with a page without an article.</param>
/// <param name="RobotsDeniedUrls">Feed entries that robots.txt forbids.</param>
/// <param name="MissingUrls">Feed entries that answer 404.</param>
/// <param name="TrackingUrls">Feed entries that are an article's URL with a tracking query.</param>
/// <param name="BrokenFeedUrls">Feeds that are ill-formed XML.</param>
/// <param name="HtmlFeedUrls">Feed addresses that answer with a web page.</param>
public sealed record NewsroomExpectations(
    IReadOnlyList<ExpectedEvent> Events,
    string CorrectedArticleUrl,
    IReadOnlyList<string> NoArticleUrls,
    IReadOnlyList<string> RobotsDeniedUrls,
    IReadOnlyList<string> MissingUrls,
    IReadOnlyList<ExpectedTrackingUrl> TrackingUrls,
    IReadOnlyList<string> BrokenFeedUrls,
    IReadOnlyList<string> HtmlFeedUrls)
{
    /// <summary>Every article of the newsroom.</summary>
    public IEnumerable<ExpectedTelling> Articles => Events.SelectMany(newsEvent => newsEvent.Tellings);
}

/// <summary>One event.</summary>
/// <param name="Id">Stable name of the event.</param>
/// <param name="Title">What happened, in one sentence.</param>
/// <param name="LookAlike">Id of an event of the same kind elsewhere that must stay another story.</param>
/// <param name="Tellings">The articles.</param>
/// <param name="People">Persons whose spellings are declared; articles name others too.</param>
/// <param name="Quotations">Utterances whose variants are declared; articles quote others too.</param>
public sealed record ExpectedEvent(
    string Id,
    string Title,
    string? LookAlike,
    IReadOnlyList<ExpectedTelling> Tellings,
    IReadOnlyList<ExpectedPerson> People,
    IReadOnlyList<ExpectedQuotation> Quotations);

/// <summary>One article.</summary>
/// <param name="Url">The address without a tracking query.</param>
/// <param name="Publisher">The publisher's name.</param>
/// <param name="Language">BCP 47 tag.</param>
/// <param name="Title">The headline.</param>
/// <param name="Author">The byline's name, or null.</param>
/// <param name="Published">As the page and its feeds state it.</param>
/// <param name="Role">How it relates to the event's other articles.</param>
/// <param name="DerivesFromUrl">The article that it copies or retells; null for originals.</param>
/// <param name="Credit">The agency that the page credits, or null.</param>
/// <param name="Blocks">Subheadings and paragraphs of the first revision, without furniture.</param>
public sealed record ExpectedTelling(
    string Url,
    string Publisher,
    string Language,
    string Title,
    string? Author,
    DateTimeOffset Published,
    TellingRole Role,
    string? DerivesFromUrl,
    string? Credit,
    IReadOnlyList<string> Blocks);

/// <summary>A person and the spellings of the name that occur.</summary>
public sealed record ExpectedPerson(string Name, IReadOnlyList<ExpectedVariant> Variants, IReadOnlyList<ExpectedVariant> Misspelt);

/// <summary>One utterance; the first variant is the one spoken.</summary>
public sealed record ExpectedQuotation(string Speaker, IReadOnlyList<ExpectedVariant> Variants);

/// <summary>A piece of text and the articles in which it occurs.</summary>
public sealed record ExpectedVariant(string Text, IReadOnlyList<string> Urls);

/// <summary>A feed entry with a tracking query, and the article's own URL.</summary>
public sealed record ExpectedTrackingUrl(string Url, string CanonicalUrl);
