using System.CommandLine;
using System.CommandLine.Parsing;
using Grpc.Core;
using Storyline.Hosting;

namespace Storyline.Platform.Commands;

/// <summary>The <c>storyline</c> command line: every command is a client of the gRPC API that others use.</summary>
internal static class CommandLine
{
    private const int UsageExitCode = 2;

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("One event, every telling: fetches, parses, enriches and searches news.")
        {
            ServeCommand.Create(),
            DemoCommand.Create(),
            IngestCommand.Create(),
            ParseCommand.Create(),
            SearchCommands.CreateSearch(),
            SearchCommands.CreateStories(),
            SearchCommands.CreateStory(),
            PipelineCommands.CreateTrace(),
            PipelineCommands.CreateOutcomes(),
            PipelineCommands.CreateCompleteness(),
            PipelineCommands.CreateReplay(),
            PipelineCommands.CreateQuarantine(),
            FeedCommands.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            var problem = parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var unknown, ..]
                ? $"no command '{unknown}'"

                // It was taken for the argument, and the argument for one too many.
                : parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal)) is { } option
                ? $"no option '{option.Value}'"
                : parsed.Errors[0].Message.Replace("as expected type 'System.Int32'", "as a whole number", StringComparison.Ordinal);
            await Console.Error.WriteLineAsync($"error: {problem} (see --help)");
            return UsageExitCode;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (CommandException exception)
        {
            await Console.Error.WriteLineAsync("error: " + exception.Message);
            return 1;
        }
        catch (RpcException exception)
        {
            await Console.Error.WriteLineAsync("error: " + CommandException.Describe(exception));
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception exception) when (StorylineHost.ConfigurationErrors(exception) is { } errors)
        {
            await Console.Error.WriteLineAsync("configuration: " + string.Join("; ", errors));
            return StorylineHost.ConfigurationExitCode;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync("error: " + exception.Message);
            return 1;
        }
    }
}

/// <summary>Options that the client commands share.</summary>
internal sealed class ClientOptions
{
    private readonly Option<string?> _server = new("--server")
    {
        Description = "gRPC address of a running platform, such as http://127.0.0.1:8081. Default: the platform that holds the storage folder, or one in this process.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("STORYLINE_SERVER"),
    };

    private readonly Option<string> _storage = new("--storage")
    {
        Description = "Folder of the embedded platform's data.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("Storage__Path") ?? "./data",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON document instead of text." };

    public void AddTo(Command command)
    {
        command.Add(_server);
        command.Add(_storage);
        command.Add(_json);
    }

    public bool Json(ParseResult result) => result.GetValue(_json);

    public string Storage(ParseResult result) => result.GetValue(_storage)!;

    public Task<Connection> ConnectAsync(ParseResult result, CancellationToken cancellationToken) =>
        Connection.OpenAsync(result.GetValue(_server), Storage(result), cancellationToken);

    /// <summary>Makes a command's action: connects, runs, closes.</summary>
    public void SetAction(Command command, Func<Connection, ParseResult, CancellationToken, Task<int>> action)
    {
        AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var connection = await ConnectAsync(result, cancellationToken);
            return await action(connection, result, cancellationToken);
        });
    }
}
