using System.Text.Json;
using Proto = Storyline.Type.V1;

namespace Storyline.Contracts.Tests;

/// <summary>The enums exist twice, on the bus and in gRPC; mapping between them is a cast.</summary>
public sealed class EnumTests
{
    public static TheoryData<System.Type, System.Type> Pairs() => new()
    {
        { typeof(Outcome), typeof(Proto.Outcome) },
        { typeof(Stage), typeof(Proto.Stage) },
        { typeof(BlockKind), typeof(Proto.BlockKind) },
        { typeof(EntityType), typeof(Proto.EntityType) },
        { typeof(QuoteKind), typeof(Proto.QuoteKind) },
        { typeof(TellingRole), typeof(Proto.TellingRole) },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Enum_OnBusAndInGrpc_HasTheSameNamesAndNumbers(System.Type bus, System.Type grpc) => Assert.Equal(Numbers(grpc), Numbers(bus));

    [Theory]
    [InlineData(Outcome.RobotsDenied, "ROBOTS_DENIED")]
    [InlineData(Stage.Index, "INDEX")]
    [InlineData(TellingRole.NearDuplicate, "NEAR_DUPLICATE")]
    [InlineData(StoryChange.Retired, "RETIRED")]
    [InlineData(QuoteKind.Indirect, "INDIRECT")]
    [InlineData(EntityType.Organisation, "ORGANISATION")]
    [InlineData(BlockKind.ListItem, "LIST_ITEM")]
    public void Serialize_EnumValue_IsItsUpperCaseName(object value, string name) =>
        Assert.Equal(name, JsonSerializer.SerializeToElement(value, MassTransit.Serialization.SystemTextJsonMessageSerializer.Options).GetString());

    [Fact]
    public void Enums_OfTheBus_AreAllComparedOrBusOnly() =>
        Assert.Equal(
            Pairs().Select(pair => pair.Data.Item1.Name).Append(nameof(StoryChange)).Order(StringComparer.Ordinal),
            typeof(Outcome).Assembly.GetTypes().Where(type => type is { IsEnum: true, Namespace: "Storyline.Contracts" }).Select(type => type.Name).Order(StringComparer.Ordinal));

    private static List<(string, int)> Numbers(System.Type type) => [.. Enum.GetNames(type).Zip(Enum.GetValues(type).Cast<int>()).Order()];
}
