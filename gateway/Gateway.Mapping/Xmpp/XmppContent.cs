using Gateway.Federation;

namespace Gateway.Mapping.Xmpp;

/// <summary>
/// What a message stanza turned out to be: an instant message (perhaps with a chat state that only matters without it), a chat state alone, nothing worth passing on, or a refusal
/// (answer <c>service-unavailable</c>).
/// </summary>
public readonly record struct XmppContent(MessageContent? Message, ChatState? State, MappingReason Reason)
{
    public bool IsNothing => Message is null && State is null && Reason == MappingReason.None;
}
