using Npgsql;

namespace Storyline.Hosting.Storage;

/// <summary>Where embedded data lives. Section <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>Folder of SQLite files, captures and the index; made when absent.</summary>
    public string Path { get; set; } = "./data";

    public static IEnumerable<string> Errors(StorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            yield return "Storage:Path is empty: must be a folder that the process may write to";
        }
        else if (File.Exists(options.Path))
        {
            yield return $"Storage:Path is '{options.Path}': must be a folder, but is a file";
        }
    }
}

/// <summary>Which database. Section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    /// <summary>Npgsql connection string; each service uses the schema of its own name. Absent: SQLite files under <c>Storage:Path</c>.</summary>
    public string? PostgreSql { get; set; }

    /// <summary>How long a start waits for a database that does not answer.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);

    public static IEnumerable<string> Errors(DatabaseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.PostgreSql is { } text)
        {
            string? error = null;
            try
            {
                if (string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Host))
                {
                    error = "Host is missing";
                }
            }
            catch (ArgumentException exception)
            {
                error = exception.Message;
            }

            if (error is not null)
            {
                // The value holds a password, so only the rule is told.
                yield return $"Database:PostgreSql must be a connection string such as 'Host=db;Database=storyline;Username=…;Password=…': {error}";
            }
        }
    }
}
