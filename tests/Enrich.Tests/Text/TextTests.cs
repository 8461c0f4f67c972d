using CsCheck;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;
using Storyline.Enrich.Text;

namespace Storyline.Enrich.Tests.Text;

public sealed class TextTests
{
    private static readonly Annotator Annotator = new(new NameLexicon(), new DocumentFrequencies());

    // Pieces that make the finders work: names, marks, cues, odd scripts, half a surrogate pair.
    private static readonly string[] Pieces =
    [
        "Mayor ", "Hannah Whitlock", "Whitlock’s ", "U.S. ", "said ", "“", "”", "\"", "‘", "’", "'", "«", "»", "„", ", ", ". ", "? ", "\n\n", " the ", "of ", "Ministry ", "according to ",
        "he ", "told ", "東京", "ไทย", "\ud83d\ude00", "\ud83d", "3,500 ", "Jr.", "-", "al-", "``", "''", "é", "(", ")", "Paris ",
    ];

    private static readonly Gen<string> Texts = Gen.Int[0, Pieces.Length - 1].List[0, 60].Select(list => string.Concat(list.Select(i => Pieces[i])));

    [Fact]
    public void Tokenize_AnyText_CoversEverythingButSpaceInOrder() => Texts.Sample(text =>
    {
        var end = 0;
        foreach (var token in Tokenizer.Tokenize(text))
        {
            Assert.True(token.Start >= end && token.Length > 0 && token.End <= text.Length);
            Assert.True(text.AsSpan(end, token.Start - end).IsWhiteSpace());
            end = token.End;
        }

        Assert.True(text.AsSpan(end).IsWhiteSpace());
    });

    [Fact]
    public void Annotate_AnyText_OffsetsLieInTheTextAndNameWhatTheySay() => Texts.Sample(text =>
    {
        var annotation = Annotator.Annotate("Whitlock opens bridge", text);
        foreach (var entity in annotation.Entities)
        {
            foreach (var mention in entity.Mentions)
            {
                var named = string.Join(' ', text.Substring(mention.Start, mention.Length).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
                Assert.Contains(named, entity.Spellings.Select(s => s.Text));
            }

            Assert.InRange(entity.Salience, 0, 1);
        }

        foreach (var quote in annotation.Quotes)
        {
            Assert.True(quote.Start >= 0 && quote.Length > 0 && quote.Start + quote.Length <= text.Length);
            Assert.True(quote.SpeakerStart < 0 || quote.SpeakerStart + quote.SpeakerLength <= text.Length);
        }

        Assert.All(annotation.Keywords, k => Assert.InRange(k.Weight, 0, 1));
    });

    [Theory]
    [InlineData("He spoke in the U.S. The talks ended.", 2)]
    [InlineData("Mr. Salas arrived. “Good,” he said. “Very good.”", 3)]
    [InlineData("It cost 3.5 million. No. 7 won.", 2)]
    [InlineData("A headline\n\nA sentence", 2)]
    public void Split_Text_CountsSentences(string text, int sentences) => Assert.Equal(sentences, new AnalyzedText(text).Sentences.Count);
}
