using Storyline.Contracts;
using Storyline.Enrich.Annotation;
using Storyline.Enrich.Keywords;
using Storyline.Enrich.Names;

namespace Storyline.Enrich.Tests.Names;

public sealed class NameTests
{
    private static readonly Annotator Annotator = new(new NameLexicon(), new DocumentFrequencies());

    [Theory]
    [InlineData("Officials met Foreign Minister Ilsa Brandvold on Friday.", "Ilsa Brandvold", EntityType.Person)]
    [InlineData("A court in Velmont sat. They drove to Velmont and stayed in Velmont.", "Velmont", EntityType.Place)]
    [InlineData("Shares of Oakrest Holdings fell by a tenth.", "Oakrest Holdings", EntityType.Organisation)]
    [InlineData("He works for the Ministry of Fisheries there.", "Ministry of Fisheries", EntityType.Organisation)]
    [InlineData("They met in the United States.", "United States", EntityType.Place)]
    [InlineData("It was signed by Tomas Oyelaran, 45, on Monday.", "Tomas Oyelaran", EntityType.Person)]
    [InlineData("The Wend River burst its banks.", "Wend River", EntityType.Place)]
    public void Annotate_Name_HasItsType(string text, string name, EntityType type) =>
        Assert.Contains(Annotator.Annotate("", text).Entities, e => e.Name == name && e.Type == type);

    [Fact]
    public void Annotate_FullNameSurnameTitleAndSlip_AreOneEntity()
    {
        var people = People("""
            Secretary Ilsa Brandvold will fly to Kestrelby. Secretary Brandvold leaves on Friday, and Brandvold stays a week.

            Before that, Brandvld speaks to the council. Ms. Brandvold has not been there before.
            """);

        var person = Assert.Single(people);
        Assert.Equal("Ilsa Brandvold", person.Name);
        Assert.Superset(
            new HashSet<string>(["Brandvold", "Brandvld", "Secretary Brandvold", "Ms. Brandvold"], StringComparer.Ordinal),
            person.Spellings.Select(s => s.Text).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Annotate_RunOfCapitalsWithoutEnd_IsNoName()
    {
        var run = string.Join(' ', Enumerable.Range(0, 300).Select(i => $"Wend{(char)('a' + (i % 26))}{(char)('a' + (i / 26))}"));

        Assert.All(Annotator.Annotate("", $"They met in Velmont with {run} and went on to Velmont.").Entities, e => Assert.InRange(e.Name.Length, 1, 200));
    }

    [Fact]
    public void Annotate_FamilyNameFirst_IsOneEntity() => Assert.Single(People("Foreign Minister Shen Rui arrived. Officials said Shen would stay."));

    [Fact]
    public void Annotate_TwoPeopleWithOneSurname_StayTwo() =>
        Assert.Equal(2, People("Mayor Hannah Whitlock met her brother. Dr. Simon Whitlock teaches law.").Count);

    [Theory]
    [InlineData("Anthony Brandvold", "Antony Brandvold", true)]
    [InlineData("Daniel J. Kessenbrink", "Daniel Kesssenbrink", true)]
    [InlineData("Shen Yi", "Shen Ye", false)]
    [InlineData("Hannah Whitlock", "Simon Whitlock", false)]
    public void CanBeSamePerson_TwoSpellings_Decides(string left, string right, bool same) => Assert.Equal(same, NameSimilarity.CanBeSamePerson(left, right));

    private static List<DocumentEntity> People(string text) => [.. Annotator.Annotate("", text).Entities.Where(e => e.Type == EntityType.Person)];
}
