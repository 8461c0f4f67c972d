using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Storyline.Platform.Newsroom;

/// <summary>The demo newsroom as it lies in <c>samples/newsroom</c>: publishers with their templates, and events with their articles.</summary>
/// <param name="Publishers">In the order of their folder names.</param>
/// <param name="Events">In the order of their file names.</param>
public sealed record NewsroomContent(IReadOnlyList<PublisherContent> Publishers, IReadOnlyList<EventContent> Events)
{
    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithNamingConvention(CamelCaseNamingConvention.Instance)
        .WithEnumNamingConvention(HyphenatedNamingConvention.Instance)
        .WithDuplicateKeyChecking()
        .Build();

    /// <summary>Reads a newsroom folder.</summary>
    /// <exception cref="FormatException">A file is not in the format that <c>samples/README.md</c> describes; the message names the file.</exception>
    public static async Task<NewsroomContent> LoadAsync(string directory, CancellationToken cancellationToken)
    {
        var publishers = new List<PublisherContent>();
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(directory, "publishers")).Order(StringComparer.Ordinal))
        {
            var publisher = Read<PublisherContent>(
                await File.ReadAllTextAsync(Path.Combine(folder, "publisher.yaml"), cancellationToken), folder);
            publisher.Key = Path.GetFileName(folder);
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                publisher.Files[Path.GetFileName(file)] = await File.ReadAllTextAsync(file, cancellationToken);
            }

            publishers.Add(publisher);
        }

        var events = new List<EventContent>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(directory, "events"), "*.md").Order(StringComparer.Ordinal))
        {
            events.Add(ReadEvent(file, await File.ReadAllTextAsync(file, cancellationToken)));
        }

        return new NewsroomContent(publishers, events);
    }

    /// <summary>Lines of three dashes part an event file: the event's header, then for each article a header and a text.</summary>
    private static EventContent ReadEvent(string file, string text)
    {
        var parts = Regex.Split(text.ReplaceLineEndings("\n"), @"^---\n", RegexOptions.Multiline, TimeSpan.FromSeconds(5));
        if (parts.Length < 4 || parts.Length % 2 != 0 || parts[0].Length != 0)
        {
            throw new FormatException($"{file}: expected an event header followed by pairs of article header and text");
        }

        var newsEvent = Read<EventContent>(parts[1], file);
        newsEvent.Id = Path.GetFileNameWithoutExtension(file);
        for (var i = 2; i < parts.Length; i += 2)
        {
            var article = Read<ArticleContent>(parts[i], file);
            article.Blocks = [.. parts[i + 1].Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(block => block.Replace('\n', ' '))];
            if (article.Copies is { } origin)
            {
                var source = newsEvent.Articles.Find(candidate => string.Equals(candidate.Key, origin, StringComparison.Ordinal))
                    ?? throw new FormatException($"{file}: '{article.Key}' copies '{origin}', which does not stand before it");
                article.InheritFrom(source);
            }

            newsEvent.Articles.Add(article);
        }

        return newsEvent;
    }

    private static T Read<T>(string yaml, string file)
    {
        try
        {
            return Yaml.Deserialize<T>(yaml);
        }
        catch (YamlDotNet.Core.YamlException error)
        {
            throw new FormatException($"{file}: {error.Message} {error.InnerException?.Message}", error);
        }
    }
}

/// <summary>One invented event and everything that was written about it.</summary>
public sealed class EventContent
{
    /// <summary>The file's name without extension.</summary>
    [YamlIgnore]
    public string Id { get; set; } = "";

    /// <summary>What happened, in one sentence.</summary>
    public string Title { get; set; } = "";

    /// <summary>When it happened, before the demo's start. <c>{day}</c> in texts counts from here.</summary>
    public string Happened { get; set; } = "-24h";

    /// <summary>Another event of the same kind in another place, which must stay another story.</summary>
    public string? LookAlike { get; set; }

    public List<PersonContent> People { get; set; } = [];

    public List<QuotationContent> Quotations { get; set; } = [];

    [YamlIgnore]
    public List<ArticleContent> Articles { get; } = [];
}

/// <summary>A person and the ways the articles of one event write the name.</summary>
public sealed class PersonContent
{
    public string Name { get; set; } = "";

