using Gateway.Xmpp.Protocol.Dialback;

namespace Gateway.Xmpp.Protocol.Streams;

/// <summary>What happens to a stream that came in. Closed family; judgements that need tables or certificates arrive as facts.</summary>
public abstract record InboundInput
{
    private InboundInput()
    {
    }

    /// <summary>The connection began with TLS (XEP-0368): nothing else is said before the first header.</summary>
    public sealed record ConnectedOverTls : InboundInput;

    /// <summary>A header: the first, or the one after TLS or SASL.</summary>
    /// <param name="Header">As read.</param>
    /// <param name="IsServed">Its <c>to</c> is a domain of ours.</param>
    /// <param name="Facts">Of ChannelAccepted (plaintext allowed), Proved, DialbackAllowed, TlsForbidden and ExternalOff: what holds for its <c>from</c> on this connection.</param>
    /// <param name="NewId">The stream id to give: 128 random bits as text.</param>
    /// <param name="Refusal">Why the peer must be sent away, whatever it may try; else None.</param>
    /// <param name="RefusalText">Safe words for its administrator.</param>
    public sealed record HeaderReceived(
        StreamHeader Header, bool IsServed, StreamFacts Facts, string NewId, XmppReason Refusal = XmppReason.None, string? RefusalText = null) : InboundInput;

    /// <summary><c>&lt;starttls/&gt;</c>; <paramref name="HasMoreBytes"/> when something already came behind it.</summary>
    public sealed record StartTlsReceived(bool HasMoreBytes) : InboundInput;

    /// <summary>The handshake is done.</summary>
    public sealed record TlsEstablished : InboundInput;

    /// <summary><c>&lt;auth/&gt;</c>. <paramref name="IsProved"/>: the certificate proves the identity, or where it is empty the stream's <c>from</c>.</summary>
    public sealed record AuthReceived(string Mechanism, SaslIdentity Identity, bool IsProved) : InboundInput;

    /// <summary><c>&lt;response/&gt;</c> to our challenge.</summary>
    public sealed record ResponseReceived(SaslIdentity Identity, bool IsProved) : InboundInput;

    /// <summary><c>&lt;abort/&gt;</c>.</summary>
    public sealed record AbortReceived : InboundInput;

    /// <summary><c>&lt;bidi/&gt;</c> of XEP-0288.</summary>
    public sealed record BidiReceived : InboundInput;

    /// <summary><c>&lt;enable/&gt;</c> of XEP-0198; the name and time to give, should it be granted, and whether one more can be remembered.</summary>
    public sealed record EnableReceived(string NewId, int SecondsMax, bool HasRoom = true) : InboundInput;

    /// <summary><c>&lt;resume/&gt;</c>; whether such a stream of this very peer waits to be resumed, and what is known to be handled of it.</summary>
    public sealed record ResumeReceived(string Id, bool IsFound, uint? Handled) : InboundInput;

    /// <summary>Dialback step 1.</summary>
    public sealed record KeyReceived(DomainPair Pair, string Key, PairJudgement Judgement) : InboundInput;

    /// <summary>Dialback step 2: the answer is already known, for it needs no state.</summary>
    public sealed record AskReceived(DialbackMessage Verdict) : InboundInput;

    /// <summary>Dialback step 3, brought by another connection, about a key shown on the stream of that id; or why it never came.</summary>
    public sealed record VerdictReceived(DomainPair Pair, string StreamId, DialbackWord Word, DialbackCondition Failure) : InboundInput;

    /// <summary>The stream must end: a refusal of the framer or of a stanza, a deadline, a drain, trust withdrawn.</summary>
    public sealed record MustEnd(XmppReason Reason) : InboundInput;

    /// <summary>The peer said <c>&lt;/stream:stream&gt;</c>.</summary>
    public sealed record EndReceived : InboundInput;

    /// <summary>The peer said <c>&lt;stream:error/&gt;</c>.</summary>
    public sealed record ErrorReceived(StreamError Error) : InboundInput;
}
