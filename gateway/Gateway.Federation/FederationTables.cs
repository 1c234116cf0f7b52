using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Federation.Routes;
using Presence.Core.Model;

namespace Gateway.Federation;

/// <summary>
/// One immutable version of everything the crossing decides by, with its look-ups built. A reload makes the next version; whoever is deciding keeps the one it began with.
/// </summary>
public sealed class FederationTables
{
    private readonly DomainMap<DomainModel> domains;
    private readonly RuleTable rules;
    private readonly bool hasDenied;
    private readonly DomainMap<bool> allowed;
    private readonly DomainMap<bool> blocked;
    private readonly AddressFilters sipFilters;
    private readonly AddressFilters xmppFilters;
    private readonly List<(DomainMap<bool> One, DomainMap<bool> Other)> transits;
    private readonly string? anySip;
    private readonly string? anyXmpp;

    /// <summary>Makes the look-ups. The model must be free of <see cref="FederationFaults"/>.</summary>
    public FederationTables(FederationModel model)
    {
        Model = model;
        Peers = new PeerTable(model);
        Routes = new RouteTable(model.Routes, Peers);
        rules = new RuleTable(model.Rules, Peers);
        hasDenied = model.Peers.Any(p => p.Policy == LinkPolicy.Denied);
        domains = new DomainMap<DomainModel>(DomainsOf(model).Select(d => KeyValuePair.Create(d.Name, d)));
        allowed = Patterns(model.Policy.AllowedDomains);
        blocked = Patterns(model.Policy.BlockedDomains);
        sipFilters = new AddressFilters(model.Policy.SipFilters);
        xmppFilters = new AddressFilters(model.Policy.XmppFilters);
        transits = [.. model.Policy.TransitPairs.Select(p => (Patterns([p.One]), Patterns([p.Other])))];
        string? First(Protocol protocol) => DomainsOf(model).Select(d => d.Name).FirstOrDefault(d => !d.Contains('*', StringComparison.Ordinal) && IsServed(d, protocol));
        (anySip, anyXmpp) = (First(Protocol.Sip), First(Protocol.Xmpp));
    }

    /// <summary>Tables that refuse everything.</summary>
    public static FederationTables Empty { get; } = new(new FederationModel());

    public FederationModel Model { get; }

    public PeerTable Peers { get; }

    public RouteTable Routes { get; }

    internal RuleTable Rules => rules;

    /// <summary>The address filters towards the peers of one protocol.</summary>
    public AddressFilters FiltersOf(Protocol protocol) => protocol == Protocol.Sip ? sipFilters : xmppFilters;

    /// <summary>The entry that rules <paramref name="domain"/>; null when no table knows it.</summary>
    public DomainModel? FindDomain(string domain) => domains.TryFind(domain, out var entry) ? entry : null;

    /// <summary>Whether the domain itself may take part: known, not blocked, allowed.</summary>
    public FederationReason JudgeDomain(string domain, out DomainModel? entry)
    {
        entry = FindDomain(domain);
        if (blocked.TryFind(domain, out _)) return FederationReason.DomainBlocked;
        if (entry is null) return FederationReason.UnknownDomain;
        if (entry.IsBlocked) return FederationReason.DomainBlocked;
        return Model.Policy.AllowedDomains.IsEmpty || allowed.TryFind(domain, out _) ? FederationReason.None : FederationReason.DomainPairNotAllowed;
    }

