using Npgsql;
using Storyline.Hosting.Storage;

namespace Storyline.Hosting.Tests.Storage;

public sealed class GroupCommitTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddAsync_WhileACommitRuns_TheNextTakesAllThatWait()
    {
        var batches = new List<int>();
        var started = new TaskCompletionSource();
        var first = new TaskCompletionSource();
        await using var commit = new GroupCommit<int, int>(
            async items =>
            {
                batches.Add(items.Count);
                if (batches.Count == 1)
                {
                    started.SetResult();
                    await first.Task;
                }

                return [.. items.Select(item => item * 2)];
            },
            maxBatch: 6);

        var alone = commit.AddAsync(0, Cancellation);
        await started.Task;
        var together = Enumerable.Range(1, 10).Select(item => commit.AddAsync(item, Cancellation)).ToArray();
        first.SetResult();

        Assert.Equal(Enumerable.Range(0, 11).Select(item => item * 2), await Task.WhenAll(together.Prepend(alone)));
        Assert.Equal([1, 6, 4], batches);
    }

    [Fact]
    public async Task AddAsync_OneBadItem_FailsAlone()
    {
        var first = new TaskCompletionSource();
        await using var commit = new GroupCommit<int, int>(
            async items =>
            {
                await first.Task;
                return items.Contains(3) ? throw new InvalidDataException("three") : [.. items];
            },
            maxBatch: 10);

        var writes = Enumerable.Range(0, 6).Select(item => commit.AddAsync(item, Cancellation)).ToArray();
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
    public async Task AddAsync_DatabaseIsAway_FailsAllAfterOneAttempt()
    {
        var first = new TaskCompletionSource();
        var attempts = new List<int>();
        await using var commit = new GroupCommit<int, int>(
            async items =>
            {
                attempts.Add(items.Count);
                await first.Task;
                throw new NpgsqlException("away", new IOException());
            },
            maxBatch: 10);

        var writes = Enumerable.Range(0, 6).Select(item => commit.AddAsync(item, Cancellation)).ToArray();
        first.SetResult();

        foreach (var write in writes)
        {
            await Assert.ThrowsAsync<NpgsqlException>(() => write);
        }

        Assert.Equal(6, attempts.Sum());
    }

    [Fact]
    public async Task AddAsync_CallerGivesUp_TheOthersAreWritten()
    {
        var first = new TaskCompletionSource();
        await using var commit = new GroupCommit<int, int>(
            async items =>
            {
                await first.Task;
                return [.. items];
            },
            maxBatch: 10);
        using var impatient = new CancellationTokenSource();

        var one = commit.AddAsync(1, Cancellation);
        var two = commit.AddAsync(2, impatient.Token);
        var three = commit.AddAsync(3, Cancellation);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        first.SetResult();

        Assert.Equal((1, 3), (await one, await three));
    }
}
