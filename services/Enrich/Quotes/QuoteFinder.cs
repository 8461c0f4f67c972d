using Storyline.Contracts;
using Storyline.Enrich.Names;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Quotes;

/// <summary>
/// Finds who said what. A quotation's speaker is the subject of the nearest verb of saying in its sentence: first after it
/// ("…,” X said", "…,” said X"), then before it ("X said: “…"); a quotation without one continues the paragraph's last speaker.
/// </summary>
public sealed class QuoteFinder
{
    private const int MinWordsWithoutCue = 4;
    private const int MinIndirectWords = 4;

    /// <summary>The quotes in text order.</summary>
    public List<FoundQuote> Find(AnalyzedText text, IReadOnlyList<DocumentEntity> entities)
    {
        var speakers = new Speakers(text, entities);
        var quotes = new List<FoundQuote>();
        var spans = QuotationMarks.Find(text.Text);
        var used = new HashSet<int>();
        FoundQuote? last = null;
        var lastEnd = -1;
        for (var i = 0; i < spans.Count; i++)
        {
            var quote = FromSpan(text, speakers, spans, i, last, lastEnd, used);
            if (quote is null)
            {
                continue;
            }

            quotes.Add(quote);
            last = quote;
            lastEnd = spans[i].MarkEnd;
        }

        AddIndirect(text, speakers, spans, used, quotes);
        quotes.Sort((a, b) => a.Start.CompareTo(b.Start));
        return quotes;
    }

    private static FoundQuote? FromSpan(
        AnalyzedText text, Speakers speakers, List<QuotedSpan> spans, int index, FoundQuote? last, int lastEnd, HashSet<int> used)
    {
        var span = spans[index];
        var (start, end) = Trim(text.Text, span);
        var first = text.TokenAt(start);
        var afterLast = text.TokenAt(end);
        var words = CountWords(text, first, afterLast);
        if (words == 0)
        {
            return null;
        }

        var isSentence = words >= 3 && char.IsUpper(text.Text[start]) && (text.Text[end - 1] is '.' or ',' or '!' or '?' or '…' || span.IsOpen);
        var attribution = isSentence || text.Text[end - 1] is ',' or '.' or '?' or '!'
            ? After(text, speakers, spans, index) ?? Before(text, speakers, spans, index)
            : Before(text, speakers, spans, index) ?? After(text, speakers, spans, index);
        if (attribution is { } found)
        {
            used.Add(found.CueToken);
        }

        var sameParagraph = lastEnd >= 0 && !text.Text.AsSpan(lastEnd, span.MarkStart - lastEnd).Contains('\n');
        if (attribution is null && last is not null && isSentence && (sameParagraph || StartsParagraph(text.Text, span.MarkStart)))
        {
            attribution = new Attribution(last.Speaker, last.SpeakerEntity, last.SpeakerStart, last.SpeakerLength, last.Cue, -1);
        }

        if (attribution is null && (!isSentence || words < MinWordsWithoutCue))
        {
            // Words in quotation marks that nobody is said to have said: a title, irony.
            return null;
        }

        var by = attribution ?? default;
        return new FoundQuote(
            start, end - start, isSentence ? QuoteKind.Direct : QuoteKind.Mixed, by.Speaker, by.Entity, by.Speaker is null ? -1 : by.SpeakerStart, by.SpeakerLength, by.Cue);
    }

    // The rest of the paragraph after the quotation, up to the end of the sentence or the next quotation.
    private static Attribution? After(AnalyzedText text, Speakers speakers, List<QuotedSpan> spans, int index)
    {
        var span = spans[index];
        if (span.IsOpen)
        {
            return null;
        }

        var limit = index + 1 < spans.Count ? spans[index + 1].MarkStart : text.Text.Length;
        var first = text.TokenAt(span.MarkEnd);
        var end = first;
        while (end < text.Tokens.Count && text.Tokens[end].Start < limit && !(end > first && Sentences.HasLineBreak(text.Text, text.Tokens[end - 1], text.Tokens[end])))
        {
            if (end == first && Sentences.HasLineBreak(text.Text, new Token(span.MarkEnd - 1, 1, TokenKind.Punctuation), text.Tokens[end]))
            {
                return null;
            }

            if (text.Span(end) is "." or "!" or "?")
            {
                break;
            }

            end++;
        }

        // A new sentence after a full stop inside the quotation speaks of something else, unless a verb of saying comes at once.
        var endsSentence = text.Text[span.End - 1] is '.' or '!' or '?';
        if (endsSentence && first < end && char.IsUpper(text.Text[text.Tokens[first].Start]) && !Quotes.Cues.IsSpeechVerb(text.Span(first).ToString())
            && !SaysSoon(text, first, end))
        {
            return null;
        }

        return speakers.InFrame(first, end, afterQuote: true);
    }