    /// <summary>
    /// Doors 3, 5 and 6 for one pair: policy, rules and route, loop. <paramref name="cameFrom"/> is the peer that sent it, null for committed effects; <paramref name="ends"/> the connection
    /// it came by; <paramref name="kind"/> what it is, for the rules.
    /// </summary>
    public RouteChoice FindWay(Address from, Address to, PeerModel? cameFrom, ConnectionEnds ends = default, PassageKind kind = PassageKind.Message)
    {
        // 3 policy
        var reason = JudgeDomain(from.Domain, out var fromEntry);

        if (cameFrom is not null)
        {
            var denied = FiltersOf(cameFrom.Protocol).JudgeIncoming(from.Domain, to.Domain, ends);
            if (denied != FederationReason.None) return RouteChoice.None(denied, $"an address filter towards {cameFrom.Protocol} peers");
        }

        // A sender that the judge admitted without any table entry is a discovered partner: known by its proof.
        if (reason == FederationReason.UnknownDomain && cameFrom is not null) reason = FederationReason.None;
        if (reason != FederationReason.None) return RouteChoice.None(reason, $"domain '{from.Domain}' of the sender");
        reason = JudgeDomain(to.Domain, out var toEntry);
        if (reason != FederationReason.None) return RouteChoice.None(reason, $"domain '{to.Domain}' of the addressee");
        var fromProtocol = fromEntry is null ? cameFrom!.Protocol : RouteTable.ProtocolOf(fromEntry.Kind);
        var isShared = toEntry!.Kind == DomainKind.Shared;
        if (!isShared && fromProtocol is { } p && p == RouteTable.ProtocolOf(toEntry.Kind) && !IsTransit(from.Domain, to.Domain))
            return RouteChoice.None(FederationReason.DomainPairNotAllowed, $"both domains are reached by {p} and no transit entry allows the pair");

        // 5 rules, then route
        var choice = (rules.IsEmpty ? null : DecideByRule(from, to, kind, cameFrom, fromProtocol)) ?? Routes.Find(to, toEntry.Kind);
        if (hasDenied) choice = WithoutDenied(choice);
        if (!choice.IsFound) return choice;

        // 6 rights and loops: what the first way may not carry is refused, a back-up that may not is no way
        reason = JudgeLeaving(choice.First, from.Domain, to.Domain, isShared ? null : cameFrom, out var by);
        if (reason != FederationReason.None) return RouteChoice.None(reason, by);
        if (cameFrom is not null && !isShared && !IsPartner(cameFrom, to.Domain))
            return RouteChoice.None(FederationReason.DomainPairNotAllowed, $"partnerDomains of peer '{cameFrom.Name}' leave out '{to.Domain}'");
        for (var i = choice.Peers.Length - 1; i > 0; i--)
        {
            if (JudgeLeaving(choice.Peers[i], from.Domain, to.Domain, isShared ? null : cameFrom, out _) != FederationReason.None) choice = choice with { Peers = choice.Peers.RemoveAt(i) };
        }

        return choice;
    }

    /// <summary>Doors 1 and 3 for what the gateway itself answers in the name of <paramref name="to"/>: whether <paramref name="from"/> may speak to that domain at all.</summary>
    public FederationReason JudgeAsking(PeerModel cameFrom, string from, string to, ConnectionEnds ends)
    {
        var denied = FiltersOf(cameFrom.Protocol).JudgeIncoming(from, to, ends);
        if (denied != FederationReason.None) return denied;
        return IsPartner(cameFrom, to) ? FederationReason.None : FederationReason.DomainPairNotAllowed;
    }

    private FederationReason JudgeLeaving(PeerModel peer, string from, string to, PeerModel? cameFrom, out string by)
    {
        var outward = FiltersOf(peer.Protocol).JudgeOutgoing(from, to, default);
        by = outward == FederationReason.None ? "" : $"an address filter towards {peer.Protocol} peers";
        if (outward != FederationReason.None) return outward;
        if (!IsPartner(peer, from))
        {
            by = $"partnerDomains of peer '{peer.Name}' leave out '{from}'";
            return FederationReason.DomainPairNotAllowed;
        }

        // Never back to the peer it came from.
        if (peer.Name != cameFrom?.Name) return FederationReason.None;
        by = $"'{peer.Name}' is where it came from";
        return FederationReason.Loop;
    }

    /// <summary>The place of the rule that decides, -1 where none fits; <paramref name="fromProtocol"/> is how the sender's domain is reached.</summary>
    internal int FindRule(Address from, Address to, PassageKind kind, PeerModel? cameFrom, Protocol? fromProtocol) =>
        rules.Find(from, to, kind, cameFrom, cameFrom is null && fromProtocol is { } protocol ? Peers.FindSpeaker(from.Domain, protocol)?.Peers ?? [] : []);

