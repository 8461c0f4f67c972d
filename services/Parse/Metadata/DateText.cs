using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Storyline.Parse.Metadata;

/// <summary>A time as some text gave it.</summary>
/// <param name="Time">The instant; in UTC when the text names no zone, at midnight when it names no time of day.</param>
/// <param name="HasTime">The text names a time of day.</param>
/// <param name="HasZone">The text names an offset or zone.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DateReading(DateTimeOffset Time, bool HasTime, bool HasZone)
{
    /// <summary>Day and month could be the other way round: <c>3.5.2024</c>. They are read day first.</summary>
    public bool IsOrderUnsure { get; init; }

    /// <summary>Written with strokes, <c>3/5/2024</c>, as in the countries that put the month first.</summary>
    public bool IsSlashed { get; init; }

    /// <summary>The reading with day and month the other way round.</summary>
    public DateReading OtherOrder() => this with { Time = new DateTimeOffset(new DateTime(Time.Year, Time.Day, Time.Month).Add(Time.TimeOfDay), Time.Offset), IsOrderUnsure = false };
}

/// <summary>What a text says that a date is of.</summary>
public enum DateRole
{
    /// <summary>It does not say.</summary>
    Unsaid,

    /// <summary>The publication: "Published", "Erschienen am".</summary>
    Publication,

    /// <summary>The last change or check: "Updated", "Stand".</summary>
    Change,

    /// <summary>Something else than the text: an event, a term, the rights.</summary>
    Other,
}

/// <summary>A date in a text for readers.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DateMention(DateReading Reading, DateRole Role);

/// <summary>Reads times as publishers write them: ISO 8601 and its misspellings, RFC 5322, Unix seconds, and dates in words.</summary>
public static class DateText
{
    // In the cases that dates stand in; a name that two languages give to different months ("listopada") stands by the first of them.
    private static readonly string[] MonthNames =
    [
        "january januar janvier enero gennaio janeiro januari ledna stycznia ocak січня января tammikuuta jan ene gen janv sty gener jänner jän ianuarie januára siječnja sausio janvāris janvārī jaanuar január janúar јануар януари ιανουαρίου يناير ינואר जनवरी xaneiro urtarrila января янв",
        "february februar février fevrier febrero febbraio fevereiro februari února lutego şubat лютого февраля helmikuuta feb fév fev febr feber febrer lut februarie februára veljače vasario februāris februārī veebruar február febrúar фебруар февруари φεβρουαρίου فبراير פברואר फरवरी febreiro фев",
        "march märz maerz mars marzo março marco maart března marca mart березня марта maaliskuuta mar mär mrz maa març martie ožujka kovo marts martā märts március март μαρτίου مارس מרץ मार्च maret",
        "april avril abril aprile apríla dubna kwietnia nisan квітня апреля huhtikuuta apr avr abr aprilie travnja balandžio aprīlis aprīlī aprill április apríl април απριλίου أبريل אפריל अप्रैल kwi апр",
        "may mai mayo maggio maio mei května maja mayıs травня мая toukokuuta maj mag svibnja gegužės maijs maijā május maí мај май μαΐου مايو מאי मई mája",
        "june juni juin junio giugno junho června czerwca haziran червня июня kesäkuuta jun giu juny iunie lipnja birželio jūnijs jūnijā juuni június júní јун юни ιουνίου يونيو יוני जून cze júna xuño июн",
        "july juli juillet julio luglio julho července lipca temmuz липня июля heinäkuuta jul juil lug juliol iulie srpnja liepos jūlijs jūlijā juuli július júlí јул юли ιουλίου يوليو יולי जुलाई lip júla xullo июл",
        "august août aout agosto augustus augusti srpna sierpnia ağustos серпня августа elokuuta aug ago agost kolovoza rugpjūčio augusts augustā augusztus ágúst август αυγούστου أغسطس אוגוסט अगस्त agustus sie augusta авг",
        "september septembre septiembre settembre setembro září zari września eylül вересня сентября syyskuuta sep sept set sett setembre septembrie rujna rugsėjo septembris septembrī szeptember септембар септември σεπτεμβρίου سبتمبر ספטמבר सितंबर wrz septembra сен",
        "october oktober octobre octubre ottobre outubro října pazdziernika października ekim жовтня октября lokakuuta oct okt ott out octombrie spalio oktobris oktobrī oktoober október októbra октобар октомври οκτωβρίου أكتوبر אוקטובר अक्टूबर paź окт",
        "november novembre noviembre novembro listopadu listopada kasım листопада ноября marraskuuta nov noiembrie studenoga studenog lapkričio novembris novembrī nóvember novembra новембар ноември νοεμβρίου نوفمبر נובמבר नवंबर lis ноя",
        "december dezember décembre decembre diciembre dicembre dezembro prosince grudnia aralık грудня декабря joulukuuta dec dez déc dic decembrie gruodžio decembris decembrī detsember desember decembra децембар декември δεκεμβρίου ديسمبر דצמבר दिसंबर gru des дек",
    ];

