using DotNet.Testcontainers.Configurations;

namespace Storyline.Fixtures;

/// <summary>The Docker engine as the tests find it, asked through its own command line so that contexts and DOCKER_HOST count.</summary>
public static class DockerEngine
{
    // Testcontainers asks for API 1.44 unless told otherwise, and calls an older engine "not running or misconfigured".
    private static readonly Version TestcontainersApi = new(1, 44);

    /// <summary>
    /// True where a missing engine must fail the tests instead of skipping them: CI=true or STORYLINE_REQUIRE_CONTAINERS=1.
    /// </summary>
    public static bool IsRequired =>
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)
        || Environment.GetEnvironmentVariable("STORYLINE_REQUIRE_CONTAINERS") is "1";

    /// <summary>
    /// Makes Testcontainers fit the engine (API version, no reaper where its image is absent) and says why a container of
    /// <paramref name="image"/> cannot be started here; null when it can.
    /// </summary>
    public static async Task<string?> PrepareAsync(string image, CancellationToken cancellationToken)
    {
        var api = await RunAsync(["version", "--format", "{{.Server.APIVersion}}"], cancellationToken);
        if (api is null || !Version.TryParse(api, out var version))
        {
            return "no Docker engine answers; run tests/containers/setup.sh";
        }

        if (await RunAsync(["image", "inspect", "--format", "{{.Id}}", image], cancellationToken) is null)
        {
            return $"image {image} is not on this machine; run tests/containers/setup.sh";
        }

        if (version < TestcontainersApi)
        {
            Environment.SetEnvironmentVariable("DOCKER_API_VERSION", api);
        }

        var reaper = await RunAsync(["image", "ls", "--quiet", "testcontainers/ryuk"], cancellationToken);
        TestcontainersSettings.ResourceReaperEnabled = !string.IsNullOrEmpty(reaper);
        return null;
    }

    /// <summary>Runs the docker command line; its trimmed output, or null when it failed or does not exist.</summary>
    private static async Task<string?> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var result = await Command.RunAsync("docker", arguments, cancellationToken);
        return result.ExitCode == 0 ? result.Output.Trim() : null;
    }
}
