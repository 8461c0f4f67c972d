using Storyline.Contracts;
using Storyline.Enrich.Names;

namespace Storyline.Enrich.Quotes;

/// <summary>A quote as a document has it, before it is known across articles. Offsets count UTF-16 code units of the body.</summary>
/// <param name="Start">First code unit of the words.</param>
/// <param name="Length">Number of code units.</param>
/// <param name="Kind">Direct, mixed or indirect.</param>
/// <param name="Speaker">Who said it: the entity's name or the words of the text; null when the text does not tell.</param>
/// <param name="SpeakerEntity">The document's entity that spoke, if it is one.</param>
/// <param name="SpeakerStart">First code unit of the speaker in the text; -1 when unknown.</param>
/// <param name="SpeakerLength">Number of code units of the speaker.</param>
/// <param name="Cue">The word that attributes it.</param>
public sealed record FoundQuote(
    int Start, int Length, QuoteKind Kind, string? Speaker, DocumentEntity? SpeakerEntity, int SpeakerStart, int SpeakerLength, string? Cue);
