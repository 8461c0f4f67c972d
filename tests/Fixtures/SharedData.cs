using Xunit;

namespace Storyline.Fixtures;

/// <summary>
/// Third-party documents that tests read and the repository must not hold. They lie in the folder that the environment variable
/// <c>STORYLINE_SHARED</c> names, else in <c>shared</c> beside the repository.
/// </summary>
public static class SharedData
{
    /// <summary>The path of a file or folder of the shared data; skips the running test when it is not there.</summary>
    /// <param name="relative">Below the shared folder, with forward slashes.</param>
    public static string Path(string relative)
    {
        var root = Environment.GetEnvironmentVariable("STORYLINE_SHARED");
        foreach (var candidate in string.IsNullOrEmpty(root) ? BesideRepository() : [root])
        {
            var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(candidate, relative));
            if (File.Exists(path) || Directory.Exists(path))
            {
                return path;
            }
        }

        Assert.Skip($"shared data '{relative}' is not on this machine: set STORYLINE_SHARED to the folder that holds it");
        return "";
    }

    /// <summary>Beside the repository, and beside the folder that holds it when it is one of several working copies.</summary>
    private static string[] BesideRepository() =>
        [System.IO.Path.Combine(Repository.Root, "..", "shared"), System.IO.Path.Combine(Repository.Root, "..", "..", "shared")];
}