    private static bool SaysSoon(AnalyzedText text, int first, int end)
    {
        for (var i = first; i < Math.Min(end, first + 5); i++)
        {
            if (Quotes.Cues.IsSpeechVerb(text.Span(i).ToString()))
            {
                return i + 1 >= end || text.Span(i + 1) is "," or "in" or "on" or "at" or "during";
            }
        }

        return false;
    }

    // The sentence before the quotation, back to its start or to the quotation before.
    private static Attribution? Before(AnalyzedText text, Speakers speakers, List<QuotedSpan> spans, int index)
    {
        var span = spans[index];
        var end = text.TokenAt(span.MarkStart);
        var sentence = end;
        while (sentence > 0
            && (sentence == end || !Sentences.HasLineBreak(text.Text, text.Tokens[sentence - 1], text.Tokens[sentence]))
            && text.Span(sentence - 1) is not ("." or "!" or "?" or "”")
            && !(sentence == end && sentence < text.Tokens.Count && Sentences.HasLineBreak(text.Text, text.Tokens[sentence - 1], text.Tokens[sentence])))
        {
            sentence--;
        }

        return sentence >= end ? null : speakers.InFrame(sentence, end, afterQuote: false);
    }

    private static void AddIndirect(AnalyzedText text, Speakers speakers, List<QuotedSpan> spans, HashSet<int> used, List<FoundQuote> quotes)
    {
        foreach (var sentence in text.Sentences)
        {
            for (var i = sentence.FirstToken + 1; i < sentence.EndToken; i++)
            {
                var word = text.Span(i).ToString();
                if (used.Contains(i) || !Quotes.Cues.IsIndirectVerb(word) || spans.Exists(s => s.MarkStart <= text.Tokens[i].Start && text.Tokens[i].Start < s.MarkEnd))
                {
                    continue;
                }

                if (Indirect(text, speakers, sentence, i) is { } quote
                    && !spans.Exists(s => s.Start < quote.Start + quote.Length && quote.Start < s.End))
                {
                    quotes.Add(quote);
                    break;
                }
            }
        }
    }

    private static FoundQuote? Indirect(AnalyzedText text, Speakers speakers, TokenRange sentence, int cue)
    {
        if (speakers.SubjectBefore(sentence.FirstToken, cue) is not { Speaker: not null } subject)
        {
            return null;
        }

        var end = sentence.EndToken;
        while (end > cue + 1 && text.Tokens[end - 1].Kind == TokenKind.Punctuation)
        {
            end--;
        }

        var first = cue + 1;
        if (first >= end || text.Tokens[first].Kind == TokenKind.Punctuation)
        {
            // "The talks went on, X said." The words come first.
            var comma = speakers.FirstTokenOf(subject) - 1;
            if (comma <= sentence.FirstToken || text.Span(comma) is not ",")
            {
                return null;
            }

            (first, end) = (sentence.FirstToken, comma);
        }
        else if (text.Span(first) is "that")
        {
            first++;
        }

        return CountWords(text, first, end) < MinIndirectWords
            ? null
            : new FoundQuote(
                text.Tokens[first].Start, text.Tokens[end - 1].End - text.Tokens[first].Start, QuoteKind.Indirect, subject.Speaker, subject.Entity,
                subject.SpeakerStart, subject.SpeakerLength, text.Span(cue).ToString());
    }

    private static (int Start, int End) Trim(string text, QuotedSpan span)
    {
        var (start, end) = (span.Start, span.End);
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (end > start + 1 && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return (start, end);
    }

    private static bool StartsParagraph(string text, int offset) => offset == 0 || text[offset - 1] == '\n';

    private static int CountWords(AnalyzedText text, int first, int end)
    {
        var words = 0;
        for (var i = first; i < end; i++)
        {
            words += text.Tokens[i].Kind == TokenKind.Punctuation ? 0 : 1;
        }

        return words;
    }
}
