using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Storyline.Hosting.Tests;

public sealed class LogLevelTests
{
    [Theory]
    [InlineData("Storyline.Fetch.Feeds.FeedPoller", true)]
    [InlineData("Microsoft.AspNetCore.Hosting.Diagnostics", false)]
    [InlineData("System.Net.Http.HttpClient.Any", false)]
    public async Task Log_WithoutSettings_IsNotAboutEachRequest(string category, bool isEnabled)
    {
        await using var host = StorylineHost.Build([], []);

        Assert.Equal(isEnabled, host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(LogLevel.Information));
    }

    [Fact]
    public async Task Log_SetByAnOperator_IsAsSet()
    {
        await using var host = StorylineHost.Build(["--Logging:LogLevel:Microsoft.AspNetCore=Information"], []);

        Assert.True(host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Information));
    }
}
