using System.Net;
using System.Threading.Channels;
using Certificates;

namespace Transport.Tests;

/// <summary>A hub, a listener on loopback and a dialer, with a lab authority both ends believe.</summary>
internal sealed class Rig : IAsyncDisposable, ITransportObserver
{
    private readonly Channel<RecordingHandler> _accepted = Channel.CreateUnbounded<RecordingHandler>();
    private readonly Channel<(TransportReason Reason, string Detail)> _refused = Channel.CreateUnbounded<(TransportReason, string)>();
    private readonly Channel<Exception> _failed = Channel.CreateUnbounded<Exception>();
    private readonly Func<RecordingHandler> _makeHandler;

    public Rig(TransportLimits? limits = null, TimeProvider? time = null, Func<Rig, TlsServerOptions?>? tls = null, Func<RecordingHandler>? handler = null)
    {
        _makeHandler = handler ?? (() => new RecordingHandler());
        Hub = new TransportHub(limits ?? new TransportLimits(), time ?? TimeProvider.System, this);
        Server = new FixedCertificates(new CertificateSet(1, [Lab.Issue("gw.jabber.example").ToOwn("gw")], []));
        var options = new ListenerOptions { Name = "test", Address = "127.0.0.1", Tls = tls?.Invoke(this) };
        Listener = Listener.Start(Hub, options, _ =>
        {
            var made = _makeHandler();
            _accepted.Writer.TryWrite(made);
            return made;
        });
    }

    public static LabAuthority Lab { get; } = LabAuthority.Create(DateTimeOffset.UtcNow);

    public static LabAuthority Stranger { get; } = LabAuthority.Create(DateTimeOffset.UtcNow, "Stranger Root");

    public TransportHub Hub { get; }

    public Listener Listener { get; }

    public FixedCertificates Server { get; }

    public DialTarget Target => new("localhost", [new IPEndPoint(IPAddress.Loopback, Listener.Endpoint.Port)], false, true);

    public static Func<Rig, TlsServerOptions?> Mutual => rig => new TlsServerOptions { Certificates = rig.Server };

    public Task<RecordingHandler> AcceptedAsync() => RecordingHandler.Within(_accepted.Reader.ReadAsync().AsTask(), "an accepted connection");

    public Task<(TransportReason Reason, string Detail)> RefusedAsync() => RecordingHandler.Within(_refused.Reader.ReadAsync().AsTask(), "a refusal");

    public Task<Exception> FailedAsync() => RecordingHandler.Within(_failed.Reader.ReadAsync().AsTask(), "a failure report");

    public Task<DialOutcome> DialAsync(RecordingHandler handler, LabLeaf? own = null, bool tls = true, string serverName = "gw.jabber.example") =>
        new Dialer(Hub).DialAsync(Target, new DialOptions { Tls = tls ? ClientTls(own, serverName) : null }, handler, CancellationToken.None);

    public static TlsClientOptions ClientTls(LabLeaf? own, string serverName = "gw.jabber.example") => new()
    {
        Certificates = new FixedCertificates(own is null ? CertificateSet.Empty : new CertificateSet(7, [own.ToOwn("client")], [])),
        ServerName = serverName,
    };

    public void OnRefused(string listener, PeerEvidence evidence, TransportReason reason, string detail) => _refused.Writer.TryWrite((reason, detail));

    public void OnFailed(TransportConnection connection, Exception bug) => _failed.Writer.TryWrite(bug);

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        Hub.Dispose();
    }
}
