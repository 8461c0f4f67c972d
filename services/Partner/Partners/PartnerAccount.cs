namespace Storyline.Partner.Partners;

/// <summary>An organisation that consumes the bus.</summary>
/// <param name="PartnerId">1 to 40 of a-z, 0-9 and hyphen; part of its routing keys.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Entitlement">What it may receive.</param>
/// <param name="CreateTime">When it was added.</param>
public sealed record PartnerAccount(string PartnerId, string DisplayName, Entitlement Entitlement, DateTimeOffset CreateTime);

/// <summary>What a partner may receive. An empty list does not restrict.</summary>
/// <param name="Languages">Language ranges of RFC 4647 basic filtering: <c>en</c> admits <c>en</c> and <c>en-GB</c>.</param>
/// <param name="SourceIds">Publishers.</param>
public sealed record Entitlement(IReadOnlyList<string> Languages, IReadOnlyList<string> SourceIds)
{
    /// <summary>No restriction.</summary>
    public static Entitlement Everything { get; } = new([], []);

    /// <summary>Whether content in that language (BCP 47 tag) may be received.</summary>
    public bool AdmitsLanguage(string language) =>
        Languages.Count == 0 || Languages.Any(range =>
            language.StartsWith(range, StringComparison.OrdinalIgnoreCase)
            && (language.Length == range.Length || language[range.Length] == '-'));

    /// <summary>Whether content of that publisher may be received.</summary>
    public bool AdmitsSource(string sourceId) => SourceIds.Count == 0 || SourceIds.Contains(sourceId, StringComparer.Ordinal);
}
