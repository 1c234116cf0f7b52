using System.Collections.Concurrent;
using Presence.Core.Model;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// Which far users want no chat states from which of ours: whoever was sent a message with one and answers without is sent none until he sends one himself (XEP-0085 §5.1). Bounded; a full memory
/// forgets, and whoever is forgotten is asked anew by the next message.
/// </summary>
internal sealed class ChatStateWishes
{
    /// <summary>Pairs that are remembered.</summary>
    public const int PairsMax = 16_384;

    private readonly ConcurrentDictionary<(Address Ours, Address Theirs), bool> _isUnwanted = new();
    private int _count;

    /// <summary>Whether chat states may be shown to him.</summary>
    public bool Takes(Address ours, Address theirs) => !_isUnwanted.TryGetValue((ours, theirs), out bool isUnwanted) || !isUnwanted;

    /// <summary>A message goes to him: whether it carries a chat state, to which his answer will say what he wants.</summary>
    public bool Ask(Address ours, Address theirs)
    {
        if (_isUnwanted.TryGetValue((ours, theirs), out bool isUnwanted)) return !isUnwanted;
        if (Volatile.Read(ref _count) >= PairsMax) ForgetAll();
        if (_isUnwanted.TryAdd((ours, theirs), false)) Interlocked.Increment(ref _count);
        return true;
    }

    /// <summary>A message of his came, with a chat state or without.</summary>
    public void Heard(Address theirs, Address ours, bool hasState)
    {
        // Who writes without having been asked has said nothing of it.
        if (_isUnwanted.TryGetValue((ours, theirs), out bool isUnwanted) && isUnwanted == hasState) _isUnwanted.TryUpdate((ours, theirs), !hasState, isUnwanted);
    }

    private void ForgetAll()
    {
        foreach (var known in _isUnwanted.Keys)
        {
            if (_isUnwanted.TryRemove(known, out _)) Interlocked.Decrement(ref _count);
        }
    }
}
