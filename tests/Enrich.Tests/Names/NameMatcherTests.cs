using Storyline.Contracts;
using Storyline.Enrich.Names;

namespace Storyline.Enrich.Tests.Names;

public sealed class NameMatcherTests
{
    private static readonly NameMatcher Matcher = new(new NameLexicon());

    [Theory]
    [InlineData("Hannah Whitlock", "Whitlock, Hannah")]
    [InlineData("Hannah Whitlock", "Hanna Whitlock")]
    [InlineData("Hannah Whitlock", "Mayor Hannah Maria Whitlock")]
    [InlineData("Hannah Whitlock", "Dr. H. Whitlock")]
    [InlineData("Robert Falk", "Bob Falk")]
    [InlineData("José Ibáñez", "Jose Ibanez")]
    [InlineData("Jean-Luc Perrin", "Jean Luc Perrin")]
    [InlineData("HannahWhitlock", "Hannah Whitlock")]
    [InlineData("Олена Коваленко", "Olena Kovalenko")]
    public void Score_OnePerson_IsAboveZero(string left, string right) => Assert.InRange(Matcher.Score(EntityType.Person, left, right), 0.01, 1);

    [Theory]
    [InlineData("Hannah Whitlock", "Harold Whitlock")]
    [InlineData("Hannah Whitlock", "Hannah Whitman")]
    [InlineData("Hannah Whitlock", "J. Whitlock")]
    [InlineData("Whitlock", "Hannah Whitlock")]
    [InlineData("Hannah Maria Whitlock", "Hannah Johanna Whitlock")]
    [InlineData("이재형", "이재명")]
    [InlineData("", "Hannah Whitlock")]
    [InlineData("…", "…")]
    public void Score_TwoPeople_IsZero(string left, string right) => Assert.Equal(0, Matcher.Score(EntityType.Person, left, right));

    [Theory]
    [InlineData("Harwick Ferries Ltd.", "Harwick Ferries Limited")]
    [InlineData("The Harwick Bank", "Harwick Bank")]
    [InlineData("Wende & Sons", "Wende and Sons Inc.")]
    [InlineData("A.B.C. Company", "ABC Co.")]
    [InlineData("Harwick Energie Aktiengesellschaft", "Harwick Energie AG")]
    public void Score_OneOrganisation_IsAboveZero(string left, string right) => Assert.InRange(Matcher.Score(EntityType.Organisation, left, right), 0.01, 1);

    [Theory]
    [InlineData("Harwick Bank", "Harwick Bank Trust")]
    [InlineData("Bank of Harwick", "Bank of Wende")]
    [InlineData("Harwick 2 plc", "Harwick 3 plc")]
    public void Score_TwoOrganisations_IsZero(string left, string right) => Assert.Equal(0, Matcher.Score(EntityType.Organisation, left, right));

    [Fact]
    public void Score_NearerSpelling_IsHigher()
    {
        var same = Matcher.Score(EntityType.Person, "Hannah Whitlock", "hannah whitlock");
        var slip = Matcher.Score(EntityType.Person, "Hannah Whitlock", "Hanna Whitlock");
        var slips = Matcher.Score(EntityType.Person, "Hannah Whitlock", "Hanna Whitlok");

        Assert.Equal(1, same);
        Assert.True(same > slip && slip > slips && slips > 0, $"{same} {slip} {slips}");
    }
}
