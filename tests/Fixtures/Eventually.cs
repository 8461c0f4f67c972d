using Xunit;

namespace Storyline.Fixtures;

/// <summary>Waits for what other processes do: there is no hook into them, so their API is asked again and again.</summary>
public static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The first answer that satisfies <paramref name="condition"/>; fails with the last one after <paramref name="timeout"/>.</summary>
    public static async Task<T> GetAsync<T>(
        string what, Func<CancellationToken, Task<T>> ask, Func<T, bool> condition, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(condition);
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await ask(cancellationToken);
            if (condition(answer))
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < timeout, $"{what}: not within {timeout.TotalSeconds} s; last answer: {answer}");
            await Task.Delay(Interval, cancellationToken);
        }
    }
}
