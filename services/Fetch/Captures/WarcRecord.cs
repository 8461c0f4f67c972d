using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Storyline.Fetch.Captures;

/// <summary>An earlier capture that a revisit says nothing has changed since.</summary>
/// <param name="RecordId">Its WARC-Record-ID as a UUID; empty when it was written before ids were kept.</param>
/// <param name="Url">Its WARC-Target-URI.</param>
/// <param name="FetchedAt">Its WARC-Date.</param>
/// <param name="Sha256">Digest of its payload.</param>
public sealed record WarcOriginal(string RecordId, string Url, DateTimeOffset FetchedAt, string Sha256);

/// <summary>
/// One record of a WARC 1.1 file (ISO 28500:2017), compressed as a gzip member of its own (annex D), so that it can be read without the rest.
/// A fetched page is a <c>response</c>, a fetch that brought nothing new a <c>revisit</c>, a submitted document a <c>resource</c>. Bodies are stored after
/// content decoding; the codings that were undone are kept in <c>X-Crawler-Content-Encoding</c> and <c>X-Crawler-Transfer-Encoding</c>, as other news
/// crawlers do. Digests are SHA-256 in lower-case hex.
/// </summary>
public static class WarcRecord
{
    private const string ServerNotModified = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";
    private const string IdenticalPayload = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";

    /// <summary>The compressed record of a capture.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="infoId">Id of the <c>warcinfo</c> record of the file that it goes to.</param>
    public static byte[] Write(Capture capture, Guid infoId)
    {
        ArgumentNullException.ThrowIfNull(capture);
        var http = capture.Http is { } exchange ? HttpHead(exchange, capture.Body.Length) : [];
        var head = Head(capture.Http is null ? "resource" : "response", capture.RecordId, capture.FetchedAt, infoId)
            .Append("WARC-Target-URI: ").Append(Line(capture.Http?.Url ?? capture.Url)).Append("\r\n");
        AppendAddress(head, capture.Http);
        head.Append("WARC-Payload-Digest: sha256:").Append(capture.Sha256).Append("\r\n")
            .Append("Content-Type: ").Append(capture.Http is null ? Line(capture.MediaType) : "application/http;msgtype=response").Append("\r\n");
        return Compress(head, http, capture.Body);
    }

    /// <summary>The compressed record of a fetch that brought what <paramref name="original"/> has: answered with 304, or with equal bytes.</summary>
    public static byte[] WriteRevisit(HttpExchange exchange, DateTimeOffset fetchedAt, WarcOriginal original, Guid infoId)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(original);
        var head = Head("revisit", Guid.CreateVersion7(fetchedAt), fetchedAt, infoId)
            .Append("WARC-Target-URI: ").Append(Line(exchange.Url)).Append("\r\n")
            .Append("WARC-Profile: ").Append(exchange.StatusCode == 304 ? ServerNotModified : IdenticalPayload).Append("\r\n");
        AppendAddress(head, exchange);
        if (original.RecordId.Length > 0)
        {
            head.Append("WARC-Refers-To: <urn:uuid:").Append(original.RecordId).Append(">\r\n");
        }

