using System.Reflection;
using Microsoft.Extensions.Options;
using Storyline.Contracts;
using Storyline.Hosting.Bus;

namespace Storyline.Hosting.Tests.Bus;

public sealed class BusConfigurationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_WrongOptions_AllErrorsAtOnceAndNoPassword()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => BusHost.StartAsync(
            null,
            configure: settings =>
            {
                settings["Bus:RabbitMq"] = "http://user:secret@broker";
                settings["Bus:HighWater"] = "0";
                settings["Bus:RetryDelays:1"] = settings["Bus:RetryDelays:0"];
            },
            cancellationToken: Cancel));

        Assert.Equal(3, error.Failures.Count());
        Assert.Contains("Bus:HighWater is 0: must be 1 to 1000000", error.Failures);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consume_RecordThatTheTableDoesNotRoute_Throws()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => BusHost.StartAsync(
            null, endpoints => endpoints.Consume<WorkConsumer>("two.done", new EndpointSettings()), cancellationToken: Cancel));
        Assert.StartsWith("WorkConsumer consumes Work, which the bus topology does not route to two.done", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consume_SecondConsumerWithOtherSettings_Throws()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => BusHost.StartAsync(
            null,
            endpoints =>
            {
                endpoints.Consume<WorkConsumer>("one.work", new EndpointSettings());
                endpoints.Consume<WorkConsumer>("one.work", new EndpointSettings { Prefetch = 32 });
            },
            cancellationToken: Cancel));
    }

    [Fact]
    public void Pipeline_EveryBusRecord_HasAQueue()
    {
        // Records of the bus are those that name the article or story they are about, and are no part of another.
        var records = typeof(FetchArticle).Assembly.GetExportedTypes()
            .Where(type => type.Namespace == "Storyline.Contracts" && (type.Name.StartsWith("Article", StringComparison.Ordinal) || type == typeof(FetchArticle) || type == typeof(StoryChanged)))
            .Where(type => type.GetProperty("Trail", BindingFlags.Public | BindingFlags.Instance) is not null || type == typeof(FetchArticle) || type == typeof(StoryChanged));
        Assert.All(records, record => Assert.NotEmpty(BusTopology.Pipeline.QueuesOf(record)));
    }
}
