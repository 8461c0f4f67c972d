using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Storyline.Fixtures;
using Storyline.Parse.Tests.Html;

namespace Storyline.Parse.Tests;

/// <summary>
/// Whoever changes what the parser makes of a page says so by a new version: articles carry it, and replays select and compare by it. <c>parser-versions.txt</c> holds a
/// digest for each version, over what it makes of the stored pages, its block model and its rules.
/// </summary>
public sealed class ParserVersionTests
{
    private static readonly string VersionsFile = Repository.PathOf("tests", "Parse.Tests", "parser-versions.txt");

    [Fact]
    public void Output_OverStoredPages_ChangesOnlyWithTheVersion()
    {
        var digest = Digest();
        var known = Versions().LastOrDefault(v => v.Version == DocumentParser.Version).Digest;
        Assert.True(
            known == digest,
            $"what {DocumentParser.Version} makes of pages has {(known is null ? "no digest yet" : "changed: give DocumentParser.Version a new number")}; add the line '{DocumentParser.Version} {digest}' to {VersionsFile}");
    }

    [Fact]
    public void Versions_EachHasOneDigest_AndTheLastIsTheParsers()
    {
        Assert.Equal(Versions().Select(v => v.Version).Distinct(StringComparer.Ordinal), Versions().Select(v => v.Version));
        Assert.Equal(DocumentParser.Version, Versions().LastOrDefault().Version);
    }

    private static List<(string Version, string Digest)> Versions() => [.. File.ReadAllLines(VersionsFile).Where(line => line.Length > 0).Select(line => line.Split(' ')).Select(parts => (parts[0], parts[1]))];

    private static string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var parser = new DocumentParser();
        var pages = Directory.GetFiles(Repository.PathOf("tests", "Fixtures", "Pages"), "*.html").Order(StringComparer.Ordinal).Select(path => (Name: Path.GetFileNameWithoutExtension(path), Bytes: File.ReadAllBytes(path)))
            .Append(("www.harbourpost.example", Encoding.UTF8.GetBytes(new TestPage().Html)))
            .Append(("text.example", Encoding.UTF8.GetBytes("Harbour bridge opens after repair\n\nBy Ines Falk\n\n" + TestPage.Body)));
        foreach (var (name, bytes) in pages)
        {
            var result = parser.Parse(bytes, name == "text.example" ? "text/plain" : "text/html", "utf-8", $"https://{name}/2024/05/03/harbour-bridge", hint: null);
            Assert.NotNull(result.Content);
            hash.AppendData(Encoding.UTF8.GetBytes(name + "\n"));
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new { result.Outcome, result.Reason, result.Content, result.ContentDigest, result.CanonicalUrl }, JsonSerializerOptions.Default));
        }

        foreach (var resource in typeof(DocumentParser).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            using var stream = typeof(DocumentParser).Assembly.GetManifestResourceStream(resource)!;
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
