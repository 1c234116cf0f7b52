using Presence.Core;
using Presence.Core.Model;

namespace Gateway.Xmpp.Links;

/// <summary>One thing to say again after a link came back.</summary>
/// <param name="Presentity">Whose presence.</param>
/// <param name="Watcher">Who sees it.</param>
/// <param name="IsAsking">True: their presence is asked for again; false: ours is shown again.</param>
internal readonly record struct Renewal(Address Presentity, Address Watcher, bool IsAsking);

/// <summary>
/// Who sees whom across one link, since the process began: what must be said again when the link had been broken, because nobody knows what was lost with it. Bounded; a restart of ours renews
/// everything by itself.
/// </summary>
internal sealed class PresenceMemory
{
    private const int PairsMax = 20_000;

    private readonly HashSet<Renewal> _known = [];
    private readonly Queue<Renewal> _owed = new();

    /// <summary>Pairs that are known.</summary>
    public int Count => _known.Count;

    /// <summary>Pairs that are still to be said again.</summary>
    public int Owed => _owed.Count;

    /// <summary>An effect left by this link.</summary>
    public void Note(PresenceEffect effect)
    {
        switch (effect)
        {
            case AskUpstream { Request: UpstreamRequest.Subscribe or UpstreamRequest.Refresh }:
                Add(new Renewal(effect.Presentity, effect.Watcher, IsAsking: true));
                break;
            case AskUpstream:
                _known.Remove(new Renewal(effect.Presentity, effect.Watcher, IsAsking: true));
                break;
            case Show:
                Add(new Renewal(effect.Presentity, effect.Watcher, IsAsking: false));
                break;
            case End:
                _known.Remove(new Renewal(effect.Presentity, effect.Watcher, IsAsking: false));
                break;
        }
    }

    /// <summary>The link is back: all of it is owed again, or only what we ask of the other side.</summary>
    public void Owe(bool onlyAskings)
    {
        _owed.Clear();
        foreach (var renewal in _known)
        {
            if (renewal.IsAsking || !onlyAskings) _owed.Enqueue(renewal);
        }
    }

    /// <summary>The next thing to say, or false.</summary>
    public bool TryTake(out Renewal renewal)
    {
        while (_owed.TryDequeue(out renewal))
        {
            if (_known.Contains(renewal)) return true;
        }
        return false;
    }

    private void Add(Renewal renewal)
    {
        if (_known.Count < PairsMax) _known.Add(renewal);
    }
}
