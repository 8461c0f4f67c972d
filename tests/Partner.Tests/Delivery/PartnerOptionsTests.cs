using Storyline.Partner.Delivery;

namespace Storyline.Partner.Tests.Delivery;

public sealed class PartnerOptionsTests
{
    [Fact]
    public void Errors_Defaults_HaveNone() => Assert.Empty(PartnerOptions.Errors(new PartnerOptions()));

    [Fact]
    public void Errors_EverythingWrong_NamesEachSettingWithItsValue()
    {
        var errors = PartnerOptions.Errors(new PartnerOptions
        {
            Exchange = "", MaxInFlight = 129, ConfirmTimeout = TimeSpan.Zero, RetryDelay = TimeSpan.FromHours(1),
            KeepFor = TimeSpan.Zero, KeepMessages = 0, TrimInterval = TimeSpan.Zero,
        }).ToList();

        Assert.Equal(7, errors.Count);
        Assert.Contains("Partner:MaxInFlight is 129: must be 1 to 128", errors);
        Assert.Contains("Partner:RetryDelay is 01:00:00: must be 00:00:00.0100000 to 00:05:00", errors);
    }
}
