namespace Storyline.Fetch.Feeds;

/// <summary>
/// Folders as people sort feeds into: names from the outermost, joined by slashes. A slash in a name is written <c>%2F</c>, a percent sign <c>%25</c>.
/// </summary>
public static class FeedFolder
{
    /// <summary>Folders that a feed lies in.</summary>
    public const int MaxPerFeed = 16;

    /// <summary>Characters of one.</summary>
    public const int MaxLength = 200;

    /// <summary>The folder of those names, without empty ones; levels that make it too long are left out.</summary>
    public static string Of(IEnumerable<string> names)
    {
        var folder = "";
        foreach (var name in names)
        {
            var plain = string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c)).Trim().Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
            if (plain.Length == 0)
            {
                continue;
            }

            var deeper = folder.Length == 0 ? plain : folder + "/" + plain;
            if (deeper.Length > MaxLength)
            {
                break;
            }

            folder = deeper;
        }

        return folder;
    }

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.Split('/').Select(name => name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Replace("%25", "%", StringComparison.Ordinal));
    }

    /// <summary>Why it is none; null when it is one.</summary>
    public static string? Error(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return folder.Length > MaxLength ? $"must have at most {MaxLength} characters"
            : folder.Any(char.IsControl) ? "must have no control characters"
            : Array.Exists(folder.Split('/'), string.IsNullOrWhiteSpace) ? "must be names joined by '/', such as 'News/Europe', none of them empty"
            : null;
    }

    internal static IReadOnlyList<string> Read(string stored) => stored.Length == 0 ? [] : stored.Split('\n');

    internal static string Write(IEnumerable<string> folders) => string.Join('\n', folders.Distinct(StringComparer.Ordinal));
}