        head.Append("WARC-Refers-To-Target-URI: ").Append(Line(original.Url)).Append("\r\n")
            .Append("WARC-Refers-To-Date: ").Append(Date(original.FetchedAt)).Append("\r\n")
            .Append("WARC-Payload-Digest: sha256:").Append(original.Sha256).Append("\r\n")
            .Append("Content-Type: application/http;msgtype=response\r\n");
        return Compress(head, HttpHead(exchange, bodyLength: null), default);
    }

    /// <summary>The compressed <c>warcinfo</c> record that begins a file.</summary>
    public static byte[] WriteInfo(string fileName, string software, string sourceId, DateTimeOffset now, Guid infoId)
    {
        var fields = Encoding.UTF8.GetBytes(
            $"software: {Line(software)}\r\nformat: WARC File Format 1.1\r\nconformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\nisPartOf: {Line(sourceId)}\r\n");
        var head = Head("warcinfo", infoId, now, infoId: null)
            .Append("WARC-Filename: ").Append(fileName).Append("\r\n")
            .Append("Content-Type: application/warc-fields\r\n");
        return Compress(head, fields, default);
    }

    /// <summary>The payload of a compressed record: the document's bytes, without WARC and HTTP headers.</summary>
    /// <exception cref="InvalidDataException">The record is torn or is none.</exception>
    public static byte[] ReadPayload(Stream compressed)
    {
        using var gzip = new GZipStream(compressed, CompressionMode.Decompress, leaveOpen: true);
        using var memory = new MemoryStream();
        gzip.CopyTo(memory);
        ReadOnlySpan<byte> record = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        if (!record.StartsWith("WARC/1."u8))
        {
            throw new InvalidDataException("the capture archive has no record where the ledger says one is");
        }

        var headers = Header(ref record);
        var length = int.Parse(Field(headers, "Content-Length"), CultureInfo.InvariantCulture);
        if (record.Length < length)
        {
            throw new InvalidDataException("the record of the capture archive is torn");
        }

        var block = record[..length];
        if (Field(headers, "WARC-Type") == "response")
        {
            _ = Header(ref block);
        }

        return block.ToArray();
    }

    private static StringBuilder Head(string type, Guid id, DateTimeOffset date, Guid? infoId)
    {
        var head = new StringBuilder(1024)
            .Append("WARC/1.1\r\nWARC-Type: ").Append(type)
            .Append("\r\nWARC-Record-ID: <urn:uuid:").Append(id)
            .Append(">\r\nWARC-Date: ").Append(Date(date)).Append("\r\n");
        return infoId is { } info ? head.Append("WARC-Warcinfo-ID: <urn:uuid:").Append(info).Append(">\r\n") : head;
    }

    private static void AppendAddress(StringBuilder head, HttpExchange? exchange)
    {
        if (exchange is { IpAddress.Length: > 0 })
        {
            head.Append("WARC-IP-Address: ").Append(exchange.IpAddress).Append("\r\n");
        }
    }

    private static byte[] HttpHead(HttpExchange exchange, int? bodyLength)
    {
        // Readers of these files take HTTP/1.x; a later version's message is written as they would have got it.
        var http = new StringBuilder(1024);
        http.Append(CultureInfo.InvariantCulture, $"HTTP/{(exchange.Version == "1.0" ? "1.0" : "1.1")} {exchange.StatusCode} {Line(exchange.ReasonPhrase)}\r\n");
        foreach (var (name, value) in exchange.Headers)
        {
            var kept = name.ToLowerInvariant() switch
            {
                "content-encoding" or "transfer-encoding" or "content-length" => "X-Crawler-" + name,
                _ => name,
            };
            http.Append(Line(kept)).Append(": ").Append(Line(value)).Append("\r\n");
        }

        if (bodyLength is { } length)
        {
            http.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        return Encoding.Latin1.GetBytes(http.Append("\r\n").ToString());
    }

    private static byte[] Compress(StringBuilder head, ReadOnlySpan<byte> start, ReadOnlyMemory<byte> body)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        digest.AppendData(start);
        digest.AppendData(body.Span);
        head.Append("WARC-Block-Digest: sha256:").Append(Convert.ToHexStringLower(digest.GetHashAndReset())).Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {start.Length + body.Length}\r\n\r\n");
        using var output = new MemoryStream(1024 + (body.Length / 4));
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(head.ToString()));
            gzip.Write(start);
            gzip.Write(body.Span);
            gzip.Write("\r\n\r\n"u8);
        }

        return output.ToArray();
    }

    private static string Header(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            throw new InvalidDataException("the record of the capture archive has no end of its headers");
        }

        var text = Encoding.UTF8.GetString(rest[..end]);
        rest = rest[(end + 4)..];
        return text;
    }

    private static string Field(string headers, string name)
    {
        foreach (var line in headers.Split("\r\n"))
        {
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        throw new InvalidDataException($"the record of the capture archive has no {name}");
    }

    // Milliseconds, as the ledger keeps them: a revisit names its original by this.
    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    // What came over the network must not be able to end a header line.
    private static string Line(string text) => text.AsSpan().ContainsAny('\r', '\n') ? text.Replace('\r', ' ').Replace('\n', ' ') : text;
}
