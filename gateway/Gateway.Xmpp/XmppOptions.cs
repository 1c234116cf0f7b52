using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp;

/// <summary>What the operator says about the XMPP side: RFC 6120 §3, §4.6, §13.12. Peers have their own records.</summary>
public sealed record XmppOptions
{
    /// <summary>Addresses to listen on; empty listens nowhere, <c>*</c> on all of both families.</summary>
    public IReadOnlyList<string> ListenAddresses { get; init; } = ["*"];
    /// <summary>The port for server-to-server streams.</summary>
    public int Port { get; init; } = 5269;
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
    /// <summary>Domain pairs with a queue or stream of their own.</summary>
    public int PairsMax { get; init; } = 16_384;
    /// <summary>Seconds to wait after a failed attempt, doubled from one up to this; meanwhile senders are told at once.</summary>
    public int RetrySecondsMax { get; init; } = 5;
    /// <summary>Seconds given to streams to end in order when we stop.</summary>
    public int StopSecondsMax { get; init; } = 5;
    /// <summary>What disco and version call us.</summary>
    public string ProductName { get; init; } = "gateway";
    /// <summary>Version told to who asks; empty tells none.</summary>
    public string ProductVersion { get; init; } = "";
}
