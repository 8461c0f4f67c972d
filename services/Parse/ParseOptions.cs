namespace Storyline.Parse;

/// <summary>Settings of the parse service. Section <c>Parse</c>.</summary>
public sealed class ParseOptions
{
    /// <summary>Folder with rules for single sites, one <c>host.json</c> each; they go before those that come with the parser. None unless given.</summary>
    public string? PublisherRules { get; set; }

    /// <summary>
    /// Languages of articles that are wanted, as BCP 47 primary tags (<c>en</c>, <c>de</c>); articles in another one end as <c>WRONG_LANGUAGE</c>. All unless given. A text whose language cannot be told is wanted.
    /// </summary>
    public string[] Languages { get; set; } = [];

    public static IEnumerable<string> Errors(ParseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = Publishers.PublisherRules.Read(options.PublisherRules, out var errors);
        foreach (var error in errors)
        {
            yield return $"Parse:PublisherRules: {error}";
        }

        foreach (var language in options.Languages.Where(l => l.Length is < 2 or > 3 || !l.All(char.IsAsciiLetterLower)))
        {
            yield return $"Parse:Languages has '{language}': must be primary tags of BCP 47, such as en";
        }
    }
}
