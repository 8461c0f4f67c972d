using System.Globalization;

namespace Storyline.Search.Queries;

internal enum TokenKind
{
    Word,
    Phrase,
    Prefix,
    Field,
    Time,
    Near,
    And,
    Or,
    Not,
    Open,
    Close,
    End,
}

/// <summary>A piece of a query. <paramref name="Text"/> is without quotation marks, asterisk, colon.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Position);

/// <summary>
/// Cuts a query into tokens. Plain sentences pass unharmed: punctuation between words is dropped, and a colon, a hyphen or
/// an asterisk is syntax only where it stands as syntax does (<c>lang:en</c>, <c>-word</c>, <c>chin*</c>).
/// </summary>
internal sealed class QueryLexer
{
    /// <summary>A sentence in capitals has more words than this; below it, AND between capitals is the operator.</summary>
    private const int ShoutedWords = 5;

    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private readonly bool _isShouted;
    private int _at;

    private QueryLexer(string text)
    {
        _text = text;
        _isShouted = IsShouted(text);
    }

    public static IReadOnlyList<Token> Read(string text)
    {
        var lexer = new QueryLexer(text);
        while (lexer._at < text.Length)
        {
            lexer.ReadToken();
        }

        lexer._tokens.Add(new Token(TokenKind.End, "", text.Length));
        return lexer._tokens;
    }

    private void ReadToken()
    {
        var start = _at;
        var character = _text[start];
        if (char.IsWhiteSpace(character))
        {
            _at++;
        }
        else if (character is '(' or ')')
        {
            _at++;
            _tokens.Add(new Token(character == '(' ? TokenKind.Open : TokenKind.Close, "", start));
        }
        else if (IsQuotationMark(character))
        {
            ReadPhrase(start);
        }
        else if (character == '-' && start + 1 < _text.Length && _text[start + 1] != '-' && !char.IsWhiteSpace(_text[start + 1]))
        {
            _at++;
            _tokens.Add(new Token(TokenKind.Not, "-", start));
        }
        else
        {
            ReadRun(start);
        }
    }

    private void ReadPhrase(int start)
    {
        var end = start + 1;
        while (end < _text.Length && !IsQuotationMark(_text[end]))
        {
            end++;
        }

        if (end == _text.Length)
        {
            throw new QuerySyntaxException("a phrase has no end", start, "close it with a quotation mark, or remove the one that opens it");
        }

        var phrase = _text[(start + 1)..end];
        if (!phrase.Any(char.IsLetterOrDigit))
        {
            throw new QuerySyntaxException("an empty phrase", start, "write the words between the quotation marks");
        }

        _at = end + 1;
        _tokens.Add(new Token(TokenKind.Phrase, phrase, start));
    }

    /// <summary>A run of characters without white space, brackets and quotation marks.</summary>
    private void ReadRun(int start)
    {
        var end = start;
        while (end < _text.Length && !char.IsWhiteSpace(_text[end]) && _text[end] is not ('(' or ')') && !IsQuotationMark(_text[end]))
        {
            end++;
        }

        var run = _text[start..end];
        if (TryReadField(run, start))
        {
            return;
        }

        _at = end;
        if (!run.Any(char.IsLetterOrDigit))
        {
            return;
        }

        _tokens.Add(run switch
        {
            "AND" when !_isShouted => new Token(TokenKind.And, run, start),
            "OR" when !_isShouted => new Token(TokenKind.Or, run, start),
            "NOT" when !_isShouted => new Token(TokenKind.Not, run, start),
            _ when ReadDistance(run, start) is { } distance => new Token(TokenKind.Near, distance, start),
            _ => WordOrPrefix(run, start),
        });
    }

