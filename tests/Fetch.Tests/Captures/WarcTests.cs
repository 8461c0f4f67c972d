using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Storyline.Fetch.Captures;

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

        var positions = archive.Append([.. bodies.Select((body, i) => WarcRecord.Write(Capture(body, http: i % 2 == 0)))]);

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
            var positions = archive.Append([WarcRecord.Write(Capture("one"u8.ToArray())), WarcRecord.Write(Capture("two"u8.ToArray()))]);
            (first, torn) = (positions[0], positions[1]);
        }

        var path = Path.Combine(_folder.Path, first.File);
        using (var stream = File.OpenWrite(path))
        {
            stream.SetLength(torn.Offset + (torn.Length / 2));
        }

        using var next = Open();
        var after = next.Append([WarcRecord.Write(Capture("three"u8.ToArray()))])[0];

        Assert.NotEqual(first.File, after.File);
        Assert.Equal("one"u8.ToArray(), await next.ReadAsync(first, Cancellation));
        Assert.Equal("three"u8.ToArray(), await next.ReadAsync(after, Cancellation));
        await Assert.ThrowsAsync<InvalidDataException>(() => next.ReadAsync(torn, Cancellation));
    }

    [Fact]
    public void Append_OverMidnight_BeginsTheNextDaysFile()
    {
        using var archive = Open();
        var before = archive.Append([WarcRecord.Write(Capture("one"u8.ToArray()))])[0];
        _time.Advance(TimeSpan.FromSeconds(2));
        var after = archive.Append([WarcRecord.Write(Capture("two"u8.ToArray()))])[0];

        Assert.StartsWith("2026-03-01/", before.File, StringComparison.Ordinal);
        Assert.StartsWith("2026-03-02/", after.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_HostileHeaders_CannotBreakOutOfTheirLine()
    {
        var capture = Capture("body"u8.ToArray()) with
        {
            Http = new HttpExchange("https://example.com/\r\nWARC-Type: x", 200, "1.1", "OK\r\nX: y", [new("X-A", "b\r\n\r\nbody"), new("Content-Encoding", "gzip")]),
        };

        var text = Unpack(WarcRecord.Write(capture));

        Assert.DoesNotContain("\nWARC-Type: x", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nX: y", text, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Crawler-Content-Encoding: gzip\r\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\r\nContent-Length: 4\r\n\r\nbody\r\n\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void File_ReadFromItsStart_IsASequenceOfRecords()
    {
        using var archive = Open();
        var position = archive.Append([WarcRecord.Write(Capture("one"u8.ToArray(), http: false)), WarcRecord.Write(Capture("two"u8.ToArray()))])[0];

        var text = Unpack(File.ReadAllBytes(Path.Combine(_folder.Path, position.File)));

        Assert.Equal(["warcinfo", "resource", "response"], text.Split("\r\n").Where(line => line.StartsWith("WARC-Type: ", StringComparison.Ordinal)).Select(line => line[11..]));
    }

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
