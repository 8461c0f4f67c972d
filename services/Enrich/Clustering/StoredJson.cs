using System.IO.Compression;
using System.Text.Json;

namespace Storyline.Enrich.Clustering;

/// <summary>The stored form of messages and features: UTF-8 JSON, compressed with Brotli.</summary>
public static class StoredJson
{
    private const int Quality = 1;
    private const int WindowBits = 20;

    /// <summary>Compresses a value's JSON.</summary>
    public static byte[] Write<T>(T value)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value);
        var buffer = new byte[BrotliEncoder.GetMaxCompressedLength(json.Length)];
        return BrotliEncoder.TryCompress(json, buffer, out var written, Quality, WindowBits)
            ? buffer[..written]
            : throw new InvalidOperationException($"{json.Length} bytes of JSON do not fit the longest compressed form");
    }

    /// <summary>Reads a value that <see cref="Write"/> wrote.</summary>
    public static T Read<T>(byte[] stored)
    {
        using var brotli = new BrotliStream(new MemoryStream(stored), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<T>(brotli) ?? throw new InvalidDataException($"a stored {typeof(T).Name} is null");
    }
}
