using System.Text.RegularExpressions;
using System.Xml.Linq;
using Storyline.Fixtures;

namespace Storyline.Architecture.Tests;

/// <summary>How projects, folders and packages lie together.</summary>
public sealed class SolutionRules
{
    private static readonly string[] Ours = ["services", "tests"];

    public static TheoryData<string, string[]> References() => new()
    {
        { "Contracts", [] },
        { "Hosting", ["Contracts"] },
        { "Fetch", ["Contracts", "Hosting"] },
        { "Parse", ["Contracts", "Hosting"] },
        { "Enrich", ["Contracts", "Hosting"] },
        { "Search", ["Contracts", "Hosting"] },
        { "Partner", ["Contracts", "Hosting"] },
        { "Platform", ["Contracts", "Enrich", "Fetch", "Hosting", "Parse", "Partner", "Search"] },
    };

    [Theory]
    [MemberData(nameof(References))]
    public void Project_OfServices_ReferencesOnlyWhatItMay(string project, string[] allowed)
    {
        var references = XDocument.Load(Repository.PathOf("services", project, project + ".csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));

        Assert.Subset(allowed.ToHashSet(StringComparer.Ordinal), references.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Services_EachProject_IsNamedInTheRule() =>
        Assert.Equal(
            Directory.EnumerateDirectories(Repository.PathOf("services")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            References().Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Solution_EveryProject_IsInIt()
    {
        var solution = (await File.ReadAllTextAsync(Repository.PathOf("Platform.sln"), TestContext.Current.CancellationToken)).Replace('\\', '/');

        Assert.All(
            Ours.SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.csproj", SearchOption.AllDirectories)),
            project => Assert.Contains(Path.GetRelativePath(Repository.Root, project).Replace('\\', '/'), solution, StringComparison.Ordinal));
    }

    [Fact]
    public void Folders_OfCode_AreNamedForWhatTheyDo()
    {
        string[] kinds = ["Common", "Utils", "Util", "Utilities", "Helpers", "Helper", "Misc", "Shared", "Core", "Managers", "Interfaces", "Models", "Extensions"];

        Assert.Empty(Ours
            .SelectMany(folder => Directory.EnumerateDirectories(Repository.PathOf(folder), "*", SearchOption.AllDirectories))
            .Where(folder => kinds.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase))
            .Select(folder => Path.GetRelativePath(Repository.Root, folder)));
    }

    [Fact]
    public async Task Packages_EachOne_HasAReasonAndALicence()
    {
        var packages = XDocument.Load(Repository.PathOf("Directory.Packages.props"))
            .Descendants("PackageVersion").Select(package => (string)package.Attribute("Include")!).ToHashSet(StringComparer.Ordinal);
        var documented = Regex.Matches(
            await File.ReadAllTextAsync(Repository.PathOf("docs", "dependencies.md"), TestContext.Current.CancellationToken),
            @"^\| `(?<id>[^`]+)` \| [^|]*\w[^|]* \| (?<licence>[^|]*\w[^|]*) \|$",
            RegexOptions.Multiline | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(5)).Select(line => line.Groups["id"].Value).ToHashSet(StringComparer.Ordinal);

        Assert.True(
            packages.SetEquals(documented),
            $"docs/dependencies.md needs a line for: {string.Join(", ", packages.Except(documented))}; and none for: {string.Join(", ", documented.Except(packages))}");
    }

    [Fact]
    public void Packages_Versions_AreNamedInOnePlace() =>
        Assert.All(
            Ours.SelectMany(folder => Directory.EnumerateFiles(Repository.PathOf(folder), "*.csproj", SearchOption.AllDirectories)),
            project => Assert.DoesNotContain(XDocument.Load(project).Descendants("PackageReference"), reference => reference.Attribute("Version") is not null));
}
