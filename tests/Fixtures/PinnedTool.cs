using Xunit;

namespace Storyline.Fixtures;

/// <summary>A command-line tool that <c>tests/tools/setup.sh</c> installs at the version pinned there.</summary>
public sealed class PinnedTool
{
    public static readonly PinnedTool Buf = new("buf");
    public static readonly PinnedTool Helm = new("helm");
    public static readonly PinnedTool Kubectl = new("kubectl");

    /// <summary>Reads web archives: warcio.js, an implementation that is none of ours.</summary>
    public static readonly PinnedTool Warcio = new("warcio");

    private readonly string _name;
    private readonly string _path;

    private PinnedTool(string name)
    {
        _name = name;
        _path = Repository.PathOf("artifacts", "tools", "bin", name);
    }

    /// <summary>Runs the tool in the repository's root; skips the calling test where it is not installed, which in CI is a failure.</summary>
    public async Task<CommandResult> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
        {
            var reason = $"{_name} is not installed; run tests/tools/setup.sh (it takes npm)";
            Assert.SkipUnless(DockerEngine.IsRequired, reason);
            Assert.Fail(reason);
        }

        return await Command.RunAsync(_path, arguments, cancellationToken);
    }
}
