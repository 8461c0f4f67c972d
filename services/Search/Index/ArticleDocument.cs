using Lucene.Net.Documents;
using Storyline.Contracts;

namespace Storyline.Search.Index;

/// <summary>
/// An article as the index holds it. The text itself is not stored: it is in the database, from which the index can be made
/// anew at any time. Change <see cref="SchemaVersion"/> with every change of fields or analysis: the index is then rebuilt.
/// </summary>
internal static class ArticleDocument
{
    public const int SchemaVersion = 1;

    public const string Id = "id";
    public const string Title = "title";
    public const string Body = "body";
    public const string TitleStem = Title + NewsAnalyzer.StemSuffix;
    public const string BodyStem = Body + NewsAnalyzer.StemSuffix;
    public const string Quote = "quote" + NewsAnalyzer.StemSuffix;
    public const string Topic = "topic" + NewsAnalyzer.StemSuffix;
    public const string Speaker = "speaker";
    public const string Person = "person";
    public const string Organisation = "org";
    public const string Place = "place";
    public const string EntityId = "entity_id";

    /// <summary>Stored only: <c>field TAB entity id TAB spelling TAB spelling …</c>, one value per entity.</summary>
    public const string Spellings = "spellings";
    public const string Source = "source";
    public const string Language = "lang";
    public const string Story = "story";
    public const string Published = "published";

    // Lucene refuses a term over 32,766 bytes, and with it the document: one such article would hold back all that follow.
    private const int MaxName = 500;

    /// <param name="article">The current revision.</param>
    /// <param name="storyId">Its story now, which may differ from the one it was first assigned.</param>
    public static Document Create(ArticleEnriched article, string storyId)
    {
        var content = article.Content;
        var document = new Document
        {
            new StringField(Id, article.ArticleId, Field.Store.YES),
            new TextField(Title, content.Title, Field.Store.NO),
            new TextField(TitleStem, content.Title, Field.Store.NO),
            new TextField(Body, content.Body, Field.Store.NO),
            new TextField(BodyStem, content.Body, Field.Store.NO),
            new StringField(Story, storyId, Field.Store.YES),
        };

        foreach (var name in SourceNames(article))
        {
            document.Add(new StringField(Source, name, Field.Store.NO));
        }

        var language = content.Language.Length <= MaxName ? content.Language.ToLowerInvariant() : "und";
        document.Add(new StringField(Language, language, Field.Store.NO));
        if (language.IndexOf('-', StringComparison.Ordinal) is > 0 and var subtag)
        {
            document.Add(new StringField(Language, language[..subtag], Field.Store.NO));
        }

        if (content.PublishTime is { } published)
        {
            document.Add(new Int64Field(Published, published.ToUnixTimeMilliseconds(), Field.Store.NO));
            document.Add(new NumericDocValuesField(Published, published.ToUnixTimeMilliseconds()));
        }

        foreach (var entity in article.Entities)
        {
            AddEntity(document, entity);
        }

        foreach (var quote in article.Quotes)
        {
            document.Add(new TextField(Quote, quote.Text, Field.Store.NO));
            AddSpeaker(document, article, quote);
        }

        foreach (var topic in article.Keywords.Select(keyword => keyword.Text).Concat(content.PublisherKeywords).Append(content.Section ?? ""))
        {
            document.Add(new TextField(Topic, topic, Field.Store.NO));
        }

        return document;
    }

    /// <summary>The field of an entity's type; null for those that only free text finds.</summary>
    public static string? FieldOf(EntityType type) => type switch
    {
        EntityType.Person => Person,
        EntityType.Organisation => Organisation,
        EntityType.Place => Place,
        _ => null,
    };

    private static void AddEntity(Document document, ArticleEntity entity)
    {
        if (FieldOf(entity.Type) is not { } field)
        {
            return;
        }

        var spellings = entity.Variants.Prepend(entity.Name).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var spelling in spellings)
        {
            document.Add(new TextField(field, spelling, Field.Store.NO));
        }

        document.Add(new StringField(EntityId, entity.EntityId, Field.Store.NO));
        document.Add(new StoredField(Spellings, string.Join('\t', spellings.Prepend(entity.EntityId).Prepend(field))));
    }

    private static void AddSpeaker(Document document, ArticleEnriched article, ArticleQuote quote)
    {
        if (quote.Speaker is not null)
        {
            document.Add(new TextField(Speaker, quote.Speaker, Field.Store.NO));
        }

        var entity = Array.Find(article.Entities, candidate => string.Equals(candidate.EntityId, quote.SpeakerEntityId, StringComparison.Ordinal));
        foreach (var spelling in entity is null ? [] : entity.Variants.Prepend(entity.Name))
        {
            document.Add(new TextField(Speaker, spelling, Field.Store.NO));
        }
    }

    /// <summary>A source is found by its id, by the parts of a host name, and by the site's own name.</summary>
    private static IEnumerable<string> SourceNames(ArticleEnriched article)
    {
        var source = article.SourceId.ToLowerInvariant();
        return source.Split('.', '-', '_').Append(source).Append(article.Content.SiteName?.ToLowerInvariant() ?? "")
            .Where(name => name.Length is > 0 and <= MaxName).Distinct(StringComparer.Ordinal);
    }
}
