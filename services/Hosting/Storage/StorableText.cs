using System.Data;
using System.Text;
using Dapper;

namespace Storyline.Hosting.Storage;

/// <summary>
/// Text from outside as both databases take it. PostgreSQL refuses U+0000 and halves of surrogate pairs, SQLite keeps them: one such character in a
/// title would hold back its whole batch, on one of the two only. They become U+FFFD. Every string parameter of Dapper goes through here.
/// </summary>
public sealed class StorableText : SqlMapper.TypeHandler<string>
{
    /// <summary>The text itself when nothing is wrong with it.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Nearly every text: no surrogate, whole or half.
        if (!text.Contains('\0', StringComparison.Ordinal) && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var wrong = FirstWrong(text, 0);
        if (wrong < 0)
        {
            return text;
        }

        var mended = new StringBuilder(text);
        for (; wrong >= 0; wrong = FirstWrong(text, wrong + 1))
        {
            mended[wrong] = '\uFFFD';
        }

        return mended.ToString();
    }

    public override void SetValue(IDbDataParameter parameter, string? value)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        parameter.DbType = DbType.String;
        parameter.Value = value is null ? DBNull.Value : Of(value);
    }

    public override string? Parse(object value) => value as string;

    private static int FirstWrong(string text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i]))
            {
                return i;
            }

            if (char.IsHighSurrogate(text[i]))
            {
                if (i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    return i;
                }

                i++;
            }
        }

        return -1;
    }
}
