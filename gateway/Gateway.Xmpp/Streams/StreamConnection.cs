using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Streams;

/// <summary>
/// One connection that carries one XMPP stream in either direction: bytes to frames, a machine's outputs to bytes. The framer belongs to the read loop; the
/// machine is stepped under <see cref="Gate"/>, because verdicts, deadlines and drains come from elsewhere.
/// </summary>
/// <remarks>
/// What operators see of it is in <c>StreamConnection.Sight.cs</c>, how it is left in <c>StreamConnection.Leaving.cs</c>, what still counts once we ended it in
/// <c>StreamConnection.Listening.cs</c>.
/// </remarks>
internal abstract partial class StreamConnection(XmppContext context) : IConnectionHandler
{
    private const int UnprovedUnsentBytesMax = 256 * 1024;

    private readonly XmppFramer _framer = new(context.Options.Limits);
    private XmppLimits _limits = context.Options.Limits;
    private TransportConnection? _transport;
    private long _openedAt;
    private long _lastReceived;
    private long _elementBegan;
    private bool _isTlsBegun;
    private volatile bool _isOver;
    private int _isReported;
    private XmppReason _reason;
    private string _text = "";

    internal delegate void Writing(ref XmppWriter writer);

    protected XmppContext Context => context;

    protected Lock Gate { get; } = new();

    /// <summary>True from the moment its end is decided: who asks before he takes it, under his own gate, is told of an end that comes later.</summary>
    public bool IsOver => _isOver;

    protected Certificates.PeerEvidence Evidence => _transport?.Evidence ?? Certificates.PeerEvidence.Plain("");

    public TransportConnection? Transport => _transport;

    public DateTimeOffset Since => _transport?.Since ?? context.Time.GetUtcNow();

    public abstract bool IsInbound { get; }

    /// <summary>True when stanzas may cross: the negotiation deadline is met.</summary>
    public abstract bool IsEstablished { get; }

    /// <summary>Seconds from the connection until stanzas must be able to cross.</summary>
    public int NegotiationSecondsMax { get; init; } = context.Options.NegotiationSecondsMax;

    public abstract StreamSnapshot Snapshot();

    /// <summary>Ends the stream in order; one that has ended already listens no longer.</summary>
    public void End(XmppReason reason)
    {
        if (_isListening) StopListening();
        else MustEnd(reason);
    }

    protected abstract void MustEnd(XmppReason reason);

    /// <summary>Trust or tables have changed.</summary>
    public abstract void Recheck();

    /// <summary>Seconds since the last byte came.</summary>
    public double SilentSeconds(long now) => context.Time.GetElapsedTime(Volatile.Read(ref _lastReceived), now).TotalSeconds;

    /// <summary>Seconds since the first byte of an element whose end has not come; 0 between elements.</summary>
    public double ElementSeconds(long now) =>
        Volatile.Read(ref _elementBegan) is > 0 and var began ? context.Time.GetElapsedTime(began, now).TotalSeconds : 0;

    /// <summary>True when TLS stood before the first byte of XMPP (XEP-0368).</summary>
    protected bool IsDirectTls { get; private set; }

    /// <summary>Why an element that means nothing here ends the stream: a stanza of another content namespace than ours (RFC 6120 §4.8.3), else no stanza at all.</summary>
    protected static XmppReason ReasonOfUnknown(XmlElement element) =>
        element.Namespace == Namespaces.Client || element.Name is "message" or "presence" or "iq" ? XmppReason.InvalidNamespace : XmppReason.UnsupportedStanzaType;

    public void OnOpened(TransportConnection connection)
    {
        _transport = connection;
        IsDirectTls = connection.Evidence.IsEncrypted;
        Volatile.Write(ref _openedAt, context.Time.GetTimestamp());
        Volatile.Write(ref _lastReceived, _openedAt);
        connection.IdleSecondsMax = 0;
        context.Streams.Add(this);
        Opened();
        // A connection that was under way when we stopped arrives too late to be told with the others.
        if (context.Links.IsStopping || (IsInbound && context.Streams.IsClosed)) End(XmppReason.SystemShutdown);
    }

