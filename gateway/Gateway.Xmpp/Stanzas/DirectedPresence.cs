using Gateway.Xmpp.Protocol;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// Who has shown himself to whom through our multicast service, until he leaves: XEP-0033 §5.1. Bounded for each domain; where a domain has more such users than that, the one who was first is
/// forgotten.
/// </summary>
internal sealed class DirectedPresence
{
    /// <summary>Domains whose users are remembered.</summary>
    public const int DomainsMax = 1_024;

    /// <summary>Users of one domain.</summary>
    public const int SendersMax = 512;

    /// <summary>Whom one user has shown himself to.</summary>
    public const int SeersMax = 500;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, OrderedDictionary<Jid, HashSet<Jid>>> _domains = new(StringComparer.Ordinal);

    /// <summary>He shows himself to these; false when there is no room.</summary>
    public bool TryNote(Jid sender, IReadOnlyList<Jid> seers)
    {
        lock (_gate)
        {
            if (!_domains.TryGetValue(sender.Domain, out var senders))
            {
                if (_domains.Count >= DomainsMax) return false;
                _domains[sender.Domain] = senders = [];
            }
            if (!senders.TryGetValue(sender, out var known))
            {
                if (senders.Count >= SendersMax) senders.RemoveAt(0);
                senders[sender] = known = [];
            }
            if (known.Count + seers.Count > SeersMax) return false;
            known.UnionWith(seers);
            return true;
        }
    }

    /// <summary>He leaves: those who must see it, and he is forgotten.</summary>
    public IReadOnlyCollection<Jid> Take(Jid sender)
    {
        lock (_gate)
        {
            if (!_domains.TryGetValue(sender.Domain, out var senders) || !senders.Remove(sender, out var seers)) return [];
            if (senders.Count == 0) _domains.Remove(sender.Domain);
            return seers;
        }
    }
}
