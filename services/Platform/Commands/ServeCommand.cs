using System.CommandLine;
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
            Description = "Settings in the form Section:Key=value, such as Http:Port=8080.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("serve", "Run all five services in this process until it is told to stop.") { storage, settings };
        command.SetAction(async (result, cancellationToken) =>
        {
            var path = result.GetValue(storage)!;
            await using var platform = await EmbeddedPlatform.TryStartAsync(
                path, [.. result.GetValue(settings)!.Select(setting => "--" + setting)], configure: null, cancellationToken)
                ?? throw new CommandException($"another process holds '{path}'");
            Console.WriteLine($"serving gRPC on {platform.Grpc}, JSON on {platform.Http}, health on {platform.Http}health/ready; data in {Path.GetFullPath(path)}");
            await platform.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}
