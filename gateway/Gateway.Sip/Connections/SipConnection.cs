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
internal sealed class SipConnection(SipSide side) : IConnectionHandler
{
    private readonly ConcurrentDictionary<string, Admitted> admissions = new(StringComparer.Ordinal);
    private SipFrameProgress progress;

    private sealed record Admitted(Admission Admission, long Version);

    public TransportConnection Transport { get; private set; } = null!;

    /// <summary>The peer this connection was proved to be; null until the first admitted request, or from the dial on.</summary>
    public PeerLink? Link { get; set; }

    /// <summary>Last receive or send of a SIP message, for status.</summary>
    public long MessagesIn { get; private set; }

    public DateTimeOffset OpenedAt { get; } = side.Now;

    public bool IsUsable => Transport is { IsClosed: false };

    /// <summary>The peer has as many connections as its record allows: this one is of no use to it.</summary>
    public bool IsSurplus { get; set; }

    /// <summary>How the peer was proved, once it was.</summary>
    public string ProvedAs { get; set; } = "";

    public void OnOpened(TransportConnection connection)
    {
        Transport = connection;
        side.Links.Opened(this);
    }

    public void OnSecured(TransportConnection connection)
    {
    }

    public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread)
    {
        var used = 0;
        while (used < unread.Length)
        {
            var frame = SipFramer.TryRead(unread.Span[used..], side.Options.Limits, ref progress);
            used += frame.Consumed;
            switch (frame.Verdict)
            {
                case SipFrameVerdict.NeedMore:
                    return used;
                case SipFrameVerdict.KeepAlive:
                    continue;
                case SipFrameVerdict.Message:
                    MessagesIn++;
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
        side.Links.Closed(this);
        side.Calls.ConnectionClosed(this, reason, detail);
    }

    /// <summary>Who speaks for <paramref name="domain"/> on this connection; judged once per domain and version of the tables.</summary>
    public Admission Admit(string domain)
    {
        var version = side.Peers.Version;
        if (admissions.TryGetValue(domain, out var known) && known.Version == version) return known.Admission;
        // A peer that claims ever new domains must not grow this table.
        if (admissions.Count > 256) admissions.Clear();
        var admission = side.Peers.Admit(Transport.Evidence, Gateway.Federation.Protocol.Sip, domain);
        admissions[domain] = new Admitted(admission, version);
        if (admission.Principal is { } principal && Link is null)
        {
            ProvedAs = admission.Proof?.MatchedEntry ?? "";
            side.Links.Bind(this, principal.Peer);
        }

        return admission;
    }

    /// <summary>Queues bytes; false when the connection cannot take them any more.</summary>
    public bool TrySend(ReadOnlySpan<byte> bytes) => Transport.TrySend(bytes, null) == TransportReason.None;

    /// <summary>
    /// Sends a response: on this connection while it stands, else on another of the same peer (RFC 3261 §18.2.2 opens one to where the request came from; ours only ever go to the proved peer).
    /// </summary>
    public bool Answer(ReadOnlySpan<byte> response)
    {
        if (IsUsable || Link is not { } link) return TrySend(response);
        foreach (var other in link.Live)
        {
            if (other.IsUsable && other.TrySend(response)) return true;
        }

        return false;
    }

    private void Deliver(SipMessage message)
    {
        if (message is SipRequest request) side.Requests.Receive(this, request);
        else side.Calls.Receive(this, (SipResponse)message);
    }
}
