using System.Text.RegularExpressions;

namespace Storyline.Partner.Partners;

/// <summary>What makes a partner acceptable.</summary>
public static partial class PartnerValidation
{
    private const int MaxDisplayName = 200;
    private const int MaxListLength = 1_000;
    private const int MaxSourceId = 200;

    /// <summary>Every violation, by the field's path in the request; empty when there is none.</summary>
    public static IReadOnlyList<(string Field, string Description)> Violations(
        string partnerId, string displayName, IReadOnlyList<string> languages, IReadOnlyList<string> sourceIds)
    {
        var violations = new List<(string, string)>();
        if (!PartnerId().IsMatch(partnerId))
        {
            violations.Add(("partner.partner_id", "must be 1 to 40 of a-z, 0-9 and hyphen"));
        }

        if (displayName.Length > MaxDisplayName)
        {
            violations.Add(("partner.display_name", $"must have at most {MaxDisplayName} characters"));
        }

        if (languages.Count > MaxListLength || !languages.All(IsLanguageTag))
        {
            violations.Add(("partner.entitlement.languages", $"must be at most {MaxListLength} BCP 47 tags such as en or pt-BR"));
        }

        if (sourceIds.Count > MaxListLength || sourceIds.Any(source => source.Length is 0 or > MaxSourceId))
        {
            violations.Add(("partner.entitlement.source_ids", $"must be at most {MaxListLength} ids of 1 to {MaxSourceId} characters"));
        }

        return violations;
    }

    /// <summary>Whether it has the shape of a BCP 47 tag of at most 80 characters.</summary>
    public static bool IsLanguageTag(string text) => LanguageTag().IsMatch(text);

    [GeneratedRegex("^[a-z0-9-]{1,40}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PartnerId();

    [GeneratedRegex("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,8}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex LanguageTag();
}
