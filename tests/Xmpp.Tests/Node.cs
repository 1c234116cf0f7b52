using System.Collections.Frozen;
using System.Threading.Channels;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Gateway.Transport;
using Gateway.Xmpp;
using Gateway.Xmpp.Protocol;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Xmpp.Tests;

/// <summary>One XMPP side on loopback, serving one domain, with its own hub, certificates and tables; and what it reported.</summary>
internal sealed class Node : IXmppObserver, IAsyncDisposable
{
    private readonly Channel<(StreamSnapshot Stream, XmppReason Reason, string Text)> _ended = Channel.CreateUnbounded<(StreamSnapshot, XmppReason, string)>();
    private readonly Channel<string> _lateErrors = Channel.CreateUnbounded<string>();

    public Node(string domain, LabLeaf? leaf = null, XmppOptions? options = null, LabAuthority? trusts = null, TableResolver? resolver = null, int unsentBytesMax = 4 << 20, int connectionsMax = 4_000, int lingerSecondsMax = 5)
    {
        Domain = domain;
        Resolver = resolver ?? new TableResolver();
        Hub = new TransportHub(new TransportLimits { HandshakeSecondsMax = 120, ConnectSecondsMax = 120, LingerSecondsMax = lingerSecondsMax, UnsentBytesMax = unsentBytesMax, ConnectionsMax = connectionsMax, ConnectionsPerAddressMax = Math.Min(64, connectionsMax) }, Time);
        Certificates = new FixedCertificates(new CertificateSet(1, [(leaf ?? Lab.Issue(domain)).ToOwn("own")], [(trusts ?? Lab).ToTrust("default")]));
        Refusals = new RecentRefusals(Time);
        Registry = new PeerRegistry(Certificates, Time, Refusals);
        Crossing = new RecordingCrossing(Registry);
        Side = new XmppSide(new XmppParts
        {
            Options = (options ?? new XmppOptions { ConnectAttemptsMax = 1 }) with
            {
                Listeners = [new() { Address = "127.0.0.1", Port = 0 }, new() { Address = "127.0.0.1", Port = 0, IsDirectTls = true }],
            },
            Hub = Hub, Resolver = Resolver, NextBelow = _ => 0, Certificates = Certificates,
            Registry = Registry, Crossing = Crossing, Refusals = Refusals, Ids = new RandomIds(), DialbackSecret = $"secret of {domain}", Observer = this,
        });
        Side.Start();
    }

    public static LabAuthority Lab { get; } = LabAuthority.Create(DateTimeOffset.UtcNow);

    public static LabAuthority Stranger { get; } = LabAuthority.Create(DateTimeOffset.UtcNow, "Stranger Root");

    public string Domain { get; }

    public HandTime Time { get; } = new();

    public TransportHub Hub { get; }

    public TableResolver Resolver { get; }

    public FixedCertificates Certificates { get; }

    public RecentRefusals Refusals { get; }

    public PeerRegistry Registry { get; }

    public RecordingCrossing Crossing { get; }

    public XmppSide Side { get; }

    public int Port => Side.Listeners[0].Endpoint.Port;

    public int DirectTlsPort => Side.Listeners[1].Endpoint.Port;

    public PeerModel PeerOf(string domain, string address) => new($"peer-{domain}", Protocol.Xmpp) { Addresses = [address], FromDomains = new[] { domain }.ToFrozenSet() };

    /// <summary>Knows these peers, beside an edge that speaks for its own domain.</summary>
    public void Knows(params PeerModel[] peers) => Registry.Publish(new FederationTables(new FederationModel
    {
        Peers = [new PeerModel("edge", Protocol.Sip) { FromDomains = new[] { Domain }.ToFrozenSet(), Addresses = ["127.0.0.1:1"], TlsSubjects = ["edge.example"] }, .. peers],
    }));

    /// <summary>Two nodes that know each other.</summary>
    public static void Join(Node one, Node other, Func<PeerModel, PeerModel>? change = null)
    {
        change ??= peer => peer;
        one.Knows(change(one.PeerOf(other.Domain, $"127.0.0.1:{other.Port}")));
        other.Knows(change(other.PeerOf(one.Domain, $"127.0.0.1:{one.Port}")));
    }

    /// <summary>Sends a message out of this node and waits for its outcome.</summary>
    public Task<Outcome> SendAsync(string to, string body = "hello", string? thread = null)
    {
        var arrival = new SentMessage(new Passage(new RandomIds().NextId(), "edge", Protocol.Sip, PassageKind.Message, new Address("alice", Domain), AddressOf(to)),
            new MessageContent(body) { Thread = thread });
        Side.Depart(new MessageDeparture(arrival, PeerFor(to), null));
        return arrival.Answered.Within($"the outcome of a message to {to}");
    }

    public PeerModel PeerFor(string to)
    {
        var peers = Registry.Current.Peers;
        return (peers.FindSpeaker(AddressOf(to).Domain, Protocol.Xmpp) ?? peers.Discover(AddressOf(to).Domain, Protocol.Xmpp))!.First;
    }

    public static Address AddressOf(string text) => new(text[..text.IndexOf('@', StringComparison.Ordinal)], text[(text.IndexOf('@', StringComparison.Ordinal) + 1)..]);

    /// <summary>The next stream that ended for something else than order; one that broke has left all tables then, and what its end means to others is done.</summary>
    public async Task<XmppReason> EndedAsync()
    {
        while (true)
        {
            var (stream, reason, _) = await _ended.Reader.ReadAsync().AsTask().Within("a stream to end");
            if (reason == XmppReason.ConnectionLost) await Deadline.Until(() => Side.Streams.All(s => s.Id != stream.Id), "the broken stream to be gone");
            if (reason is not (XmppReason.None or XmppReason.PeerClosed)) return reason;
        }
    }

    public Task<string> LateErrorAsync() => _lateErrors.Reader.ReadAsync().AsTask().Within("a late error");

    /// <summary>Done once, on the very thread, when the next stream comes to carry stanzas and before anybody may use it.</summary>
    public Action? WhenOpened { get; set; }

    public void OnStreamOpened(StreamSnapshot stream)
    {
        var action = WhenOpened;
        WhenOpened = null;
        action?.Invoke();
    }

    public void OnStreamEnded(StreamSnapshot stream, XmppReason reason, string text) => _ended.Writer.TryWrite((stream, reason, text));

    public void OnLateError(string localDomain, string remoteDomain, string condition) => _lateErrors.Writer.TryWrite(condition);

    /// <summary>Where a defect goes that the test made; any other fails it.</summary>
    public Action<Exception>? WhenFailed { get; set; }

    public void OnFailed(string what, Exception bug)
    {
        if (WhenFailed is { } expected) expected(bug);
        else Assert.Fail($"{what}: {bug}");
    }

    public async ValueTask DisposeAsync()
    {
        await Side.DisposeAsync();
        Hub.Dispose();
    }

    private sealed class SentMessage(Passage passage, MessageContent content) : MessageArrival(passage, content)
    {
        private readonly TaskCompletionSource<Outcome> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Outcome> Answered => _answered.Task;

        public override void Answer(in Outcome outcome) => _answered.SetResult(outcome);
    }
}
