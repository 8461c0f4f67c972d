using Storyline.Search.Writing;

namespace Storyline.Search.Tests.Writing;

public sealed class GroupCommitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAsync_WhileAWriteRuns_TheNextTakesAllThatWait()
    {
        var batches = new List<int>();
        var first = new TaskCompletionSource();
        using var commit = new GroupCommit<int, int>(
            async items =>
            {
                batches.Add(items.Count);
                if (batches.Count == 1)
                {
                    await first.Task;
                }

                return [.. items.Select(item => item * 2)];
            },
            maxBatch: 6);

        var writes = Enumerable.Range(0, 11).Select(item => commit.WriteAsync(item, Cancellation)).ToArray();
        first.SetResult();

        Assert.Equal(Enumerable.Range(0, 11).Select(item => item * 2), await Task.WhenAll(writes));
        Assert.Equal([1, 6, 4], batches);
    }

    [Fact]
    public async Task WriteAsync_OneBadItem_FailsAlone()
    {
        var first = new TaskCompletionSource();
        using var commit = new GroupCommit<int, int>(
            async items =>
            {
                await first.Task;
                return items.Contains(3) ? throw new InvalidDataException("three") : [.. items];
            },
            maxBatch: 10);

        var writes = Enumerable.Range(0, 6).Select(item => commit.WriteAsync(item, Cancellation)).ToArray();
        first.SetResult();

        foreach (var (item, write) in writes.Index())
        {
            if (item == 3)
            {
                await Assert.ThrowsAsync<InvalidDataException>(() => write);
            }
            else
            {
                Assert.Equal(item, await write);
            }
        }
    }

    [Fact]
    public async Task WriteAsync_CallerGivesUp_TheOthersAreWritten()
    {
        var first = new TaskCompletionSource();
        using var commit = new GroupCommit<int, int>(
            async items =>
            {
                await first.Task;
                return [.. items];
            },
            maxBatch: 10);
        using var impatient = new CancellationTokenSource();

        var one = commit.WriteAsync(1, Cancellation);
        var two = commit.WriteAsync(2, impatient.Token);
        var three = commit.WriteAsync(3, Cancellation);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        first.SetResult();

        Assert.Equal((1, 3), (await one, await three));
    }
}
