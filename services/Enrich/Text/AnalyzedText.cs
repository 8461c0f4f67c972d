namespace Storyline.Enrich.Text;

/// <summary>A text with its tokens and sentences: the form that every finder reads.</summary>
public sealed class AnalyzedText
{
    public AnalyzedText(string text)
    {
        Text = text;
        Tokens = Tokenizer.Tokenize(text);
        Sentences = Enrich.Text.Sentences.Split(text, Tokens);
    }

    /// <summary>The text itself.</summary>
    public string Text { get; }

    /// <summary>Its tokens in order.</summary>
    public IReadOnlyList<Token> Tokens { get; }

    /// <summary>Its sentences in order.</summary>
    public IReadOnlyList<TokenRange> Sentences { get; }

    /// <summary>The characters of the token at an index.</summary>
    public ReadOnlySpan<char> Span(int token) => Tokens[token].Span(Text);

    /// <summary>The characters from one token to the end of another, both included.</summary>
    public string Substring(int firstToken, int lastToken) => Text[Tokens[firstToken].Start..Tokens[lastToken].End];

    /// <summary>Index of the first token that starts at or after an offset; the token count when there is none.</summary>
    public int TokenAt(int offset)
    {
        int low = 0, high = Tokens.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Tokens[middle].Start < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
