using System.Security.Cryptography;
using System.Text;

namespace Storyline.Parse;

/// <summary>Identity of an article's content: equal digests are the same revision.</summary>
public static class ContentDigest
{
    /// <summary>SHA-256 over the UTF-8 title, one NUL (which occurs in neither) and the UTF-8 body; 64 lower-case hex digits.</summary>
    public static string Of(string title, string body) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(title + "\0" + body)));
}
