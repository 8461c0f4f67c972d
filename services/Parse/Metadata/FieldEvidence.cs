namespace Storyline.Parse.Metadata;

/// <summary>One statement of a document about a field of its article, for people who ask why the field is as it is.</summary>
/// <param name="Field">The field's name in the API: <c>title</c>, <c>authors</c>, <c>publish_time</c>, <c>modified_time</c>, <c>body</c>.</param>
/// <param name="Value">What it says, as read.</param>
/// <param name="Source">Where it stands.</param>
/// <param name="Confidence">How far this kind of source is trusted, 0 to 1.</param>
public sealed record FieldEvidence(string Field, string Value, string Source, double Confidence);
