using System.Runtime.InteropServices;

namespace Storyline.Parse.Metadata;

/// <summary>A statement about when an article was published.</summary>
/// <param name="Reading">What it says.</param>
/// <param name="Confidence">How far its kind can be trusted, 0 to 1.</param>
/// <param name="Source">Where it stands, for people.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TimeEvidence(DateReading Reading, double Confidence, string Source = "")
{
    /// <summary>It is what the page shows its readers by the headline.</summary>
    public bool IsShown { get; init; }
}

/// <summary>Decides between statements about one time, best kind first.</summary>
public static class PublishTimes
{
    /// <summary>Clocks are wrong, zones are left out, and a day may begin half a day earlier elsewhere.</summary>
    private static readonly TimeSpan Allowance = TimeSpan.FromDays(2);

    /// <summary>Later than any article can be from that was fetched then: the date of an event, of a placeholder, or of nothing.</summary>
    /// <param name="reading">The date.</param>
    /// <param name="fetchedAt">When the document was fetched; null when nobody knows, and then any date may be past.</param>
    public static bool IsToCome(DateReading reading, DateTimeOffset? fetchedAt) =>
        reading.Time - Allowance > fetchedAt && !(reading.IsOrderUnsure && reading.OtherOrder().Time - Allowance <= fetchedAt);

    /// <param name="evidence">What is said about the time.</param>
    /// <param name="site">Where the article was found. Its country's clock writes instants that are given in UTC, and completes a time of day that nothing gives a zone.</param>
    public static (DateTimeOffset? Time, double Confidence) Decide(IReadOnlyList<TimeEvidence> evidence, Uri? site = null)
    {
        if (evidence.Count == 0)
        {
            return (null, 0);
        }

        var best = evidence.MaxBy(e => e.Confidence); // the first of equals
        var (time, confidence) = (best.Reading.Time, best.Confidence);

        // The best statement is only a day, or has no zone: another one that agrees with it on the day or the clock completes it.
        if (!best.Reading.HasTime || !best.Reading.HasZone)
        {
            foreach (var other in evidence.Where(e => e.Reading.HasTime && e.Reading.HasZone).OrderByDescending(e => e.Confidence))
            {
                var local = other.Reading.Time.DateTime;
                var agrees = best.Reading.HasTime
                    ? (local - time.DateTime).Duration() < TimeSpan.FromMinutes(2) || (other.Reading.Time.UtcDateTime - time.DateTime).Duration() < TimeSpan.FromMinutes(2)
                    : local.Date == time.Date;
                if (agrees)
                {
                    return (Written(other.Reading.Time, evidence, site), confidence);
                }
            }

            if (!best.Reading.HasTime)
            {
                var day = time.Date;
                var clock = evidence.Where(e => e.Reading.HasTime && e.Reading.Time.Date == day).OrderByDescending(e => e.Confidence).FirstOrDefault();
                best = clock.Reading.HasTime ? clock : best;
                time = best.Reading.Time;
            }

            confidence *= best.Reading.HasTime ? 0.8 : 0.7;
            if (best.Reading.HasTime && !best.Reading.HasZone && SiteZone.Offset(site, time) is { } offset)
            {
                return (new DateTimeOffset(time.DateTime, offset), Math.Round(confidence, 2));
            }
        }

        return (best.Reading is { HasTime: true, HasZone: true } ? Written(time, evidence, site) : time, Math.Round(confidence, 2));
    }

    /// <summary>
    /// The same instant by the site's clock, so that its day is the one that the site's readers know: by the clock that another statement shows it by, else by the one
    /// of the site's country, else by one on which it falls on the day of the URL or the day that the page shows.
    /// </summary>
    private static DateTimeOffset Written(DateTimeOffset time, IReadOnlyList<TimeEvidence> evidence, Uri? site)
    {
        if (time.Offset != TimeSpan.Zero)
        {
            return time;
        }

        foreach (var other in evidence)
        {
            var apart = other.Reading.Time.DateTime - time.UtcDateTime;
            var minutes = (int)Math.Round(apart.TotalMinutes);
            if (other.Reading.HasTime && minutes != 0 && minutes % 30 == 0 && minutes is >= -720 and <= 840 && (apart - TimeSpan.FromMinutes(minutes)).Duration() < TimeSpan.FromMinutes(1)
                && (!other.Reading.HasZone || other.Reading.Time.Offset == TimeSpan.FromMinutes(minutes)))
            {
                return time.ToOffset(TimeSpan.FromMinutes(minutes));
            }
        }

        if (SiteZone.Offset(site, time) is { } local)
        {
            return time.ToOffset(local);
        }

        var shown = evidence.FirstOrDefault(e => e.IsShown && !e.Reading.HasTime);
        var day = UrlDate.Read(site)?.Time.Date ?? (shown.IsShown ? shown.Reading.Time.Date : null);
        return day == time.Date.AddDays(-1) && time.Hour < 12 ? time.ToOffset(TimeSpan.FromHours(-time.Hour - 1))
            : day == time.Date.AddDays(1) && time.Hour >= 10 ? time.ToOffset(TimeSpan.FromHours(24 - time.Hour))
            : time;
    }
}
