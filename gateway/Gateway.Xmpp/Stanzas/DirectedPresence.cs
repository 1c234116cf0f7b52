using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// Who has shown himself to whom through our multicast service, until he leaves: XEP-0033 §5.1. Bounded for each domain and in all: where there is no room those of the same domain who were first
/// are forgotten, for their own server can still say to whom they leave.
/// </summary>
internal sealed class DirectedPresence(int seersMax)
{
    /// <summary>The share of one domain.</summary>
    private readonly int _shareMax = Math.Max(1, seersMax / 4);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Domain> _domains = new(StringComparer.Ordinal);
    private int _seers;

    /// <summary>He shows himself to these.</summary>
    public void Note(Jid sender, IReadOnlyList<Jid> seers)
    {
        lock (_gate)
        {
            if (!_domains.TryGetValue(sender.Domain, out var domain)) _domains[sender.Domain] = domain = new Domain();
            if (!domain.Senders.TryGetValue(sender, out var known)) domain.Senders[sender] = known = [];
            foreach (var seer in seers)
            {
                if (known.Contains(seer)) continue;
                bool isFull = domain.Seers >= _shareMax || _seers >= seersMax;
                if (isFull && !domain.Senders.GetAt(0).Key.Equals(sender)) Forget(sender.Domain, domain, domain.Senders.GetAt(0).Key);
                if (domain.Seers >= _shareMax || _seers >= seersMax) continue;
                known.Add(seer);
                domain.Seers++;
                _seers++;
            }
            if (known.Count == 0) Forget(sender.Domain, domain, sender);
        }
    }

    /// <summary>He leaves: those who must see it, and he is forgotten.</summary>
    public IReadOnlyCollection<Jid> Take(Jid sender)
    {
        lock (_gate) return _domains.TryGetValue(sender.Domain, out var domain) ? Forget(sender.Domain, domain, sender) : [];
    }

    private HashSet<Jid> Forget(string name, Domain domain, Jid sender)
    {
        if (!domain.Senders.Remove(sender, out var seers)) return [];
        domain.Seers -= seers.Count;
        _seers -= seers.Count;
        if (domain.Senders.Count == 0) _domains.Remove(name);
        return seers;
    }

    private sealed class Domain
    {
        public OrderedDictionary<Jid, HashSet<Jid>> Senders { get; } = [];

        public int Seers { get; set; }
    }
}
