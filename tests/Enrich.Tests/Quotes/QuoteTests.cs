using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;

namespace Storyline.Enrich.Tests.Quotes;

public sealed class QuoteTests
{
    private static readonly Annotator Annotator = new(new NameLexicon(), new DocumentFrequencies());

    [Theory]
    [InlineData("“We will open the bridge in May,” Mayor Hannah Whitlock said.", "We will open the bridge in May,", "Hannah Whitlock", "said")]
    [InlineData("\"We will open the bridge in May,\" said Mayor Hannah Whitlock.", "We will open the bridge in May,", "Hannah Whitlock", "said")]
    [InlineData("“We will open it in May,” Hannah Whitlock, the mayor of the town, told reporters.", "We will open it in May,", "Hannah Whitlock", "told")]
    [InlineData("Mayor Hannah Whitlock said: “We will open the bridge in May.”", "We will open the bridge in May.", "Hannah Whitlock", "said")]
    [InlineData("According to the Ministry of Fisheries, “the herring will be back in May.”", "the herring will be back in May.", "Ministry of Fisheries", "according to")]
    [InlineData("«We will open the bridge in May», said Mayor Hannah Whitlock.", "We will open the bridge in May", "Hannah Whitlock", "said")]
    [InlineData("‘We will open the bridge in May,’ Mayor Hannah Whitlock said.", "We will open the bridge in May,", "Hannah Whitlock", "said")]
    [InlineData("Mayor Hannah Whitlock came late. “We will open the bridge in May,” she said.", "We will open the bridge in May,", "Hannah Whitlock", "said")]
    [InlineData("“She told me ‘never again’ in May,” Mayor Hannah Whitlock said.", "She told me ‘never again’ in May,", "Hannah Whitlock", "said")]
    public void Annotate_QuotedWords_FindsWordsSpeakerAndCue(string text, string words, string speaker, string cue)
    {
        var quote = Assert.Single(Annotator.Annotate("", text).Quotes, q => q.Kind != QuoteKind.Indirect);

        Assert.Equal((words, speaker, cue), (text.Substring(quote.Start, quote.Length), quote.Speaker, quote.Cue));
    }

    [Fact]
    public void Annotate_SecondQuoteOfAParagraph_HasTheFirstOnesSpeaker()
    {
        var quotes = Annotator.Annotate("", "“Nobody will cross it,” Mayor Hannah Whitlock said. “I would rather be late than sorry.”").Quotes;

        Assert.Equal(["Hannah Whitlock", "Hannah Whitlock"], quotes.Select(q => q.Speaker));
    }

    [Fact]
    public void Annotate_QuoteOverParagraphs_GoesOn()
    {
        var quotes = Annotator.Annotate("", "“Nobody will cross the bridge now,” Mayor Hannah Whitlock said. “It is not safe.\n\n“It will not be safe for a long time.”").Quotes;

        Assert.Equal(3, quotes.Count(q => q.Speaker == "Hannah Whitlock"));
    }

    [Theory]
    [InlineData("The so-called “quick fix” took years.")]
    [InlineData("The board is 6\" wide and 8\" long.")]
    public void Annotate_MarksWithoutSpeech_AreNoQuote(string text) => Assert.Empty(Annotator.Annotate("", text).Quotes);

    [Fact]
    public void Annotate_ReportedSpeech_IsIndirect()
    {
        const string Text = "Mayor Hannah Whitlock said that the bridge would open again in May.";
        var quote = Assert.Single(Annotator.Annotate("", Text).Quotes);

        Assert.Equal((QuoteKind.Indirect, "the bridge would open again in May", "Hannah Whitlock"), (quote.Kind, Text.Substring(quote.Start, quote.Length), quote.Speaker));
    }
}