    private static readonly Dictionary<string, int> Months = MonthNames
        .SelectMany((names, index) => names.Split(' ').Select(name => (name, index)))
        .DistinctBy(pair => pair.name, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(pair => pair.name, pair => pair.index + 1, StringComparer.OrdinalIgnoreCase);

    /// <summary>A month's name by itself, short or long, in any of the languages.</summary>
    internal static bool IsMonth(string word) => Months.ContainsKey(word);

    private static readonly Dictionary<string, double> Zones = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GMT"] = 0, ["UTC"] = 0, ["Z"] = 0, ["EST"] = -5, ["EDT"] = -4, ["CST"] = -6, ["CDT"] = -5, ["MST"] = -7, ["MDT"] = -6, ["PST"] = -8, ["PDT"] = -7,
        ["BST"] = 1, ["CET"] = 1, ["CEST"] = 2, ["MEZ"] = 1, ["MESZ"] = 2, ["EET"] = 2, ["EEST"] = 3, ["MSK"] = 3, ["МСК"] = 3, ["JST"] = 9, ["KST"] = 9, ["SGT"] = 8, ["HKT"] = 8,
        ["PKT"] = 5, ["WIB"] = 7, ["SAST"] = 2, ["AWST"] = 8, ["AEST"] = 10, ["AEDT"] = 11, ["NZST"] = 12, ["NZDT"] = 13,
        // Not IST, which is India's, Ireland's and Israel's.
    };

