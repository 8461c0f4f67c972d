using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Storyline.Parse.Metadata;

/// <summary>A time as some text gave it.</summary>
/// <param name="Time">The instant; in UTC when the text names no zone, at midnight when it names no time of day.</param>
/// <param name="HasTime">The text names a time of day.</param>
/// <param name="HasZone">The text names an offset or zone.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DateReading(DateTimeOffset Time, bool HasTime, bool HasZone);

/// <summary>Reads times as publishers write them: ISO 8601 and its misspellings, RFC 5322, Unix seconds, and dates in words.</summary>
public static class DateText
{
    private static readonly string[] MonthNames =
    [
        "january januar janvier enero gennaio janeiro januari ledna stycznia ocak січня января tammikuuta jan ene gen janv januar. sty gener",
        "february februar février fevrier febrero febbraio fevereiro februari února lutego şubat лютого февраля helmikuuta feb fév fev febr feber feb. febrer",
        "march märz maerz mars marzo março marco maart března marca mart березня марта maaliskuuta mar mär mrz maa març",
        "april avril abril aprile apríla dubna kwietnia nisan квітня апреля huhtikuuta apr avr abr",
        "may mai mayo maggio maio mei května maja mayıs травня мая toukokuuta maj mag",
        "june juni juin junio giugno junho června czerwca haziran червня июня kesäkuuta jun giu juny",
        "july juli juillet julio luglio julho července lipca temmuz липня июля heinäkuuta jul juil lug juliol",
        "august août aout agosto augustus augusti srpna sierpnia ağustos серпня августа elokuuta aug ago agost",
        "september septembre septiembre settembre setembro září zari września eylül вересня сентября syyskuuta sep sept set sett setembre",
        "october oktober octobre octubre ottobre outubro října pazdziernika października ekim жовтня октября lokakuuta oct okt ott out",
        "november novembre noviembre novembro listopadu listopada kasım листопада ноября marraskuuta nov",
        "december dezember décembre decembre diciembre dicembre dezembro prosince grudnia aralık грудня декабря joulukuuta dec dez déc dic",
    ];

