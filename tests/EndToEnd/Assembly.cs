using Storyline.Fixtures;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(RabbitMqFixture))]
[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: AssemblyFixture(typeof(RedisFixture))]

// Each test runs five processes on two cores.
[assembly: Parallelization(Mode = ParallelMode.None)]
