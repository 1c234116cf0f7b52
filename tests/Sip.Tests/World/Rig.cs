using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Sip;
using Gateway.Sip.Protocol;
using Gateway.Transport;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Sip.Tests.World;

/// <summary>One SIP side on loopback with its hub, certificates, tables and a fake crossing; the edges that speak with it; and what it reported.</summary>
internal sealed class Rig : ISipObserver, IAsyncDisposable
{
    public const string Fqdn = "gw.jabber.example";

    public static readonly Address Bo = new("bo", "contoso.example");
    public static readonly Address Juliet = new("juliet", "jabber.example");

    private static int anyId;
    private readonly TransportHub hub;
    private readonly TcpListener target = new(IPAddress.Loopback, 0);
    private readonly List<Edge> edges = [];
    private readonly List<TcpListener> machines = [];

    private Rig(Func<SipSideOptions, SipSideOptions> change, bool isReachable, TableResolver? resolver)
    {
        Resolver = resolver ?? new TableResolver();
        target.Start();
        var port = isReachable ? ((IPEndPoint)target.LocalEndpoint).Port : 1;
        hub = new TransportHub(new TransportLimits { HandshakeSecondsMax = 120, ConnectSecondsMax = 120 }, TimeProvider.System);
        var own = Own = new FixedCertificates(new CertificateSet(1, [Lab.Issue(Fqdn).ToOwn("gw")], [Lab.ToTrust("default")]));
        Refusals = new RecentRefusals(Time);
        Registry = new PeerRegistry(own, Time, Refusals);
        Edge = new PeerModel("edge", Protocol.Sip)
        {
            Profile = "lync2013", TlsSubjects = ["sip.contoso.example"], FromDomains = Set("contoso.example"), Addresses = [$"sip.contoso.example:{port}"],
        };
        Other = new PeerModel("other", Protocol.Sip) { TlsSubjects = ["sip.fabrikam.example"], FromDomains = Set("fabrikam.example"), Addresses = ["sip.fabrikam.example:1"] };
        Publish(Edge, Other);
        Crossing = new FakeCrossing(Registry);
        Resolver.Host("sip.contoso.example", "127.0.0.1").Host("sip.fabrikam.example", "127.0.0.1");
        var options = change(new SipSideOptions
        {
            Fqdn = Fqdn, Certificates = own, NotifyInterval = TimeSpan.Zero,
            Listeners = [new ListenerOptions { Name = "edge", Address = "127.0.0.1", Tls = new TlsServerOptions { Certificates = own, MayBeOld = () => Registry.Current.Peers.MayBeOld } }],
        });
        Side = new SipSide(options, Registry, Crossing, new SipSideParts(hub, Resolver, Time, new EvenIds(), _ => 0, this));
    }

    public static LabAuthority Lab { get; } = LabAuthority.Create(DateTimeOffset.UtcNow);

    public static LabAuthority Stranger { get; } = LabAuthority.Create(DateTimeOffset.UtcNow, "Stranger Root");

    private static LabLeaf EdgeLeaf { get; } = Lab.Issue(LabLeafOptions.For("sip.contoso.example") with { Usage = LabUsage.ServerAuth });

    private static LabLeaf OtherLeaf { get; } = Lab.Issue("sip.fabrikam.example");

    public HandTime Time { get; } = new();

    public TableResolver Resolver { get; }

    public RecentRefusals Refusals { get; }

    public FixedCertificates Own { get; }

    public PeerRegistry Registry { get; }

    public FakeCrossing Crossing { get; }

    public SipSide Side { get; }

    public PeerModel Edge { get; }

    public PeerModel Other { get; }

    public ConcurrentQueue<string> Reports { get; } = new();

    public ConcurrentQueue<Exception> Defects { get; } = new();

    /// <summary>Every scripted connection so far.</summary>
    public IReadOnlyList<Edge> Edges => edges;

    public SipSideView View => Side.Describe();

    /// <summary>What the tables hold: conversations, their dialogs, requests that wait for an answer.</summary>
    public (int Conversations, int Dialogs, int Pending) Held => (Side.Conversations.Count, Side.Conversations.DialogCount, Side.Calls.Count);