    public List<string> Variants { get; set; } = [];

    public List<string> Misspelt { get; set; } = [];
}

/// <summary>One utterance: the first variant is the one that was spoken, the others are alterations.</summary>
public sealed class QuotationContent
{
    public string Speaker { get; set; } = "";

    public List<string> Variants { get; set; } = [];
}

/// <summary>How an article relates to the other tellings of its event.</summary>
public enum TellingRole
{
    /// <summary>Own reporting, however many others report independently.</summary>
    Original,

    /// <summary>An agency's text, credited, unchanged but for headline and cuts at the end.</summary>
    WireCopy,

    /// <summary>Another article's text with small edits.</summary>
    NearDuplicate,

    /// <summary>Another article's facts in other words.</summary>
    Paraphrase,
}

/// <summary>One article: the header's fields, and the text as blocks.</summary>
public sealed class ArticleContent
{
    private string? _key;

    /// <summary>Unique within the event; the publisher's key unless given.</summary>
    [YamlMember(Alias = "id")]
    public string Key { get => _key ?? Publisher; set => _key = value; }

    public string Publisher { get; set; } = "";

    public string Title { get; set; } = "";

    public string? Standfirst { get; set; }

    public string? Author { get; set; }

    public string? AuthorRole { get; set; }

    public string Section { get; set; } = "news";

    /// <summary>Time before the demo's start, like <c>-5h20m</c>.</summary>
    public string Published { get; set; } = "";

    public string? Updated { get; set; }

    public TellingRole Role { get; set; }

    /// <summary>The article whose text this one takes over; <see cref="Keep"/>, <see cref="Drop"/> and <see cref="Edits"/> change it.</summary>
    public string? Copies { get; set; }

    /// <summary>The article that this one retells in its own words.</summary>
    public string? Retells { get; set; }

    /// <summary>How many blocks of the copied text are taken; 0 means all.</summary>
    public int Keep { get; set; }

    /// <summary>Blocks of the copied text that are left out, counted from 1.</summary>
    public List<int> Drop { get; set; } = [];

    public List<EditContent> Edits { get; set; } = [];

    /// <summary>An agency's name as the credit line gives it.</summary>
    public string? Credit { get; set; }

    public FigureContent? Figure { get; set; }

    public string? PullQuote { get; set; }

    public List<string> Keywords { get; set; } = [];

    /// <summary>A second revision, served once the newsroom has published the correction.</summary>
    public CorrectionContent? Correction { get; set; }

    /// <summary>Paragraphs and, with a leading <c>## </c>, subheadings.</summary>
    [YamlIgnore]
    public IReadOnlyList<string> Blocks { get; set; } = [];

    internal void InheritFrom(ArticleContent source)
    {
        var taken = source.Blocks
            .Take(Keep == 0 ? int.MaxValue : Keep)
            .Where((_, index) => !Drop.Contains(index + 1))
            .Select(block => EditContent.Apply(Edits, block));
        Blocks = [.. taken, .. Blocks];
        if (Title.Length == 0)
        {
            Title = source.Title;
        }
    }
}

/// <summary>One replacement in a text.</summary>
public sealed class EditContent
{
    public string Old { get; set; } = "";

    public string New { get; set; } = "";

    internal static string Apply(IEnumerable<EditContent> edits, string text) =>
        edits.Aggregate(text, (current, edit) => current.Replace(edit.Old, edit.New, StringComparison.Ordinal));
}

/// <summary>A photograph: only its caption and credit exist.</summary>
public sealed class FigureContent
{
    public string Caption { get; set; } = "";

    public string Credit { get; set; } = "";
}

/// <summary>What the second revision of an article changes.</summary>
public sealed class CorrectionContent
{
    public string Note { get; set; } = "";

    public List<EditContent> Edits { get; set; } = [];
}

