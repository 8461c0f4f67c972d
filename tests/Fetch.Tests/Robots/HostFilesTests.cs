using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Storyline.Fetch.Robots;

namespace Storyline.Fetch.Tests.Robots;

public sealed class HostFilesTests
{
    private const int Million = 1_000_000;

    private readonly FakeTimeProvider _time = new();
    private readonly HostFiles<Sized> _files;
    private int _loads;

    public HostFilesTests() => _files = new(_time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_MoreCharactersThanAreKept_ForgetsTheHostsThatWereAskedAboutTheLongestAgo()
    {
        for (var host = 0; host < 60; host++)
        {
            await AskAsync(host, Million);
        }

        await AskAsync(0, Million);
        Assert.Equal(60, _loads);

        for (var host = 60; host < 70; host++)
        {
            await AskAsync(host, Million);
        }

        await AskAsync(0, Million);
        await AskAsync(69, Million);
        Assert.Equal(70, _loads);
        await AskAsync(1, Million);
        Assert.Equal(71, _loads);
    }

    [Fact]
    public async Task Get_OneHostReadAgainAndAgain_CountsOnce()
    {
        await AskAsync(1, Million, days: 365);
        for (var day = 0; day < 100; day++)
        {
            await AskAsync(0, Million);
            _time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(101, _loads);
        await AskAsync(1, Million);
        Assert.Equal(101, _loads);
    }

    [Fact]
    public async Task Get_MoreHostsThanAreKept_ForgetsTheFirst()
    {
        for (var host = 0; host <= 50_000; host++)
        {
            await AskAsync(host, 0);
        }

        await AskAsync(50_000, 0);
        Assert.Equal(50_001, _loads);
        await AskAsync(0, 0);
        Assert.Equal(50_002, _loads);
    }

    private async Task AskAsync(int host, int size, int days = 1)
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await _files.GetAsync(
            new Uri(string.Create(CultureInfo.InvariantCulture, $"https://h{host}.example/")),
            _ =>
            {
                _loads++;
                return Task.FromResult<(Sized?, TimeSpan?)>((new Sized(size, _time.GetUtcNow() + TimeSpan.FromDays(days)), null));
            },
            Cancellation);
    }

    private sealed record Sized(int Characters, DateTimeOffset Expires) : HostFile(Expires)
    {
        public override int Size => Characters;
    }
}
