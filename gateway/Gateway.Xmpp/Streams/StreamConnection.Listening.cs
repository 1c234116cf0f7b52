using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Streams;

/// <summary>
/// A stream that we ended in order (RFC 6120 §4.4): what the other side had under way when our closing tag came is taken as before, until its own closing tag or for as long as a closing connection
/// may last. A server without XEP-0198 believes that it was delivered, and would never send it again.
/// </summary>
internal abstract partial class StreamConnection
{
    private volatile bool _isListening;
    private long _listeningSince;

    /// <summary>True where the other side sends us stanzas, and does not count which of them we took.</summary>
    public abstract bool TakesStanzas { get; }

    /// <summary>True while it is over and the other side may still finish.</summary>
    public bool IsListening => _isListening;

    /// <summary>Called about once a second when the stream is over: nobody is listened to for ever.</summary>
    public void SweepListening(long now)
    {
        if (_isListening && context.Time.GetElapsedTime(Volatile.Read(ref _listeningSince), now).TotalSeconds >= context.Hub.Limits.LingerSecondsMax) StopListening();
    }

    private void Close(XmppReason reason, string text, string? detail = null)
    {
        if (_isOver) return;
        (_reason, _text) = (reason, detail ?? text);
        if (_transport is not { } transport)
        {
            _isOver = true;
            return;
        }
        if (IsInOrder(reason) && TakesStanzas) Listen();
        _isOver = true;
        if (StreamErrors.Of(reason, IsInbound) is { } condition)
            Send((ref XmppWriter writer) => StreamErrors.WriteTo(ref writer, new StreamError(condition, text.Length > 0 ? text : null)));
        transport.SendLast(Nonzas.StreamEnd);
        if (!_isListening) transport.Close(TransportReason.ClosedByUs, XmppFailures.NameOf(reason));
    }

    // Every other end means that something is wrong with the other side, or that its own closing tag has come.
    private static bool IsInOrder(XmppReason reason) =>
        reason is XmppReason.None or XmppReason.ConnectionTimeout or XmppReason.CertificateReplaced or XmppReason.SystemShutdown;

    private void Listen()
    {
        Volatile.Write(ref _listeningSince, context.Time.GetTimestamp());
        _isListening = true;
    }

    private void StopListening()
    {
        if (!_isListening) return;
        _isListening = false;
        _transport!.Close(TransportReason.ClosedByUs, XmppFailures.NameOf(_reason));
    }

    // Stanzas only: what would negotiate comes too late, and an error of theirs is followed by their closing tag.
    private void ReceivedLate(TransportConnection connection, in XmppFrame frame)
    {
        if (frame.Kind == XmppFrameKind.Stanza)
        {
            if (connection.IsTapped) Tell(connection, frame.Element!);
            if (frame.Element!.Namespace == Namespaces.Server) ElementReceived(frame.Element, hasMoreBytes: false);
            return;
        }
        if (frame.Kind == XmppFrameKind.StreamEnd) connection.TellReceived(Nonzas.StreamEnd);
        StopListening();
    }
}
