using System.Collections.Frozen;
using System.Globalization;

namespace Storyline.Fetch.Feeds;

/// <summary>
/// Dates as feeds write them: RFC 822 with its zones, RFC 3339, ISO 8601's shorter forms, Unix times, month names in the languages of Europe, and mixtures of all.
/// Names of days count for nothing: they are often wrong. Without a zone they are UTC.
/// </summary>
internal static class FeedDates
{
    private const int MaxLength = 100;

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Zones = new (string Names, int Minutes)[]
    {
        ("utc gmt ut z wet", 0), ("west bst cet mez met wat", 60), ("cest mesz mest eet sast cat", 120), ("eest msk eat idt trt", 180), ("msd gst", 240), ("pkt", 300), ("ist", 330),
        ("ict wib", 420), ("wita sgt hkt pht myt awst", 480), ("wit jst kst", 540), ("acst", 570), ("aest", 600), ("acdt", 630), ("aedt", 660), ("nzst y m", 720), ("nzdt", 780),
        ("a", -60), ("brst", -120), ("brt art adt clst uyt", -180), ("nst", -210), ("ndt", -150), ("ast at edt clt vet", -240), ("est et cdt cot pet", -300), ("cst ct mdt", -360),
        ("mst mt pdt", -420), ("pst pt akdt", -480), ("akst hdt", -540), ("hst", -600), ("n", 60),
    }.SelectMany(zone => zone.Names.Split(' ').Select(name => KeyValuePair.Create(name, name == "m" ? -720 : zone.Minutes)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    // Beginnings of names, by month; the longest that fits decides.
    private static readonly FrozenDictionary<char, (string Stem, int Month)[]> Months = new[]
    {
        "jan ian gen ene led sty янв січ яну ιαν oca tam jaan saus", "feb fév fev úno lut фев лют φεβ şub hel veebr vas", "mar mär mrz mrt már maa maal bře мар бер μαρ kov märt",
        "apr avr abr ápr dub kwi апр кві απρ nis huh bal", "may mai maj mei maí maig mag máj kvě май мая тра μαι μαϊ μάι tou geg", "jun jui juin giu iun jún čer červen červn czerw июн чер юни ιουν ιούν haz kes juuni birž jūn",
        "jul juil lug iul júl červenec červenc lip июл юли ιουλ ιούλ tem hei juuli liep jūl", "aug aoû aou ago agu ağu srp sier авг сер αυγ αύγ elo rugp", "sep set szep zář wrz сен вер σεπ eyl syy rugs",
        "oct okt out ott říj paź окт жов οκτ eki lok spal", "nov lis ноя ное лис νοε νοέ kas marr lapkr noi", "dec dez dic dés déc des pro gru дек гру δεκ ara jou gruod",
    }.SelectMany((stems, month) => stems.Split(' ').Select(stem => (stem, month + 1)))
        .GroupBy(stem => stem.stem[0]).ToFrozenDictionary(stems => stems.Key, stems => stems.OrderByDescending(stem => stem.stem.Length).ToArray());

    /// <summary>The instant; null when the text is none.</summary>
    public static DateTimeOffset? Parse(ReadOnlySpan<char> value)
    {
        var text = value.Trim();
        if (text.IsEmpty || text.Length > MaxLength)
        {
            return null;
        }

        // How command lines and .NET's old JSON mark an epoch.
        text = text[0] == '@' ? text[1..] : text.StartsWith("/Date(", StringComparison.Ordinal) && text.EndsWith(")/", StringComparison.Ordinal) ? text[6..^2] : text;
        try
        {
            if (text.Length is 20 or 25 && Rfc3339(text) is { } time)
            {
                return time;
            }

            return !text.ContainsAnyExceptInRange('0', '9') ? OfDigits(text)
                : text.IndexOf('.') is 9 or 10 && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
                : new Reading().Of(text);
        }
        catch (ArgumentOutOfRangeException)
        {
            // A day that the month does not have, a time past the end of the calendar.
            return null;
        }
    }

    // 2026-03-03T08:15:00Z and 2026-03-03T08:15:00+01:00, what nearly every Atom feed has.
    private static DateTimeOffset? Rfc3339(ReadOnlySpan<char> text)
    {
        if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || !(text.Length == 20 ? text[19] == 'Z' : text[19] is '+' or '-' && text[22] == ':'))
        {
            return null;
        }

        var (century, year, month, day, hour, minute, second) = (Two(text), Two(text[2..]), Two(text[5..]), Two(text[8..]), Two(text[11..]), Two(text[14..]), Two(text[17..]));
        var (hours, minutes) = text.Length == 20 ? (0, 0) : (Two(text[20..]), Two(text[23..]));
        return century is < 19 || year < 0 || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59 || hours is < 0 or > 14 || minutes is < 0 or > 59
            ? null
            : new DateTimeOffset((century * 100) + year, month, day, hour, minute, second, TimeSpan.Zero).AddMinutes((text[19] == '-' ? 1 : -1) * ((hours * 60) + minutes));
    }

    private static int Two(ReadOnlySpan<char> text) => char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]) ? ((text[0] - '0') * 10) + text[1] - '0' : -1;

    private static DateTimeOffset? OfDigits(ReadOnlySpan<char> digits)
    {
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        return digits.Length switch
        {
            4 when number is > 1900 and < 2200 => new DateTimeOffset((int)number, 1, 1, 0, 0, 0, TimeSpan.Zero),
            8 => new DateTimeOffset((int)(number / 10_000), (int)(number / 100 % 100), (int)(number % 100), 0, 0, 0, TimeSpan.Zero),
            9 or 10 => DateTimeOffset.FromUnixTimeSeconds(number),
            12 or 13 => DateTimeOffset.FromUnixTimeMilliseconds(number),
            14 => new DateTimeOffset(
                (int)(number / 10_000_000_000), (int)(number / 100_000_000 % 100), (int)(number / 1_000_000 % 100),
                (int)(number / 10_000 % 100), (int)(number / 100 % 100), (int)(number % 100), TimeSpan.Zero),
            _ => null,
        };
    }

    /// <summary>What a text has said so far, read from left to right.</summary>
    private ref struct Reading()
    {
        private readonly Span<(int Value, int Digits)> _numbers = new (int, int)[3];
        private int _count;
        private char _separator = ' ';
        private int _month;
        private int _hour = -1;
        private int _minute;
        private int _second;
        private long _ticks;
        private int? _meridian;
        private int? _offset;
        private bool _isOffsetNumeric;

        public DateTimeOffset? Of(ReadOnlySpan<char> text)
        {
            // Whether a minus sign that comes now would separate a date's numbers.
            var isInDate = false;
            for (var i = 0; i < text.Length;)
            {
                var c = text[i];
                if (char.IsAsciiDigit(c))
                {
                    var start = i;
                    i = Digits(text, i);
                    isInDate = !Number(text, start, ref i);
                }
                else if (char.IsLetter(c))
                {
                    var start = i;
                    while (i < text.Length && (char.IsLetter(text[i]) || char.GetUnicodeCategory(text[i]) == UnicodeCategory.NonSpacingMark || (text[i] == '.' && i + 1 < text.Length && char.IsLetter(text[i + 1]) && i - start < 2)))
                    {
                        i++;
                    }

                    Word(text[start..i]);
                    isInDate = false;
                }
                else if (c is '+' or '-' or '\u2212' && !isInDate && IsOffset(text, i))
                {
                    Offset(text, ref i);
                }
                else
                {
                    _separator = isInDate && _count == 1 && c is '-' or '/' or '.' ? c : _separator;
                    isInDate &= c is '-' or '/' or '.';
                    i++;
                }
            }

            return Result();
        }

        private static int Digits(ReadOnlySpan<char> text, int from)
        {
            while (from < text.Length && char.IsAsciiDigit(text[from]))
            {
                from++;
            }

            return from;
        }

        private static int Value(ReadOnlySpan<char> digits) => digits.Length <= 9 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1;

        // After a time, or set apart from a date that has no time of its own.
        private readonly bool IsOffset(ReadOnlySpan<char> text, int at) =>
            at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]) && (_hour >= 0 || (_count == 3 && Digits(text, at + 1) == at + 5));

        // True when the number was part of a time.
        private bool Number(ReadOnlySpan<char> text, int start, ref int i)
        {
            var value = Value(text[start..i]);
            var digits = i - start;
            var next = i < text.Length ? text[i] : ' ';
            if (digits <= 2 && next == ':' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))
            {
                Time(text, value, ref i);
                return true;
            }

            if (digits <= 2 && next is '時' or '时' or '点' or '시')
            {
                _hour = value;
                return true;
            }

            if (_hour >= 0 && digits <= 2 && next is '分' or '분')
            {
                _minute = value;
                return true;
            }

            if (_hour >= 0 && digits <= 2 && next is '秒' or '초')
            {
                _second = value;
                return true;
            }

            if (start > 0 && text[start - 1] is 'T' or 't' && _count > 0 && _hour < 0 && digits is 2 or 4 or 6)
            {
                // 20260303T081500
                _hour = value / (digits == 2 ? 1 : digits == 4 ? 100 : 10_000);
                _minute = digits == 2 ? 0 : digits == 4 ? value % 100 : value / 100 % 100;
                _second = digits == 6 ? value % 100 : 0;
                return true;
            }

            if (digits == 8 && _count == 0 && _month == 0)
            {
                (_numbers[0], _numbers[1], _numbers[2], _count) = ((value / 10_000, 4), (value / 100 % 100, 2), (value % 100, 2), 3);
            }
            else if (_count < 3 && !(_month > 0 && _count == 2))
            {
                _numbers[_count++] = (value, digits);
            }
            else if (_hour < 0 && digits <= 2 && value < 24)
            {
                // "02 Jan 2006 15 -0700"
                _hour = value;
                return true;
            }

            return false;
        }

        private void Time(ReadOnlySpan<char> text, int hour, ref int i)
        {
            // Of two times the later one is meant: "00:00:00.0 15:04:05.0".
            (_hour, _second, _ticks) = (hour, 0, 0);
            var start = i + 1;
            i = Digits(text, start);
            _minute = Value(text[start..i]);
            if (i + 1 < text.Length && text[i] == ':' && char.IsAsciiDigit(text[i + 1]))
            {
                start = i + 1;
                i = Digits(text, start);
                _second = Value(text[start..i]);
                if (i + 1 < text.Length && text[i] is '.' or ',' && char.IsAsciiDigit(text[i + 1]))
                {
                    start = i + 1;
                    i = Digits(text, start);
                    var unit = TimeSpan.TicksPerSecond / 10;
                    foreach (var digit in text[start..Math.Min(i, start + 7)])
                    {
                        _ticks += (digit - '0') * unit;
                        unit /= 10;
                    }
                }
            }

            // ":00" more is a mistake for nothing; ":-0700" for "-0700".
            if (i < text.Length && text[i] == ':')
            {
                i = Digits(text, i + 1);
            }
        }

        private void Offset(ReadOnlySpan<char> text, ref int i)
        {
            var sign = text[i] == '+' ? 1 : -1;
            var start = i + 1;
            i = Digits(text, start);
            var digits = i - start;
            var value = Value(text[start..i]);
            var (hours, minutes) = digits <= 2 ? (value, 0) : (value / 100, value % 100);
            if (digits <= 2 && i + 1 < text.Length && text[i] == ':' && char.IsAsciiDigit(text[i + 1]))
            {
                start = i + 1;
                i = Digits(text, start);
                minutes = Value(text[start..i]);
            }

            // Seconds of an offset are noise.
            if (i < text.Length && text[i] == ':')
            {
                i = Digits(text, i + 1);
            }

            if (!_isOffsetNumeric && digits <= 4 && hours is >= 0 and <= 14 && minutes is >= 0 and < 60)
            {
                (_offset, _isOffsetNumeric) = (sign * ((hours * 60) + minutes), true);
            }
        }

        private void Word(ReadOnlySpan<char> word)
        {
            Span<char> buffer = stackalloc char[20];
            var length = word.Length <= buffer.Length ? word.ToLowerInvariant(buffer) : 0;
            ReadOnlySpan<char> lower = buffer[..length];
            switch (lower)
            {
                case "am" or "a.m" or "오전" or "上午" or "午前":
                    _meridian = 0;
                    return;
                case "pm" or "p.m" or "오후" or "下午" or "午後":
                    _meridian = 12;
                    return;
            }

            if (_hour >= 0)
            {
                if (!_isOffsetNumeric && _offset is null && Zones.TryGetValue(lower, out var minutes))
                {
                    _offset = minutes;
                    return;
                }

                if (_month > 0)
                {
                    return;
                }
            }

            // The last one: "mar. 3 mars" is a Tuesday.
            foreach (var (stem, month) in length > 1 && Months.TryGetValue(lower[0], out var stems) ? stems : [])
            {
                if (lower.StartsWith(stem, StringComparison.Ordinal))
                {
                    _month = month;
                    return;
                }
            }
        }

        private DateTimeOffset? Result()
        {
            var (year, month, day) = _month > 0 ? WithMonth() : WithoutMonth();
            if (year < 0 || _minute is < 0 or > 59 || _second is < 0 or > 60 || _hour > 24)
            {
                return null;
            }

            var hour = Math.Max(0, _hour);
            hour = _meridian is { } meridian && hour is >= 1 and <= 12 ? (hour % 12) + meridian : hour;
            var time = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified).AddHours(hour).AddMinutes(_minute).AddSeconds(Math.Min(_second, 59)).AddTicks(_ticks);
            return year is > 1900 and < 9999 ? new DateTimeOffset(time, TimeSpan.Zero).AddMinutes(-(_offset ?? 0)) : null;
        }

        private readonly (int Year, int Month, int Day) WithMonth()
        {
            if (_count == 0)
            {
                return (-1, 0, 0);
            }

            var (first, firstDigits) = _numbers[0];
            if (_count == 1)
            {
                return firstDigits == 4 ? (first, _month, 1) : (-1, 0, 0);
            }

            var (second, secondDigits) = _numbers[1];
            return firstDigits >= 4 || (first > 31 && secondDigits <= 2) ? (Year(first, firstDigits), _month, second) : (Year(second, secondDigits), _month, first);
        }

        private readonly (int Year, int Month, int Day) WithoutMonth()
        {
            var (first, firstDigits) = _numbers[0];
            var (second, secondDigits) = _numbers[1];
            var (third, thirdDigits) = _numbers[2];
            switch (_count)
            {
                case 1 when firstDigits == 4 && _hour < 0:
                    return (first, 1, 1);
                case 2 when firstDigits == 4 && secondDigits == 3 && second is > 0 and <= 366:
                    // The day of the year.
                    var day = new DateTime(first, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddDays(second - 1);
                    return (first, day.Month, day.Day);
                case 2 when firstDigits == 4:
                    return (first, second, 1);
                case 3 when firstDigits == 4:
                    return second > 12 && third <= 12 ? (first, third, second) : (first, second, third);
                case 3 when thirdDigits == 4:
                    // Day first, unless it cannot be or the clock is American.
                    var isMonthFirst = second > 12 || (first <= 12 && _separator == '/' && _meridian is not null);
                    return isMonthFirst ? (third, first, second) : (third, second, first);
                case 3 when _separator == '.' || second > 12 || third > 31:
                    return (Year(third, 2), second, first);
                case 3:
                    return (Year(first, firstDigits), second, third);
                default:
                    return (-1, 0, 0);
            }
        }

        // RFC 2822 §4.3, with the turn where POSIX has it.
        private static int Year(int value, int digits) => digits > 2 ? value : value < 69 ? 2000 + value : 1900 + value;
    }
}
