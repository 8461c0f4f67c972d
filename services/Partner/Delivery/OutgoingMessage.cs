using System.Globalization;
using Storyline.Hosting.Bus;
using Storyline.Partner.Partners;

namespace Storyline.Partner.Delivery;

/// <summary>What a message is about, and which state of it.</summary>
/// <param name="Kind"><c>article</c> or <c>story</c>.</param>
/// <param name="SubjectId">Article or story id.</param>
/// <param name="Version">Revision of the article, version of the story.</param>
/// <param name="Language">BCP 47 tag.</param>
public sealed record Subject(string Kind, string SubjectId, long Version, string Language)
{
    public const string Article = "article";
    public const string Story = "story";

    private const int MaxIdLength = 64;

    /// <summary>The same for every partner and every attempt.</summary>
    public string MessageId => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{SubjectId}:{Version}");

    /// <summary>
    /// <c>&lt;partner&gt;.&lt;kind&gt;.&lt;language&gt;</c>: the language in lower case, so that bindings need not guess; <c>und</c> for what is no language tag,
    /// which could add words to the key or make it longer than AMQP allows.
    /// </summary>
    public string RoutingKey(string partnerId) =>
        $"{partnerId}.{Kind}.{(PartnerValidation.IsLanguageTag(Language) ? Language.ToLowerInvariant() : "und")}";

    /// <summary>An id that the broker would refuse in every attempt must not get into a log: it would hold back all that follows.</summary>
    /// <exception cref="PermanentException">The id cannot be part of a message id.</exception>
    public Subject Checked() => SubjectId.Length is > 0 and <= MaxIdLength && SubjectId.All(char.IsAsciiLetterOrDigit)
        ? this
        : throw new PermanentException("INVALID_ID", $"{Kind} id must be 1 to {MaxIdLength} letters and digits");
}

/// <summary>A line of a partner's log.</summary>
/// <param name="Sequence">From 1, without gaps per partner.</param>
/// <param name="MessageId">See <see cref="Subject.MessageId"/>.</param>
/// <param name="RoutingKey">See <see cref="Subject.RoutingKey"/>.</param>
/// <param name="Ninjs">IPTC ninjs JSON.</param>
/// <param name="TraceParent">W3C traceparent under which the article was handled, if it was traced.</param>
/// <param name="CreateTime">When it was given its sequence number, in Unix milliseconds.</param>
public sealed record OutgoingMessage(long Sequence, string MessageId, string RoutingKey, string Ninjs, string? TraceParent, long CreateTime);

/// <summary>How far delivery to a partner has come.</summary>
/// <param name="LastSequence">Highest number given; 0 before the first message.</param>
/// <param name="ConfirmedSequence">Every number up to it is with the broker.</param>
/// <param name="ConfirmTime">When that was, in Unix milliseconds.</param>
public sealed record DeliveryState(long LastSequence, long ConfirmedSequence, long? ConfirmTime);
