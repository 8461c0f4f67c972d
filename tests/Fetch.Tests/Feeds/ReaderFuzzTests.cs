using CsCheck;

namespace Storyline.Fetch.Tests.Feeds;

public sealed class ReaderFuzzTests
{
    [Fact]
    public void Read_BrokenDocuments_AreAnsweredByEveryReader() => Gen.Int[0, int.MaxValue - 1].Sample(seed => _ = ReaderFuzz.Run(seed), iter: 5_000);
}
