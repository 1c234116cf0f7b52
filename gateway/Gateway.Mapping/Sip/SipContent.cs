using Gateway.Federation;

namespace Gateway.Mapping.Sip;

/// <summary>
/// What the body of a MESSAGE or INFO turned out to be: an instant message, a typing notice, nothing worth passing on (answer 200), or a refusal (<see cref="Reason"/>; answer 415 for
/// <see cref="MappingReason.BodyTypeUnsupported"/>, else 400 or 413).
/// </summary>
public readonly record struct SipContent(MessageContent? Message, ChatState? State, int RefreshSeconds, MappingReason Reason)
{
    /// <summary>The <c>Accept</c> header that goes with a 415.</summary>
    public const string AcceptedTypes = "text/plain, text/html, application/im-iscomposing+xml";

    public bool IsNothing => Message is null && State is null && Reason == MappingReason.None;

    internal static SipContent Nothing => default;

    internal static SipContent Of(MessageContent message) => new(message, null, 0, MappingReason.None);

    internal static SipContent Of(ChatState state, int refreshSeconds) => new(null, state, refreshSeconds, MappingReason.None);

    internal static SipContent Refused(MappingReason reason) => new(null, null, 0, reason);
}
