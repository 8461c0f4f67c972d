using System.Security.Cryptography;
using System.Text;

namespace Storyline.Fetch.Feeds;

/// <summary>Authenticated content distribution (WebSub §7): <c>X-Hub-Signature: method=hex</c> over the body.</summary>
public static class WebSubSignature
{
    /// <summary>Whether the header is the body's signature by one of the four methods of the specification. Takes as long for a wrong one as for a right one.</summary>
    public static bool IsValid(string? header, ReadOnlySpan<byte> body, string secret)
    {
        var parts = (header ?? "").Split('=', 2);
        if (parts.Length != 2)
        {
            return false;
        }

        var key = Encoding.ASCII.GetBytes(secret);
        byte[] expected;
        switch (parts[0].Trim().ToLowerInvariant())
        {
            case "sha1":
#pragma warning disable CA5350 // The specification has it, and hubs that know no other are common; HMAC does not rest on collisions.
                expected = HMACSHA1.HashData(key, body);
#pragma warning restore CA5350
                break;
            case "sha256":
                expected = HMACSHA256.HashData(key, body);
                break;
            case "sha384":
                expected = HMACSHA384.HashData(key, body);
                break;
            case "sha512":
                expected = HMACSHA512.HashData(key, body);
                break;
            default:
                return false;
        }

        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(expected)), Encoding.ASCII.GetBytes(parts[1].Trim().ToLowerInvariant()));
    }
}
