using Storyline.Contracts;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Names;

/// <summary>
/// Finds names in running text by rules: runs of capitalised words, cut at honorifics, offices, demonyms and known places,
/// each with the cues that its words and surroundings give for its type. A capital at the start of a sentence counts only
/// when something else supports it.
/// </summary>
public sealed class NameFinder(NameLexicon lexicon)
{
    private const int Strong = 4;
    private const int Weak = 1;

    // A list without punctuation, or no language at all. The database could not keep it as a key, either.
    private const int MaxLength = 200;

    /// <summary>The mentions in text order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="known">Words that are capitalised inside sentences elsewhere in the document; extended by this text.</param>
    public List<NameMention> Find(AnalyzedText text, HashSet<string> known)
    {
        var mentions = new List<NameMention>();
        var titleCased = new bool[text.Sentences.Count];
        for (var s = 0; s < text.Sentences.Count; s++)
        {
            titleCased[s] = IsTitleCased(text, text.Sentences[s]);
            if (!titleCased[s])
            {
                CollectKnown(text, text.Sentences[s], known);
            }
        }

        for (var s = 0; s < text.Sentences.Count; s++)
        {
            FindInSentence(text, text.Sentences[s], titleCased[s], known, mentions);
        }

        mentions.RemoveAll(mention => mention.Text.Length > MaxLength);
        return mentions;
    }

    private static void CollectKnown(AnalyzedText text, TokenRange sentence, HashSet<string> known)
    {
        for (var i = sentence.FirstToken; i < sentence.EndToken; i++)
        {
            if (IsCapitalised(text, i) && !IsOpening(text, sentence, i))
            {
                known.Add(Words.StripPossessive(text.Span(i)).ToString());
            }
        }
    }

    private void FindInSentence(AnalyzedText text, TokenRange sentence, bool titleCased, HashSet<string> known, List<NameMention> mentions)
    {
        var i = sentence.FirstToken;
        while (i < sentence.EndToken)
        {
            if (!CanStart(text, sentence, i, titleCased, known))
            {
                i++;
                continue;
            }

            var end = RunEnd(text, sentence, i, titleCased, known);
            CutRun(text, sentence, i, end, mentions);
            i = end;
        }
    }

    private bool CanStart(AnalyzedText text, TokenRange sentence, int i, bool titleCased, HashSet<string> known)
    {
        if (!IsCapitalised(text, i))
        {
            return false;
        }

        var word = Words.StripPossessive(text.Span(i)).ToString();
        if (NameLexicon.NeverNames.Contains(word))
        {
            return false;
        }

        if (IsKnownWord(word, known))
        {
            return !StopWords.IsStopWord(word) || (!IsOpening(text, sentence, i) && !titleCased);
        }

        if (titleCased || StopWords.IsStopWord(word))
        {
            return false;
        }

        if (!IsOpening(text, sentence, i))
        {
            return true;
        }

        // An unknown word that opens a sentence: a name only together with a capitalised neighbour ("Reda Dahish, died").
        return i + 1 < sentence.EndToken && IsCapitalised(text, i + 1) && !NameLexicon.NeverNames.Contains(text.Span(i + 1).ToString())
            && (NameLexicon.Roles.Contains(word) || NameLexicon.Honorifics.Contains(word) || NameLexicon.OrganisationOpeners.Contains(word)
                || NameLexicon.RoleModifiers.Contains(word) || !NameLexicon.Demonyms.Contains(Words.StripPossessive(text.Span(i + 1)).ToString()));
    }

    private bool IsKnownWord(string word, HashSet<string> known) =>
        known.Contains(word) || NameLexicon.Demonyms.Contains(word) || NameLexicon.Organisations.ContainsKey(word) || lexicon.Place(word) is not null
        || (lexicon.IsGivenName(word) && word.Length > 3);

