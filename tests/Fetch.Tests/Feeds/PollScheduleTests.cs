using CsCheck;
using Storyline.Contracts;
using Storyline.Fetch.Captures;
using Storyline.Fetch.Feeds;

namespace Storyline.Fetch.Tests.Feeds;

public sealed class PollScheduleTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly FetchOptions Options = new();

    [Theory]
    [InlineData(1000, 5)] // a news agency
    [InlineData(96, 7.5)]
    [InlineData(24, 30)]
    [InlineData(2, 360)]
    [InlineData(0.1, 1440)]
    public void AfterSuccess_SteadyRhythm_PollsTwicePerEntryWithinBounds(double perDay, double minutes)
    {
        var (rhythm, now) = Steady(perDay, days: 60);

        Assert.Equal(minutes, PollSchedule.AfterSuccess(Options, rhythm, now, TimeSpan.Zero).TotalMinutes, minutes * 0.15);
    }

    [Fact]
    public void AfterSuccess_Quiet_SlowsDownAndComesBack()
    {
        var (rhythm, now) = Steady(96, days: 30);

        var night = PollSchedule.AfterSuccess(Options, rhythm, now.AddHours(8), TimeSpan.Zero);
        var weekend = PollSchedule.AfterSuccess(Options, rhythm, now.AddDays(2), TimeSpan.Zero);
        var dead = PollSchedule.AfterSuccess(Options, rhythm, now.AddDays(60), TimeSpan.Zero);
        var back = PollSchedule.AfterSuccess(Options, rhythm.Arrive(now.AddDays(2), 1), now.AddDays(2), TimeSpan.Zero);

        Assert.Equal(TimeSpan.FromMinutes(30), night);
        Assert.Equal(TimeSpan.FromHours(3), weekend);
        Assert.Equal(TimeSpan.FromHours(24), dead);
        Assert.InRange(back, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public void AfterSuccess_MoreEntriesThanUsual_IsFasterWithinADay()
    {
        var (rhythm, now) = Steady(4, days: 30);
        for (var i = 0; i < 48; i++)
        {
            rhythm = rhythm.Arrive(now = now.AddMinutes(15), 1);
        }

        Assert.InRange(PollSchedule.AfterSuccess(Options, rhythm, now, TimeSpan.Zero), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(45));
    }

    [Fact]
    public void AfterSuccess_NothingKnown_IsTheFirstIntervalThenEverLonger()
    {
        var nothing = FeedRhythm.FromHistory([], Start);

        Assert.Equal(TimeSpan.FromMinutes(15), PollSchedule.AfterSuccess(Options, null, Start, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromMinutes(15), PollSchedule.AfterSuccess(Options, nothing, Start, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromHours(1.5), PollSchedule.AfterSuccess(Options, nothing, Start.AddDays(1), TimeSpan.Zero));
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(1440, 60)] // a feed that says a day and publishes by the minute
    public void AfterSuccess_Hint_IsALowerBoundWithinItsLimit(int asked, int minutes)
    {
        var (rhythm, now) = Steady(1000, days: 30);

        Assert.Equal(TimeSpan.FromMinutes(minutes), PollSchedule.AfterSuccess(Options, rhythm, now, TimeSpan.FromMinutes(asked)));
    }

    [Fact]
    public void AfterSuccess_EveryEntryWasNew_IsHalfTheLastInterval()
    {
        var (rhythm, now) = Steady(2, days: 30);

        Assert.Equal(TimeSpan.FromMinutes(20), PollSchedule.AfterSuccess(Options, rhythm, now, TimeSpan.Zero, overflown: TimeSpan.FromMinutes(40)));
        Assert.Equal(TimeSpan.FromMinutes(5), PollSchedule.AfterSuccess(Options, rhythm, now, TimeSpan.Zero, overflown: TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void AfterSuccess_AnyHistory_IsWithinBounds() =>
        Gen.Select(Gen.Double[0, 60].Array[0, 200], Gen.Double[0, 400], Gen.Int[0, 3000]).Sample(
            (ages, quietDays, hint) =>
            {
                var now = Start.AddDays(quietDays);
                var rhythm = FeedRhythm.FromHistory(ages.Select(age => Start.AddDays(-age)), Start);

                var interval = PollSchedule.AfterSuccess(Options, rhythm, now, TimeSpan.FromMinutes(hint));

                Assert.InRange(interval, Options.MinPollInterval, Options.MaxPollInterval);
                _ = rhythm.IsSilent(now, Options.SilentAfter);
            },
            iter: 2000);

    [Theory]
    [InlineData(1, 404, null, 15)]
    [InlineData(2, 500, null, 30)]
    [InlineData(8, 404, null, 1440)]
    [InlineData(1000, 404, null, 1440)]
    [InlineData(1, 410, null, 1440)]
    [InlineData(1, 429, 120, 120)]
    [InlineData(4, 503, 10, 120)]
    public void AfterFailure_Times_DoubleUpToTheLongest(int failures, int status, int? retryAfterMinutes, int minutes) =>
        Assert.Equal(
            TimeSpan.FromMinutes(minutes),
            PollSchedule.AfterFailure(
                Options, failures,
                new FetchResult.Failure(Outcome.HttpError, "", IsTransient: false, status, retryAfterMinutes is { } asked ? TimeSpan.FromMinutes(asked) : null)));

    // Monday, 8:00 is the start.
    [Theory]
    [InlineData("", "", 30, "Mon 08:30", "Mon 08:30")]
    [InlineData("9 10 11", "", 30, "Mon 08:30", "Mon 08:30")]
    [InlineData("9 10 11", "", 60, "Mon 12:00", "Mon 12:10")]
    [InlineData("9 10 11", "", 119, "Mon 12:00", "Mon 12:10")]
    [InlineData("23 0 1 2 3 4 5", "", 15 * 60, "Tue 06:00", "Tue 06:10")]
    [InlineData("", "Tuesday", 17 * 60, "Tue 08:00", "Tue 08:00")] // a day from now, although it is skipped
    [InlineData("", "Monday", 5, "Tue 00:00", "Tue 00:10")]
    [InlineData("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23", "", 5, "Tue 08:00", "Tue 08:00")]
    [InlineData("", "Sunday Monday Tuesday Wednesday Thursday Friday Saturday", 30 * 60, "Tue 14:00", "Tue 14:00")]
    public void NotSkipped_HoursAndDays_AreLeftOutForADayAtMost(string hours, string days, int minutes, string earliest, string latest)
    {
        var skipped = hours.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(new SkippedTimes(), (times, hour) => times.WithHour(int.Parse(hour, null)));
        skipped = days.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(skipped, (times, day) => times.WithDay(Enum.Parse<DayOfWeek>(day)));

        var next = PollSchedule.NotSkipped(Start, Start.AddMinutes(minutes), skipped);

        Assert.InRange(next.ToString("ddd HH:mm", System.Globalization.CultureInfo.InvariantCulture), earliest, latest);
    }

    [Fact]
    public void NotSkipped_AnyTimes_IsNeitherSkippedNorEarlierNorLaterThanADay() =>
        Gen.Select(Gen.Int[0, (1 << 24) - 1], Gen.Int[0, 127], Gen.Int[0, 3000]).Sample(
            (hours, days, minutes) =>
            {
                var (skipped, at) = (new SkippedTimes(hours, days), Start.AddMinutes(minutes));

                var next = PollSchedule.NotSkipped(Start, at, skipped);

                Assert.True(next >= at);
                Assert.True(!skipped.Contains(next) || next == Start.AddDays(1) || at > Start.AddDays(1), $"{next} is skipped");
                Assert.True(next <= Start.AddDays(1).AddMinutes(10) || next == at);
            },
            iter: 2000);

    [Theory]
    [InlineData("Cache-Control: public, max-age=600", 600)]
    [InlineData("Cache-Control: max-age=600|Age: 100", 500)]
    [InlineData("Cache-Control: max-age=600|Age: 700", 0)]
    [InlineData("Cache-Control: max-age=60, s-maxage=300", 300)]
    [InlineData("Cache-Control: no-cache, max-age=600", 0)]
    [InlineData("Cache-Control: no-store|Expires: Mon, 02 Mar 2026 09:00:00 GMT|Date: Mon, 02 Mar 2026 08:00:00 GMT", 0)]
    [InlineData("Expires: Mon, 02 Mar 2026 09:00:00 GMT|Date: Mon, 02 Mar 2026 08:00:00 GMT", 3600)]
    [InlineData("Expires: Mon, 02 Mar 2026 07:00:00 GMT|Date: Mon, 02 Mar 2026 08:00:00 GMT", 0)]
    [InlineData("Expires: 0|Date: Mon, 02 Mar 2026 08:00:00 GMT", 0)]
    [InlineData("Cache-Control: max-age=nonsense", 0)]
    [InlineData("", 0)]
    public void Freshness_Headers_AreReadByTheBook(string headers, int seconds)
    {
        var exchange = new HttpExchange(
            "https://example.org/", 200, "1.1", "",
            [.. headers.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(header => header.Split(": ", 2)).Select(pair => KeyValuePair.Create(pair[0], pair[1]))]);

        Assert.Equal(TimeSpan.FromSeconds(seconds), PollSchedule.Freshness(exchange));
    }

    [Fact]
    public void IsSilent_SteadyFeed_OnlyFarBeyondItsOwnPauses()
    {
        var (daily, now) = Steady(96, days: 30);
        var (weekly, later) = Steady(1 / 7.0, days: 90);

        Assert.False(daily.IsSilent(now.AddDays(1.9), Options.SilentAfter));
        Assert.True(daily.IsSilent(now.AddDays(2.1), Options.SilentAfter));
        Assert.False(weekly.IsSilent(later.AddDays(20), Options.SilentAfter));
        Assert.True(weekly.IsSilent(later.AddDays(90), Options.SilentAfter));
    }

    // Monday, 8:00 is the start. A busy feed's document goes back a day or two, so its first weekend is the first that is seen.
    [Theory]
    [InlineData(3, 0.2)]
    [InlineData(3, 2)]
    [InlineData(4, 1)]
    public void IsSilent_FirstWeekendOfANewFeed_IsNotSilent_ButItsFirstWeekIs(int addedOn, double history)
    {
        var added = Start.AddDays(addedOn);
        var rhythm = FeedRhythm.FromHistory(Enumerable.Range(0, 30).Select(i => added.AddDays(-history * i / 30)), added);
        for (var hour = 0; added.AddHours(hour) < Start.AddDays(4).AddHours(10); hour++)
        {
            rhythm = added.AddHours(hour).Hour is >= 8 and < 18 ? rhythm.Arrive(added.AddHours(hour), 3) : rhythm;
        }

        for (var hour = 0; hour < 64; hour++)
        {
            Assert.False(rhythm.IsSilent(Start.AddDays(4).AddHours(10 + hour), Options.SilentAfter), $"silent after {hour} hours");
        }

        Assert.True(rhythm.IsSilent(Start.AddDays(11).AddHours(11), Options.SilentAfter));
    }

    [Fact]
    public void IsSilent_OfficeHoursOnly_IsNotSilentOnALaterWeekend()
    {
        var rhythm = FeedRhythm.FromHistory([Start], Start);
        for (var day = 0; day < 12; day++)
        {
            for (var hour = 0; hour < 10 && day % 7 < 5; hour++)
            {
                rhythm = rhythm.Arrive(Start.AddDays(day).AddHours(hour), 2);
            }
        }

        var mondayMorning = Start.AddDays(14).AddMinutes(-1);
        Assert.False(rhythm.IsSilent(mondayMorning, Options.SilentAfter));
        Assert.True(rhythm.IsSilent(mondayMorning.AddDays(4), Options.SilentAfter));
    }

    [Fact]
    public void IsSilent_Trickle_IsSilent()
    {
        var (rhythm, now) = Steady(200, days: 30);
        for (var i = 0; i < 10; i++)
        {
            rhythm = rhythm.Arrive(now = now.AddDays(1), 1);
        }

        Assert.True(rhythm.IsSilent(now, Options.SilentAfter));
    }

    [Fact]
    public void FromHistory_TimesInFutureOrLongPast_CountForNothing()
    {
        var rhythm = FeedRhythm.FromHistory([Start.AddDays(2), Start.AddYears(-3), Start.AddDays(-1), Start.AddDays(-2)], Start);

        Assert.Equal(Start.AddDays(-1), rhythm.CountedAt);
        Assert.Equal(TimeSpan.FromDays(1), rhythm.LongestGap);
        Assert.InRange(rhythm.PerDay(Start), 0.5, 1.5);
    }

    private static (FeedRhythm Rhythm, DateTimeOffset Now) Steady(double perDay, int days)
    {
        var rhythm = FeedRhythm.FromHistory([Start], Start);
        var now = Start;
        for (var i = 1; i < perDay * days; i++)
        {
            rhythm = rhythm.Arrive(now = Start.AddDays(i / perDay), 1);
        }

        return (rhythm, now);
    }
}
