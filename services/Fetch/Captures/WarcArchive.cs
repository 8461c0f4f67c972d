using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Storyline.Fetch.Captures;

/// <summary>Where a record lies.</summary>
/// <param name="File">Path below the archive's folder, with slashes.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Compressed bytes.</param>
public sealed record WarcPosition(string File, long Offset, long Length);

/// <summary>
/// The archive of captures: <c>&lt;folder&gt;/yyyy-mm-dd/&lt;writer&gt;-&lt;time&gt;.warc.gz</c>. Each process writes its own files, one after the other, and
/// never appends to a file of an earlier run: what a killed process left half written stays at the end of its file, where readers stop.
/// Not safe for concurrent appends: one caller at a time.
/// </summary>
public sealed class WarcArchive(string folder, string software, TimeProvider time) : IDisposable
{
    /// <summary>A file that is larger is not appended to any more: the size the WARC standard suggests.</summary>
    public const long MaxFileBytes = 1024L * 1024 * 1024;

    private readonly string _writer = string.Concat(Environment.MachineName.Where(char.IsAsciiLetterOrDigit)) is { Length: > 0 } name ? name : "host";
    private SafeFileHandle? _handle;
    private string _file = "";
    private string _day = "";
    private long _length;
    private int _sequence;

    /// <summary>Appends records and returns when they are on the disk.</summary>
    public IReadOnlyList<WarcPosition> Append(IReadOnlyList<byte[]> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var positions = new WarcPosition[records.Count];
        try
        {
            var handle = Writable();
            for (var i = 0; i < records.Count; i++)
            {
                RandomAccess.Write(handle, records[i], _length);
                positions[i] = new WarcPosition(_file, _length, records[i].Length);
                _length += records[i].Length;
            }

            RandomAccess.FlushToDisk(handle);
            return positions;
        }
        catch
        {
            // What is in the file now is unknown; a new one begins with the next record.
            Close();
            throw;
        }
    }

    /// <summary>Reads back the document of a record.</summary>
    /// <exception cref="InvalidDataException">The archive does not hold that record.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<byte[]> ReadAsync(WarcPosition position, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(position);
        var path = Path.GetFullPath(Path.Combine(folder, position.File));
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.Asynchronous);
        var bytes = new byte[position.Length];
        var read = 0;
        while (read < bytes.Length)
        {
            var count = await RandomAccess.ReadAsync(handle, bytes.AsMemory(read), position.Offset + read, cancellationToken);
            if (count == 0)
            {
                throw new InvalidDataException("the capture archive ends before the record does");
            }

            read += count;
        }

        using var stream = new MemoryStream(bytes, writable: false);
        return WarcRecord.ReadPayload(stream);
    }

    public void Dispose() => Close();

    private SafeFileHandle Writable()
    {
        var now = time.GetUtcNow();
        var day = now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (_handle is not null && _day == day && _length < MaxFileBytes)
        {
            return _handle;
        }

        Close();
        var directory = Directory.CreateDirectory(Path.Combine(folder, day));
        string name;
        do
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{_writer}-{now.UtcDateTime:yyyyMMddHHmmssfff}-{Environment.ProcessId}-{_sequence++:00000}.warc.gz");
        }
        while (File.Exists(Path.Combine(directory.FullName, name)));

        _handle = File.OpenHandle(Path.Combine(directory.FullName, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        _file = $"{day}/{name}";
        _day = day;
        var info = WarcRecord.WriteInfo(name, software, now);
        RandomAccess.Write(_handle, info, 0);
        _length = info.Length;
        return _handle;
    }

    private void Close()
    {
        _handle?.Dispose();
        _handle = null;
    }
}
