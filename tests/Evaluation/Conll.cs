using System.Text;

namespace Storyline.Evaluation;

/// <summary>A document of columns, one token a line: its text as the platform gets it, and where each token lies in it.</summary>
/// <param name="Text">Tokens joined by spaces, sentences by line ends.</param>
/// <param name="Tokens">First and end code unit of each token.</param>
/// <param name="Columns">All columns of each token.</param>
public sealed record ConllDocument(string Text, (int Start, int End)[] Tokens, string[][] Columns)
{
    /// <summary>The documents of a file; a file without <c>-DOCSTART-</c> is one.</summary>
    public static IEnumerable<ConllDocument> Read(string path)
    {
        var text = new StringBuilder();
        var tokens = new List<(int, int)>();
        var columns = new List<string[]>();
        var isNewSentence = false;
        foreach (var line in DataFiles.Lines(path))
        {
            if (line.StartsWith("-DOCSTART-", StringComparison.Ordinal))
            {
                if (tokens.Count > 0)
                {
                    yield return Take();
                }

                continue;
            }

            if (line.Trim() is not { Length: > 0 } content)
            {
                isNewSentence = true;
                continue;
            }

            text.Append(text.Length == 0 ? "" : isNewSentence ? "\n" : " ");
            isNewSentence = false;
            var cells = content.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            tokens.Add((text.Length, text.Length + cells[0].Length));
            columns.Add(cells);
            text.Append(cells[0]);
        }

        if (tokens.Count > 0)
        {
            yield return Take();
        }

        ConllDocument Take()
        {
            var document = new ConllDocument(text.ToString(), [.. tokens], [.. columns]);
            text.Clear();
            tokens.Clear();
            columns.Clear();
            isNewSentence = false;
            return document;
        }
    }

    /// <summary>Spans of the BIO tags in the last column, in code units, with their types (as <c>conlleval</c> reads them: an I after another type begins a span).</summary>
    public IEnumerable<(int Start, int End, string Type)> Spans()
    {
        (int Start, int End, string Type)? open = null;
        for (var i = 0; i < Tokens.Length; i++)
        {
            var tag = Columns[i][^1];
            var type = tag.Length > 2 ? tag[2..] : "";
            if (open is { } span && (tag[0] != 'I' || type != span.Type || IsSentenceStart(i)))
            {
                yield return span;
                open = null;
            }

            if (type.Length > 0)
            {
                open = (open?.Start ?? Tokens[i].Start, Tokens[i].End, type);
            }
        }

        if (open is { } last)
        {
            yield return last;
        }
    }

    private bool IsSentenceStart(int token) => Tokens[token].Start > 0 && Text[Tokens[token].Start - 1] == '\n';
}
