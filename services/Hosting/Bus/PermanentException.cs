namespace Storyline.Hosting.Bus;

/// <summary>Thrown by a handler for a message that no retry can help: it goes to quarantine at once.</summary>
/// <param name="outcome">Upper-case code of what is wrong, such as <c>TOO_LARGE</c>.</param>
/// <param name="reason">For people: lower case, without a full stop, at most 200 characters are kept.</param>
public sealed class PermanentException(string outcome, string reason) : Exception(reason)
{
    /// <summary>Upper-case code of what is wrong.</summary>
    public string Outcome { get; } = outcome;
}
