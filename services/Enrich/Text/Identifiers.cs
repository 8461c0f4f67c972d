using System.Security.Cryptography;
using System.Text;

namespace Storyline.Enrich.Text;

/// <summary>Ids that every replica and every redelivery derives alike: the first 128 bits of SHA-256, 32 lower-case hex digits.</summary>
public static class Identifiers
{
    /// <summary>The story that an article founds.</summary>
    public static string Story(string foundingArticleId) => Hash("story", foundingArticleId);

    /// <summary>The entity that is first met under a name.</summary>
    public static string Entity(Contracts.EntityType type, string key) => Hash("entity", $"{(int)type}:{key}");

    /// <summary>The quotation that is first met in some words.</summary>
    public static string Quotation(string normalizedWords) => Hash("quotation", normalizedWords);

    private static string Hash(string kind, string value) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{value}")).AsSpan(0, 16));
}
