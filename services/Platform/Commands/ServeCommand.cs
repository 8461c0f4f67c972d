using System.CommandLine;
using System.Globalization;
using Storyline.Platform.Embedded;

namespace Storyline.Platform.Commands;

internal static class ServeCommand
{
    public static Command Create()
    {
        var storage = new Option<string>("--storage")
        {
            Description = "Folder of the platform's data.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("Storage__Path") ?? "./data",
        };
        var settings = new Argument<string[]>("settings")
        {
            Description = "Settings in the form Section:Key=value, such as Http:Port=8080, with or without two dashes before.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("serve", "Run all five services in this process until it is told to stop.") { storage, settings };
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = result.GetValue(storage)!;
            var given = result.GetValue(settings)!.Select(setting => "--" + setting.TrimStart('-')).ToArray();
            if (given.FirstOrDefault(setting => !setting.Contains('=', StringComparison.Ordinal)) is { } incomplete)
            {
                throw new CommandException($"'{incomplete.TrimStart('-')}' is not a setting in the form Section:Key=value");
            }

            CheckPorts(given);
            await using var platform = await EmbeddedPlatform.TryStartAsync(path, given, configure: null, cancellationToken)
                ?? throw new CommandException($"another process holds '{path}'");
            Console.WriteLine($"serving gRPC on {platform.Grpc}, JSON on {platform.Http}, health on {platform.Http}health/ready; data in {Path.GetFullPath(path)}");
            await platform.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    /// <summary>A taken port is told before anything is started.</summary>
    private static void CheckPorts(string[] settings)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(settings).Build();
        foreach (var (name, standard) in new[] { ("Http:Port", 8080), ("Http:GrpcPort", 8081) })
        {
            // What is no port at all is for the options' own check.
            var port = int.TryParse(configuration[name] ?? "", CultureInfo.InvariantCulture, out var set) ? set : standard;
            if (port is > 0 and <= 65535 && EmbeddedPlatform.FreePort(port) == 0)
            {
                throw new CommandException($"port {port} is taken: choose another, such as `serve {name}=0` for a free one");
            }
        }
    }
}
