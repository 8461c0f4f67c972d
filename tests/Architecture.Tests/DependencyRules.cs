using NetArchTest.Rules;

namespace Storyline.Architecture.Tests;

/// <summary>
/// The rule of docs/architecture.md: in a service only adapters know the outside, and their names say which side they are on. SQL is in
/// <c>*Store</c>, <c>*Queries</c> and migrations, the bus in <c>*Consumer</c> and <c>*Publisher</c>, gRPC in <c>*GrpcService</c>, <c>*Endpoint</c> and
/// <c>*Proto</c>; the module wires them up, and every other type knows none of it.
/// </summary>
public sealed class DependencyRules
{
    private static readonly string[] Sql =
    [
        "Dapper", "FluentMigrator", "Npgsql", "Microsoft.Data.Sqlite", "Storyline.Hosting.Storage.Database",
        // Not all of System.Data.Common: a loop that outlives a failed attempt names DbException.
        "System.Data.Common.DbConnection", "System.Data.Common.DbTransaction", "System.Data.Common.DbCommand", "System.Data.IDbConnection",
    ];

    private static readonly string[] Bus = ["MassTransit", "RabbitMQ"];

    private static readonly string[] Grpc =
    [
        "Grpc", "Google.Protobuf", "Google.Rpc", "Google.Api", "Storyline.Type.V1", "Storyline.Hosting.Errors.RpcErrors", "Storyline.Hosting.Paging",
        .. ServiceTypes.Services.Select(service => $"Storyline.{service}.V1"),
    ];

    public static TheoryData<string, string[], string> Sides() => new()
    {
        { "SQL", Sql, "Store|Queries" },
        { "the bus", Bus, "Consumer|Publisher" },
        { "gRPC", Grpc, "GrpcService|Endpoint|Proto" },
    };

    [Theory]
    [MemberData(nameof(Sides))]
    public void ServiceType_NoAdapter_KnowsNothingOfTheOutside(string side, string[] dependencies, string adapters)
    {
        var offenders = Types.InAssemblies(ServiceTypes.ServiceAssemblies)
            .That().DoNotHaveNameMatching($"({adapters}|Module)$")
            .And().DoNotResideInNamespaceMatching(@"\.Migrations$")
            .And().DoNotHaveName("Program")
            .And().HaveDependencyOnAny(dependencies)
            .GetTypes().Select(type => type.FullName).ToList();

        Assert.True(offenders.Count == 0, $"these know {side} without being named {adapters}: {string.Join(", ", offenders)}");
    }

    [Theory]
    [InlineData("Storyline.Partner.Partners.PartnerStore", 0)]
    [InlineData("Storyline.Partner.Delivery.DeliveryStore", 0)]
    [InlineData("Storyline.Partner.Delivery.ArticleEnrichedConsumer", 1)]
    [InlineData("Storyline.Partner.Delivery.ExchangePublisher", 1)]
    [InlineData("Storyline.Partner.Partners.PartnerGrpcService", 2)]
    public void Check_KnownAdapter_IsSeen(string adapter, int side)
    {
        // Most of what these types know is inside async methods; a check that did not look there would find nothing anywhere.
        Assert.Contains(
            adapter,
            Types.InAssemblies(ServiceTypes.ServiceAssemblies).That().HaveDependencyOnAny(new[] { Sql, Bus, Grpc }[side]).GetTypes().Select(type => type.FullName));
    }
}
