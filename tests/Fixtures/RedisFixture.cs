using System.Globalization;
using DotNet.Testcontainers.Containers;
using Testcontainers.Redis;

namespace Storyline.Fixtures;

/// <summary>Redis 8. Each test takes a numbered database of its own.</summary>
public sealed class RedisFixture() : ContainerFixture(ContainerImages.Redis)
{
    private const int Port = 6379;
    private const int DatabaseCount = 4096;

    private RedisContainer? _container;
    private int _lastDatabase;

    /// <summary>StackExchange.Redis connection string of database 0.</summary>
    public string ConnectionString => ConnectionStringOf(0);

    /// <summary>Connection string of a database that no other test uses; <c>abortConnect=false</c>, so an absent server does not throw at connect.</summary>
    public string CreateDatabase()
    {
        var database = Interlocked.Increment(ref _lastDatabase);
        return database < DatabaseCount ? ConnectionStringOf(database) : throw new InvalidOperationException("no Redis database is left");
    }

    protected override IContainer Build() => _container = new RedisBuilder(Image)
        .WithPortBinding(FreePort(), Port)
        .WithCommand("--databases", DatabaseCount.ToString(CultureInfo.InvariantCulture))
        .WithLabel(OwnerLabel, Owner)
        .Build();

    private string ConnectionStringOf(int database)
    {
        var container = _container ?? throw new InvalidOperationException(UnavailableReason ?? "the fixture is not initialised");
        return string.Create(CultureInfo.InvariantCulture, $"{container.Hostname}:{container.GetMappedPublicPort(Port)},defaultDatabase={database},abortConnect=false");
    }
}
