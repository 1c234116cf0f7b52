using System.Collections.Frozen;
using System.Text;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Transport;
using Gateway.Xmpp;
using Presence.Core;
using Presence.Core.Model;
using Presence.Engine;
using RandomIds = Gateway.Federation.RandomIds;

namespace Xmpp.Tests.Whole;

/// <summary>A gateway in one process: the real crossing, presence engine and XMPP side, several SIP domains with a certificate each, and users in place of the SIP side.</summary>
internal sealed class WholeGateway : IAsyncDisposable
{
    private readonly TransportHub _hub;
    private readonly PresentitySettings _settings;
    private PresenceEngine _engine = null!;

    private WholeGateway(PresentitySettings settings, string[] domains, string[] alsoProves, XmppOptions options)
    {
        Domains = domains;
        _settings = settings;
        _hub = new TransportHub(new TransportLimits { HandshakeSecondsMax = 120, ConnectSecondsMax = 120, LingerSecondsMax = 120 }, Time);
        var certificates = new FixedCertificates(new CertificateSet(
            1, [.. domains.Concat(alsoProves).Select(domain => Node.Lab.Issue(domain).ToOwn(domain))], [Node.Lab.ToTrust("default")]));
        Refusals = new RecentRefusals(Time);
        Registry = new PeerRegistry(certificates, Time, Refusals);
        Crossing = new Crossing(Registry, Metrics, Refusals, Time);
        Side = new XmppSide(new XmppParts
        {
            Options = options with { Listeners = [new() { Address = "127.0.0.1", Port = 0 }] }, Hub = _hub, Resolver = new TableResolver(), NextBelow = _ => 0, Certificates = certificates,
            Registry = Registry, Crossing = Crossing, Refusals = Refusals, Ids = new RandomIds(), DialbackSecret = string.Join(' ', domains),
        });
    }

    public string[] Domains { get; }

    public HandTime Time { get; } = new();

    public RecentRefusals Refusals { get; }

    public FederationMetrics Metrics { get; } = new();

    public PeerRegistry Registry { get; }

    public Crossing Crossing { get; }

    public XmppSide Side { get; }

    public SipUsers Sip { get; } = new();

    public int Port => Side.Listeners[0].Endpoint.Port;

    public PeerModel Edge => new("edge", Protocol.Sip) { FromDomains = Domains.ToFrozenSet(), Addresses = ["127.0.0.1:1"], TlsSubjects = ["edge.example"] };

    public static Task<WholeGateway> StartAsync(params string[] domains) => StartAsync(PresentitySettings.Default, domains, []);

    /// <summary><paramref name="alsoProves"/> are XMPP domains that it has a certificate for, to speak in their place.</summary>
    public static async Task<WholeGateway> StartAsync(PresentitySettings settings, string[] domains, string[] alsoProves, XmppOptions? options = null)
    {
        var gateway = new WholeGateway(settings, domains, alsoProves, options ?? new XmppOptions());
        gateway._engine = await PresenceEngine.StartAsync(new MemoryPresenceStore(), gateway.Crossing, new EngineOptions { Settings = gateway._settings }, gateway.Time);
        gateway.Crossing.Connect(gateway._engine, gateway.Sip, gateway.Side);
        (gateway.Sip.Engine, gateway.Sip.Time) = (gateway._engine, gateway.Time);
        gateway.Side.Start();
        return gateway;
    }

    public PeerModel PeerOf(string name, int port, params string[] domains) => new(name, Protocol.Xmpp) { Addresses = [$"127.0.0.1:{port}"], FromDomains = domains.ToFrozenSet() };

    public void Knows(params PeerModel[] peers) => Knows(new PolicyModel(), peers);

    public void Knows(PolicyModel policy, params PeerModel[] peers) => Registry.Publish(new FederationTables(new FederationModel { Peers = [Edge, .. peers], Policy = policy }));

    /// <summary>A SIP user sends a message.</summary>
    public Task<Outcome> SendAsync(Address from, Address to, string body)
    {
        var arrival = new Sent(PassageOf(from, to, PassageKind.Message), new MessageContent(body));
        Crossing.Enter(new FederatedPeer(Edge, from.Domain, Proof.TlsSubject), arrival);
        return arrival.Answered.Within($"the outcome of a message to {to}");
    }

    /// <summary>A SIP user watches somebody.</summary>
    public async Task<PresenceAnswer> WatchAsync(Address watcher, Address presentity, int seconds = 3_600) => await DoAsync(
        watcher, presentity, new Watch(watcher, new Leg($"{watcher}>{presentity}", Encoding.UTF8.GetBytes("1")), seconds));

    /// <summary>A SIP user does something to a presentity's unit.</summary>
    public async Task<PresenceAnswer> DoAsync(Address watcher, Address presentity, PresentityCommand command) => await Crossing.EnterAsync(
        new FederatedPeer(Edge, watcher.Domain, Proof.TlsSubject), PassageOf(watcher, presentity, PassageKind.Watch), presentity, command, default);

    public async ValueTask DisposeAsync()
    {
        await Side.DisposeAsync();
        await _engine.DisposeAsync();
        _hub.Dispose();
        Metrics.Dispose();
    }

    private static Passage PassageOf(Address from, Address to, PassageKind kind) => new(new RandomIds().NextId(), "edge", Protocol.Sip, kind, from, to);

    private sealed class Sent(Passage passage, MessageContent content) : MessageArrival(passage, content)
    {
        private readonly TaskCompletionSource<Outcome> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Outcome> Answered => _answered.Task;

        public override void Answer(in Outcome outcome) => _answered.SetResult(outcome);
    }
}