    private int RunEnd(AnalyzedText text, TokenRange sentence, int first, bool titleCased, HashSet<string> known)
    {
        var end = first + 1;
        while (end < sentence.EndToken && !EndsInPossessive(text, end - 1))
        {
            if (IsCapitalised(text, end))
            {
                var word = Words.StripPossessive(text.Span(end)).ToString();
                if (NameLexicon.NeverNames.Contains(word) || (titleCased && !IsKnownWord(word, known) && !NameLexicon.OrganisationHeads.Contains(word)))
                {
                    break;
                }

                end++;
            }
            else if (JoinsParts(text, sentence, first, end))
            {
                end += 2;
            }
            else
            {
                break;
            }
        }

        return end;
    }

    // "Ministry of Foreign", "Ursula von der", "Procter & Gamble": small words between capitalised ones.
    private static bool JoinsParts(AnalyzedText text, TokenRange sentence, int first, int i)
    {
        if (i + 1 >= sentence.EndToken)
        {
            return false;
        }

        var word = text.Span(i).ToString();
        var nextIsCapitalised = IsCapitalised(text, i + 1);
        if (word is "of" or "for")
        {
            for (var j = first; j < i; j++)
            {
                var part = text.Span(j).ToString();
                if (NameLexicon.OrganisationOpeners.Contains(part) || part is "Secretary" or "Republic" or "Gulf" or "University" or "Chief" or "Speaker" or "Isle" or "Bay" or "Cape" or "Kingdom")
                {
                    return nextIsCapitalised;
                }
            }

            return false;
        }

        if (word == "&")
        {
            return nextIsCapitalised;
        }

        return NameLexicon.Particles.Contains(word) && (nextIsCapitalised || (i + 2 < sentence.EndToken && NameLexicon.Particles.Contains(text.Span(i + 1).ToString()) && IsCapitalised(text, i + 2)));
    }

    // A run holds several names when offices stand between them: "U.S. | Secretary of State | Antony Blinken".
    private void CutRun(AnalyzedText text, TokenRange sentence, int first, int end, List<NameMention> mentions)
    {
        var start = first;
        var i = first;
        while (i < end)
        {
            var word = text.Span(i).ToString();
            if (NameLexicon.Honorifics.Contains(word) || IsRole(text, i, first, end))
            {
                var titleStart = i;
                while (titleStart > start && NameLexicon.RoleModifiers.Contains(Words.StripPossessive(text.Span(titleStart - 1)).ToString()))
                {
                    titleStart--;
                }

                AddNames(text, sentence, start, titleStart, mentions);
                var after = i + 1;
                while (after < end && (text.Span(after) is "of" or "for" or "-" || (after > i + 1 && text.Span(after - 1) is "of" or "for")
                    || NameLexicon.Honorifics.Contains(text.Span(after).ToString()) || NameLexicon.Roles.Contains(text.Span(after).ToString())))
                {
                    after++;
                }

                if (after < end)
                {
                    AddPerson(text, titleStart, after, end, mentions);
                }

                return;
            }

            i++;
        }

        AddNames(text, sentence, start, end, mentions);
    }

    private static bool IsRole(AnalyzedText text, int i, int first, int end)
    {
        var word = text.Span(i).ToString();
        if (!NameLexicon.Roles.Contains(word) || (i + 1 == end && i > first && NameLexicon.OrganisationHeads.Contains(word)))
        {
            return false;
        }

        // "Major League", "General Motors", "Justice Department": the next word makes it an organisation.
        return i + 1 >= end || !(NameLexicon.OrganisationHeads.Contains(Words.StripPossessive(text.Span(i + 1)).ToString())
            && !NameLexicon.RoleModifiers.Contains(text.Span(i + 1).ToString()));
    }

    private static void AddPerson(AnalyzedText text, int titleStart, int first, int end, List<NameMention> mentions)
    {
        var cues = new int[5];
        cues[(int)EntityType.Person] = Strong;
        var title = text.Substring(titleStart, first - 1);
        mentions.Add(new NameMention(first, end, Name(text, first, end), title, cues));
    }

