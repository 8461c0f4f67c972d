using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Storyline.Fetch.Captures;

/// <summary>
/// One record of a WARC 1.1 file (ISO 28500:2017), compressed as a gzip member of its own (annex D), so that it can be read without the rest.
/// A fetched page is a <c>response</c>, a submitted document a <c>resource</c>. Bodies are stored after content decoding; the codings that were
/// undone are kept in <c>X-Crawler-Content-Encoding</c> and <c>X-Crawler-Transfer-Encoding</c>, as other news crawlers do.
/// </summary>
public static class WarcRecord
{
    /// <summary>The compressed record of a capture.</summary>
    public static byte[] Write(Capture capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        var head = new StringBuilder();
        var http = new StringBuilder();
        if (capture.Http is { } exchange)
        {
            http.Append(CultureInfo.InvariantCulture, $"HTTP/{exchange.Version} {exchange.StatusCode} {Line(exchange.ReasonPhrase)}\r\n");
            foreach (var (name, value) in exchange.Headers)
            {
                var kept = name.ToLowerInvariant() switch
                {
                    "content-encoding" or "transfer-encoding" or "content-length" => "X-Crawler-" + name,
                    _ => name,
                };
                http.Append(Line(kept)).Append(": ").Append(Line(value)).Append("\r\n");
            }

            http.Append(CultureInfo.InvariantCulture, $"Content-Length: {capture.Body.Length}\r\n\r\n");
        }

        var httpBytes = Encoding.Latin1.GetBytes(http.ToString());
        head.Append("WARC/1.1\r\n")
            .Append("WARC-Type: ").Append(capture.Http is null ? "resource" : "response").Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"WARC-Record-ID: <urn:uuid:{Guid.NewGuid()}>\r\n")
            .Append("WARC-Date: ").Append(Date(capture.FetchedAt)).Append("\r\n")
            .Append("WARC-Target-URI: ").Append(Line(capture.Http?.Url ?? capture.Url)).Append("\r\n")
            .Append("WARC-Payload-Digest: sha256:").Append(capture.Sha256).Append("\r\n")
            .Append("Content-Type: ").Append(capture.Http is null ? Line(capture.MediaType) : "application/http;msgtype=response").Append("\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {httpBytes.Length + capture.Body.Length}\r\n\r\n");

        return Compress(Encoding.UTF8.GetBytes(head.ToString()), httpBytes, capture.Body);
    }

    /// <summary>The compressed <c>warcinfo</c> record that begins a file.</summary>
    public static byte[] WriteInfo(string fileName, string software, DateTimeOffset now)
    {
        var fields = Encoding.UTF8.GetBytes($"software: {Line(software)}\r\nformat: WARC File Format 1.1\r\nconformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n");
        var head = string.Create(CultureInfo.InvariantCulture,
            $"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:{Guid.NewGuid()}>\r\nWARC-Date: {Date(now)}\r\nWARC-Filename: {fileName}\r\nContent-Type: application/warc-fields\r\nContent-Length: {fields.Length}\r\n\r\n");
        return Compress(Encoding.UTF8.GetBytes(head), fields, default);
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

    private static byte[] Compress(ReadOnlySpan<byte> head, ReadOnlySpan<byte> http, ReadOnlyMemory<byte> body)
    {
        using var output = new MemoryStream(1024 + (body.Length / 4));
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(head);
            gzip.Write(http);
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

    private static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    // What came over the network must not be able to end a header line.
    private static string Line(string text) => text.AsSpan().ContainsAny('\r', '\n') ? text.Replace('\r', ' ').Replace('\n', ' ') : text;
}
