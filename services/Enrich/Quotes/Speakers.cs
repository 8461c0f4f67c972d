using System.Runtime.InteropServices;
using Storyline.Contracts;
using Storyline.Enrich.Names;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Quotes;

/// <summary>Who speaks, and by which word of the text.</summary>
/// <param name="Speaker">Name of the entity, or the words of the text.</param>
/// <param name="Entity">The entity, if it is one.</param>
/// <param name="SpeakerStart">First code unit of the speaker in the text.</param>
/// <param name="SpeakerLength">Number of code units.</param>
/// <param name="Cue">The verb.</param>
/// <param name="CueToken">Index of the verb's token.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Attribution(string? Speaker, DocumentEntity? Entity, int SpeakerStart, int SpeakerLength, string? Cue, int CueToken);

/// <summary>Resolves the subjects of verbs of saying in one document.</summary>
public sealed class Speakers
{
    private const int MaxNounPhrase = 7;

    private readonly AnalyzedText _text;
    private readonly (int Start, int End, DocumentEntity Entity)[] _mentions;

    public Speakers(AnalyzedText text, IEnumerable<DocumentEntity> entities)
    {
        _text = text;
        _mentions = [.. entities.SelectMany(e => e.Mentions.Select(m => (m.Start, End: m.Start + m.Length, Entity: e))).OrderBy(m => m.Start)];
    }

    /// <summary>The attribution that a stretch of text beside a quotation makes, if any.</summary>
    /// <param name="first">First token.</param>
    /// <param name="end">After the last token.</param>
    /// <param name="afterQuote">The quotation is before the stretch, not after it.</param>
    public Attribution? InFrame(int first, int end, bool afterQuote)
    {
        for (var k = 0; k < end - first; k++)
        {
            var i = afterQuote ? first + k : end - 1 - k;
            var word = _text.Span(i).ToString();
            if (word.Equals("according", StringComparison.OrdinalIgnoreCase) && i + 2 < end && _text.Span(i + 1) is "to")
            {
                if (SubjectAfter(i + 2, end) is { Speaker: not null } source)
                {
                    return source with { Cue = "according to", CueToken = i };
                }
            }
            else if (Quotes.Cues.IsSpeechVerb(word))
            {
                var inverted = afterQuote && (i == first || (i == first + 1 && _text.Tokens[first].Kind == TokenKind.Punctuation)) && i + 1 < end;
                var subject = inverted ? SubjectAfter(i + 1, end) ?? SubjectBefore(first, i) : SubjectBefore(first, i);
                if (subject is { Speaker: not null } speaker)
                {
                    return speaker with { Cue = word, CueToken = i };
                }
            }
        }

        return null;
    }

    /// <summary>The first token of an attribution's speaker.</summary>
    public int FirstTokenOf(Attribution attribution) => _text.TokenAt(attribution.SpeakerStart);

    /// <summary>The subject that ends right before a verb; an apposition between commas is stepped over.</summary>
    public Attribution? SubjectBefore(int first, int verb)
    {
        var end = verb;
        while (end > first && IsAdverb(end - 1))
        {
            end--;
        }

        if (end > first && _text.Span(end - 1) is ",")
        {
            // "X, the head of Y, said": the name before the apposition.
            for (var i = end - 2; i > first; i--)
            {
                if (_text.Span(i) is "," && MentionEndingAt(_text.Tokens[i - 1].End) is { } named && named.Entity.Type is EntityType.Person or EntityType.Organisation)
                {
                    return Of(named);
                }
            }

            return null;
        }

        return end <= first ? null : PhraseEndingAt(first, end);
    }

    private Attribution? SubjectAfter(int first, int end)
    {
        var limit = Math.Min(end, first + MaxNounPhrase + 5);
        for (var i = first; i < limit; i++)
        {
            var mention = Array.Find(_mentions, m => m.Start <= _text.Tokens[i].Start && _text.Tokens[i].Start < m.End);
            if (mention.Entity is not null && mention.Entity.Type is EntityType.Person or EntityType.Organisation)
            {
                return Of(mention);
            }

            if (_text.Span(i) is "," or ";" or ":" or "in" or "on" or "at" or "that")
            {
                limit = i;
            }
        }

        // A pronoun or a common noun phrase ("said a police spokesman").
        if (first < limit && Quotes.Cues.IsPronoun(_text.Span(first).ToString()))
        {
            return Pronoun(first);
        }

        return first < limit && limit - first <= MaxNounPhrase && _text.Tokens[first].Kind == TokenKind.Word && (_text.Span(first) is "the" or "a" or "an" or "one" || limit - first <= 3)
            ? Common(first, limit)
            : null;
    }

