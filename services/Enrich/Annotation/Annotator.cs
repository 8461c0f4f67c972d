using Storyline.Contracts;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Quotes;
using Storyline.Enrich.Stories;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Annotation;

/// <summary>What one text says by itself, before anything else is known.</summary>
/// <param name="Entities">Who and what it names, most salient first.</param>
/// <param name="Quotes">Who is quoted, in text order.</param>
/// <param name="Keywords">What it is about, strongest first.</param>
public sealed record TextAnnotation(IReadOnlyList<DocumentEntity> Entities, IReadOnlyList<FoundQuote> Quotes, Keyword[] Keywords);

/// <summary>Reads texts: names, quotes, keywords, features for clustering. A pure function of the text; safe for concurrent use.</summary>
public sealed class Annotator
{
    private const int MaxStoredEntities = 60;
    private const int MaxSpellings = 8;

    private readonly NameFinder _names;
    private readonly NameLinker _linker;
    private readonly QuoteFinder _quotes = new();
    private readonly KeywordExtractor _keywords;

    public Annotator(NameLexicon lexicon, DocumentFrequencies frequencies)
    {
        _names = new NameFinder(lexicon);
        _linker = new NameLinker(lexicon);
        _keywords = new KeywordExtractor(frequencies);
    }

    /// <summary>Names, quotes and keywords of a text.</summary>
    public TextAnnotation Annotate(string title, string body)
    {
        var (_, _, annotation) = Read(title, body);
        return annotation;
    }

    /// <summary>The annotation of an article and what stories need of it.</summary>
    public (TextAnnotation Annotation, ArticleFeatures Features) Annotate(ArticleParsed article, int revision)
    {
        var content = article.Content;
        var (title, body, annotation) = Read(content.Title, content.Body);
        var features = new ArticleFeatures
        {
            ArticleId = article.ArticleId,
            Revision = revision,
            SourceId = article.SourceId,
            Title = content.Title,
            Language = content.Language,
            PublishTime = content.PublishTime,
            FetchedAt = article.FetchedAt,
            Words = ArticleTerms.Words(title, body),
            Names = ArticleTerms.Names(annotation.Entities),
            Shingles = Tellings.Shingles.Of(body),
            WireCredits = content.WireCredits,
            Entities = [.. annotation.Entities.Take(MaxStoredEntities).Select(e =>
                new NamedEntity(e.Key, e.Type, e.Name, [.. e.Spellings.Take(MaxSpellings).Select(s => s.Text)], e.Salience, ""))],
            Quotes = [.. annotation.Quotes.SelectMany((quote, index) => Sentences(content.Body, quote, index, SpeakerIndex(annotation, quote)))],
            Keywords = annotation.Keywords,
        };
        return (annotation, features);
    }

    private (AnalyzedText Title, AnalyzedText Body, TextAnnotation Annotation) Read(string title, string body)
    {
        var analyzedTitle = new AnalyzedText(title);
        var analyzedBody = new AnalyzedText(body);
        var known = new HashSet<string>(StringComparer.Ordinal);
        var mentions = _names.Find(analyzedBody, known);
        var entities = _linker.Link(analyzedBody, mentions, _names.Find(analyzedTitle, known));
        var quotes = _quotes.Find(analyzedBody, entities);
        return (analyzedTitle, analyzedBody, new TextAnnotation(entities, quotes, _keywords.Extract(analyzedTitle, analyzedBody, entities)));
    }

    private static int SpeakerIndex(TextAnnotation annotation, FoundQuote quote)
    {
        for (var i = 0; i < Math.Min(annotation.Entities.Count, MaxStoredEntities); i++)
        {
            if (ReferenceEquals(annotation.Entities[i], quote.SpeakerEntity))
            {
                return i;
            }
        }

        return -1;
    }

    // One utterance may be quoted whole here and sentence by sentence there: sentences are what is compared.
    private static IEnumerable<QuotedSentence> Sentences(string body, FoundQuote quote, int index, int speaker)
    {
        if (quote.Kind == QuoteKind.Indirect)
        {
            yield break;
        }

        var text = new AnalyzedText(body.Substring(quote.Start, quote.Length));
        foreach (var sentence in text.Sentences)
        {
            yield return new QuotedSentence(text.Substring(sentence.FirstToken, sentence.EndToken - 1), quote.Speaker, speaker, index);
        }
    }
}
