namespace Storyline.Fixtures;

/// <summary>The image names of <c>tests/containers/images.env</c>, which the set-up script reads too.</summary>
public static class ContainerImages
{
    public static string RabbitMq => Read("RABBITMQ_IMAGE");

    public static string Redis => Read("REDIS_IMAGE");

    public static string Postgres => Read("POSTGRES_IMAGE");

    public static string DotnetSdk => Read("DOTNET_SDK_IMAGE");

    public static string DotnetRuntime => Read("DOTNET_RUNTIME_IMAGE");

    private static string Read(string key)
    {
        using var stream = typeof(ContainerImages).Assembly.GetManifestResourceStream("images.env")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith(key + "=", StringComparison.Ordinal))
            {
                return line[(key.Length + 1)..].Trim();
            }
        }

        throw new InvalidOperationException($"tests/containers/images.env does not name {key}");
    }
}
