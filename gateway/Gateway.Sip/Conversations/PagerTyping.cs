using System.Collections.Concurrent;
using Gateway.Federation;
using Gateway.Federation.Peers;
using Presence.Core.Model;

namespace Gateway.Sip.Conversations;

/// <summary>Who types outside any dialog (RFC 3994 §4, page mode): delivered when it changes, and taken back when it lapses or the message comes.</summary>
internal sealed class PagerTyping(SipSide side)
{
    private readonly ConcurrentDictionary<(Address From, Address To), Typist> typing = new();

    private sealed record Typist(FederatedPeer Principal, DateTimeOffset Until);

    public void Receive(FederatedPeer principal, Address from, Address to, bool isTyping, int refreshSeconds)
    {
        if (!isTyping)
        {
            if (typing.TryRemove((from, to), out _)) Deliver(principal, from, to, ChatState.Paused);
            return;
        }

        if (typing.Count >= side.Options.ConversationsMax) return;
        var typist = new Typist(principal, side.Now.AddSeconds(refreshSeconds));
        if (typing.TryAdd((from, to), typist)) Deliver(principal, from, to, ChatState.Composing);
        else typing[(from, to)] = typist;
    }

    /// <summary>A message says by itself that its writer has stopped.</summary>
    public void Spoke(Address from, Address to)
    {
        if (!typing.IsEmpty) typing.TryRemove((from, to), out _);
    }

    public void Sweep(DateTimeOffset now)
    {
        foreach (var ((from, to), typist) in typing)
        {
            if (now >= typist.Until && typing.TryRemove(new((from, to), typist))) Deliver(typist.Principal, from, to, ChatState.Paused);
        }
    }

    private void Deliver(FederatedPeer principal, Address from, Address to, ChatState state) =>
        side.Crossing.Enter(principal, new ChatStateArrival(side.NewPassage(principal.Peer.Name, PassageKind.ChatState, from, to), state, null));
}
