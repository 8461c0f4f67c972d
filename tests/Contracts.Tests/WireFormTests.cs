using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.Serialization;
using Storyline.Fixtures;

namespace Storyline.Contracts.Tests;

/// <summary>
/// The JSON of the bus records. <c>Pinned/&lt;record&gt;.json</c> is what hosts of this version write and what those of every later one must
/// read. A new member changes the pinned file by an addition; any other change to it breaks hosts that run side by side.
/// </summary>
public sealed class WireFormTests
{
    private static readonly JsonSerializerOptions Wire = SystemTextJsonMessageSerializer.Options;

    public static TheoryData<string> Records() => [.. MessageExamples.All.Select(example => example.GetType().Name)];

    [Theory]
    [MemberData(nameof(Records))]
    public async Task Serialize_Record_GivesThePinnedForm(string record)
    {
        var written = JsonSerializer.SerializeToNode(Example(record), Wire)!;

        Assert.True(
            JsonNode.DeepEquals(await PinnedAsync(record), written),
            $"Pinned/{record}.json should hold: {written.ToJsonString()}");
    }

    [Theory]
    [MemberData(nameof(Records))]
    public async Task Deserialize_PinnedForm_GivesTheRecord(string record)
    {
        var example = Example(record);

        var read = (await PinnedAsync(record)).Deserialize(example.GetType(), Wire);

        Assert.Equivalent(example, read, strict: true);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public async Task Deserialize_MembersOfALaterVersion_AreIgnored(string record)
    {
        var example = Example(record);
        var later = await PinnedAsync(record);
        foreach (var part in Objects(later).ToList())
        {
            part["aLaterMember"] = new JsonObject { ["deep"] = new JsonArray(1, "two", null) };
        }

        Assert.Equivalent(example, later.Deserialize(example.GetType(), Wire), strict: true);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public async Task Deserialize_OptionalMembersAbsent_GivesTheirDefaults(string record)
    {
        var type = Example(record).GetType();
        var least = await PinnedAsync(record);
        foreach (var name in least.AsObject().Select(member => member.Key).Where(name => !IsRequired(type, name)).ToList())
        {
            least.AsObject().Remove(name);
        }

        var read = least.Deserialize(type, Wire)!;

        // A list that was not sent is empty, never null: handlers do not ask.
        Assert.All(
            type.GetProperties().Where(property => property.PropertyType.IsArray && !property.IsDefined(typeof(RequiredMemberAttribute))),
            property => Assert.Empty((Array)property.GetValue(read)!));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public async Task Deserialize_RequiredMemberAbsent_Fails(string record)
    {
        var type = Example(record).GetType();
        foreach (var name in (await PinnedAsync(record)).AsObject().Select(member => member.Key).Where(name => IsRequired(type, name)))
        {
            var incomplete = await PinnedAsync(record);
            incomplete.AsObject().Remove(name);
            Assert.Throws<JsonException>(() => incomplete.Deserialize(type, Wire));
        }
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Example_EveryMember_IsSet(string record)
    {
        // Otherwise the pinned form would not show it.
        var example = Example(record);
        Assert.All(example.GetType().GetProperties(), property =>
        {
            var value = property.GetValue(example);
            Assert.False(
                value is null or Array { Length: 0 } || (property.PropertyType.IsValueType && value.Equals(Activator.CreateInstance(property.PropertyType))),
                $"{record}.{property.Name} is not set");
        });
    }

    [Fact]
    public void Examples_EveryMessageOfTheBus_HasOne()
    {
        // A message is a record that is no part of another one.
        var records = typeof(ArticleFetched).Assembly.GetTypes()
            .Where(type => type is { Namespace: "Storyline.Contracts", IsClass: true, IsAbstract: false, IsPublic: true }).ToList();
        var parts = records.SelectMany(type => type.GetProperties()).Select(property => property.PropertyType.GetElementType() ?? property.PropertyType).ToHashSet();

        Assert.Equal(
            records.Where(type => !parts.Contains(type)).Select(type => type.Name).Order(StringComparer.Ordinal),
            MessageExamples.All.Select(example => example.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(typeof(FetchArticle), "Storyline.Contracts:FetchArticle")]
    [InlineData(typeof(ArticleFetched), "Storyline.Contracts:ArticleFetched")]
    [InlineData(typeof(ArticleParsed), "Storyline.Contracts:ArticleParsed")]
    [InlineData(typeof(ArticleEnriched), "Storyline.Contracts:ArticleEnriched")]
    [InlineData(typeof(StoryChanged), "Storyline.Contracts:StoryChanged")]
    [InlineData(typeof(ArticleIndexed), "Storyline.Contracts:ArticleIndexed")]
    [InlineData(typeof(ArticleRejected), "Storyline.Contracts:ArticleRejected")]
    public void ExchangeName_Record_IsPinned(System.Type record, string exchange)
    {
        // Queues are bound to these names; a renamed record would be published to an exchange that leads nowhere.
        Assert.Equal(exchange, new RabbitMqMessageNameFormatter().GetMessageName(record));
        Assert.Equal($"urn:message:{exchange}", MessageUrn.ForType(record).ToString());
    }

    private static object Example(string record) => MessageExamples.All.Single(example => example.GetType().Name == record);

    private static async Task<JsonNode> PinnedAsync(string record) => JsonNode.Parse(
        await File.ReadAllTextAsync(Repository.PathOf("tests", "Contracts.Tests", "Pinned", record + ".json"), TestContext.Current.CancellationToken))!;

    private static bool IsRequired(System.Type type, string jsonName) =>
        type.GetProperties().Single(property => Wire.PropertyNamingPolicy!.ConvertName(property.Name) == jsonName).IsDefined(typeof(RequiredMemberAttribute));

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject part => part.Select(member => member.Value).SelectMany(Objects).Prepend(part),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };
}
