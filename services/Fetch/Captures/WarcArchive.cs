using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Storyline.Fetch.Captures;

/// <summary>Where a record lies.</summary>
/// <param name="File">Path below the archive's folder, with slashes.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Compressed bytes.</param>
public sealed record WarcPosition(string File, long Offset, long Length);

/// <summary>A record to be written.</summary>
/// <param name="SourceId">Whose it is.</param>
/// <param name="Write">Gives the compressed record, from the id of the <c>warcinfo</c> record of its file.</param>
public sealed record WarcEntry(string SourceId, Func<Guid, byte[]> Write);

/// <summary>
/// The archive of captures: <c>&lt;folder&gt;/&lt;source&gt;/yyyy-mm-dd/&lt;writer&gt;-&lt;time&gt;.warc.gz</c>, so that what one source published on one day can be
/// handed out or deleted as a folder. Each process writes its own files and never appends to one of an earlier run: what a killed process
/// left half written stays at the end of its file, where readers stop. Not safe for concurrent appends: one caller at a time.
/// </summary>
public sealed class WarcArchive(string folder, string software, TimeProvider time) : IDisposable
{
    /// <summary>A file that is larger is not appended to any more: the size the WARC standard suggests.</summary>
    public const long MaxFileBytes = 1024L * 1024 * 1024;

    /// <summary>Files open at the same time; the one written least recently is closed for another.</summary>
    public const int MaxOpenFiles = 64;

    // Files of today that can be appended to again. Beyond that the process begins new ones.
    private const int MaxKnownFiles = 20_000;
    private const int MaxFolderName = 100;

    // Shared, so that two archives of one process never choose the same name.
    private static int _sequence;

    private readonly string _writer = string.Concat(Environment.MachineName.Where(char.IsAsciiLetterOrDigit)) is { Length: > 0 } name ? name : "host";
    private readonly Dictionary<string, WarcFile> _files = new(StringComparer.Ordinal);
    private readonly LinkedList<WarcFile> _open = new();
    private string _day = "";

    /// <summary>Appends records and returns when they are on the disk.</summary>
    public IReadOnlyList<WarcPosition> Append(IReadOnlyList<WarcEntry> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var positions = new WarcPosition[records.Count];
        var bySource = records.Index().GroupBy(record => record.Item.SourceId, StringComparer.Ordinal);
        foreach (var group in bySource.Chunk(MaxOpenFiles))
        {
            var written = new List<WarcFile>(group.Length);
            try
            {
                var work = new List<(int Index, WarcFile File)>();
                foreach (var source in group)
                {
                    var file = Writable(source.Key);
                    written.Add(file);
                    work.AddRange(source.Select(record => (record.Index, file)));
                }

                // Compressing is work for all cores; writing is not.
                var bytes = new byte[work.Count][];
                Parallel.For(0, work.Count, i => bytes[i] = records[work[i].Index].Write(work[i].File.InfoId));
                for (var i = 0; i < work.Count; i++)
                {
                    positions[work[i].Index] = work[i].File.Append(bytes[i]);
                }

                // The disk takes many at once as quickly as one.
                Parallel.ForEach(written, new ParallelOptions { MaxDegreeOfParallelism = 8 }, file => file.Flush());
            }
            catch
            {
                // What is in the files now is unknown; new ones begin with the next record.
                written.ForEach(Forget);
                throw;
            }
        }

        return positions;
    }

    /// <summary>Reads back the document of a record.</summary>
    /// <exception cref="InvalidDataException">The archive does not hold that record.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<byte[]> ReadAsync(WarcPosition position, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(position);
        var path = Path.GetFullPath(Path.Combine(folder, position.File));
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
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

    /// <summary>
    /// The folder of a source: its id where that is lower-case letters, digits, '-', '_' and dots inside, else with the other bytes as <c>%XX</c>;
    /// a long one is cut and ends with a digest. Two ids never share a folder, also where a file system knows no case.
    /// </summary>
    public static string FolderOf(string sourceId)
    {
        ArgumentNullException.ThrowIfNull(sourceId);
        var name = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(sourceId))
        {
            var c = (char)b;
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' || (c == '.' && name.Length > 0))
            {
                name.Append(c);
            }
            else
            {
                name.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        // Windows drops a final dot.
        return name.Length == 0 ? "%"
            : name.Length <= MaxFolderName && name[^1] != '.' ? name.ToString()
            : string.Concat(name.ToString().AsSpan(0, Math.Min(name.Length, MaxFolderName)).TrimEnd('.'), "%~", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sourceId)).AsSpan(0, 8)));
    }

    public void Dispose()
    {
        foreach (var file in _open)
        {
            file.Close();
        }

        _open.Clear();
    }

    private WarcFile Writable(string sourceId)
    {
        var now = time.GetUtcNow();
        var day = now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (day != _day || _files.Count >= MaxKnownFiles)
        {
            Dispose();
            _files.Clear();
            _day = day;
        }

        if (_files.TryGetValue(sourceId, out var file) && (file.Length >= MaxFileBytes || (!file.IsOpen && !file.TryReopen())))
        {
            Forget(file);
            file = null;
        }

        if (file is null)
        {
            var source = FolderOf(sourceId);
            var name = string.Create(CultureInfo.InvariantCulture, $"{_writer}-{now.UtcDateTime:yyyyMMddHHmmssfff}-{Environment.ProcessId}-{Interlocked.Increment(ref _sequence):00000}.warc.gz");
            Directory.CreateDirectory(Path.Combine(folder, source, day));
            file = new WarcFile(folder, $"{source}/{day}/{name}", sourceId);
            file.Append(WarcRecord.WriteInfo(name, software, sourceId, now, file.InfoId));
            _files[sourceId] = file;
        }

        _open.Remove(file);
        _open.AddLast(file);
        if (_open.Count > MaxOpenFiles)
        {
            _open.First!.Value.Close();
            _open.RemoveFirst();
        }

        return file;
    }

    private void Forget(WarcFile file)
    {
        file.Close();
        _open.Remove(file);
        _files.Remove(file.SourceId);
    }

    private sealed class WarcFile
    {
        private readonly string _path;
        private readonly string _name;
        private SafeFileHandle? _handle;

        public WarcFile(string folder, string name, string sourceId)
        {
            _path = Path.Combine(folder, name);
            _name = name;
            SourceId = sourceId;
            _handle = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        }

        public string SourceId { get; }

        public Guid InfoId { get; } = Guid.CreateVersion7();

        public long Length { get; private set; }

        public bool IsOpen => _handle is not null;

        public WarcPosition Append(byte[] record)
        {
            RandomAccess.Write(_handle!, record, Length);
            var position = new WarcPosition(_name, Length, record.Length);
            Length += record.Length;
            return position;
        }

        public void Flush() => RandomAccess.FlushToDisk(_handle!);

        /// <summary>False when somebody deleted or changed the file meanwhile.</summary>
        public bool TryReopen()
        {
            try
            {
                _handle = File.OpenHandle(_path, FileMode.Open, FileAccess.Write, FileShare.Read | FileShare.Delete);
                return RandomAccess.GetLength(_handle) == Length;
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                return false;
            }
        }

        public void Close()
        {
            _handle?.Dispose();
            _handle = null;
        }
    }
}
