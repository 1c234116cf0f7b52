using System.Collections.Concurrent;
using System.Threading.Channels;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Presence.Core;
using Presence.Core.Model;

namespace Sip.Tests.World;

/// <summary>A crossing that writes down what enters and answers as told, and a store of pairs and CSeq blocks in memory.</summary>
internal sealed class FakeCrossing(PeerRegistry registry) : ICrossing
{
    private readonly Channel<(FederatedPeer Principal, MessageArrival Arrival)> messages = Channel.CreateUnbounded<(FederatedPeer, MessageArrival)>();
    private readonly Channel<ChatStateArrival> states = Channel.CreateUnbounded<ChatStateArrival>();
    private readonly Channel<(Address Presentity, PresentityCommand Command)> commands = Channel.CreateUnbounded<(Address, PresentityCommand)>();
    private readonly ConcurrentDictionary<(Address Presentity, Address Watcher), WatcherView> views = new();
    private uint nextBlock;

    /// <summary>What a message is answered at once; null leaves it to the test.</summary>
    public Outcome? MessageOutcome { get; set; } = Outcome.Delivered;

    /// <summary>What the core answers to a command.</summary>
    public Func<Address, PresentityCommand, ValueTask<PresenceAnswer>> Answer { get; set; } = (_, command) => new(new PresenceAnswer(
        PresenceReply.Accepted(command is Watch watch ? watch.ExpiresSeconds : 0), null));

    /// <summary>Called from inside the side's own call when a chat state enters.</summary>
    public Action<ChatStateArrival>? StateEntered { get; set; }

    /// <summary>First number of the next CSeq block.</summary>
    public uint NextBlock
    {
        get => nextBlock;
        set => nextBlock = value;
    }

    public bool HasMessages => messages.Reader.TryPeek(out _);

    public bool HasCommands => commands.Reader.TryPeek(out _);

    public bool HasStates => states.Reader.TryPeek(out _);

    public Task<(FederatedPeer Principal, MessageArrival Arrival)> MessageAsync() => messages.Reader.ReadAsync().AsTask().Within("a message to enter");

    public Task<ChatStateArrival> StateAsync() => states.Reader.ReadAsync().AsTask().Within("a chat state to enter");

    /// <summary>The next command, which must be of this kind.</summary>
    public async Task<T> CommandAsync<T>() where T : PresentityCommand =>
        Assert.IsAssignableFrom<T>((await commands.Reader.ReadAsync().AsTask().Within($"a {typeof(T).Name} to enter")).Command);

    public void Knows(WatcherView view) => views[(view.Presentity, view.Watcher)] = view;

    public void Enter(FederatedPeer principal, MessageArrival arrival)
    {
        messages.Writer.TryWrite((principal, arrival));
        if (MessageOutcome is { } outcome) arrival.Answer(outcome);
    }

    public void Enter(FederatedPeer principal, RelayArrival arrival) => arrival.Answer(Outcome.Failed(FederationReasons.FailureOf(FederationReason.DomainPairNotAllowed)));

    public bool Admits(FederatedPeer principal, Protocol cameBy) => true;

    public FederationReason Judge(FederatedPeer principal, Protocol cameBy, string to) => FederationReason.None;

    public void Enter(FederatedPeer principal, LateFailureArrival arrival)
    {
        // A SIP side answers late failures of its own by nothing: RFC 3428 has no word for them.
        Assert.Fail("The SIP side never reports a late failure.");
    }

    public void Enter(FederatedPeer principal, ChatStateArrival arrival)
    {
        states.Writer.TryWrite(arrival);
        StateEntered?.Invoke(arrival);
    }

    public ValueTask<PresenceAnswer> EnterAsync(
        FederatedPeer principal, Passage passage, Address presentity, PresentityCommand command, CancellationToken cancellation)
    {
        commands.Writer.TryWrite((presentity, command));
        return Answer(presentity, command);
    }

    /// <summary>What a look-up throws: the store that cannot be read.</summary>
    public Exception? FindFault { get; set; }

    public ValueTask<WatcherView?> FindAsync(Address presentity, Address watcher, CancellationToken cancellation) => FindFault is { } fault
        ? ValueTask.FromException<WatcherView?>(fault)
        : ValueTask.FromResult(views.GetValueOrDefault((presentity, watcher)));

    public ValueTask<uint> ReserveSequenceAsync(Address presentity, Address watcher, string legId, CancellationToken cancellation) =>
        ValueTask.FromResult(Interlocked.Add(ref nextBlock, 1_000) - 1_000);

    public bool IsServed(string domain, Protocol protocol) => registry.Current.IsServed(domain, protocol);
}
