using System.Collections.Frozen;

namespace Storyline.Enrich.Quotes;

/// <summary>The words that attribute an utterance to a speaker.</summary>
public static class Cues
{
    private static readonly FrozenSet<string> SpeechVerbs = (
        "said says say saying told tells tell telling added adds adding announced announces wrote writes noted notes stated states stressed stresses warned warns warning claimed claims " +
        "argued argues insisted insists explained explains replied replies responded declared declares remarked commented quipped joked tweeted posted testified recalled recalls concluded " +
        "continued admitted acknowledged denied denies confirmed confirms emphasized emphasised observed suggested suggests maintained promised vowed pledged predicted complained lamented " +
        "reiterated reported asserted asserts contended quoted cautioned alleged countered conceded urged cited described called calls calling asked accused " +
        "sagte sagt erklärte betonte dijo dice afirmó aseguró explicó declaró déclaré dit affirmé expliqué disse ha detto").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> IndirectVerbs = (
        "said says announced stated stressed warned claimed claims argued argues insisted insists explained declared noted added confirmed acknowledged denied admitted asserted predicted " +
        "suggested believes reiterated testified reported told").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, bool> Pronouns = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase)
    {
        ["he"] = true, ["she"] = true, ["they"] = false, ["it"] = false, ["who"] = true, ["i"] = true, ["we"] = false,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a verb of saying in a form that news uses; lower case only, as "States" names a country.</summary>
    public static bool IsSpeechVerb(string word) => SpeechVerbs.Contains(word);

    /// <summary>True for a verb that reports speech without quotation marks.</summary>
    public static bool IsIndirectVerb(string word) => IndirectVerbs.Contains(word);

    /// <summary>True for a pronoun that can speak.</summary>
    public static bool IsPronoun(string word) => Pronouns.ContainsKey(word);

    /// <summary>True for a pronoun that stands for one person.</summary>
    public static bool IsPersonPronoun(string word) => Pronouns.GetValueOrDefault(word);
}
