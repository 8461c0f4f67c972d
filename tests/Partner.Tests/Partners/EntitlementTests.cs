using Storyline.Partner.Partners;

namespace Storyline.Partner.Tests.Partners;

public sealed class EntitlementTests
{
    [Theory]
    [InlineData("en", true)]
    [InlineData("EN-gb", true)]
    [InlineData("eng", false)]
    [InlineData("de", false)]
    [InlineData("pt-BR", true)]
    [InlineData("pt", false)]
    [InlineData("pt-PT", false)]
    public void AdmitsLanguage_Ranges_FilterAsRfc4647(string language, bool admitted) =>
        Assert.Equal(admitted, new Entitlement(["en", "pt-br"], []).AdmitsLanguage(language));

    [Fact]
    public void Everything_AnyContent_IsAdmitted()
    {
        Assert.True(Entitlement.Everything.AdmitsLanguage("und"));
        Assert.True(Entitlement.Everything.AdmitsSource("anyone"));
    }

    [Fact]
    public void AdmitsSource_List_AdmitsOnlyThose()
    {
        var entitlement = new Entitlement([], ["harwick-courier"]);

        Assert.True(entitlement.AdmitsSource("harwick-courier"));
        Assert.False(entitlement.AdmitsSource("Harwick-Courier"));
    }
}
