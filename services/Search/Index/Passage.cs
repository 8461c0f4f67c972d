using Storyline.Search.Queries;

namespace Storyline.Search.Index;

/// <summary>Picks the passage of a text that shows best why it was found.</summary>
internal static class Passage
{
    /// <summary>UTF-16 code units.</summary>
    public const int MaxLength = 300;

    /// <summary>Where the search for a passage ends in a very long text.</summary>
    private const int MaxText = 100_000;

    /// <summary>
    /// The window of whole words with the most different words of the query, then the most of them, then the earliest.
    /// Without a word of the query it is the beginning.
    /// </summary>
    public static string Pick(NewsAnalyzer analyzer, string body, IReadOnlySet<string> terms)
    {
        if (body.Length > MaxText)
        {
            body = body[..MaxText];
        }

        var hits = terms.Count == 0
            ? []
            : analyzer.Spans(ArticleDocument.BodyStem, body).Where(span => terms.Contains(span.Term)).ToArray();
        if (hits.Length == 0)
        {
            return Cut(body, 0);
        }

        var best = (Different: 0, Count: 0, First: 0);
        var inside = new Dictionary<string, int>(StringComparer.Ordinal);
        var last = 0;
        for (var first = 0; first < hits.Length; first++)
        {
            // Half the window is left for what leads up to the first hit and follows the last.
            while (last < hits.Length && hits[last].End - hits[first].Start <= MaxLength / 2)
            {
                inside[hits[last].Term] = inside.GetValueOrDefault(hits[last].Term) + 1;
                last++;
            }

            var candidate = (Different: inside.Count, Count: last - first, First: first);
            if (candidate.Different > best.Different || (candidate.Different == best.Different && candidate.Count > best.Count))
            {
                best = candidate;
            }

            if (last == first)
            {
                last++;
            }
            else if (--inside[hits[first].Term] == 0)
            {
                inside.Remove(hits[first].Term);
            }
        }

        return Cut(body, SentenceStart(body, hits[best.First].Start));
    }

    /// <summary>The terms whose presence makes a passage good: all that the query does not exclude, in any text field.</summary>
    public static IReadOnlySet<string> TermsOf(NewsAnalyzer analyzer, QueryNode? node)
    {
        var terms = new HashSet<string>(StringComparer.Ordinal);
        Collect(node);
        return terms;

        void Collect(QueryNode? part)
        {
            switch (part)
            {
                case WordNode word when !NewsAnalyzer.IsStopWord(word.Text.ToLowerInvariant()):
                    terms.UnionWith(analyzer.Terms(ArticleDocument.BodyStem, word.Text));
                    break;
                case PhraseNode phrase:
                    terms.UnionWith(analyzer.Terms(ArticleDocument.BodyStem, phrase.Text));
                    break;
                case NearNode near:
                    Collect(near.Left);
                    Collect(near.Right);
                    break;
                case FieldNode { Field: not (QueryField.Source or QueryField.Lang or QueryField.Story) } field:
                    Collect(field.Inner);
                    break;
                case AndNode and:
                    Each(and.Parts);
                    break;
                case OrNode or:
                    Each(or.Parts);
                    break;
                case SequenceNode sequence:
                    Each(sequence.Parts);
                    break;
            }
        }

        void Each(IEnumerable<QueryNode> parts)
        {
            foreach (var part in parts)
            {
                Collect(part);
            }
        }
    }

    /// <summary>The start of the sentence when it is near, else of a word a little before.</summary>
    private static int SentenceStart(string text, int at)
    {
        var earliest = Math.Max(0, at - (MaxLength / 3));
        for (var i = at; i > earliest; i--)
        {
            if (text[i - 1] == '\n' || (char.IsWhiteSpace(text[i - 1]) && i >= 2 && text[i - 2] is '.' or '!' or '?' or '”' or '"'))
            {
                return i;
            }
        }

        if (earliest == 0)
        {
            return 0;
        }

        while (earliest < at && !char.IsWhiteSpace(text[earliest - 1]))
        {
            earliest++;
        }

        return earliest;
    }

    private static string Cut(string text, int start)
    {
        var end = Math.Min(text.Length, start + MaxLength - 1);
        if (end < text.Length)
        {
            var word = end;
            while (word > start && !char.IsWhiteSpace(text[word]))
            {
                word--;
            }

            // A script without spaces is cut between characters, but not inside one.
            end = word > start ? word : char.IsLowSurrogate(text[end]) ? end - 1 : end;
        }

        var passage = string.Join(' ', text[start..end].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return end < text.Length ? passage + "…" : passage;
    }
}