    public static async Task<Rig> StartAsync(Func<SipSideOptions, SipSideOptions>? change = null, bool isReachable = true, TableResolver? resolver = null)
    {
        var rig = new Rig(change ?? (o => o), isReachable, resolver);
        await rig.Side.StartAsync();
        return rig;
    }

    public void Publish(params PeerModel[] peers) => Registry.Publish(new FederationTables(new FederationModel
    {
        Peers = [new PeerModel("xmpp", Protocol.Xmpp) { FromDomains = Set("jabber.example") }, .. peers],
    }));

    /// <summary>A connection of the edge to us, proved by its certificate.</summary>
    public async Task<Edge> DialAsync(LabLeaf? leaf = null, System.Security.Authentication.SslProtocols version = default)
    {
        var edge = await World.Edge.DialAsync(Side.Listeners[0].Endpoint.Port, leaf ?? EdgeLeaf, version);
        edges.Add(edge);
        return edge;
    }

    /// <summary>A connection of the edge that is bound to its peer already: it has asked something.</summary>
    public async Task<Edge> DialBoundAsync()
    {
        var edge = await DialAsync();
        await edge.SettleAsync();
        return edge;
    }

    public Task<Edge> DialOtherAsync() => DialAsync(OtherLeaf);

    /// <summary>The next connection we open to the edge.</summary>
    public async Task<Edge> AcceptAsync(LabLeaf? leaf = null)
    {
        var client = await target.AcceptTcpClientAsync().Within("the gateway to connect");
        var edge = await World.Edge.ServeAsync(client, leaf ?? EdgeLeaf);
        edges.Add(edge);
        return edge;
    }

    /// <summary>The port of the target that the peer's record names.</summary>
    public int TargetPort => ((IPEndPoint)target.LocalEndpoint).Port;

    /// <summary>Nobody waits to be accepted at the peer's target.</summary>
    public bool IsTargetIdle => !target.Pending();

    /// <summary>Another machine of the peer, at another loopback address or port.</summary>
    public TcpListener Machine(string address = "127.0.0.1", int port = 0)
    {
        var machine = new TcpListener(IPAddress.Parse(address), port);
        machine.Start();
        machines.Add(machine);
        return machine;
    }

    /// <summary>The next connection we open to that machine.</summary>
    public async Task<Edge> AcceptAsync(TcpListener machine, LabLeaf? leaf = null)
    {
        var client = await machine.AcceptTcpClientAsync().Within("the gateway to connect to another machine");
        var edge = await World.Edge.ServeAsync(client, leaf ?? EdgeLeaf);
        edges.Add(edge);
        return edge;
    }

    /// <summary>The next connection we open to the edge, which does its handshake and then reads nothing: the far end of a path that is full.</summary>
    public async Task<IDisposable> AcceptDeafAsync()
    {
        target.Server.ReceiveBufferSize = 4 * 1024;
        var client = await target.AcceptTcpClientAsync().Within("the gateway to connect");
        await World.Edge.ShakeHandsAsync(client, EdgeLeaf);
        return client;
    }

    /// <summary>Sends a message of Juliet to Bo; the task is its outcome.</summary>
    public Task<Outcome> Depart(string body, Address? to = null, PeerModel? by = null, string? xhtml = null, string? language = null, DateTimeOffset? delayedSince = null)
    {
        var passage = new Passage((UInt128)Interlocked.Increment(ref anyId), "xmpp", Protocol.Xmpp, PassageKind.Message, Juliet, to ?? Bo);
        var arrival = new Sent(passage, new MessageContent(body) { Xhtml = xhtml, Language = language, DelayedSince = delayedSince });
        Side.Depart(new MessageDeparture(arrival, by ?? Edge, null));
        return arrival.Answered.Within($"the outcome of '{body}'");
    }

    public void Depart(ChatState state, Address? to = null) =>
        Side.Depart(new ChatStateDeparture(new Passage((UInt128)Interlocked.Increment(ref anyId), "xmpp", Protocol.Xmpp, PassageKind.ChatState, Juliet, to ?? Bo), state, null, Edge));