    public int OnReceived(TransportConnection connection, ReadOnlyMemory<byte> unread)
    {
        Volatile.Write(ref _lastReceived, context.Time.GetTimestamp());
        var input = unread.Span;
        bool hasEnded = false;
        while (!_isOver || _isListening)
        {
            var frame = _framer.Read(ref input);
            if (_isOver && frame.Kind is not (XmppFrameKind.NeedMore or XmppFrameKind.KeepAlive))
            {
                ReceivedLate(connection, frame);
                continue;
            }
            switch (frame.Kind)
            {
                case XmppFrameKind.NeedMore:
                    // An element that is under way keeps its first instant, however often a byte of it arrives.
                    if (!_framer.IsHolding) Volatile.Write(ref _elementBegan, 0);
                    else if (hasEnded || _elementBegan == 0) Volatile.Write(ref _elementBegan, Math.Max(1, Volatile.Read(ref _lastReceived)));
                    return unread.Length;
                case XmppFrameKind.KeepAlive:
                    break;
                case XmppFrameKind.Header:
                    if (connection.IsTapped) Tell(connection, frame.Element!);
                    if (StreamHeader.TryRead(_framer, frame.Element!, out var header, out var reason)) HeaderReceived(header);
                    else End(reason);
                    break;
                case XmppFrameKind.Stanza:
                    if (connection.IsTapped) Tell(connection, frame.Element!);
                    ElementReceived(frame.Element!, hasMoreBytes: !input.IsEmpty);
                    break;
                case XmppFrameKind.StreamEnd:
                    connection.TellReceived(Nonzas.StreamEnd);
                    EndReceived();
                    StopListening();
                    break;
                default:
                    End(frame.Reason);
                    break;
            }
            hasEnded = true;
            // Whoever has proved nothing and reads nothing must not make us keep what it asked for.
            if (!IsEstablished && connection.UnsentBytes > UnprovedUnsentBytesMax) End(XmppReason.ResourceConstraint);
            if (!_isTlsBegun) continue;
            // Whatever came behind the request is the transport's to judge: it ends the connection (RFC 6120 §5.4.3.3).
            _isTlsBegun = false;
            return unread.Length - input.Length;
        }
        return unread.Length;
    }

    public void OnSecured(TransportConnection connection) => Secured();

    public void OnClosed(TransportConnection connection, TransportReason reason, string detail)
    {
        lock (Gate)
        {
            if (!_isOver) (_reason, _text) = Decided ?? (ReasonOf(reason), detail);
            (_isOver, _isListening) = (true, false);
        }
        Report();
        context.Streams.Remove(this);
    }

    /// <summary>What was decided before the connection broke, or null: it counts, whoever was faster.</summary>
    protected virtual (XmppReason Reason, string Text)? Decided => null;

    protected abstract void Opened();

    protected abstract void HeaderReceived(StreamHeader header);

    protected abstract void ElementReceived(XmlElement element, bool hasMoreBytes);

    protected abstract void EndReceived();

    protected abstract void Secured();

    protected abstract void StartTls(TransportConnection transport);

    /// <summary>One stanza of ours; when it is taken, its receipt hears the rest.</summary>
    public virtual SendVerdict TrySendStanza(ReadOnlySpan<byte> bytes, in Links.StanzaTerms terms)
    {
        var verdict = VerdictOf(_transport!.TrySend(bytes, terms.SendReceipt));
        if (verdict == SendVerdict.Sent) CountOut();
        return verdict;
    }

    /// <summary>Shows that we live, and asks whether the peer does.</summary>
    public virtual void Ping(DomainPair pair)
    {
        if (context.Options.PingsByIq) context.Pings.Ask(this, pair);
        else _transport?.TrySend(Nonzas.Space);
    }

    /// <summary>Bytes of a stanza that nobody waits for.</summary>
    public void SendIq(Writing write)
    {
        using var batch = SendBatch.Begin();
        Send(write);
    }

    protected static SendVerdict VerdictOf(TransportReason reason) => reason switch
    {
        TransportReason.None => SendVerdict.Sent,
        TransportReason.SendQueueFull => SendVerdict.Full,
        _ => SendVerdict.Over,
    };

    /// <summary>The stream is over; told once, outside the gate.</summary>
    protected abstract void Ended(XmppReason reason, string text);

    /// <summary>Outputs that reach beyond this stream, performed after the gate was left.</summary>
    protected abstract void Perform(StreamOutput output);

    /// <summary>
    /// Steps the machine and does what it says: bytes at once and in order, under the gate; what reaches other objects afterwards, so that no two gates are ever held.
    /// </summary>
    protected void Step(Func<IReadOnlyList<StreamOutput>> step)
    {
        // Opened first: nothing is written, and no receipt told, while the gate is held.
        using var batch = SendBatch.Begin();
        List<StreamOutput>? later = null;
        bool isEnd;
        lock (Gate)
        {
            bool wasOver = _isOver;
            foreach (var output in step())
            {
                if (!TryPerform(output)) (later ??= []).Add(output);
            }
            isEnd = _isOver && !wasOver;
        }
        if (later is not null)
        {
            foreach (var output in later) Perform(output);
        }
        // By whoever ended it: another may hold a gate of his own here.
        if (isEnd) Report();
    }

    private bool TryPerform(StreamOutput output)
    {
        switch (output)
        {
            case StreamOutput.Restart:
                _framer.Restart();
                return true;
            case StreamOutput.BeginTls:
                _isTlsBegun = true;
                StartTls(_transport!);
                return true;
            case StreamOutput.Close close:
                Close(close.Reason, close.Text ?? "", close.Detail);
                return true;
            default:
                return TryWrite(output);
        }
    }

    /// <summary>Bytes of ours on this stream.</summary>
    protected TransportReason Send(Writing write)
    {
        var output = StanzaBuffer.Take();
        var writer = new XmppWriter(output);
        write(ref writer);
        writer.Flush();
        return _transport?.TrySend(output.WrittenSpan) ?? TransportReason.Closed;
    }

    protected void Prove() => _framer.Prove();

