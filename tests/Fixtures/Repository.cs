namespace Storyline.Fixtures;

/// <summary>The checkout that the tests run from.</summary>
public static class Repository
{
    /// <summary>The directory that holds <c>Platform.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// The directory of open evaluation data and seed documents: STORYLINE_SHARED, else <c>shared</c> beside the checkout; it may not exist.
    /// </summary>
    public static string Shared =>
        Environment.GetEnvironmentVariable("STORYLINE_SHARED") is { Length: > 0 } configured
            ? configured
            : Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Platform.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"no Platform.sln above {AppContext.BaseDirectory}");
    }
}
