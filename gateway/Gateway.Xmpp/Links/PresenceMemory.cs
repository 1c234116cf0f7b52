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

    // Asked for sooner, the answers would be refused as well.
    private const int CalmSeconds = 5;

    private readonly HashSet<Renewal> _known = [];
    private readonly Queue<Renewal> _owed = new();
    private readonly HashSet<Renewal> _refused = [];
    private readonly Queue<Renewal> _refusedInOrder = new();
    private long _refusedAt;

    /// <summary>Pairs that are known.</summary>
    public int Count => _known.Count;

    /// <summary>Pairs that are still to be said again.</summary>
    public int Owed => _owed.Count + _refused.Count;

    /// <summary>The link broke, and not all has been said again.</summary>
    public bool IsLost => _owed.Count > 0;

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

    /// <summary>What the other side said of one whom we ask for was refused because it said too much at once: it is asked for again, once, when that is over (RFC 6121 §4.3).</summary>
    public void Refused(Renewal renewal, long now)
    {
        if (!_known.Contains(renewal)) return;
        if (_refused.Add(renewal)) _refusedInOrder.Enqueue(renewal);
        _refusedAt = now;
    }

    /// <summary>The next one to ask for again after a refusal, or false: also while the last refusal is no while ago.</summary>
    public bool TryTakeRefused(TimeProvider time, long now, out Renewal renewal)
    {
        while (IsCalm(time, now))
        {
            renewal = _refusedInOrder.Dequeue();
            _refused.Remove(renewal);
            if (_known.Contains(renewal)) return true;
        }
        renewal = default;
        return false;
    }

    /// <summary>Something was refused, and may be asked for again now.</summary>
    public bool IsCalm(TimeProvider time, long now) => _refused.Count > 0 && time.GetElapsedTime(_refusedAt, now).TotalSeconds >= CalmSeconds;

    private void Add(Renewal renewal)
    {
        if (_known.Count < PairsMax) _known.Add(renewal);
    }
}