    // Splits what no office splits: a demonym or a known place before something that stands by itself.
    private void AddNames(AnalyzedText text, TokenRange sentence, int first, int end, List<NameMention> mentions)
    {
        while (end > first && (NameLexicon.RoleModifiers.Contains(text.Span(end - 1).ToString()) && end - first == 1))
        {
            end--;
        }

        if (first >= end)
        {
            return;
        }

        if (end - first > 1)
        {
            var whole = Name(text, first, end);
            var lastWord = Words.StripPossessive(text.Span(end - 1)).ToString();
            var isOneName = lexicon.Place(whole) is not null || NameLexicon.Organisations.ContainsKey(whole);
            if (!isOneName && NameLexicon.Demonyms.Contains(text.Span(first).ToString()))
            {
                AddNames(text, sentence, first, first + 1, mentions);
                AddNames(text, sentence, first + 1, end, mentions);
                return;
            }

            if (!isOneName && !NameLexicon.OrganisationHeads.Contains(lastWord) && !NameLexicon.PlaceHeads.Contains(lastWord) && !NameLexicon.OtherHeads.Contains(lastWord))
            {
                for (var cut = end - 1; cut > first; cut--)
                {
                    if (lexicon.Place(Name(text, first, cut)) is not null && !lexicon.IsGivenName(text.Span(first).ToString()))
                    {
                        AddNames(text, sentence, first, cut, mentions);
                        AddNames(text, sentence, cut, end, mentions);
                        return;
                    }
                }
            }
        }

        mentions.Add(new NameMention(first, end, Name(text, first, end), "", Cues(text, sentence, first, end)));
    }

    private int[] Cues(AnalyzedText text, TokenRange sentence, int first, int end)
    {
        var cues = new int[5];
        var name = Name(text, first, end);
        var words = name.Split(' ');
        if (NameLexicon.Organisations.ContainsKey(name))
        {
            cues[(int)EntityType.Organisation] += 2 * Strong;
        }

        if (lexicon.Place(name) is not null)
        {
            cues[(int)EntityType.Place] += Strong + Weak;
        }

        if (NameLexicon.Demonyms.Contains(name))
        {
            cues[(int)EntityType.Other] += 2 * Strong;
        }

        var openers = words.Length > 2 && NameLexicon.OrganisationOpeners.Contains(words[0]) && words[1] is "of" or "for";
        if (words.Length > 1 && (NameLexicon.OrganisationHeads.Contains(words[^1]) || openers))
        {
            cues[(int)EntityType.Organisation] += Strong + Weak;
        }
        else if (words.Length > 1 && NameLexicon.PlaceHeads.Contains(words[^1]))
        {
            cues[(int)EntityType.Place] += Strong;
        }
        else if (words.Length > 1 && NameLexicon.OtherHeads.Contains(words[^1]))
        {
            cues[(int)EntityType.Other] += Strong;
        }

        if (words.Length == 1 && IsAcronym(name))
        {
            cues[(int)EntityType.Organisation] += Weak + Weak;
        }

        AddPersonCues(text, sentence, first, end, words, cues);
        if (first > sentence.FirstToken && text.Span(first - 1) is "in" or "near" or "from" or "across" or "outside" or "throughout")
        {
            cues[(int)EntityType.Place] += text.Span(first - 1) is "from" ? Weak : Weak + Weak;
        }

        if (first > sentence.FirstToken && text.Span(first - 1) is "the" or "The" && words.Length > 1)
        {
            cues[(int)EntityType.Organisation] += Weak;
            cues[(int)EntityType.Other] += Weak;
        }

        return cues;
    }

