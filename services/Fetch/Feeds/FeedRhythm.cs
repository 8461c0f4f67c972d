namespace Storyline.Fetch.Feeds;

/// <summary>
/// How often a feed brings something new: two decaying counts of new entries, one that remembers weeks and one that remembers days, and the longest pause
/// that is usual for it. It costs the same few numbers for a feed of ten entries a year as for one of ten thousand a day.
/// </summary>
/// <param name="Slow">New entries, each fading with <see cref="SlowMemory"/>, as of <paramref name="CountedAt"/>.</param>
/// <param name="Recent">Likewise with <see cref="RecentMemory"/>.</param>
/// <param name="CountedAt">When the counts were taken: the last time something was new.</param>
/// <param name="Since">When counting began.</param>
/// <param name="LongestGap">The longest pause between new entries; fades over weeks.</param>
public sealed record FeedRhythm(double Slow, double Recent, DateTimeOffset CountedAt, DateTimeOffset Since, TimeSpan LongestGap)
{
    public static readonly TimeSpan SlowMemory = TimeSpan.FromDays(14);
    public static readonly TimeSpan RecentMemory = TimeSpan.FromDays(2);

    /// <summary>Entries that were there before the first poll say what is usual, if they are not older than this.</summary>
    public static readonly TimeSpan History = TimeSpan.FromDays(30);

    // A burst says little of what is usual, so a rhythm is never judged by less than this.
    private static readonly TimeSpan ShortestAge = TimeSpan.FromHours(6);

    // Most feeds have a rhythm of the week: what was not watched for one may be at its first weekend.
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private const double TrickleShare = 0.1;
    private const double TrickleLeastPerDay = 10;
    private const double SilentGaps = 10;
    private const double SilentPauses = 2;

    /// <summary>The rhythm that the entries of a first poll tell.</summary>
    /// <param name="published">Their publish times, in any order; those in the future or too old are left out.</param>
    /// <param name="now">The time of the poll.</param>
    /// <returns>With no usable time, one that has seen nothing but is counted from now on.</returns>
    public static FeedRhythm FromHistory(IEnumerable<DateTimeOffset> published, DateTimeOffset now)
    {
        var times = published.Where(time => time <= now && time >= now - History).Order().ToList();
        return times.Count == 0
            ? new FeedRhythm(0, 0, now, now, TimeSpan.Zero)
            : times.Aggregate(new FeedRhythm(0, 0, times[0], times[0], TimeSpan.Zero), (rhythm, time) => rhythm.Arrive(time, 1));
    }

    /// <summary>The rhythm after some entries were new.</summary>
    public FeedRhythm Arrive(DateTimeOffset at, int count)
    {
        if (at < CountedAt)
        {
            at = CountedAt;
        }

        var pause = at - CountedAt;
        var usual = LongestGap * Faded(pause, SlowMemory);
        return this with
        {
            Slow = (Slow * Faded(pause, SlowMemory)) + count,
            Recent = (Recent * Faded(pause, RecentMemory)) + count,
            CountedAt = at,
            LongestGap = pause > usual ? pause : usual,
        };
    }

    /// <summary>New entries a day, over weeks.</summary>
    public double PerDay(DateTimeOffset now) => Rate(Slow, SlowMemory, now);

    /// <summary>New entries a day, over the last days.</summary>
    public double RecentPerDay(DateTimeOffset now) => Rate(Recent, RecentMemory, now);

    /// <summary>
    /// Nothing new for much longer than is usual for this feed (twice its longest pause, ten times its mean one, never less than <paramref name="least"/>, nor than a week when what is known
    /// of it spans less than one), or, after a week of counting a feed of ten a day, less than a tenth of it.
    /// </summary>
    public bool IsSilent(DateTimeOffset now, TimeSpan least)
    {
        var perDay = PerDay(CountedAt);
        if (perDay <= 0)
        {
            return false;
        }

        var silence = now - CountedAt;
        least = CountedAt - Since < Week && least < Week ? Week : least;
        return (silence > least && silence > SilentPauses * LongestGap && silence.TotalDays > SilentGaps / perDay)
            || (now - Since > SlowMemory / 2 && PerDay(now) >= TrickleLeastPerDay && RecentPerDay(now) < TrickleShare * PerDay(now));
    }

    private double Rate(double count, TimeSpan memory, DateTimeOffset now)
    {
        var age = now - Since > ShortestAge ? now - Since : ShortestAge;
        return count * Faded(now - CountedAt, memory) / (memory.TotalDays * (1 - Faded(age, memory)));
    }

    private static double Faded(TimeSpan time, TimeSpan memory) => Math.Exp(-(time / memory));
}