    private RouteChoice? DecideByRule(Address from, Address to, PassageKind kind, PeerModel? cameFrom, Protocol? fromProtocol)
    {
        var found = FindRule(from, to, kind, cameFrom, fromProtocol);
        return found < 0 ? null : rules.All[found].Choice;
    }

    private static RouteChoice WithoutDenied(RouteChoice choice)
    {
        if (choice.Peers.All(p => p.Policy != LinkPolicy.Denied)) return choice;
        var left = choice.Peers.RemoveAll(p => p.Policy == LinkPolicy.Denied);
        return left.IsEmpty
            ? RouteChoice.None(FederationReason.LinkDenied, $"{choice.By}, and the policy of peer '{choice.First.Name}' is denied")
            : choice with { Peers = left };
    }

    /// <summary>Whether <paramref name="domain"/> may stand in a Request-URI or in a stanza's <c>to</c> that comes over <paramref name="protocol"/>.</summary>
    public bool IsServed(string domain, Protocol protocol)
    {
        if (JudgeDomain(domain, out var entry) != FederationReason.None) return false;
        return RouteTable.ProtocolOf(entry!.Kind) != protocol || entry.Kind == DomainKind.Shared || IsTransitMember(domain);
    }

    /// <summary>A domain that <see cref="IsServed"/> there, for who must name itself before anybody has said whom he wants; null where there is none.</summary>
    public string? AnyServed(Protocol protocol) => protocol == Protocol.Sip ? anySip : anyXmpp;

    private static bool IsPartner(PeerModel peer, string domain) => peer.PartnerDomains.Count == 0 || peer.PartnerDomains.Contains(domain);

    /// <summary>Whether any transit entry exists: most gateways have none, and need not look further.</summary>
    public bool HasTransits => transits.Count > 0;

    /// <summary>Whether what comes over <paramref name="protocol"/> for this domain goes on by the same protocol: a transit entry names it, and both its ends are reached alike.</summary>
    public bool IsRelayed(string domain, Protocol protocol) =>
        HasTransits && FindDomain(domain) is { Kind: not DomainKind.Shared } entry && RouteTable.ProtocolOf(entry.Kind) == protocol;

    // A peer that speaks for a domain makes it known: one fact need not be written twice. A pattern that blocks it still blocks it.
    private static IEnumerable<DomainModel> DomainsOf(FederationModel model)
    {
        var written = model.Domains.Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        var patterns = new DomainMap<DomainModel>(model.Domains.Select(d => KeyValuePair.Create(d.Name, d)));
        var spoken = model.Peers
            .SelectMany(p => p.FromDomains.Select(d => new DomainModel(d, p.Protocol == Protocol.Sip ? DomainKind.Sip : DomainKind.Xmpp)))
            .Where(d => !written.Contains(d.Name) && !(patterns.TryFind(d.Name, out var pattern) && pattern.IsBlocked))
            .DistinctBy(d => d.Name);
        var all = model.Domains.Concat(spoken);

        // Where one protocol alone discovers partners, every domain that no entry names is one of its. Where both do, the operator must say so with a "*" entry.
        var isOneOpen = (model.DiscoveredSip is null) != (model.DiscoveredXmpp is null);
        return isOneOpen && !written.Contains("*") ? all.Append(new DomainModel("*", model.DiscoveredSip is null ? DomainKind.Xmpp : DomainKind.Sip)) : all;
    }

    private static DomainMap<bool> Patterns(IEnumerable<string> patterns) =>
        new(patterns.Distinct(StringComparer.Ordinal).Select(p => KeyValuePair.Create(p, true)));

    private bool IsTransit(string one, string other)
    {
        foreach (var (a, b) in transits)
            if ((a.TryFind(one, out _) && b.TryFind(other, out _)) || (a.TryFind(other, out _) && b.TryFind(one, out _))) return true;
        return false;
    }

    private bool IsTransitMember(string domain)
    {
        foreach (var (a, b) in transits)
            if (a.TryFind(domain, out _) || b.TryFind(domain, out _)) return true;
        return false;
    }
}
