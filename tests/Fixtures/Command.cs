using System.ComponentModel;
using System.Diagnostics;

namespace Storyline.Fixtures;

/// <summary>What a finished program left behind. <see cref="ExitCode"/> is -1 when it could not be started.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>Runs other programs to their end; they are killed, children included, when the caller is cancelled.</summary>
public static class Command
{
    public static async Task<CommandResult> RunAsync(
        string file, IEnumerable<string> arguments, CancellationToken cancellationToken, string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Repository.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            return new CommandResult(-1, "", exception.Message);
        }

        process.StandardInput.Close();
        try
        {
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(process.ExitCode, output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
