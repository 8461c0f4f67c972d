using System.Globalization;
using System.Text.RegularExpressions;

namespace Storyline.Fetch.Feeds;

/// <summary>Dates as feeds write them: RFC 822 with its zones, RFC 3339, and the mixtures of both. Without a zone they are UTC.</summary>
internal static partial class FeedDates
{
    private static readonly (string Name, string Offset)[] Zones =
    [
        ("UTC", "+00:00"), ("GMT", "+00:00"), ("UT", "+00:00"), ("Z", "+00:00"), ("EST", "-05:00"), ("EDT", "-04:00"), ("CST", "-06:00"), ("CDT", "-05:00"),
        ("MST", "-07:00"), ("MDT", "-06:00"), ("PST", "-08:00"), ("PDT", "-07:00"), ("AKST", "-09:00"), ("AKDT", "-08:00"), ("HST", "-10:00"), ("WET", "+00:00"), ("WEST", "+01:00"),
        ("BST", "+01:00"), ("CET", "+01:00"), ("CEST", "+02:00"), ("EET", "+02:00"), ("EEST", "+03:00"), ("MSK", "+03:00"), ("IST", "+05:30"), ("JST", "+09:00"), ("KST", "+09:00"),
        ("AEST", "+10:00"), ("AEDT", "+11:00"), ("NZST", "+12:00"), ("NZDT", "+13:00"),
    ];

    /// <summary>The instant; null when the text is none.</summary>
    public static DateTimeOffset? Parse(string? value)
    {
        var text = value?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > 100)
        {
            return null;
        }

        // The name of the day is often wrong or in another language, and tells nothing.
        text = Weekday().Replace(text, "");
        foreach (var (name, offset) in Zones)
        {
            if (text.EndsWith(name, StringComparison.OrdinalIgnoreCase) && text.Length > name.Length && text[^(name.Length + 1)] is ' ' or (>= '0' and <= '9'))
            {
                text = text[..^name.Length].TrimEnd() + " " + offset;
                break;
            }
        }

        // "+0100" and "+01" as "+01:00"; "+00:00" after "GMT" is dropped with it.
        text = Offset().Replace(text, match => $" {match.Groups["hours"].Value}:{(match.Groups["minutes"].Success ? match.Groups["minutes"].Value : "00")}");
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AdjustToUniversal, out var time)
            && time.Year is > 1900 and < 9999
            ? time
            : null;
    }

    [GeneratedRegex(@"^\p{L}{2,12}\.?,?\s+(?=\d)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Weekday();

    [GeneratedRegex(@"(?<=:\d\d(?:\.\d+)?)\s*(?:GMT|UTC)?\s*(?<hours>[+-]\d\d):?(?<minutes>\d\d)?$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Offset();
}
