using Storyline.Contracts;

namespace Storyline.Parse.Documents;

/// <summary>A document as text.</summary>
/// <param name="Text">Its characters; empty when rejected.</param>
/// <param name="IsHtml">Markup; otherwise plain text.</param>
/// <param name="Outcome"><see cref="Outcome.Unspecified"/>, or why it could not be decoded.</param>
/// <param name="Reason">For people.</param>
public sealed record DecodedDocument(string Text, bool IsHtml, Outcome Outcome = Outcome.Unspecified, string Reason = "")
{
    public static DecodedDocument Rejected(Outcome outcome, string reason) => new("", false, outcome, reason);
}
