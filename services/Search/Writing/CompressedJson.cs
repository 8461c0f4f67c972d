using System.IO.Compression;
using System.Text.Json;

namespace Storyline.Search.Writing;

/// <summary>Records as they lie in the database: JSON in UTF-8, compressed with Brotli (RFC 7932).</summary>
internal static class CompressedJson
{
    public static byte[] Write<T>(T value)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            JsonSerializer.Serialize(brotli, value);
        }

        return compressed.ToArray();
    }

    public static T Read<T>(byte[] bytes)
    {
        using var brotli = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<T>(brotli) ?? throw new InvalidDataException("a stored record is null");
    }
}
