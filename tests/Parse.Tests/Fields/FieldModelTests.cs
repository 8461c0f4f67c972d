using Storyline.Parse.Fields;

namespace Storyline.Parse.Tests.Fields;

public sealed class FieldModelTests
{
    private static readonly AuthorCandidate Jane = Named("Jane Doe", 1);

    private static AuthorCandidate Named(string name, int statement, bool isDeclaredOfNews = false) => new(name, "test", [], new HashSet<int> { statement }, isDeclaredOfNews);

    private static string Chosen(params (AuthorCandidate Candidate, float Likely)[] answers) =>
        string.Join('|', FieldModel.Chosen([.. answers.Select(a => a.Candidate)], [.. answers.Select(a => a.Likely)]).Select(c => c.Value));

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var written = new StringWriter();
        FieldModel.Shipped.Write(written);
        var again = new StringWriter();
        FieldModel.Read(new StringReader(written.ToString())).Write(again);
        Assert.Equal(written.ToString(), again.ToString());
        Assert.True(written.ToString().Length > 1_000);
    }

    [Fact]
    public void AmongOthers_TwoPersons_EachSeesTheOther()
    {
        var rows = FieldModel.AmongOthers([new AuthorCandidate("Jane Doe", "test", [7], new HashSet<int> { 1 }, false), new AuthorCandidate("Doe", "test", [8], new HashSet<int> { 1 }, false)], [0.75f, 0.25f]);
        Assert.Equal([7, 0.75f, 0.25f, 0.5f, 0, 0.25f, 0.25f, 0, 1, 0.25f], rows[0]);
        Assert.Equal([8, 0.25f, 0.75f, -0.5f, 1, 0.75f, 0, 0.75f, 1, 0.75f], rows[1]);
    }

    [Fact]
    public void Chosen_NobodyLikelyEnough_IsNobody() => Assert.Equal("", Chosen((Jane, FieldModel.FirstAuthor - 0.01f)));

    [Fact]
    public void Chosen_NamedTogetherWithTheLikeliest_IsAnAuthorToo() =>
        Assert.Equal("Jane Doe|Per Holm", Chosen((Jane, 0.7f), (Named("Per Holm", 1), FieldModel.NamedTogether), (Named("Ines Falk", 2), 0.3f)));

    [Fact]
    public void Chosen_PlaceBesideANameAndTheNameWithMore_AreNoPersons() =>
        Assert.Equal("Jane Doe", Chosen((Jane, 0.7f), (Named("Frankfurt", 1), 0.6f), (Named("Jane Doe Friday", 2), 0.6f)));

    [Fact]
    public void Chosen_DeclaredOfNews_AreTheAuthorsWhateverElseIsLikely() =>
        Assert.Equal("Per Holm", Chosen((Jane, 0.99f), (Named("Per Holm", 2, isDeclaredOfNews: true), 0.1f)));
}
