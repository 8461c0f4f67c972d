using CsCheck;

namespace Storyline.Parse.Tests;

public sealed class PageFuzzTests
{
    [Fact]
    public void Parse_BrokenPages_AreAnswered() => Gen.Int[0, int.MaxValue - 1].Sample(seed => _ = PageFuzz.Run(seed), iter: 300);
}
