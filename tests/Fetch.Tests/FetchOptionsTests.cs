namespace Storyline.Fetch.Tests;

public sealed class FetchOptionsTests
{
    [Fact]
    public void Errors_Defaults_AreNone() => Assert.Empty(FetchOptions.Errors(new FetchOptions()));

    [Fact]
    public void Errors_SeveralWrong_NamesEachWithItsValue()
    {
        var errors = FetchOptions.Errors(new FetchOptions
        {
            UserAgent = "a b\r\nX: y", RequestTimeout = TimeSpan.Zero, Concurrency = 0, PollInterval = TimeSpan.FromDays(2), RetryDelays = [TimeSpan.FromDays(30)],
        }).ToList();

        Assert.Equal(6, errors.Count);
        Assert.Contains("Fetch:Concurrency is 0: must be 1 to 1000", errors);
        Assert.Contains("Fetch:RequestTimeout is 00:00:00: must be 00:00:00.1000000 to 00:10:00", errors);
    }
}