    /// <summary>What the peer's record bounds tighter than the appliance does; of several peers on one stream the tightest counts.</summary>
    public void Bind(PeerLimits peer)
    {
        _limits = _limits.TightenedBy(peer.StanzaBytesMax, peer.StanzaDepthMax, peer.StanzaAttributesMax, peer.StanzaElementsMax, peer.StanzaNameBytesMax);
        _framer.Tighten(_limits);
    }

    private bool TryWrite(StreamOutput output)
    {
        switch (output)
        {
            case StreamOutput.SendHeader { Header: var header }:
                Send((ref XmppWriter writer) => header.WriteTo(ref writer));
                return true;
            case StreamOutput.SendFeatures { Offers: var offers }:
                Send((ref XmppWriter writer) => StreamFeatures.WriteTo(ref writer, offers));
                return true;
            case StreamOutput.SendAuth { Domain: var domain }:
                Send((ref XmppWriter writer) => Nonzas.WriteAuth(ref writer, domain));
                return true;
            case StreamOutput.SendResponse { Domain: var domain }:
                Send((ref XmppWriter writer) => Nonzas.WriteResponse(ref writer, domain));
                return true;
            case StreamOutput.SendSaslFailure { Condition: var condition }:
                Send((ref XmppWriter writer) => Nonzas.WriteSaslFailure(ref writer, condition));
                return true;
            case StreamOutput.SendDialback { Message: var message }:
                Send((ref XmppWriter writer) => message.WriteTo(ref writer));
                return true;
            case StreamOutput.SendKey { Pair: var pair, StreamId: var id }:
                var key = new DialbackMessage(DialbackStep.Key, pair) { Key = context.Keys.Make(pair.To, pair.From, id) };
                Send((ref XmppWriter writer) => key.WriteTo(ref writer));
                return true;
            case StreamOutput.SendBidi:
                _transport!.TrySend(Nonzas.Bidi);
                return true;
            case StreamOutput.SendStartTls:
                _transport!.TrySend(Nonzas.StartTls);
                return true;
            case StreamOutput.SendProceed:
                _transport!.TrySend(Nonzas.Proceed);
                return true;
            case StreamOutput.SendTlsFailure:
                _transport!.TrySend(Nonzas.TlsFailure);
                return true;
            case StreamOutput.SendChallenge:
                _transport!.TrySend(Nonzas.EmptyChallenge);
                return true;
            case StreamOutput.SendSuccess:
                _transport!.TrySend(Nonzas.Success);
                return true;
            default:
                return TryWriteManagement(output);
        }
    }

    private bool TryWriteManagement(StreamOutput output)
    {
        switch (output)
        {
            case StreamOutput.SendEnable:
                _transport!.TrySend(Management.Enable);
                return true;
            case StreamOutput.SendResume { Id: var id }:
                Send((ref XmppWriter writer) => Management.WriteResume(ref writer, id, 0));
                return true;
            case StreamOutput.SendEnabled { Id: var id, SecondsMax: var seconds }:
                Send((ref XmppWriter writer) => Management.WriteEnabled(ref writer, id, seconds));
                return true;
            case StreamOutput.SendResumed { Id: var id, Handled: var handled }:
                Send((ref XmppWriter writer) => Management.WriteResumed(ref writer, id, handled));
                return true;
            case StreamOutput.SendManagementFailed { IsUnknown: var isUnknown, Handled: var handled }:
                Send((ref XmppWriter writer) => Management.WriteFailed(ref writer, isUnknown, handled));
                return true;
            default:
                return false;
        }
    }

    private void Report()
    {
        if (Interlocked.Exchange(ref _isReported, 1) != 0) return;
        context.Metrics.StreamEnded(IsInbound, _reason);
        if (DoubtOfOurs() is { Length: > 0 } doubt) (_text, HasDoubtOfOurs) = (_text.Length == 0 ? doubt : $"{_text.TrimEnd('.')}. {doubt}", true);
        context.Observer.OnStreamEnded(Snapshot(), _reason, _text);
        Ended(_reason, _text);
    }

    private static XmppReason ReasonOf(TransportReason reason) => reason switch
    {
        TransportReason.HandshakeFailed or TransportReason.TlsTooOld or TransportReason.HandshakeTimeout or TransportReason.CertificateMissing or TransportReason.OwnCertificateMissing
            => XmppReason.TlsFailed,
        TransportReason.StartTlsInjection => XmppReason.BytesBeforeTls,
        TransportReason.IdleTimeout => XmppReason.ConnectionTimeout,
        TransportReason.Stopping => XmppReason.SystemShutdown,
        TransportReason.HandlerFailed => XmppReason.InternalError,
        TransportReason.ReceiveBufferFull => XmppReason.StanzaTooLarge,
        _ => XmppReason.ConnectionLost,
    };
}

/// <summary>What a stream did with a stanza of ours.</summary>
internal enum SendVerdict
{
    /// <summary>On its way; the receipt will hear the rest.</summary>
    Sent,
    /// <summary>There is no room; nothing was taken.</summary>
    Full,
    /// <summary>The stream is over; nothing was taken.</summary>
    Over,
}
