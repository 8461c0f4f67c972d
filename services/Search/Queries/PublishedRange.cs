using System.Globalization;

namespace Storyline.Search.Queries;

/// <summary>
/// Reads the value of <c>published:</c>. A time is a year, a month, a day (UTC), or an instant; the first three mean the
/// whole of it, so <c>published:2024-05</c> is that month and <c>published:&gt;2024-05</c> begins with June.
/// </summary>
internal static class PublishedRange
{
    private const string Hint = "write a day as 2024-05-31, a month as 2024-05, a year as 2024, or a time as 2024-05-31T18:30Z";

    private static readonly string[] Instants =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFK",
    ];

    public static PublishedNode Read(string text, int position, int fieldPosition)
    {
        if (text.StartsWith('['))
        {
            var ends = text[1..^1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (ends is not [var low, "TO" or "to", var high])
            {
                throw new QuerySyntaxException("a range has two ends", position, "write published:[2024-01-01 TO 2024-02-01]; * leaves an end open");
            }

            var from = low is "*" ? (long?)null : Span(low, position).First;
            var to = high is "*" ? (long?)null : Span(high, position).Last;
            return from > to
                ? throw new QuerySyntaxException("the range ends before it begins", position, "write the earlier end first")
                : new PublishedNode(from, to, fieldPosition);
        }

        return text switch
        {
            ['>', '=', .. var time] => new PublishedNode(Span(time, position).First, null, fieldPosition),
            ['<', '=', .. var time] => new PublishedNode(null, Span(time, position).Last, fieldPosition),
            ['>', .. var time] => new PublishedNode(Span(time, position).Last + 1, null, fieldPosition),
            ['<', .. var time] => new PublishedNode(null, Span(time, position).First - 1, fieldPosition),
            _ => new PublishedNode(Span(text, position).First, Span(text, position).Last, fieldPosition),
        };
    }

    private static (long First, long Last) Span(string text, int position)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        var culture = CultureInfo.InvariantCulture;
        if (DateTimeOffset.TryParseExact(text, "yyyy", culture, Utc, out var start) && start.Year < 9999)
        {
            return Until(start, start.AddYears(1));
        }

        if (DateTimeOffset.TryParseExact(text, "yyyy-MM", culture, Utc, out start) && start.Year < 9999)
        {
            return Until(start, start.AddMonths(1));
        }

        if (DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", culture, Utc, out start) && start.Year < 9999)
        {
            return Until(start, start.AddDays(1));
        }

        return DateTimeOffset.TryParseExact(text, Instants, culture, Utc, out start)
            ? (start.ToUnixTimeMilliseconds(), start.ToUnixTimeMilliseconds())
            : throw new QuerySyntaxException($"{(text.Length == 0 ? "nothing" : text)} is no time", position, Hint);

        static (long First, long Last) Until(DateTimeOffset start, DateTimeOffset end) =>
            (start.ToUnixTimeMilliseconds(), end.ToUnixTimeMilliseconds() - 1);
    }
}