    /// <summary>The core shows Bo what Juliet is, on this leg.</summary>
    public async Task ShowAsync(Leg leg, AuthorizationPhase authorization, Availability? availability = null, long version = 1, DateTimeOffset? expiresAt = null, PeerModel? peer = null) =>
        await Side.PerformAsync(new Show(Juliet, Bo, leg.Id), ViewOf(leg, authorization, availability, version, expiresAt), peer ?? Edge, default);

    public async Task EndAsync(Leg leg, PresenceReason reason) => await Side.PerformAsync(new End(Juliet, Bo, leg, reason), null, Edge, default);

    public static WatcherView ViewOf(Leg leg, AuthorizationPhase authorization, Availability? availability = null, long version = 1, DateTimeOffset? expiresAt = null) => new(
        Juliet, Bo, authorization, availability is not null, availability is { } known ? [new Fragment("balcony", known, null, null, 0, DateTimeOffset.UnixEpoch)] : [],
        [new LegView(leg, expiresAt)], null, version);

    /// <summary>The core wants Juliet to see Bo.</summary>
    public async Task AskAsync(
        UpstreamRequest request, Leg? leg = null, AuthorizationPhase authorization = AuthorizationPhase.None, Address? of = null, Address? watcher = null, PeerModel? peer = null)
    {
        var (presentity, asking) = (of ?? Bo, watcher ?? Juliet);
        await Side.PerformAsync(new AskUpstream(presentity, asking, request, leg), new WatcherView(presentity, asking, authorization, false, [], [], leg, 1), peer ?? Edge, default);
    }

    /// <summary>The connections that the edge dropped are known to be gone, and whoever waited for an answer on them has been told.</summary>
    public Task QuietAsync() => UntilAsync(
        () => View.Links.Sum(l => l.Connections.Count) == edges.Count(e => !e.IsDropped) && View.PendingRequests == 0, "the side to see what the edge had closed");

    /// <summary>Nothing is held any more: whoever waited for an answer is told a moment before what he asked is forgotten.</summary>
    public Task ForgottenAsync() => UntilAsync(() => Held == (0, 0, 0) && View is { Notifiers: 0, Subscribers: 0 }, "nothing to be held");

    /// <summary>Waits for what the sockets bring about on their own.</summary>
    public static async Task UntilAsync(Func<bool> holds, string what)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!holds())
        {
            if (waited.Elapsed > Deadline.Patience) Assert.Fail($"Waited {Deadline.Patience.TotalSeconds} s for {what}.");
            await look.WaitForNextTickAsync();
        }
    }

    /// <summary>Ends the test: a defect of ours fails it whatever else it saw.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var edge in edges) await edge.DisposeAsync();
        await Side.DisposeAsync();
        hub.Dispose();
        target.Dispose();
        foreach (var machine in machines) machine.Dispose();
        Assert.Empty(Defects);
    }

    public void OnLinkFailed(string peer, string reason, string detail) => Reports.Enqueue($"link {peer} {reason}");

    public void OnNotAdmitted(string connection, string domain, Admission admission) => Reports.Enqueue($"not admitted {domain} {admission.Reason} {admission.CertificateReason}");

    public void OnRefused(string subject, string reason, string text) => Reports.Enqueue($"refused {subject} {reason}");

    public void OnRejected(string connection, SipReason reason) => Reports.Enqueue($"rejected {reason}");

    public void OnEnded(string peer, string what, string reason) => Reports.Enqueue($"ended {peer} {what} {reason}");

    public void OnDefect(Exception defect) => Defects.Enqueue(defect);

    private static FrozenSet<string> Set(string domain) => new[] { domain }.ToFrozenSet();

    /// <summary>Random ids, and no jitter: what is due is due on the second.</summary>
    private sealed class EvenIds : IIdSource
    {
        private readonly RandomIds random = new();

        public UInt128 NextId() => random.NextId();

        public double NextJitter() => 0;
    }

    private sealed class Sent(Passage passage, MessageContent content) : MessageArrival(passage, content)
    {
        private readonly TaskCompletionSource<Outcome> answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Outcome> Answered => answered.Task;

        public override void Answer(in Outcome outcome) => answered.SetResult(outcome);
    }
}
