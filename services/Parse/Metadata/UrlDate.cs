using System.Globalization;

namespace Storyline.Parse.Metadata;

/// <summary>The day in a URL's path: <c>/2024/05/03/</c>, <c>/2024-05-03-</c>, <c>/20240503</c>, <c>/23-05-2024</c>.</summary>
public static class UrlDate
{
    public static DateReading? Read(Uri? url)
    {
        var path = (url?.AbsolutePath ?? "").AsSpan();
        for (var i = 0; i + 8 <= path.Length; i++)
        {
            // The year must begin a number of its own; what follows it decides the form.
            if (path[i] is not ('1' or '2') || (i > 0 && char.IsAsciiDigit(path[i - 1])))
            {
                continue;
            }

            var rest = path[i..];
            var separated = rest.Length >= 10 && rest[4] is '/' or '-' or '_' && rest[7] == rest[4];
            var digits = separated ? $"{rest[..4]}{rest[5..7]}{rest[8..10]}" : rest[..8].ToString();
            var end = separated ? 10 : 8;
            var endsNumber = rest.Length == end || !char.IsAsciiDigit(rest[end]);
            if (endsNumber && digits[0] is '1' or '2' && DateTime.TryParseExact(digits, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1990 and <= 2100)
            {
                return new DateReading(new DateTimeOffset(day, TimeSpan.Zero), HasTime: false, HasZone: false);
            }
        }

        return DayFirst(path);
    }

    /// <summary>A day, a month and a year between hyphens, where the numbers leave no doubt which is which.</summary>
    private static DateReading? DayFirst(ReadOnlySpan<char> path)
    {
        for (var i = 0; i + 10 <= path.Length; i++)
        {
            var alone = (i == 0 || !char.IsAsciiDigit(path[i - 1])) && (i + 10 == path.Length || !char.IsAsciiDigit(path[i + 10]));
            if (alone && path[i + 2] == '-' && path[i + 5] == '-' && int.TryParse(path.Slice(i, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var first) && first > 12
                && DateTime.TryParseExact(path.Slice(i, 10), "dd-MM-yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1990 and <= 2100)
            {
                return new DateReading(new DateTimeOffset(day, TimeSpan.Zero), HasTime: false, HasZone: false);
            }
        }

        return null;
    }
}
