using System.Collections.Concurrent;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Gateway.Transport;

namespace Gateway.Sip.Connections;

/// <summary>
/// One SIP connection: cuts messages out of the stream and hands them on, remembers which peer it belongs to and whom it was admitted as.
/// A message that could not be read is answered where it can be; a lost stream ends (RFC 3261 §18.3).
/// </summary>
/// <remarks>What it is to the links it belongs to is in <c>SipConnection.Link.cs</c>, how a partner nobody configured is looked up in <c>SipConnection.Discovery.cs</c>.</remarks>
internal sealed partial class SipConnection(SipSide side) : IConnectionHandler
{
    private readonly ConcurrentDictionary<string, Admitted> admissions = new(StringComparer.Ordinal);
    private readonly KeepAliveReader keepAlives = new();
    private SipFrameProgress progress;
    private bool isInMessage;
    private long messagesOut;
    private long lastMessage;

    private sealed record Admitted(Admission Admission, long Version);

    public TransportConnection Transport { get; private set; } = null!;

    /// <summary>Messages received, for status.</summary>
    public long MessagesIn { get; private set; }

    /// <summary>Messages sent, keep-alives not counted.</summary>
    public long MessagesOut => Volatile.Read(ref messagesOut);

    /// <summary>When the last message crossed, in or out; null before the first.</summary>
    public DateTimeOffset? LastMessageAt => Volatile.Read(ref lastMessage) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>The domains that the peer was admitted for here.</summary>
    public IReadOnlyList<string> AdmittedDomains => [.. admissions.Where(a => a.Value.Admission.Principal is not null).Select(a => a.Key).Order(StringComparer.Ordinal)];

    public DateTimeOffset OpenedAt { get; } = side.Now;

    public bool IsUsable => Transport is { IsClosed: false };

    /// <summary>The peer has as many connections as its record allows: this one is of no use to it.</summary>
    public bool IsSurplus { get; set; }

    /// <summary>How the peer was proved, once it was.</summary>
    public string ProvedAs { get; set; } = "";

    public void OnOpened(TransportConnection connection)
    {
        Transport = connection;
        connection.KeepsUnsent = true;
        side.Links.Opened(this);
        if (!connection.IsAccepted || side.Peers.RefuseOldTls(connection.Evidence, Gateway.Federation.Protocol.Sip) is not { } refused) return;
        side.NotAdmitted(this, "anybody", refused);
        connection.Close(TransportReason.ClosedByUs, refused.PublicReason);
    }

    public void OnSecured(TransportConnection connection)
    {
    }

    public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread)
    {
        var used = 0;
        while (used < unread.Length)
        {
            if (!isInMessage && keepAlives.Read(unread.Span[used..])) Answer();
            var frame = SipFramer.TryRead(unread.Span[used..], side.Options.Limits, ref progress);
            if (connection.IsTapped && frame.Verdict is not (SipFrameVerdict.NeedMore or SipFrameVerdict.KeepAlive))
                connection.TellReceived(frame.Consumed > 0 ? unread.Span.Slice(used, frame.Consumed) : unread.Span[used..]);
            used += frame.Consumed;
            isInMessage = frame.Verdict == SipFrameVerdict.NeedMore;
            switch (frame.Verdict)
            {
                case SipFrameVerdict.NeedMore:
                    return used;
                case SipFrameVerdict.KeepAlive:
                    continue;
                case SipFrameVerdict.Message:
                    MessagesIn++;
                    Volatile.Write(ref lastMessage, side.Now.UtcTicks);
                    Deliver(frame.Message!);

                    // A stranger got its one answer: what it sent behind is not read.
                    if (connection.IsClosed) return unread.Length;
                    break;
                default:
                    side.Requests.Reject(this, frame.Message, frame.Reason);
                    // What is no SIP at all is another protocol, or noise: nothing after it can be trusted either.
                    if (frame.IsStreamLost || frame.Message is null)
                    {
                        connection.Close(TransportReason.ClosedByUs, frame.Reason.PublicName());
                        return unread.Length;
                    }

                    break;
            }
        }

        return used;
    }

    public void OnClosed(TransportConnection connection, TransportReason reason, string detail)
    {
        var (unsent, attempted) = connection.TakeUnsent();
        side.Links.Closed(this, unsent, attempted);
        side.Calls.ConnectionClosed(this, reason, detail);
    }

    /// <summary>Who speaks for <paramref name="domain"/> on this connection; judged once per domain and version of the tables.</summary>
    public Admission Admit(string domain)
    {
        var version = side.Peers.Version;
        if (admissions.TryGetValue(domain, out var known) && known.Version == version) return known.Admission;
        // A peer that claims ever new domains must not grow this table.
        if (admissions.Count > 256) admissions.Clear();
        var admission = side.Peers.Admit(Transport.Evidence, Gateway.Federation.Protocol.Sip, domain, NamesOf(domain));
        admissions[domain] = new Admitted(admission, version);
        if (admission.Principal is { } principal && !BelongsTo(principal.Peer.Name))
        {
            if (ProvedAs.Length == 0) ProvedAs = admission.Proof?.MatchedEntry ?? "";
            side.Links.Bind(this, principal.Peer);
        }

        return admission;
    }

    /// <summary>
    /// Queues bytes; when this connection has ended they go to the same peer by another of its connections. False when nothing could take them.
    /// </summary>
    public bool TrySend(ReadOnlySpan<byte> bytes) => TrySendHere(bytes) switch
    {
        TransportReason.None => true,
        TransportReason.Closed => side.Links.TrySendElsewhere(this, bytes),
        _ => false,
    };

    /// <summary>Queues one message on this connection and no other.</summary>
    public TransportReason TrySendHere(ReadOnlySpan<byte> bytes)
    {
        var sent = Transport.TrySend(bytes, null);
        if (sent != TransportReason.None) return sent;
        Interlocked.Increment(ref messagesOut);
        Volatile.Write(ref lastMessage, side.Now.UtcTicks);
        return sent;
    }

    private void Deliver(SipMessage message)
    {
        if (!IsHeld(message)) Dispatch(message);
    }

    private void Dispatch(SipMessage message)
    {
        if (message is SipRequest request) side.Requests.Receive(this, request);
        else side.Calls.Receive(this, (SipResponse)message);
    }

    // RFC 5626 §3.5.1 where the dialect is RFC's; a Microsoft edge expects silence (field fact A6), and a stranger gets nothing.
    private void Answer()
    {
        if (Link is { } link && SipDialect.ByName(link.Peer.Profile) is { AnswersKeepAlive: true }) Transport.TrySend("\r\n"u8, null);
    }
}
