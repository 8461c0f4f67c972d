using System.Globalization;
using System.Net;
using DotNet.Testcontainers.Builders;
using Storyline.Fixtures;

namespace Storyline.Charts;

/// <summary>Builds the image of every service from the one Dockerfile and runs it as a cluster would: no root, nothing writable but its volumes.</summary>
public sealed class ServiceImageTests(RabbitMqFixture rabbitMq) : IClassFixture<RabbitMqFixture>
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Dockerfile_DefaultBases_AreThoseThatTestsProvide()
    {
        var lines = File.ReadAllLines(Repository.PathOf("Dockerfile"));

        Assert.Contains($"ARG SDK_IMAGE={ContainerImages.DotnetSdk}", lines);
        Assert.Contains($"ARG RUNTIME_IMAGE={ContainerImages.DotnetRuntime}", lines);
    }

    [Theory]
    [InlineData("Fetch")]
    [InlineData("Parse")]
    [InlineData("Enrich")]
    [InlineData("Search")]
    [InlineData("Partner")]
    public async Task Image_ReadOnlyRootAndNoRoot_LivesBecomesReadyAndStopsCleanly(string service)
    {
        await SkipWithoutBasesAsync();
        var image = await BuildAsync(service);
        var broker = await rabbitMq.CreateVirtualHostAsync(Token);

        await using var container = new ContainerBuilder(image)
            .WithPortBinding(8080, assignRandomHostPort: true)
            .WithExtraHost("host.docker.internal", "host-gateway")
            .WithEnvironment("Bus__RabbitMq", new UriBuilder(broker) { Host = "host.docker.internal" }.Uri.ToString())
            .WithTmpfsMount("/tmp")
            .WithCreateParameterModifier(parameters =>
            {
                parameters.HostConfig!.ReadonlyRootfs = true;
                parameters.HostConfig.CapDrop = ["ALL"];
                parameters.HostConfig.SecurityOpt = ["no-new-privileges"];
            })
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(
                request => request.ForPort(8080).ForPath("/health/ready"), wait => wait.WithTimeout(StartTimeout)))
            .Build();
        await container.StartAsync(Token);

        using var http = new HttpClient { BaseAddress = new UriBuilder("http", container.Hostname, container.GetMappedPublicPort(8080)).Uri };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/live", UriKind.Relative), Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health/startup", UriKind.Relative), Token)).StatusCode);
        var process = await Command.RunAsync("docker", ["top", container.Id, "-o", "pid,uid"], Token);
        Assert.EndsWith(" 1654", Assert.Single(process.Output.Trim().Split('\n').Skip(1)), StringComparison.Ordinal);

        await container.StopAsync(Token);
        Assert.Equal(0, await container.GetExitCodeAsync(Token));
    }

    [Fact]
    public async Task Image_WithoutABroker_EndsWithOneClearLine()
    {
        await SkipWithoutBasesAsync();
        var image = await BuildAsync("Partner");

        var run = await Command.RunAsync("docker", ["run", "--rm", "--read-only", image], Token);

        Assert.Equal(78, run.ExitCode);
        var line = Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("configuration: Bus:RabbitMq is not set", line, StringComparison.Ordinal);
    }

    private async Task SkipWithoutBasesAsync()
    {
        rabbitMq.SkipIfUnavailable();
        foreach (var image in new[] { ContainerImages.DotnetSdk, ContainerImages.DotnetRuntime })
        {
            if (await DockerEngine.PrepareAsync(image, Token) is { } reason)
            {
                Assert.SkipUnless(DockerEngine.IsRequired, reason);
                Assert.Fail(reason);
            }
        }
    }

    /// <summary>The layers of the first build serve the others. The host's network reaches package sources where a bridge may not.</summary>
    private static async Task<string> BuildAsync(string service)
    {
        var image = $"storyline/{service.ToLower(CultureInfo.InvariantCulture)}:test";
        var build = await Command.RunAsync("docker", ["build", "--network", "host", "--build-arg", $"SERVICE={service}", "--tag", image, "."], Token);
        Assert.True(build.ExitCode == 0, build.Output + build.Error);
        return image;
    }
}
