using System.Formats.Tar;
using Storyline.Fixtures;

namespace Storyline.Contracts.Tests;

public sealed class ProtoLintTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BufLint_AllProtos_HasNoFindings()
    {
        var lint = await PinnedTool.Buf.RunAsync(["lint"], Token);

        Assert.True(lint.ExitCode == 0, lint.Output + lint.Error);
    }

    /// <summary>
    /// Away from main: what the branch and the working tree change since they left main. On main itself: what the last commit to protos changed.
    /// </summary>
    [Fact]
    public async Task BufBreaking_AgainstMain_BreaksNoClient()
    {
        var head = await GitAsync("rev-parse", "HEAD");
        Assert.SkipWhen(head is null, "not a git checkout: there is nothing to compare with");
        var against = await GitAsync("merge-base", "HEAD", "origin/main") ?? await GitAsync("merge-base", "HEAD", "main");
        if (against is null || string.Equals(against, head, StringComparison.Ordinal))
        {
            var lastChange = await GitAsync("rev-list", "-1", "HEAD", "--", "protos", "buf.yaml");
            against = lastChange is null ? null : await GitAsync("rev-parse", "--verify", "--quiet", lastChange + "^");
        }

        Assert.SkipWhen(
            against is null || await GitAsync("cat-file", "-e", against + ":protos/storyline") is null,
            "no earlier state of the protos exists in this checkout's history");

        var earlier = Directory.CreateTempSubdirectory("storyline-protos-");
        try
        {
            var archive = Path.Combine(earlier.FullName, "protos.tar");
            Assert.NotNull(await GitAsync("archive", "--format=tar", "--output", archive, against!, "protos", "buf.yaml"));
            await TarFile.ExtractToDirectoryAsync(archive, earlier.FullName, overwriteFiles: false, Token);

            var breaking = await PinnedTool.Buf.RunAsync(["breaking", "--against", earlier.FullName], Token);

            Assert.True(breaking.ExitCode == 0, $"against {against}:\n{breaking.Output}{breaking.Error}");
        }
        finally
        {
            earlier.Delete(recursive: true);
        }
    }

    private static async Task<string?> GitAsync(params string[] arguments)
    {
        var result = await Command.RunAsync("git", arguments, Token);
        return result.ExitCode == 0 ? result.Output.Trim() : null;
    }
}