    private static Token WordOrPrefix(string run, int start)
    {
        if (run[0] == '*')
        {
            throw new QuerySyntaxException(
                "a word cannot begin with an asterisk", start, "an asterisk ends a prefix, as in chin*; words are found in every inflection anyway");
        }

        if (run[^1] != '*')
        {
            return new Token(TokenKind.Word, run, start);
        }

        var prefix = run.TrimEnd('*');
        if (prefix.Count(char.IsLetterOrDigit) < QueryLimits.MinPrefixLength)
        {
            throw new QuerySyntaxException(
                "a prefix is too short", start,
                string.Create(CultureInfo.InvariantCulture, $"write at least {QueryLimits.MinPrefixLength} letters before the asterisk"));
        }

        return new Token(TokenKind.Prefix, prefix, start);
    }

    private bool TryReadField(string run, int start)
    {
        var colon = run.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return false;
        }

        var name = run[..colon];
        var next = start + colon + 1;
        var hasValue = next < _text.Length && !char.IsWhiteSpace(_text[next]);
        if (!name.All(char.IsAsciiLetter) || (!hasValue && !name.All(char.IsAsciiLetterLower)))
        {
            return false;
        }

        if (!Enum.TryParse<QueryField>(name, ignoreCase: true, out var field))
        {
            // A colon inside ordinary text: "https://…", "Kennedy: a life", "Re:".
            if (!hasValue || _text[next] == '/' || name.Length < 2 || !name.All(char.IsAsciiLetterLower))
            {
                return false;
            }

            throw new QuerySyntaxException(
                $"there is no field {name}", start,
                $"did you mean {Nearest(name)}:? For the text itself put it in quotation marks. Fields: "
                + string.Join(' ', Enum.GetNames<QueryField>().Select(known => known.ToLowerInvariant() + ":")));
        }

        if (!hasValue)
        {
            throw new QuerySyntaxException($"the field {name} has no value", start, $"write the value directly after the colon, as in {name}:word");
        }

        _tokens.Add(new Token(TokenKind.Field, name, start));
        _at = next;
        if (field == QueryField.Published)
        {
            ReadTime(next);
        }

        return true;
    }

    /// <summary>The value of published: is <c>[a TO b]</c>, or a comparison and a time without white space.</summary>
    private void ReadTime(int start)
    {
        var end = start;
        if (_text[start] == '[')
        {
            end = _text.IndexOf(']', start) + 1;
            if (end == 0)
            {
                throw new QuerySyntaxException("a range has no end", start, "write published:[2024-01-01 TO 2024-02-01]");
            }
        }
        else
        {
            while (end < _text.Length && !char.IsWhiteSpace(_text[end]) && _text[end] is not ('(' or ')'))
            {
                end++;
            }
        }

        _tokens.Add(new Token(TokenKind.Time, _text[start..end], start));
        _at = end;
    }

    private static string? ReadDistance(string run, int start)
    {
        if (!run.StartsWith("near/", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return int.TryParse(run.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var distance) && distance is >= 1 and <= QueryLimits.MaxDistance
            ? run[5..]
            : throw new QuerySyntaxException(
                "near/ has no valid distance", start, string.Create(CultureInfo.InvariantCulture, $"write a number of words from 1 to {QueryLimits.MaxDistance}, as in near/5"));
    }

    private static bool IsQuotationMark(char character) => character is '"' or '“' or '”' or '„' or '«' or '»';

    /// <summary>
    /// A sentence typed in capitals, as old agency copy is: its AND, OR and NOT are words of the language.
    /// Quotation marks or a field show that the writer means the query language.
    /// </summary>
    private static bool IsShouted(string text)
    {
        if (text.Any(character => char.IsLower(character) || IsQuotationMark(character) || character == ':'))
        {
            return false;
        }

        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > ShoutedWords
            && words.Any(word => word.Trim('(', ')', '-') is not ("AND" or "OR" or "NOT") && word.Any(char.IsUpper));
    }

    private static string Nearest(string name) =>
        Enum.GetNames<QueryField>().Select(known => known.ToLowerInvariant()).MinBy(known => EditDistance(known, name))!;

    private static int EditDistance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