/// <summary>One publisher: its <c>publisher.yaml</c> and the files beside it.</summary>
public sealed class PublisherContent
{
    /// <summary>The folder's name.</summary>
    [YamlIgnore]
    public string Key { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>BCP 47 tag.</summary>
    public string Language { get; set; } = "en";

    /// <summary>Offset of the publisher's clock from UTC, like <c>-03:00</c>.</summary>
    public string UtcOffset { get; set; } = "+00:00";

    /// <summary>Path of an article: <c>{section}</c>, <c>{slug}</c>, <c>{number}</c> and date parts like <c>{yyyy}</c> are filled in.</summary>
    public string ArticlePath { get; set; } = "/{slug}";

    /// <summary>Encoding of the pages' bytes.</summary>
    public string Encoding { get; set; } = "utf-8";

    /// <summary>The charset that the Content-Type header names; it may be wrong. Absent: the header names none.</summary>
    public string? CharsetHeader { get; set; }

    public List<FeedContent> Feeds { get; set; } = [];

    /// <summary>Feed entries that are not articles.</summary>
    public List<ExtraEntryContent> ExtraEntries { get; set; } = [];

    /// <summary>Templates and other files of the folder, by name.</summary>
    [YamlIgnore]
    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);
}

/// <summary>The format of a feed.</summary>
public enum DemoFeedKind
{
    Rss,
    Atom,
    JsonFeed,
    NewsSitemap,
}

/// <summary>What is wrong with a feed.</summary>
public enum DemoFeedDefect
{
    None,

    /// <summary>The XML breaks off in the middle of an entry.</summary>
    IllFormed,

    /// <summary>The address answers with a web page.</summary>
    Html,
}

/// <summary>One feed of a publisher.</summary>
public sealed class FeedContent
{
    public string Path { get; set; } = "";

    public DemoFeedKind Kind { get; set; }

    public DemoFeedDefect Defect { get; set; }

    /// <summary>Only articles of this section; absent: all.</summary>
    public string? Section { get; set; }

    /// <summary>A query that the feed appends to every link, as feed services do to count clicks.</summary>
    public string? Tracking { get; set; }
}

/// <summary>Why a feed entry leads to no article.</summary>
public enum ExtraEntryKind
{
    /// <summary>A page with links, players or forms only.</summary>
    NoArticle,

    /// <summary>An address that robots.txt forbids; it would answer.</summary>
    RobotsDenied,

    /// <summary>An address that answers 404.</summary>
    Missing,
}

/// <summary>A feed entry that leads to no article.</summary>
public sealed class ExtraEntryContent
{
    public string Path { get; set; } = "";

    public string Title { get; set; } = "";

    public ExtraEntryKind Kind { get; set; }

    public string Published { get; set; } = "";

    /// <summary>The file of the publisher's folder that answers; none for <see cref="ExtraEntryKind.Missing"/>.</summary>
    public string? Page { get; set; }
}

/// <summary>Times of the content are kept relative to the demo's start, so that its news is always new.</summary>
internal static partial class RelativeTime
{
    /// <summary>Reads <c>-1h</c>, <c>-45m</c> or <c>-5h20m</c>.</summary>
    public static TimeSpan Parse(string offset)
    {
        var match = Offset().Match(offset);
        if (!match.Success || offset.Length < 3)
        {
            throw new FormatException($"'{offset}' is not a time before the start like -5h20m");
        }

        return -(TimeSpan.FromHours(Number(match.Groups["h"])) + TimeSpan.FromMinutes(Number(match.Groups["m"])));
    }

    /// <summary>Fills <c>{day}</c>, <c>{day-1}</c> (a weekday) and <c>{date}</c>, <c>{date+7}</c> (day and month), counted from the event.</summary>
    public static string Fill(string text, DateTimeOffset happened, CultureInfo culture) => Placeholder().Replace(text, match =>
    {
        var shift = match.Groups["shift"];
        var day = happened.AddDays(shift.Success ? int.Parse(shift.ValueSpan, CultureInfo.InvariantCulture) : 0);
        var german = string.Equals(culture.TwoLetterISOLanguageName, "de", StringComparison.Ordinal);
        return match.Groups["part"].ValueSpan is "day"
            ? day.ToString("dddd", culture)
            : day.ToString(german ? "d. MMMM" : "d MMMM", culture);
    });

    private static int Number(Group group) => group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^-(?:(?<h>\d+)h)?(?:(?<m>\d+)m)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Offset();

    [GeneratedRegex(@"\{(?<part>day|date)(?<shift>[+-]\d+)?\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
