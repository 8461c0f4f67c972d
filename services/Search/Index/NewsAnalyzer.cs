using Lucene.Net.Analysis;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Analysis.En;
using Lucene.Net.Analysis.Miscellaneous;
using Lucene.Net.Analysis.Snowball;
using Lucene.Net.Analysis.Standard;
using Lucene.Net.Analysis.TokenAttributes;
using Lucene.Net.Analysis.Util;
using Lucene.Net.Tartarus.Snowball.Ext;
using Lucene.Net.Util;

namespace Storyline.Search.Index;

/// <summary>
/// How text becomes terms, the same for documents and queries: words by UAX #29, lower case, accents folded.
/// Fields whose name ends in <see cref="StemSuffix"/> also lose English inflections (Porter's second stemmer); on other
/// languages it does little, and does it on both sides. Stop words stay, so that phrases and distances count every word.
/// </summary>
public sealed class NewsAnalyzer : Analyzer
{
    /// <summary>Version of Lucene's index format and token rules.</summary>
    public const LuceneVersion Version = LuceneVersion.LUCENE_48;

    /// <summary>Ends the names of stemmed fields.</summary>
    public const string StemSuffix = ".stem";

    private static readonly CharArraySet StopWords = new(
        Version,
        [
            "a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "for", "from", "had", "has", "have", "he", "her", "his", "how",
            "if", "in", "into", "is", "it", "its", "me", "my", "no", "not", "of", "on", "or", "our", "she", "so", "such", "than", "that", "the",
            "their", "them", "then", "there", "these", "they", "this", "to", "us", "was", "we", "were", "what", "when", "where", "which",
            "who", "whom", "why", "will", "with", "would", "you", "your", "do", "does", "did", "can", "could", "should", "i",
        ],
        ignoreCase: false);

    public NewsAnalyzer()
        : base(PER_FIELD_REUSE_STRATEGY)
    {
    }

    /// <summary>A word so common in English that in a plain query it says nothing; folded to lower case.</summary>
    public static bool IsStopWord(string term) => StopWords.Contains(term);

    /// <summary>The terms of a text, in order.</summary>
    public IReadOnlyList<string> Terms(string field, string text)
    {
        var terms = new List<string>();
        using var stream = GetTokenStream(field, text);
        var term = stream.GetAttribute<ICharTermAttribute>();
        stream.Reset();
        while (stream.IncrementToken())
        {
            terms.Add(term.ToString());
        }

        stream.End();
        return terms;
    }

    /// <summary>The terms of a text with the code units they stand for.</summary>
    public IEnumerable<(string Term, int Start, int End)> Spans(string field, string text)
    {
        using var stream = GetTokenStream(field, text);
        var term = stream.GetAttribute<ICharTermAttribute>();
        var offset = stream.GetAttribute<IOffsetAttribute>();
        stream.Reset();
        while (stream.IncrementToken())
        {
            yield return (term.ToString(), offset.StartOffset, offset.EndOffset);
        }

        stream.End();
    }

    /// <summary>Values of one field stand so far apart that no phrase or distance spans two.</summary>
    public override int GetPositionIncrementGap(string fieldName) => 1_000;

    protected override TokenStreamComponents CreateComponents(string fieldName, TextReader reader)
    {
        var source = new StandardTokenizer(Version, reader);
        TokenStream stream = new EnglishPossessiveFilter(Version, source);
        stream = new LowerCaseFilter(Version, stream);
        stream = new ASCIIFoldingFilter(stream);
        if (fieldName.EndsWith(StemSuffix, StringComparison.Ordinal))
        {
            stream = new SnowballFilter(stream, new EnglishStemmer());
        }

        return new TokenStreamComponents(source, stream);
    }
}
