using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Storyline.Fetch.Captures;
using Storyline.Fixtures;

namespace Storyline.Fetch.Tests.Captures;

public sealed class WarcTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 23, 59, 59, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Append_ThenRead_GivesTheBytesBack()
    {
        using var archive = Open();
        var bodies = new[] { "<p>one</p>"u8.ToArray(), [], [0, 1, 2, 13, 10, 13, 10, 3], Encoding.UTF8.GetBytes(new string('ß', 100_000)) };

        var positions = archive.Append([.. bodies.Select((body, i) => Entry(Capture(body, http: i % 2 == 0)))]);

        for (var i = 0; i < bodies.Length; i++)
        {
            Assert.Equal(bodies[i], await archive.ReadAsync(positions[i], Cancellation));
        }
    }

    [Fact]
    public async Task Append_TornTail_LeavesEarlierRecordsReadableAndIsNeverAppendedTo()
    {
        WarcPosition first, torn;
        using (var archive = Open())
        {
            var positions = archive.Append([Entry(Capture("one"u8.ToArray())), Entry(Capture("two"u8.ToArray()))]);
            (first, torn) = (positions[0], positions[1]);
        }

        var path = Path.Combine(_folder.Path, first.File);
        using (var stream = File.OpenWrite(path))
        {
            stream.SetLength(torn.Offset + (torn.Length / 2));
        }

        using var next = Open();
        var after = next.Append([Entry(Capture("three"u8.ToArray()))])[0];

        Assert.NotEqual(first.File, after.File);
        Assert.Equal("one"u8.ToArray(), await next.ReadAsync(first, Cancellation));
        Assert.Equal("three"u8.ToArray(), await next.ReadAsync(after, Cancellation));
        await Assert.ThrowsAsync<InvalidDataException>(() => next.ReadAsync(torn, Cancellation));
    }

    [Fact]
    public void Append_OverMidnight_BeginsTheNextDaysFile()
    {
        using var archive = Open();
        var before = archive.Append([Entry(Capture("one"u8.ToArray()))])[0];
        _time.Advance(TimeSpan.FromSeconds(2));
        var after = archive.Append([Entry(Capture("two"u8.ToArray()))])[0];

        Assert.StartsWith("example.com/2026-03-01/", before.File, StringComparison.Ordinal);
        Assert.StartsWith("example.com/2026-03-02/", after.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_HostileHeaders_CannotBreakOutOfTheirLine()
    {
        var capture = Capture("body"u8.ToArray()) with
        {
            Http = new HttpExchange("https://example.com/\r\nWARC-Type: x", 200, "1.1", "OK\r\nX: y", [new("X-A", "b\r\n\r\nbody"), new("Content-Encoding", "gzip")]),
        };

        var text = Unpack(WarcRecord.Write(capture, Guid.NewGuid()));

        Assert.DoesNotContain("\nWARC-Type: x", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nX: y", text, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Crawler-Content-Encoding: gzip\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\nContent-Length: 4\r\n\r\nbody\r\n\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void File_ReadFromItsStart_IsASequenceOfRecords()
    {
        using var archive = Open();
        var position = archive.Append([Entry(Capture("one"u8.ToArray(), http: false)), Entry(Capture("two"u8.ToArray()))])[0];

        var text = Unpack(File.ReadAllBytes(Path.Combine(_folder.Path, position.File)));

        Assert.Equal(["warcinfo", "resource", "response"], text.Split("\r\n").Where(line => line.StartsWith("WARC-Type: ", StringComparison.Ordinal)).Select(line => line[11..]));
    }

    [Fact]
    public async Task Append_ManySources_EachHasAFolderPerDay_AndNoMoreFilesThanAllowedAreOpen()
    {
        using var archive = Open();
        var sources = Enumerable.Range(0, WarcArchive.MaxOpenFiles * 2).Select(i => $"source-{i}").ToArray();
        for (var round = 0; round < 2; round++)
        {
            var positions = archive.Append([.. sources.Select(source => Entry(Capture(System.Text.Encoding.UTF8.GetBytes(source)) with { SourceId = source }))]);
            for (var i = 0; i < sources.Length; i++)
            {
                Assert.StartsWith(sources[i] + "/2026-03-01/", positions[i].File, StringComparison.Ordinal);
                Assert.Equal(sources[i], System.Text.Encoding.UTF8.GetString(await archive.ReadAsync(positions[i], Cancellation)));
            }
        }

        // The second round went on in the files of the first.
        Assert.All(sources, source => Assert.Single(Directory.GetFiles(Path.Combine(_folder.Path, source), "*", SearchOption.AllDirectories)));
        Assert.InRange(OpenFiles(_folder.Path), 1, WarcArchive.MaxOpenFiles);
    }

    [Fact]
    public void FolderOf_AnySource_IsOneSafeNameOfItsOwn()
    {
        string[] sources =
        [
            "example.com", "Example.com", "example.com.", ".", "..", "../../etc", "a/b", "a\\b", "", "%", "a%2Fb", "C:", "nul\0", "日本", new string('x', 200), new string('x', 201), new string('x', 100) + "y",
        ];

        var folders = sources.Select(WarcArchive.FolderOf).ToArray();

        Assert.Equal(folders.Length, folders.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(folders, folder => Assert.Matches("^[a-z0-9%_-][a-zA-Z0-9%._~-]{0,119}(?<!\\.)$", folder));
        Assert.Equal("example.com", folders[0]);
    }

    [Fact]
    public async Task Files_ReadByAStandardTool_AreWholeIncludingRevisits_AndATornFileIsReadUpToItsEnd()
    {
        WarcPosition torn;
        using (var archive = Open())
        {
            var original = Capture("<p>one</p>"u8.ToArray());
            var known = new WarcOriginal(original.RecordId.ToString(), original.Http!.Url, original.FetchedAt, original.Sha256);
            torn = archive.Append(
            [
                Entry(original),
                new WarcEntry("example.com", info => WarcRecord.WriteRevisit(original.Http with { StatusCode = 304, ReasonPhrase = "Not Modified" }, _time.GetUtcNow(), known, info)),
                new WarcEntry("example.com", info => WarcRecord.WriteRevisit(original.Http, _time.GetUtcNow(), known, info)),
                Entry(Capture("plain"u8.ToArray(), http: false)),
                Entry(Capture("<p>torn</p>"u8.ToArray())),
            ])[4];
        }

        var path = Path.Combine(_folder.Path, torn.File);
        var whole = await IndexAsync(path);
        Assert.Equal(["warcinfo", "response 200", "revisit 304", "revisit 200", "resource", "response 200"], whole);

        using (var stream = File.OpenWrite(path))
        {
            stream.SetLength(torn.Offset + (torn.Length / 2));
        }

        Assert.Equal(whole[..5], (await IndexAsync(path)).Take(5));
    }

    // Type and status of each record, as warcio.js reads them.
    private static async Task<List<string>> IndexAsync(string path)
    {
        var result = await PinnedTool.Warcio.RunAsync(["index", path, "--fields", "warc-type,http:status,warc-payload-digest,warc-refers-to"], Cancellation);
        var records = new List<string>();
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var record = System.Text.Json.JsonDocument.Parse(line);
            var type = record.RootElement.GetProperty("warc-type").GetString()!;
            if (type == "revisit")
            {
                Assert.StartsWith("<urn:uuid:", record.RootElement.GetProperty("warc-refers-to").GetString(), StringComparison.Ordinal);
                Assert.StartsWith("sha256:", record.RootElement.GetProperty("warc-payload-digest").GetString(), StringComparison.Ordinal);
            }

            records.Add(record.RootElement.TryGetProperty("http:status", out var status) ? $"{type} {status}" : type);
        }

        Assert.True(records.Count > 0, result.Output + result.Error);
        return records;
    }

    private static int OpenFiles(string folder) => Directory.Exists("/proc/self/fd")
        ? Directory.GetFileSystemEntries("/proc/self/fd").Count(link => new FileInfo(link).LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true)
        : 1;

    private static WarcEntry Entry(Capture capture) => new(capture.SourceId, info => WarcRecord.Write(capture, info));

    private WarcArchive Open() => new(_folder.Path, "Storyline/test", _time);

    private Capture Capture(byte[] body, bool http = true) => new()
    {
        ArticleId = "a", Url = "https://example.com/a", SourceId = "example.com", FetchedAt = _time.GetUtcNow(), DiscoveredAt = _time.GetUtcNow(), MediaType = "text/html", Body = body,
        Http = http ? new HttpExchange("https://example.com/a", 200, "1.1", "OK", [new("Content-Type", "text/html")]) : null,
    };

    private static string Unpack(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
