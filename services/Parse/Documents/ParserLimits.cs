namespace Storyline.Parse.Documents;

/// <summary>
/// What a document may cost. Constants, not settings: the same document must give the same article on every machine.
/// </summary>
public static class ParserLimits
{
    /// <summary>Raw bytes of a document: 10 MiB, as fetch captures at most.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    /// <summary>Start tags outside scripts, styles and comments. Real pages stay under 30,000.</summary>
    public const int MaxTags = 200_000;

    /// <summary>
    /// Elements open at once, those that HTML closes by itself (p, li, td …) left out. Tree construction looks through the open elements at
    /// each tag, so this bounds its time, too. Browsers stop at 512.
    /// </summary>
    public const int MaxOpenElements = 512;

    /// <summary>Depth of the finished tree: bounds the recursion of everything that walks it.</summary>
    public const int MaxTreeDepth = 1_500;

    /// <summary>Pieces of text of a page that are looked at, furniture included; what follows is not read. Real pages stay under 5,000.</summary>
    public const int MaxBlocks = 20_000;

    /// <summary>
    /// Characters in the blocks of an article. Its messages hold the text twice, and six bytes a character at worst: beyond this they would
    /// not pass the bus, whose limit is 16 MiB. A long read has 100,000.
    /// </summary>
    public const int MaxTextLength = 1_000_000;

    /// <summary>Characters of title that are kept.</summary>
    public const int MaxTitleLength = 500;

    /// <summary>Body characters below which a document is no article but a teaser or placeholder. Scripts without spaces need half.</summary>
    public const int MinBodyLength = 120;
}
