using Storyline.Fixtures;

[assembly: AssemblyFixture(typeof(RabbitMqFixture))]
[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: AssemblyFixture(typeof(RedisFixture))]

// Each test runs five processes on two cores.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
