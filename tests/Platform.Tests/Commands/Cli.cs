using System.Text.Json;
using Storyline.Fixtures;

namespace Storyline.Platform.Tests.Commands;

/// <summary>The command line as a user has it: a process of its own, with a storage folder of its own.</summary>
internal sealed class Cli : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("storyline-cli-").FullName;

    public string Storage => Path.Combine(Folder, "data");

    public Task<CommandResult> RunAsync(params string[] arguments) => RunWithAsync(new Dictionary<string, string?>(StringComparer.Ordinal), arguments);

    public Task<CommandResult> RunWithAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments) => Command.RunAsync(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "storyline.dll"), .. arguments],
        TestContext.Current.CancellationToken,
        environment: new Dictionary<string, string?>(environment, StringComparer.Ordinal) { ["Storage__Path"] = Storage });

    /// <summary>Lines of the error stream, but for the note that a command runs a platform of its own.</summary>
    public static IEnumerable<string> Errors(CommandResult result) =>
        result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("note: no platform runs on ", StringComparison.Ordinal));

    /// <summary>Runs with <c>--json</c> and reads the document.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        using var document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }

    public async Task<string> FileAsync(string name, byte[] content)
    {
        var file = Path.Combine(Folder, name);
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
        return file;
    }

    public Task<string> FileAsync(string name, string content) => FileAsync(name, System.Text.Encoding.UTF8.GetBytes(content));

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
