using System.Collections.Frozen;

namespace Storyline.Enrich.Text;

/// <summary>Words that carry no topic, for the languages that news comes in most; compared without regard to case.</summary>
public static class StopWords
{
    private static readonly FrozenSet<string> Words = (
        // English, with the words every news text has.
        "a about above after again against all almost also although always am amid among an and another any anyone anything are aren around as at away back be became because " +
        "become been before behind being below between both but by came can cannot come could couldn did didn do does doesn doing don done down during each either else enough " +
        "even ever every everyone everything few for from further get gets getting give given go goes going got had hadn has hasn have haven having he her here hers herself him " +
        "himself his how however i if in inside into is isn it its itself just last later least less like made make makes making many may maybe me might mine more most much must " +
        "my myself near never new next no nobody none nor not nothing now of off often on once one only onto or other others our ours ourselves out outside over own part per " +
        "perhaps put rather re really s said same saw say saying says see seem seemed seems seen several shall she should shouldn since so some someone something soon still such t " +
        "take taken tell than that the their theirs them themselves then there these they thing things this those though through thus to today told tomorrow too took toward " +
        "towards under until up upon us use used using ve very via was wasn way we well went were weren what when where whether which while who whole whom whose why will with " +
        "within without won would wouldn yes yesterday yet you your yours yourself ll d m monday tuesday wednesday thursday friday saturday sunday january february march april " +
        "june july august september october november december week month year day time people two three first according added " +
        // German
        "aber als am an auch auf aus bei bin bis das dass dem den der des die doch du durch ein eine einem einen einer eines er es für gegen hat hatte ich ihr im ist ja kann " +
        "mit nach nicht noch nur oder sich sie sind so über um und uns von vor war was wenn wer wie wir wird zu zum zur " +
        // Spanish, Portuguese
        "al como con del el ella en entre era es esta este fue ha han hay la las le lo los más muy no para pero por que se ser si sin sobre su sus también una uno y ya " +
        "ao das dos em foi mais mas na nas não nos os ou pela pelo seu sua um uma " +
        // French, Italian
        "au aux avec ce ces cette dans de des du elle est et il ils je leur mais même ne nous ont ou où pas plus pour qu qui sa sont sur un une vous " +
        "alla anche che chi come con dal della delle di è gli il la nel nella non per più sono")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>True for a stop word; what follows an apostrophe ("it’s", "don’t") does not count.</summary>
    public static bool IsStopWord(ReadOnlySpan<char> word)
    {
        if (Lookup.Contains(word))
        {
            return true;
        }

        var apostrophe = word.IndexOfAny('\'', '’');
        return apostrophe > 0 && Lookup.Contains(word[..apostrophe]);
    }
}
