using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp;

/// <summary>One listening address for streams of other servers.</summary>
public sealed record XmppListenerOptions
{
    /// <summary>Address to bind; <c>*</c> is every address of both families.</summary>
    public string Address { get; init; } = "*";
    /// <summary>Port to bind; 0 lets the kernel choose.</summary>
    public int Port { get; init; } = 5269;
    /// <summary>TLS from the first byte (XEP-0368) instead of STARTTLS.</summary>
    public bool IsDirectTls { get; init; }
    /// <summary>The own certificate presented here where neither the stream's <c>to</c> nor SNI names a domain of ours; null is the default one.</summary>
    public string? CertificateName { get; init; }
}

/// <summary>What the operator says about the XMPP side: RFC 6120 §3, §4.6, §13.12. Peers have their own records.</summary>
public sealed record XmppOptions
{
    /// <summary>Where to listen; empty listens nowhere.</summary>
    public IReadOnlyList<XmppListenerOptions> Listeners { get; init; } = [new()];
    /// <summary>How the servers of a domain are found, in order (PS-122).</summary>
    public IReadOnlyList<AttemptRule> AttemptRules { get; init; } = Xmpp.AttemptRules.Default;
    /// <summary>Rounds over all targets before those who wait are told; only faults that may pass are worth more than one (PS-123).</summary>
    public int ConnectAttemptsMax { get; init; } = 3;
    /// <summary>Seconds between two rounds.</summary>
    public int ConnectWaitSeconds { get; init; } = 5;
    /// <summary>Bounds of one stream.</summary>
    public XmppLimits Limits { get; init; } = new();
    /// <summary>Seconds until a stream must be able to carry stanzas.</summary>
    public int NegotiationSecondsMax { get; init; } = 25;
    /// <summary>Seconds without a byte until a stream that came in is closed; 0 is never.</summary>
    public int InboundIdleSecondsMax { get; init; } = 3_600;
    /// <summary>Seconds without a stanza until a stream that went out is closed; 0 is never, the default (PSB-027).</summary>
    public int OutboundIdleSecondsMax { get; init; }
    /// <summary>Seconds of silence after which white space keeps a stream that went out alive; 0 is never.</summary>
    public int PingSeconds { get; init; } = 120;
    /// <summary>Seconds the authoritative server has for its verdict.</summary>
    public int DialbackSecondsMax { get; init; } = 20;
    /// <summary>Questions to authoritative servers under way at the same time.</summary>
    public int DialbackAsksMax { get; init; } = 256;
    /// <summary>Questions under way for streams from one address: nobody may make us ask the world.</summary>
    public int DialbackAsksPerAddressMax { get; init; } = 16;
    /// <summary>Domain pairs with a queue or stream of their own; those of domains that nobody configured may be three quarters of them.</summary>
    public int PairsMax { get; init; } = 16_384;
    /// <summary>Efforts under way at the same time to bring a stream to a domain about that nobody configured.</summary>
    public int DiscoveredEffortsMax { get; init; } = 512;
    /// <summary>Seconds to wait after a failed effort towards a configured peer, doubled from one up to this; meanwhile senders are told at once.</summary>
    public int RetrySecondsMax { get; init; } = 60;
    /// <summary>Seconds that a discovered domain which could not be reached is not tried again (PS-127): nobody may make us ask the world for names he invents.</summary>
    public int FailedHostSeconds { get; init; } = 1_800;
    /// <summary>Seconds that one element may take from its first byte to its last.</summary>
    public int StanzaSecondsMax { get; init; } = 60;
    /// <summary>Seconds after which a chat state that found no open stream is worth nothing any more.</summary>
    public int ChatStateSecondsMax { get; init; } = 10;
    /// <summary>True asks by XEP-0199 instead of white space, and takes silence for a dead stream.</summary>
    public bool PingsByIq { get; init; }
    /// <summary>Seconds the answer to a ping, or to a request for the peer's count (XEP-0198), may take.</summary>
    public int PingAnswerSecondsMax { get; init; } = 30;
    /// <summary>Seconds for which a peer may resume a stream of its own that broke (XEP-0198).</summary>
    public int ResumeSecondsMax { get; init; } = 300;
    /// <summary>Streams under management (XEP-0198) that peers have opened or may resume.</summary>
    public int SessionsMax { get; init; } = 16_384;
    /// <summary>
    /// Seconds for which the sender of a stanza waits until the peer says that it has it (XEP-0198). A peer that takes longer to finish it keeps nobody waiting: what the kernel took counts then,
    /// as it does where the peer says nothing at all, and the stanza is still kept to be sent again.
    /// </summary>
    public int AcknowledgeSecondsMax { get; init; } = 5;
    /// <summary>Bytes of stanzas that wait for a stream or for the peer's word that it has them, of all peers together; discovered ones have three quarters of it.</summary>
    public int HeldBytesMax { get; init; } = 256 << 20;
    /// <summary>Presence sent again a second, over all links, after links came back.</summary>
    public int RenewalsPerSecond { get; init; } = 200;
    /// <summary>Seconds given to streams to end in order when we stop.</summary>
    public int StopSecondsMax { get; init; } = 5;
    /// <summary>Bare JIDs that may ask our domains for the list of connected servers by disco#items; empty offers no such list.</summary>
    public IReadOnlyList<string> ConnectionsShownTo { get; init; } = [];
    /// <summary>One stanza for several users.</summary>
    public MulticastOptions Multicast { get; init; } = new();
    /// <summary>What disco and version call us.</summary>
    public string ProductName { get; init; } = "gateway";
    /// <summary>Version told to who asks; empty tells none.</summary>
    public string ProductVersion { get; init; } = "";
}

/// <summary>One stanza with a list of addresses (XEP-0033).</summary>
public sealed record MulticastOptions
{
    /// <summary>False takes no such stanza and offers no such service.</summary>
    public bool IsOn { get; init; } = true;
    /// <summary>Addresses of one stanza at most; XEP-0033 §9 wants more than 20 and less than 100.</summary>
    public int AddressesMax { get; init; } = 50;
    /// <summary>Users to whom presence was shown by lists and who are remembered for its end; one domain's users have a quarter of it.</summary>
    public int SeersMax { get; init; } = 200_000;
    /// <summary>Addresses of one XMPP domain from which on its server gets one stanza for all, where it takes it.</summary>
    public int Threshold { get; init; } = 2;
    /// <summary>Seconds a server has to say whether it does.</summary>
    public int DiscoSecondsMax { get; init; } = 10;
    /// <summary>Minutes for which its answer, or silence, holds; XEP-0033 §2.3 wants no more than 24 hours.</summary>
    public int DiscoMinutes { get; init; } = 60;
}
