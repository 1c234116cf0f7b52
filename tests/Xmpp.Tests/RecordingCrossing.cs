using System.Threading.Channels;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Model;

namespace Xmpp.Tests;

/// <summary>A crossing that writes down what enters and answers as told.</summary>
internal sealed class RecordingCrossing(PeerRegistry registry) : ICrossing
{
    private readonly Channel<(FederatedPeer Principal, MessageArrival Arrival)> _messages = Channel.CreateUnbounded<(FederatedPeer, MessageArrival)>();
    private readonly Channel<LateFailureArrival> _late = Channel.CreateUnbounded<LateFailureArrival>();
    private readonly Channel<ChatStateArrival> _states = Channel.CreateUnbounded<ChatStateArrival>();
    private readonly Channel<(Passage Passage, Address Presentity, PresentityCommand Command)> _commands = Channel.CreateUnbounded<(Passage, Address, PresentityCommand)>();

    public Outcome Outcome { get; set; } = Outcome.Delivered;

    public PresenceAnswer Answer { get; set; } = new(PresenceReply.Accepted(), null);

    /// <summary>False leaves messages without answer; the test gives it.</summary>
    public bool Answers { get; set; } = true;

    public bool HasMessages => _messages.Reader.TryPeek(out _);

    public Task<(FederatedPeer Principal, MessageArrival Arrival)> MessageAsync() => _messages.Reader.ReadAsync().AsTask().Within("a message to enter");

    public Task<LateFailureArrival> LateAsync() => _late.Reader.ReadAsync().AsTask().Within("a late failure to enter");

    public Task<ChatStateArrival> StateAsync() => _states.Reader.ReadAsync().AsTask().Within("a chat state to enter");

    public Task<(Passage Passage, Address Presentity, PresentityCommand Command)> CommandAsync() => _commands.Reader.ReadAsync().AsTask().Within("a command to enter");

    public void Enter(FederatedPeer principal, MessageArrival arrival)
    {
        _messages.Writer.TryWrite((principal, arrival));
        if (Answers) arrival.Answer(Outcome);
    }

    public void Enter(FederatedPeer principal, ChatStateArrival arrival) => _states.Writer.TryWrite(arrival);

    public bool IsAdmitting { get; set; } = true;

    public Func<Address, Address, WatcherView?> View { get; set; } = (_, _) => null;

    public void Enter(FederatedPeer principal, RelayArrival arrival) => arrival.Answer(Outcome.Failed(FederationReasons.FailureOf(FederationReason.DomainPairNotAllowed)));

    public bool Admits(FederatedPeer principal, Protocol cameBy) => IsAdmitting;

    public FederationReason Judge(FederatedPeer principal, Protocol cameBy, string to) =>
        IsAdmitting ? registry.Current.JudgeAsking(principal.Peer, principal.Domain, to, principal.Ends) : FederationReason.RateExceeded;

    public void Enter(FederatedPeer principal, LateFailureArrival arrival) => _late.Writer.TryWrite(arrival);

    public ValueTask<PresenceAnswer> EnterAsync(
        FederatedPeer principal, Passage passage, Address presentity, PresentityCommand command, CancellationToken cancellation)
    {
        _commands.Writer.TryWrite((passage, presentity, command));
        return ValueTask.FromResult(Answer);
    }

    public ValueTask<WatcherView?> FindAsync(Address presentity, Address watcher, CancellationToken cancellation) => ValueTask.FromResult(View(presentity, watcher));

    public ValueTask<uint> ReserveSequenceAsync(Address presentity, Address watcher, string legId, CancellationToken cancellation) => ValueTask.FromResult(1u);

    public bool IsServed(string domain, Protocol protocol) => registry.Current.IsServed(domain, protocol);
}
