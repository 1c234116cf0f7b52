using System.Collections.Frozen;
using Certificates;
using Gateway.Federation;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Federation.Tests;

/// <summary>A crossing between a Microsoft edge (contoso.example) and an XMPP server (capulet.example), with sides and an engine that record.</summary>
internal sealed class Rig
{
    public static readonly Address Alice = new("alice", "contoso.example");
    public static readonly Address Juliet = new("juliet", "capulet.example");

    public static readonly PeerModel Edge = new("contoso", Protocol.Sip)
    {
        TlsSubjects = ["sip.contoso.example"],
        FromDomains = new[] { "contoso.example" }.ToFrozenSet(),
        TrustSet = "lab",
    };

    public static readonly PeerModel Server = new("capulet", Protocol.Xmpp)
    {
        FromDomains = new[] { "capulet.example" }.ToFrozenSet(),
        TrustSet = "lab",
    };

    public static readonly FederationModel Usual = new()
    {
        Peers = [Edge, Server],
        Domains = [new("contoso.example", DomainKind.Sip), new("capulet.example", DomainKind.Xmpp)],
    };

    private UInt128 nextId;

    public Rig(FederationModel? model = null, TrustSet? trust = null)
    {
        Refusals = new RecentRefusals(Clock);
        Registry = new PeerRegistry(new FixedCertificates(new CertificateSet(1, [], trust is null ? [] : [trust])), Clock, Refusals);
        Registry.Publish(new FederationTables(model ?? Usual));
        Crossing = new Crossing(Registry, Metrics, Refusals, Clock) { DefectSink = Defects.Add };
        Crossing.Connect(Engine, Sip, Xmpp);
    }

    public HandClock Clock { get; } = new();

    public RecentRefusals Refusals { get; }

    public PeerRegistry Registry { get; }

    public FederationMetrics Metrics { get; } = new();

    public List<Exception> Defects { get; } = [];

    public Crossing Crossing { get; }

    public RecordingEngine Engine { get; } = new();

    public RecordingSide Sip { get; } = new(Protocol.Sip);

    public RecordingSide Xmpp { get; } = new(Protocol.Xmpp);

    public static FederatedPeer PrincipalOf(PeerModel peer, string domain) => new(peer, domain, Proof.TlsSubject);

    public RecordingArrival Send(Address from, Address to, PeerModel by)
    {
        var arrival = new RecordingArrival(PassageOf(from, to, by, PassageKind.Message));
        Crossing.Enter(PrincipalOf(by, from.Domain), arrival);
        return arrival;
    }

    public Passage PassageOf(Address from, Address to, PeerModel by, PassageKind kind) => new(++nextId, by.Name, by.Protocol, kind, from, to);
}

internal sealed class RecordingArrival(Passage passage) : MessageArrival(passage, new MessageContent("hello"))
{
    public List<Outcome> Answers { get; } = [];

    public string? Reason => Assert.Single(Answers).Failure?.Reason;

    public override void Answer(in Outcome outcome) => Answers.Add(outcome);
}

internal sealed class RecordingSide(Protocol protocol) : ISide
{
    public Protocol Protocol { get; } = protocol;

    public List<MessageDeparture> Messages { get; } = [];

    public List<ChatStateDeparture> States { get; } = [];

    public List<LateFailureDeparture> LateFailures { get; } = [];

    public List<(PresenceEffect Effect, PeerModel Peer)> Effects { get; } = [];

    public Exception? Defect { get; set; }

    public void Depart(MessageDeparture departure)
    {
        if (Defect is not null) throw Defect;
        Messages.Add(departure);
    }

    public void Depart(ChatStateDeparture departure) => States.Add(departure);

    public void Depart(LateFailureDeparture departure) => LateFailures.Add(departure);

    public ValueTask<EffectVerdict> PerformAsync(PresenceEffect effect, WatcherView? view, PeerModel peer, CancellationToken cancellation)
    {
        Effects.Add((effect, peer));
        return ValueTask.FromResult(EffectVerdict.Done);
    }
}

internal sealed class RecordingEngine : IPresenceEngine
{
    private readonly TaskCompletionSource<(Address Presentity, PresentityCommand Command)> first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public PresenceReply Reply { get; set; } = PresenceReply.Accepted(3600);

    public List<(Address Presentity, PresentityCommand Command)> Commands { get; } = [];

    public Dictionary<(Address Presentity, Address Watcher), WatcherView?> Views { get; } = [];

    public Task<(Address Presentity, PresentityCommand Command)> FirstCommand => first.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public ValueTask<PresenceReply> SubmitAsync(Address presentity, PresentityCommand command, CancellationToken cancellation)
    {
        Commands.Add((presentity, command));
        first.TrySetResult((presentity, command));
        return ValueTask.FromResult(Reply);
    }

    public ValueTask<WatcherView?> FindAsync(Address presentity, Address watcher, CancellationToken cancellation) =>
        ValueTask.FromResult(Views.GetValueOrDefault((presentity, watcher)));

    public ValueTask<uint> ReserveSequenceAsync(Address presentity, Address watcher, string legId, CancellationToken cancellation) => ValueTask.FromResult(1u);
}