    private Attribution? PhraseEndingAt(int first, int end)
    {
        var last = _text.Tokens[end - 1];
        if (MentionEndingAt(last.End) is { } mention && mention.Entity.Type != EntityType.Place)
        {
            return Of(mention);
        }

        if (Quotes.Cues.IsPronoun(_text.Span(end - 1).ToString()))
        {
            return Pronoun(end - 1);
        }

        if (last.Kind != TokenKind.Word || StopWords.IsStopWord(_text.Span(end - 1)))
        {
            return null;
        }

        var start = end - 1;
        while (start > first && end - start < MaxNounPhrase && _text.Tokens[start - 1].Kind != TokenKind.Punctuation
            && !Quotes.Cues.IsSpeechVerb(_text.Span(start - 1).ToString()) && _text.Span(start - 1) is not ("and" or "but" or "that" or "as" or "which" or "while" or "when"))
        {
            start--;
            if (_text.Span(start) is "the" or "The" or "a" or "A" or "an" or "An")
            {
                break;
            }
        }

        return Common(start, end);
    }

    // "the department" is the last organisation whose name holds that word.
    private Attribution? Common(int first, int end)
    {
        var start = _text.Tokens[first].Start;
        var length = _text.Tokens[end - 1].End - start;
        var head = _text.Span(end - 1).ToString();
        if (end - first == 2 && _text.Span(first) is "the" or "The")
        {
            for (var i = _mentions.Length - 1; i >= 0; i--)
            {
                var (mentionStart, _, entity) = _mentions[i];
                if (mentionStart < start && entity.Type == EntityType.Organisation
                    && entity.Name.Split(' ') is { Length: > 1 } words && (Same(words[^1], head) || Same(words[0], head)))
                {
                    return new Attribution(entity.Name, entity, start, length, null, -1);
                }
            }
        }

        return new Attribution(_text.Text.Substring(start, length), null, start, length, null, -1);
    }

    // The last person named before; "they" and "it" stay themselves.
    private Attribution? Pronoun(int token)
    {
        var word = _text.Span(token).ToString();
        var start = _text.Tokens[token].Start;
        if (!Quotes.Cues.IsPersonPronoun(word))
        {
            return null;
        }

        // The subject of the sentence before is likelier than a person named later in it.
        var sentence = Sentence(token);
        for (var s = sentence; s >= Math.Max(0, sentence - 3); s--)
        {
            var from = _text.Tokens[_text.Sentences[s].FirstToken].Start;
            var to = Math.Min(start, _text.Tokens[_text.Sentences[s].EndToken - 1].End);
            var person = Array.Find(_mentions, m => m.Start >= from && m.Start < to && m.Entity.Type == EntityType.Person);
            if (person.Entity is not null)
            {
                return new Attribution(person.Entity.Name, person.Entity, start, word.Length, null, -1);
            }
        }

        return null;
    }

    private int Sentence(int token)
    {
        int low = 0, high = _text.Sentences.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_text.Sentences[middle].FirstToken <= token)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private (int Start, int End, DocumentEntity Entity)? MentionEndingAt(int offset)
    {
        var mention = Array.Find(_mentions, m => m.End == offset);
        return mention.Entity is null ? null : mention;
    }

    private static Attribution Of((int Start, int End, DocumentEntity Entity) mention) =>
        new(mention.Entity.Name, mention.Entity, mention.Start, mention.End - mention.Start, null, -1);

    private bool IsAdverb(int token)
    {
        var word = _text.Span(token);
        return word is "also" or "later" or "then" or "has" or "had" or "have" || (word.Length > 4 && word.EndsWith("ly", StringComparison.Ordinal) && char.IsLower(word[0]));
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
