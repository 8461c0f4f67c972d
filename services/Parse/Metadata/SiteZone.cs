namespace Storyline.Parse.Metadata;

/// <summary>
/// The clock of a country with one zone, told from a site's top-level domain. Weak evidence: it only says how an instant is written, or stands in
/// where a page names a time of day and no zone. A table, because the result must not depend on the zone data of a machine.
/// </summary>
public static class SiteZone
{
    // Minutes east of UTC in winter, and whether the country keeps the summer time of the European Union.
    private static readonly Dictionary<string, (int Minutes, bool Summer)> Zones = new(StringComparer.Ordinal)
    {
        ["de"] = (60, true), ["at"] = (60, true), ["ch"] = (60, true), ["li"] = (60, true), ["fr"] = (60, true), ["be"] = (60, true), ["nl"] = (60, true), ["lu"] = (60, true),
        ["it"] = (60, true), ["es"] = (60, true), ["dk"] = (60, true), ["se"] = (60, true), ["no"] = (60, true), ["pl"] = (60, true), ["cz"] = (60, true), ["sk"] = (60, true),
        ["hu"] = (60, true), ["si"] = (60, true), ["hr"] = (60, true), ["rs"] = (60, true), ["ba"] = (60, true), ["mk"] = (60, true), ["al"] = (60, true), ["me"] = (60, true),
        ["uk"] = (0, true), ["ie"] = (0, true), ["pt"] = (0, true), ["fi"] = (120, true), ["ee"] = (120, true), ["lv"] = (120, true), ["lt"] = (120, true), ["gr"] = (120, true),
        ["bg"] = (120, true), ["ro"] = (120, true), ["ua"] = (120, true), ["tr"] = (180, false), ["by"] = (180, false), ["ke"] = (180, false), ["ug"] = (180, false),
        ["tz"] = (180, false), ["et"] = (180, false), ["sa"] = (180, false), ["qa"] = (180, false), ["ae"] = (240, false), ["pk"] = (300, false), ["in"] = (330, false),
        ["lk"] = (330, false), ["np"] = (345, false), ["bd"] = (360, false), ["th"] = (420, false), ["vn"] = (420, false), ["cn"] = (480, false), ["hk"] = (480, false),
        ["tw"] = (480, false), ["sg"] = (480, false), ["my"] = (480, false), ["ph"] = (480, false), ["jp"] = (540, false), ["kr"] = (540, false), ["ng"] = (60, false),
        ["za"] = (120, false), ["ls"] = (120, false), ["na"] = (120, false), ["zw"] = (120, false), ["gh"] = (0, false), ["is"] = (0, false), ["ar"] = (-180, false),
        ["uy"] = (-180, false), ["br"] = (-180, false), ["bo"] = (-240, false), ["ve"] = (-240, false), ["co"] = (-300, false), ["pe"] = (-300, false), ["ec"] = (-300, false),
    };

    /// <summary>The offset of the site's country at an instant; null when its domain names no country with one zone.</summary>
    public static TimeSpan? Offset(Uri? site, DateTimeOffset instant)
    {
        var host = site?.Host ?? "";
        return Zones.TryGetValue(host[(host.LastIndexOf('.') + 1)..], out var zone)
            ? TimeSpan.FromMinutes(zone.Minutes + (zone.Summer && IsSummer(instant.UtcDateTime) ? 60 : 0))
            : null;
    }

    // From 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October.
    private static bool IsSummer(DateTime utc) => utc >= LastSunday(utc.Year, 3) && utc < LastSunday(utc.Year, 10);

    private static DateTime LastSunday(int year, int month)
    {
        var last = new DateTime(year, month, DateTime.DaysInMonth(year, month), 1, 0, 0, DateTimeKind.Utc);
        return last.AddDays(-(int)last.DayOfWeek);
    }
}