    // Beginnings of words.
    private static readonly SearchValues<string> PublicationWords = SearchValues.Create(
        [
            "publi", "posted", "created", "written", "released", "issued", "veröffentlich", "erschienen", "erstellt", "geschrieben", "gepostet", "eingestellt", "pubbli", "gepubliceerd", "geplaatst", "escrito",
            "creado", "publisert", "opprettet", "udgivet", "oprettet", "offentliggjort", "skapad", "opubli", "dodano", "utworzono", "vydáno", "publikováno", "zveřejněno", "objavljeno", "közzé", "megjelen", "julkaistu",
            "опублик", "дата публикации", "δημοσ", "yayın", "eklenme", "발행", "입력", "등록", "発行", "公開", "掲載", "发布", "發布", "发表", "نشر",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> ChangeWords = SearchValues.Create(
        [
            "updat", "modif", "edited", "revised", "reviewed", "last change", "aktuali", "geändert", "letzte änderung", "überarbeitet", "stand:", "stand ", "actuali", "aggiorna", "mis à jour", "mise à jour", "bijgewerkt",
            "gewijzigd", "uppdater", "ändrad", "oppdater", "opdater", "sist endret", "zmieni", "zaktuali", "změn", "ažur", "frissít", "módos", "päivitetty", "muokattu", "atualiz", "обновл", "изменен", "оновлен", "ενημ",
            "güncel", "更新", "수정", "最終", "تحديث",
        ],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> OtherWords = SearchValues.Create(
        ["termin", "wann:", "when:", "deadline", "gültig", "valid ", "expire", "until", "geboren", "born", "birthday", "copyright", "©", "event"], StringComparison.OrdinalIgnoreCase);

    private const int MaxWords = 200;

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
        var start = text.AsSpan(0, Math.Min(text.Length, MaxWords));
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

    /// <summary>
    /// As <see cref="Words"/>, with what the text says that the date is of. Of several dates the one of the publication, else one that nothing is said of:
    /// <c>Last change: 31 October 2023. Published: 1 November 2023</c>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="reach">How many characters before or after a date count as said of it.</param>
    public static DateMention? Mention(string text, int reach = MaxWords)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = text.AsSpan(0, Math.Min(text.Length, MaxWords));
        if (!HasDigit(start))
        {
            return null;
        }

        var tokens = Tokens(start);
        DateMention? best = null;
        var said = 0; // how far the text has been read for what it says
        for (var i = 0; i < tokens.Count; i++)
        {
            if (DateAt(tokens, i, out var next) is not { } date)
            {
                continue;
            }

            var role = RoleOf(start[Math.Max(said, tokens[i].At - reach)..tokens[i].At]);
            said = next < tokens.Count ? tokens[next].At : start.Length;
            var reading = WithTime(date, tokens, next);
            // "… of 3 May 2024 (updated 5 May 2024)": what follows speaks of the next date, if there is one.
            if (role == DateRole.Unsaid && best is null && !AnyDate(tokens, next))
            {
                role = RoleOf(start[said..Math.Min(start.Length, said + reach)]);
            }

            if (best is null || Rank(role) > Rank(best.Value.Role))
            {
                best = new DateMention(reading, role);
            }

            i = next - 1;
        }

        return best ?? (ShortYear(text) is { } at ? Mention(string.Concat(text.AsSpan(0, at), "20", text.AsSpan(at)), reach) : null);

        static int Rank(DateRole role) => role switch { DateRole.Publication => 3, DateRole.Unsaid => 2, DateRole.Change => 1, _ => 0 };
    }

    /// <summary>What the last such word of a text says that a date is of.</summary>
    public static DateRole RoleOf(ReadOnlySpan<char> text)
    {
        var (said, role) = (-1, DateRole.Unsaid);
        foreach (var (words, means) in (ReadOnlySpan<(SearchValues<string>, DateRole)>)[(PublicationWords, DateRole.Publication), (ChangeWords, DateRole.Change), (OtherWords, DateRole.Other)])
        {
            if (LastWord(text, words) is var at && at > said)
            {
                (said, role) = (at, means);
            }
        }

        return role;
    }

    private static int LastWord(ReadOnlySpan<char> text, SearchValues<string> words)
    {
        var last = -1;
        for (var from = 0; from < text.Length && text[from..].IndexOfAny(words) is var at and >= 0; from += at + 1)
        {
            var begin = from + at;
            // Scripts with capitals set words apart; in the others a word may begin anywhere.
            if (begin == 0 || !char.IsLetter(text[begin - 1]) || !(char.IsLower(text[begin]) || char.IsUpper(text[begin])))
            {
                last = begin;
            }
        }

        return last;
    }

    private static bool AnyDate(List<Token> tokens, int from)
    {
        for (var i = from; i < tokens.Count; i++)
        {
            if (DateAt(tokens, i, out _) is not null)
            {
                return true;
            }
        }

        return false;
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
        return Offset(s.Trim(" ()")) is { } offset ? Plausible(new DateTimeOffset(time.DateTime, offset), true, true) : Plausible(time, true, false);
    }

    private static TimeSpan? Offset(ReadOnlySpan<char> zone)
    {
        if (zone.StartsWith("GMT") || zone.StartsWith("UTC"))
        {
            zone = zone.Length > 3 ? zone[3..].TrimStart() : "Z";
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

    private static DateReading? DateAt(List<Token> tokens, int i, out int next)
    {
        next = i + 3;
        string At(int k) => i + k < tokens.Count ? tokens[i + k].Text : "";
        DateReading? Found(int length, int year, int month, int day, out int after)
        {
            after = i + length;
            return Day(year, month, day) is { } date ? new DateReading(date, false, false) : null;
        }

        if (Small(At(0), 31) is { } first)
        {
            // 3 May 2024 · 3. Mai 2024 · 3 de mayo de 2024 · 1er mai 2024
            var k = At(1) is "de" or "of" or "st" or "nd" or "rd" or "th" or "er" or "º" or "ο" ? 2 : 1;
            k += k == 2 && At(2) is "de" or "of" ? 1 : 0;
            if (Months.TryGetValue(At(k), out var month))
            {
                var y = At(k + 1) is "de" or "del" or "d" ? k + 2 : k + 1;
                return Year(At(y)) is { } year ? Found(y + 1, year, month, first, out next) : null;
            }

            // ngày 3 tháng 5 năm 2024
            if (At(1) is "tháng" && Small(At(2), 12) is { } counted)
            {
                var y = At(3) is "năm" ? 4 : 3;
                return Year(At(y)) is { } year ? Found(y + 1, year, counted, first, out next) : null;
            }

            // 03.05.2024 · 3/5/2024: day first, unless it cannot be
            if (Small(At(1), 31) is { } second && Year(At(2)) is { } numericYear)
            {
                return second > 12 ? Found(3, numericYear, first, second, out next)
                    : Found(3, numericYear, second, first, out next) is { } found ? found with { IsOrderUnsure = first <= 12 && first != second, IsSlashed = tokens[i].Next == '/' } : null;
            }
        }

        // May 3, 2024 · May 3rd, 2024 · May 3 14:57:21 CEST 2024
        if (Months.TryGetValue(At(0), out var named) && Small(At(1), 31) is { } day2)
        {
            var y = At(2) is "st" or "nd" or "rd" or "th" ? 3 : 2;
            if (Year(At(y)) is { } year)
            {
                return Found(y + 1, year, named, day2, out next);
            }

            y = At(2).Contains(':', StringComparison.Ordinal) ? Year(At(3)) is not null ? 3 : 4 : 0;
            return y > 0 && Year(At(y)) is { } late ? Found(2, late, named, day2, out next) : null;
        }

        if (Year(At(0)) is { } firstYear)
        {
            // 2024年5月3日 · 2024-05-03 · 2024. 5. 3.
            if (Small(At(1), 12) is { } month3 && Small(At(2), 31) is { } day3)
            {
                return Found(3, firstYear, month3, day3, out next);
            }

            // 2024 May 3 · 2024. május 3. · 2024 m. gegužės 3 d. · 2024. gada 3. maijā
            var k = At(1) is "m" or "gada" ? 2 : 1;
            return Months.TryGetValue(At(k), out var month) && Small(At(k + 1), 31) is { } day4 ? Found(k + 2, firstYear, month, day4, out next)
                : k == 2 && Small(At(2), 31) is { } day5 && Months.TryGetValue(At(3), out month) ? Found(4, firstYear, month, day5, out next) : null;
        }

        return null;
    }

    private static DateReading WithTime(DateReading date, List<Token> tokens, int next)
    {
        for (var i = next; i < Math.Min(next + 5, tokens.Count); i++)
        {
            var parts = tokens[i].Text.Split(':');
            if (parts.Length is < 2 or > 3 || !Number(parts[0], out var hour) || !Number(parts[1], out var minute) || hour > 24 || minute > 59)
            {
                continue;
            }

            var after = i + 1 < tokens.Count ? tokens[i + 1].Text.Replace(".", "", StringComparison.Ordinal) : "";
            var length = 1;
            if (after is "a" or "p" or "A" or "P" && i + 2 < tokens.Count && tokens[i + 2].Text is "m" or "M")
            {
                after += "m"; // "p.m." came as two words
                length = 2;
            }

            var isHalf = after.Equals("am", StringComparison.OrdinalIgnoreCase) || after.Equals("pm", StringComparison.OrdinalIgnoreCase);
            if (isHalf)
            {
                hour = (hour % 12) + (after.StartsWith("p", StringComparison.OrdinalIgnoreCase) ? 12 : 0);
            }

            var at = i + 1 + (isHalf ? length : 0);
            var offset = ZoneAt(tokens, at);
            var time = date.Time.AddHours(hour).AddMinutes(minute);
            return Plausible(new DateTimeOffset(time.DateTime, offset ?? TimeSpan.Zero), true, offset is not null) is { } whole ? whole with { IsOrderUnsure = date.IsOrderUnsure, IsSlashed = date.IsSlashed } : date;
        }

        return date;
    }

    /// <summary>The zone after a clock: a name, an offset, or both of them, "UTC+3", of which the offset tells.</summary>
    private static TimeSpan? ZoneAt(List<Token> tokens, int at) =>
        at >= tokens.Count ? null
        : IsUniversal(tokens[at].Text) && at + 1 < tokens.Count && IsSigned(tokens[at + 1].Text) ? Offset(tokens[at + 1].Text)
        : Offset(tokens[at].Text);

    private static bool IsUniversal(ReadOnlySpan<char> zone) => zone.Equals("UTC", StringComparison.OrdinalIgnoreCase) || zone.Equals("GMT", StringComparison.OrdinalIgnoreCase);

    private static bool IsSigned(string token) => token.Length > 1 && token[0] is '+' or '-' or '−' && char.IsDigit(token[1]);

    /// <summary>A word, number or clock time.</summary>
    /// <param name="Text">What it is.</param>
    /// <param name="At">Where it begins.</param>
    /// <param name="Next">The character after it.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Token(string Text, int At, char Next);

    /// <summary>Words, numbers and clock times; punctuation separates, a sign stays with the zone after a time.</summary>
    private static List<Token> Tokens(ReadOnlySpan<char> text)
    {
        var tokens = new List<Token>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            // "UTC+3", "21:15+03:00": the sign begins another token. A stroke after a clock is a span's as well: "21:15-22:00".
            if (start >= 0 && c is '+' or '-' or '−' && i + 1 < text.Length && char.IsDigit(text[i + 1]) && (IsUniversal(text[start..i]) || (c == '+' && text[start..i].Contains(':'))))
            {
                Add(tokens, text[start..i], start, c);
                start = -1;
            }

            var inside = IsWord(c) || (c == ':' && start >= 0) || (c is '+' && start < 0)
                || (c is '-' or '−' && start < 0 && tokens.Count > 0 && (tokens[^1].Text.Contains(':', StringComparison.Ordinal) || IsUniversal(tokens[^1].Text)));
            // "3rd", "2024年5月": a change between digits and letters separates.
            if (inside && start >= 0 && IsWord(c) && IsWord(text[i - 1]) && char.IsDigit(c) != char.IsDigit(text[i - 1]))
            {
                Add(tokens, text[start..i], start, c);
                start = i;
            }
            else if (inside && start < 0)
            {
                start = i;
            }
            else if (!inside && start >= 0)
            {
                Add(tokens, text[start..i], start, c);
                start = -1;
            }
        }

        return tokens;

        // Vowel signs of Indic scripts are marks, and parts of the word.
        static bool IsWord(char c) => char.IsLetterOrDigit(c) || (c > 'ʯ' && char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);

        static void Add(List<Token> tokens, ReadOnlySpan<char> token, int at, char next)
        {
            if (token is not ("年" or "月" or "日" or "년" or "월" or "일"))
            {
                tokens.Add(new Token(token.TrimEnd(':').ToString(), at, next));
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
