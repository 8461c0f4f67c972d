using Storyline.Search.Index;
using Storyline.Search.Queries;

namespace Storyline.Search.Tests.Index;

public sealed class PassageTests : IDisposable
{
    private readonly NewsAnalyzer _analyzer = new();

    public void Dispose() => _analyzer.Dispose();

    [Fact]
    public void Pick_WordsFarInside_ShowsTheirSentence()
    {
        var body = string.Join(' ', Enumerable.Repeat("Nothing of note happened here.", 40))
            + " The central bank raised its rate. " + string.Join(' ', Enumerable.Repeat("More of nothing.", 40));

        var passage = Pick("central bank rates", body);

        Assert.StartsWith("The central bank raised its rate.", passage, StringComparison.Ordinal);
        Assert.InRange(passage.Length, 100, Passage.MaxLength);
        Assert.EndsWith("…", passage, StringComparison.Ordinal);
    }

    [Fact]
    public void Pick_SeveralPlaces_PrefersTheOneWithMostDifferentWords()
    {
        var filler = string.Join(' ', Enumerable.Repeat("filler text goes on", 40));

        var passage = Pick("bank rate", $"A bank, a bank, a bank. {filler}. Here the bank moved its rate. {filler}");

        Assert.StartsWith("Here the bank moved its rate.", passage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    public void Pick_ShortText_IsWhole(string body) => Assert.Equal(body, Pick("anything", body));

    [Fact]
    public void Pick_TextWithoutSpaces_StaysWithinTheLimitAndWholeCharacters()
    {
        var passage = Pick("x", string.Concat(Enumerable.Repeat("𠮷", 400)));

        Assert.InRange(passage.Length, 1, Passage.MaxLength);
        Assert.False(char.IsHighSurrogate(passage[^2]));
    }

    private string Pick(string query, string body) => Passage.Pick(_analyzer, body, Passage.TermsOf(_analyzer, QueryParser.Parse(query)));
}
