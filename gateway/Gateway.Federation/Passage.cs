using Presence.Core.Model;

namespace Gateway.Federation;

/// <summary>
/// The one context of an item that crosses the gateway: immutable, made at admission, handed along, printed by <c>trace</c>. <see cref="Peer"/> is the configured
/// name of the peer it came from.
/// </summary>
public sealed record Passage(UInt128 Id, string Peer, Protocol CameBy, PassageKind Kind, Address From, Address To)
{
    /// <summary>The sender's endpoint: XMPP resource, or the short stable name of a SIP device. Empty when unknown.</summary>
    public string FromEndpoint { get; init; } = "";

    /// <summary>The addressed endpoint, empty for the bare address.</summary>
    public string ToEndpoint { get; init; } = "";
}

/// <summary>The kinds of item that cross.</summary>
public enum PassageKind
{
    Watch,
    Presence,
    Message,
    ChatState,
    Query,

    /// <summary>The failure of a message that had been answered with success.</summary>
    LateFailure,
}

/// <summary>The two protocols of the gateway's sides. Also the metric label <c>protocol</c>.</summary>
public enum Protocol
{
    Sip,
    Xmpp,
}
