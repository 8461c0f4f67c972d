using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;

namespace Storyline.Evaluation;

/// <summary>Readers for the formats of the data sets: JSON lines, tab-separated values, gzipped or not.</summary>
public static class DataFiles
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The lines of a text file, decompressed when its name ends in <c>.gz</c>.</summary>
    public static IEnumerable<string> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    /// <summary>The files of a <c>.tar.gz</c> archive.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Entries(string path)
    {
        using var file = File.OpenRead(path);
        using var stream = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                using var bytes = new MemoryStream();
                entry.DataStream?.CopyTo(bytes);
                yield return (entry.Name, bytes.ToArray());
            }
        }
    }

    /// <summary>One object a line; member names are the snake case of the type's properties.</summary>
    public static IEnumerable<T> JsonLines<T>(string path) => Lines(path)
        .Where(line => !string.IsNullOrWhiteSpace(line))
        .Select(line => JsonSerializer.Deserialize<T>(line, SnakeCase) ?? throw new InvalidDataException($"{path}: a line is null"));

    /// <summary>The columns of each line.</summary>
    public static IEnumerable<string[]> TabSeparated(string path) => Lines(path).Where(line => line.Length > 0).Select(line => line.Split('\t'));

    /// <summary>The cells of each line of comma-separated values (RFC 4180); a quoted cell may not hold a line end.</summary>
    public static IEnumerable<string[]> CommaSeparated(string path)
    {
        foreach (var line in Lines(path).Where(line => line.Length > 0))
        {
            var cells = new List<string>();
            var at = 0;
            while (at <= line.Length)
            {
                if (at < line.Length && line[at] == '"')
                {
                    var end = at + 1;
                    while (end < line.Length && (line[end] != '"' || (end + 1 < line.Length && line[end + 1] == '"')))
                    {
                        end += line[end] == '"' ? 2 : 1;
                    }

                    cells.Add(line[(at + 1)..Math.Min(end, line.Length)].Replace("\"\"", "\"", StringComparison.Ordinal));
                    at = end + 2;
                }
                else
                {
                    var end = line.IndexOf(',', at);
                    end = end < 0 ? line.Length : end;
                    cells.Add(line[at..end]);
                    at = end + 1;
                }
            }

            yield return [.. cells];
        }
    }
}
