using System.Reflection;

namespace Storyline.Parse.Publishers;

/// <summary>The rules for single sites: those that come with the parser, and those of a folder, which go before them.</summary>
public sealed class PublisherRules
{
    private const string Prefix = "Storyline.Parse.Publishers.";
    private const int MaxFiles = 1_000;
    private const int MaxFileLength = 64 * 1024;

    private static readonly Lazy<PublisherRules> ShippedRules = new(() =>
    {
        var errors = new List<string>();
        var rules = new PublisherRules(ShippedFiles(), errors);
        return errors.Count == 0 ? rules : throw new InvalidOperationException(string.Join("; ", errors));
    });

    private readonly Dictionary<string, PublisherRule> _byHost = new(StringComparer.Ordinal);

    private PublisherRules(IEnumerable<(string Name, byte[] Json)> files, List<string> errors)
    {
        foreach (var (name, json) in files)
        {
            if (PublisherRule.Read(name, json, errors) is { } rule)
            {
                _byHost[rule.Host] = rule;
            }
        }
    }

    /// <summary>The rules that come with the parser.</summary>
    public static PublisherRules Shipped => ShippedRules.Value;

    /// <summary>Hosts that have a rule.</summary>
    public IEnumerable<string> Hosts => _byHost.Keys;

    /// <summary>The shipped rules and those of a folder, <c>host.json</c> each.</summary>
    /// <param name="folder">The folder; null for the shipped ones alone.</param>
    /// <param name="errors">A line for each thing that is wrong; rules with errors are left out.</param>
    public static PublisherRules Read(string? folder, out IReadOnlyList<string> errors)
    {
        var found = new List<string>();
        errors = found;
        if (string.IsNullOrEmpty(folder))
        {
            return Shipped;
        }

        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
        Array.Sort(files, StringComparer.Ordinal);
        if (!Directory.Exists(folder))
        {
            found.Add($"the folder '{folder}' does not exist");
        }
        else if (files.Length > MaxFiles)
        {
            found.Add($"the folder '{folder}' holds {files.Length} rules, at most {MaxFiles}");
        }

        return found.Count > 0 ? Shipped : new PublisherRules(ShippedFiles().Concat(FilesOf(files, found)), found);
    }

    /// <summary>The rule of a page's site; null when there is none, as for nearly all.</summary>
    internal PublisherRule? For(Uri? address)
    {
        var host = address?.Host ?? "";
        while (host.Length > 0 && _byHost.Count > 0)
        {
            if (_byHost.TryGetValue(host, out var rule))
            {
                return rule;
            }

            var dot = host.IndexOf('.', StringComparison.Ordinal);
            host = dot < 0 ? "" : host[(dot + 1)..];
        }

        return null;
    }

    private static IEnumerable<(string Name, byte[] Json)> FilesOf(string[] paths, List<string> errors)
    {
        foreach (var path in paths)
        {
            var name = Path.GetFileName(path);
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxFileLength)
            {
                errors.Add($"{name}: more than {MaxFileLength} bytes");
                continue;
            }

            var json = new byte[stream.Length];
            stream.ReadExactly(json);
            yield return (name, json);
        }
    }

    private static IEnumerable<(string Name, byte[] Json)> ShippedFiles()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var json = new byte[stream.Length];
            stream.ReadExactly(json);
            yield return (resource[Prefix.Length..], json);
        }
    }
}
