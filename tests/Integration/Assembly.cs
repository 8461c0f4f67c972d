using Storyline.Fixtures;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(RabbitMqFixture))]
[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: AssemblyFixture(typeof(RedisFixture))]

// Each test runs a whole platform, and some take a server away that all share.
[assembly: Parallelization(Mode = ParallelMode.None)]