    private static readonly Dictionary<string, int> Months = MonthNames
        .SelectMany((names, index) => names.Split(' ').Select(name => (name, index)))
        .DistinctBy(pair => pair.name, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(pair => pair.name, pair => pair.index + 1, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, double> Zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GMT"] = 0, ["UTC"] = 0, ["Z"] = 0, ["EST"] = -5, ["EDT"] = -4, ["CST"] = -6, ["CDT"] = -5, ["MST"] = -7, ["MDT"] = -6, ["PST"] = -8, ["PDT"] = -7,
        ["BST"] = 1, ["CET"] = 1, ["CEST"] = 2, ["MEZ"] = 1, ["MESZ"] = 2, ["EET"] = 2, ["EEST"] = 3, ["MSK"] = 3, ["JST"] = 9, ["KST"] = 9, ["SGT"] = 8,
    };

    private static readonly SearchValues<string> PublicationWords = SearchValues.Create(
        ["published", "posted on", "veröffentlicht", "erschienen", "erstellt am", "publié", "publicado", "pubblicato", "gepubliceerd", "publicerad", "publisert", "opublikowano", "опубликовано"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a machine-written value (JSON-LD, meta, <c>datetime</c> attribute).</summary>
    public static DateReading? Machine(string? value)
    {
        var text = value?.Trim() ?? "";
        if (text.Length is < 8 or > 60)
        {
            return null;
        }

        if (text.All(char.IsAsciiDigit) && text.Length is 10 or 13)
        {
            var number = long.Parse(text, CultureInfo.InvariantCulture);
            return Plausible(DateTimeOffset.FromUnixTimeMilliseconds(text.Length == 10 ? number * 1_000 : number), true, true);
        }

        return Iso(text) ?? Words(text);
    }

    /// <summary>Finds a date, with the time after it if there is one, in text for readers: <c>3. Mai 2024, 15:47 Uhr</c>, <c>May 3, 2024 3:47 PM EDT</c>, <c>03.05.2024</c>.</summary>
    public static DateReading? Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.AsSpan(0, Math.Min(text.Length, 200));
        if (!HasDigit(start))
        {
            return null;
        }

        var tokens = Tokens(start);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (DateAt(tokens, i, out var next) is { } date)
            {
                return WithTime(date, tokens, next);
            }
        }

        return ShortYear(text) is { } at ? Words(string.Concat(text.AsSpan(0, at), "20", text.AsSpan(at))) : null;
    }

    /// <summary>As <see cref="Words"/>; of several dates the one that the text says is the publication's: <c>Last change: 31 October 2023. Published: 1 November 2023</c>.</summary>
    public static DateReading? Published(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var cue = text.AsSpan().IndexOfAny(PublicationWords);
        return (cue > 0 ? Words(text[cue..]) : null) ?? Words(text);
    }

    private static bool HasDigit(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (char.IsDigit(c))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where the year of a <c>31.10.23</c> begins; null when there is none. Only dots tell such a date from a score or a size.</summary>
    private static int? ShortYear(string text)
    {
        for (var i = 3; i + 3 <= Math.Min(text.Length, 200); i++)
        {
            var dots = text[i] == '.' && char.IsAsciiDigit(text[i - 1]) && (text[i - 2] == '.' || text[i - 3] == '.');
            if (dots && char.IsAsciiDigit(text[i + 1]) && char.IsAsciiDigit(text[i + 2]) && (i + 3 == text.Length || !(char.IsLetterOrDigit(text[i + 3]) || text[i + 3] == '.')))
            {
                return i + 1;
            }
        }

        return null;
    }

    // 2024-05-03T15:47:42.389+02:00 with any of: a space for the T, no seconds, a fraction of any length, +0200, +02, Z, a space before the zone.
    private static DateReading? Iso(string text)
    {
        var s = text.AsSpan();
        if (s.Length < 10 || s[4] is not ('-' or '/') || s[7] != s[4] || !Number(s[..4], out var year) || !Number(s[5..7], out var month) || !Number(s[8..10], out var day))
        {
            return s.Length == 8 && Number(s, out var compact) ? Day(compact / 10_000, compact / 100 % 100, compact % 100) is { } d ? new DateReading(d, false, false) : null : null;
        }

        if (Day(year, month, day) is not { } date)
        {
            return null;
        }

        s = s[10..].TrimStart("T t,");
        if (s.Length < 5 || s[2] != ':' || !Number(s[..2], out var hour) || !Number(s[3..5], out var minute) || hour > 24 || minute > 59)
        {
            return new DateReading(date, false, false);
        }

        var second = 0;
        s = s[5..];
        if (s.Length >= 3 && s[0] == ':' && Number(s[1..3], out second))
        {
            s = s[3..];
        }

        if (!s.IsEmpty && s[0] is '.' or ',' or ':')
        {
            s = s[1..].TrimStart("0123456789");
        }

        var time = date.AddHours(hour).AddMinutes(minute).AddSeconds(Math.Min(second, 59));
        return Offset(s.Trim()) is { } offset ? Plausible(new DateTimeOffset(time.DateTime, offset), true, true) : Plausible(time, true, false);
    }

    private static TimeSpan? Offset(ReadOnlySpan<char> zone)
    {
        if (zone.StartsWith("GMT") || zone.StartsWith("UTC"))
        {
            zone = zone.Length > 3 ? zone[3..] : "Z";
        }

        if (zone.IsEmpty || zone[0] is not ('+' or '-' or '−'))
        {
            return Zones.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(zone, out var hours) ? TimeSpan.FromHours(hours) : null;
        }

        Span<char> digits = stackalloc char[4];
        var count = 0;
        foreach (var c in zone[1..])
        {
            if (char.IsAsciiDigit(c) && count < 4)
            {
                digits[count++] = c;
            }
            else if (c != ':')
            {
                break;
            }
        }

        if (count < 1 || !int.TryParse(digits[..count], CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        var minutes = count <= 2 ? number * 60 : (number / 100 * 60) + (number % 100);
        return minutes <= 14 * 60 ? TimeSpan.FromMinutes(zone[0] == '+' ? minutes : -minutes) : null;
    }

    private static DateTimeOffset? DateAt(List<string> tokens, int i, out int next)
    {
        next = i + 3;
        string At(int k) => i + k < tokens.Count ? tokens[i + k] : "";
        // 3 May 2024 · 3. Mai 2024 · 3 de mayo de 2024
        if (Small(At(0), 31) is { } day1)
        {
            var k = At(1) is "de" or "of" or "st" or "nd" or "rd" or "th" ? 2 : 1;
            if (Months.TryGetValue(At(k), out var month))
            {
                var y = At(k + 1) is "de" or "del" ? k + 2 : k + 1;
                next = i + y + 1;
                return Year(At(y)) is { } year ? Day(year, month, day1) : null;
            }

            // 03.05.2024 · 3/5/2024: day first, unless it cannot be
            if (Small(At(1), 31) is { } second && Year(At(2)) is { } numericYear)
            {
                return second <= 12 ? Day(numericYear, second, day1) : Day(numericYear, day1, second);
            }
        }

        // May 3, 2024 · May 3rd, 2024
        if (Months.TryGetValue(At(0), out var named) && Small(At(1), 31) is { } day2)
        {
            var y = At(2) is "st" or "nd" or "rd" or "th" ? 3 : 2;
            next = i + y + 1;
            return Year(At(y)) is { } year ? Day(year, named, day2) : null;
        }

        // 2024年5月3日 · 2024-05-03 · 2024. 5. 3.
        if (Year(At(0)) is { } firstYear && Small(At(1), 12) is { } month3 && Small(At(2), 31) is { } day3)
        {
            return Day(firstYear, month3, day3);
        }

        return null;
    }

    private static DateReading? WithTime(DateTimeOffset date, List<string> tokens, int next)
    {
        for (var i = next; i < Math.Min(next + 5, tokens.Count); i++)
        {
            var parts = tokens[i].Split(':');
            if (parts.Length is < 2 or > 3 || !Number(parts[0], out var hour) || !Number(parts[1], out var minute) || hour > 24 || minute > 59)
            {
                continue;
            }

            var after = i + 1 < tokens.Count ? tokens[i + 1].Replace(".", "", StringComparison.Ordinal) : "";
            if (after is "a" or "p" or "A" or "P" && i + 2 < tokens.Count && tokens[i + 2] is "m" or "M")
            {
                tokens[i + 1] = after += "m"; // "p.m." came as two words
                tokens.RemoveAt(i + 2);
            }

            var isHalf = after.Equals("am", StringComparison.OrdinalIgnoreCase) || after.Equals("pm", StringComparison.OrdinalIgnoreCase);
            if (isHalf)
            {
                hour = (hour % 12) + (after.StartsWith("p", StringComparison.OrdinalIgnoreCase) ? 12 : 0);
            }

            var zone = i + (isHalf ? 2 : 1) < tokens.Count ? tokens[i + (isHalf ? 2 : 1)] : "";
            var offset = zone.Length > 0 ? Offset(zone) : null;
            var time = date.AddHours(hour).AddMinutes(minute);
            return Plausible(new DateTimeOffset(time.DateTime, offset ?? TimeSpan.Zero), true, offset is not null);
        }

        return new DateReading(date, false, false);
    }

    /// <summary>Words, numbers and clock times; punctuation separates, a sign stays with the zone after a time.</summary>
    private static List<string> Tokens(ReadOnlySpan<char> text)
    {
        var tokens = new List<string>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            var inside = char.IsLetterOrDigit(c) || (c == ':' && start >= 0) || (c is '+' && start < 0) || (c is '-' && start < 0 && tokens.Count > 0 && tokens[^1].Contains(':', StringComparison.Ordinal));
            // "3rd", "2024年5月": a change between digits and letters separates.
            if (inside && start >= 0 && char.IsLetterOrDigit(c) && char.IsLetterOrDigit(text[i - 1]) && char.IsDigit(c) != char.IsDigit(text[i - 1]))
            {
                Add(tokens, text[start..i]);
                start = i;
            }
            else if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                Add(tokens, text[start..i]);
                start = -1;
            }
        }

        return tokens;

        static void Add(List<string> tokens, ReadOnlySpan<char> token)
        {
            if (token is not ("年" or "月" or "日" or "년" or "월" or "일"))
            {
                tokens.Add(token.TrimEnd(':').ToString());
            }
        }
    }

    private static int? Small(string token, int max) => token.Length is 1 or 2 && Number(token, out var n) && n >= 1 && n <= max ? n : null;

    private static int? Year(string token) => token.Length == 4 && Number(token, out var n) && n is >= 1990 and <= 2100 ? n : null;

    private static bool Number(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static DateTimeOffset? Day(int year, int month, int day) =>
        year is >= 1990 and <= 2100 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month)
            ? new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero)
            : null;

    private static DateReading? Plausible(DateTimeOffset time, bool hasTime, bool hasZone) =>
        time.Year is >= 1990 and <= 2100 ? new DateReading(time, hasTime, hasZone) : null;
}
