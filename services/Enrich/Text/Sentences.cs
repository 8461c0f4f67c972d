namespace Storyline.Enrich.Text;

/// <summary>
/// Splits tokens into sentences: at . ! ? … and their full-width forms when a sentence can begin after them, and at every
/// blank line. Closing quotation marks and brackets stay with the sentence they close.
/// </summary>
public static class Sentences
{
    /// <summary>The sentences in order; together they cover all tokens.</summary>
    public static List<TokenRange> Split(string text, IReadOnlyList<Token> tokens)
    {
        var sentences = new List<TokenRange>();
        var first = 0;
        for (var i = 0; i < tokens.Count; i++)
        {
            var end = i + 1;
            if (EndsSentence(text, tokens, i))
            {
                while (end < tokens.Count && !HasLineBreak(text, tokens[end - 1], tokens[end]) && IsCloser(text, tokens, end))
                {
                    end++;
                }

                if (end < tokens.Count && !HasLineBreak(text, tokens[end - 1], tokens[end]) && !CanBegin(text, tokens, end))
                {
                    continue;
                }
            }
            else if (end < tokens.Count && !HasLineBreak(text, tokens[i], tokens[end]))
            {
                continue;
            }

            sentences.Add(new TokenRange(first, end));
            first = end;
            i = end - 1;
        }

        if (first < tokens.Count)
        {
            sentences.Add(new TokenRange(first, tokens.Count));
        }

        return sentences;
    }

    /// <summary>True when a paragraph ends between two neighbouring tokens: a line feed is between them.</summary>
    public static bool HasLineBreak(string text, Token left, Token right) =>
        text.AsSpan(left.End, right.Start - left.End).Contains('\n');

    private static bool EndsSentence(string text, IReadOnlyList<Token> tokens, int i)
    {
        var token = tokens[i];
        var last = text[token.End - 1];
        if (token.Kind == TokenKind.Punctuation)
        {
            return last is '.' or '!' or '?' or '…' or '。' or '！' or '？';
        }

        // "… in the U.S. The talks": an abbreviation ends a sentence only before a word that is never part of a name.
        return last == '.' && i + 1 < tokens.Count && Tokenizer.IsAbbreviation(token.Span(text)) && token.Span(text).Count('.') > 1
            && tokens[i + 1].Kind == TokenKind.Word && StopWords.IsStopWord(tokens[i + 1].Span(text)) && char.IsUpper(text[tokens[i + 1].Start]);
    }

    private static bool IsCloser(string text, IReadOnlyList<Token> tokens, int i)
    {
        var token = tokens[i];
        if (token.Length != 1 || token.Kind != TokenKind.Punctuation)
        {
            return false;
        }

        return text[token.Start] switch
        {
            '”' or '’' or '»' or '›' or ')' or ']' or '.' or '!' or '?' => true,
            '"' or '\'' => tokens[i - 1].End == token.Start,
            _ => false,
        };
    }

    private static bool CanBegin(string text, IReadOnlyList<Token> tokens, int i)
    {
        var c = text[tokens[i].Start];
        return !char.IsLower(c) && c is not (',' or ';' or ':' or ')' or '.');
    }
}