    private void AddPersonCues(AnalyzedText text, TokenRange sentence, int first, int end, string[] words, int[] cues)
    {
        var person = 0;
        var canBePerson = words.Length <= 4 && words.All(w => char.IsLetter(w[0])) && !(words.Length == 1 && IsAcronym(words[0]));
        if (!canBePerson)
        {
            return;
        }

        if (lexicon.IsGivenName(words[0]))
        {
            person += words.Length > 1 ? Strong : Weak;
        }

        if (words.Length > 2 && (words[1].Length <= 2 || NameLexicon.Particles.Contains(words[1])))
        {
            person += Weak + Weak;
        }

        if (words.Length is 2 or 3)
        {
            person += Weak;
        }

        if (first > sentence.FirstToken && NameLexicon.Roles.Contains(text.Span(first - 1).ToString()))
        {
            person += Strong;
        }

        if (end < sentence.EndToken)
        {
            var next = text.Span(end).ToString();
            if (Quotes.Cues.IsSpeechVerb(next) || next is "who" or "whose")
            {
                person += Weak + Weak;
            }

            // ", 45," tells an age.
            if (next == "," && end + 2 < sentence.EndToken && text.Tokens[end + 1].Kind == TokenKind.Number && text.Tokens[end + 1].Length == 2 && text.Span(end + 2) is ",")
            {
                person += Strong;
            }

            if (next == "," && end + 1 < sentence.EndToken && text.Span(end + 1) is "who" or "whose")
            {
                person += Weak + Weak;
            }
        }

        cues[(int)EntityType.Person] += person;
    }

    private static string Name(AnalyzedText text, int first, int end)
    {
        var start = text.Tokens[first].Start;
        var last = Words.StripPossessive(text.Span(end - 1));
        var name = text.Text[start..(text.Tokens[end - 1].Start + last.Length)];
        return name.Contains('\n') || name.Contains("  ", StringComparison.Ordinal) ? string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : name;
    }

    private static bool EndsInPossessive(AnalyzedText text, int i) =>
        Words.StripPossessive(text.Span(i)).Length < text.Tokens[i].Length;

    private static bool IsAcronym(string word) => word.Length is > 1 and <= 6 && word.All(c => char.IsUpper(c) || c == '.' || char.IsDigit(c));

    private static bool IsCapitalised(AnalyzedText text, int i)
    {
        if (text.Tokens[i].Kind != TokenKind.Word)
        {
            return false;
        }

        var span = text.Span(i);
        if (char.IsUpper(span[0]))
        {
            return span.Length > 1 || i + 1 < text.Tokens.Count;
        }

        // al-Assad, al-Qaeda
        var hyphen = span.IndexOf('-');
        return hyphen is 2 && span.StartsWith("al", StringComparison.Ordinal) && hyphen + 1 < span.Length && char.IsUpper(span[hyphen + 1]);
    }

    private static bool IsOpening(AnalyzedText text, TokenRange sentence, int i)
    {
        if (i == sentence.FirstToken)
        {
            return true;
        }

        var previous = text.Tokens[i - 1];
        return previous.Kind == TokenKind.Punctuation && text.Text[previous.Start] is '“' or '"' or '‘' or '\'' or '«' or '„' or ':' or '•' or '–' or '—' or '(' or '[' or '`' or '*' or '…';
    }

    // A headline or sub-head: most of its longer words are capitalised and no full stop ends it, so capitals say nothing.
    private static bool IsTitleCased(AnalyzedText text, TokenRange sentence)
    {
        int words = 0, capitals = 0;
        for (var i = sentence.FirstToken; i < sentence.EndToken; i++)
        {
            if (text.Tokens[i].Kind == TokenKind.Word && text.Tokens[i].Length > 3)
            {
                words++;
                capitals += char.IsUpper(text.Text[text.Tokens[i].Start]) ? 1 : 0;
            }
        }

        return words >= 4 && capitals >= words * 0.75 && text.Span(sentence.EndToken - 1) is not ("." or "”" or "\"");
    }
}
