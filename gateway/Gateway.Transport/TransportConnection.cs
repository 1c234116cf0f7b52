using System.Net;
using System.Net.Sockets;
using Certificates;

namespace Gateway.Transport;

/// <summary>
/// One TCP connection, with TLS from the start or later. Received bytes go to one <see cref="IConnectionHandler"/>;
/// sends from any thread are queued, bounded, gathered and written in order; the end has exactly one reason.
/// </summary>
/// <remarks>The file holds identity and life; sending is in <c>TransportConnection.Send.cs</c>, receiving in <c>TransportConnection.Receive.cs</c>.</remarks>
public sealed partial class TransportConnection
{
    private readonly TransportHub _hub;
    private readonly Socket? _socket;
    private readonly TransportLimits _limits;
    private IConnectionHandler? _handler;
    private Stream _stream;
    private long _lastReceived;
    private long _bytesIn;
    private long _bytesOut;
    private long _bytesInPlain;
    private int _isGone;
    private volatile PeerEvidence _evidence;

    internal TransportConnection(TransportHub hub, Stream stream, Socket? socket, ConnectionOrigin origin)
    {
        _hub = hub;
        _limits = hub.Limits;
        _stream = stream;
        _socket = socket;
        IsAccepted = origin.IsAccepted;
        Label = origin.Label;
        Local = origin.Local;
        Remote = origin.Remote;
        Host = origin.Host;
        IdleSecondsMax = origin.IdleSecondsMax ?? hub.Limits.IdleSecondsMax;
        Since = hub.Time.GetUtcNow();
        _lastReceived = hub.Time.GetTimestamp();
        _evidence = PeerEvidence.Plain(Remote.ToString()) with { Local = Local.ToString() };
        _continueFlush = ContinueFlush;
        Id = hub.NextId();
    }

    /// <summary>Unique in this process: for logs and tables, never on the wire.</summary>
    public long Id { get; }

    /// <summary>True when the peer connected to us.</summary>
    public bool IsAccepted { get; }

    /// <summary>The listener's name, or the label of the dial.</summary>
    public string Label { get; }

    /// <summary>The host that was dialled, else empty.</summary>
    public string Host { get; }

    /// <summary>Our end.</summary>
    public IPEndPoint Local { get; }

    /// <summary>The peer's end; IPv4 is never written as mapped IPv6.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>When TCP was established.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>What the peer showed in its handshake; changes once, with STARTTLS.</summary>
    public PeerEvidence Evidence => _evidence;

    /// <summary>The version of the certificate set our side of the handshake used; 0 while plain.</summary>
    public int CertificateVersion { get; private set; }

    /// <summary>SHA-256 of the certificate we presented; empty while plain, or where we had none.</summary>
    public string Presented { get; private set; } = "";

    /// <summary>Clear bytes received.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);

    /// <summary>Clear bytes written.</summary>
    public long BytesOut => Volatile.Read(ref _bytesOut);

    /// <summary>Closed after this many seconds without a received byte; 0 is never. May be changed at any time.</summary>
    public int IdleSecondsMax { get; set; }

    /// <summary>True from the moment the end is decided; sends are refused from then on.</summary>
    public bool IsClosed => _end != TransportReason.None;

    /// <summary>Why it ended or is ending; None while it lives.</summary>
    public TransportReason CloseReason => _end;

    /// <summary>The same in words; empty while it lives.</summary>
    public string CloseDetail => _end == TransportReason.None ? "" : _endDetail;

    /// <summary>True while somebody looks at messages: only then is it worth making them readable for <see cref="TellReceived"/>.</summary>
    public bool IsTapped => _hub.Tap is not null;

    /// <summary>The owner has taken one whole message out of what was received.</summary>
    public void TellReceived(ReadOnlySpan<byte> message) => _hub.Tap?.OnMessage(this, isReceived: true, message);

    /// <summary>Whether it leads to this peer or carries this domain; null while its owner does not know whom it has before it.</summary>
    public bool? Concerns(string peerOrDomain) => _handler is { } handler ? handler.Concerns(peerOrDomain) : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Label}#{Id} {(IsAccepted ? "from" : "to")} {Remote}";

    internal Stream Stream => _stream;

    internal void Secured(Stream stream, PeerEvidence evidence, int certificateVersion, string presented)
    {
        _stream = stream;
        _evidence = evidence with { Local = _evidence.Local };
        _bytesInPlain = _bytesIn;
        (CertificateVersion, Presented) = (certificateVersion, presented);
    }

    /// <summary>Called by the hub about once a second: the limits that are made of time.</summary>
    internal void Sweep(long now)
    {
        var time = _hub.Time;
        var writingSince = Volatile.Read(ref _writingSince);
        if (writingSince != 0 && time.GetElapsedTime(writingSince, now).TotalSeconds >= _limits.SlowReaderSecondsMax)
        {
            Abort(TransportReason.SlowReader, $"The peer took nothing for {_limits.SlowReaderSecondsMax} s.");
            return;
        }
        var closingSince = Volatile.Read(ref _closingSince);
        if (closingSince != 0)
        {
            if (time.GetElapsedTime(closingSince, now).TotalSeconds >= _limits.LingerSecondsMax) Disconnect();
            return;
        }
        var idle = IdleSecondsMax;
        if (idle > 0 && _handler is not null && time.GetElapsedTime(Volatile.Read(ref _lastReceived), now).TotalSeconds >= idle)
            Close(TransportReason.IdleTimeout, $"Nothing was received for {idle} s.");
    }

    // Cuts both directions at once: every outstanding read and write fails, and the read loop reports the end.
    private void Disconnect()
    {
        if (Interlocked.Exchange(ref _isGone, 1) != 0) return;
        if (_socket is not null) _socket.Dispose();
        else _stream.Dispose();
    }

    private void ReportClosed(bool isHandled)
    {
        _hub.Remove(this);
        if (isHandled) _handler?.OnClosed(this, _end, _endDetail);
        _hub.Tap?.OnClosed(this);
    }
}

/// <summary>Where a connection came from.</summary>
internal sealed record ConnectionOrigin(bool IsAccepted, string Label, string Host, IPEndPoint Local, IPEndPoint Remote, int? IdleSecondsMax);
