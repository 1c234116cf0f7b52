using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Routes;

namespace Gateway.Federation;

/// <summary>What is allowed in the operator's tables and cannot be meant: told at the start, at a reload, by <c>config check</c> and by <c>doctor</c>.</summary>
public static class FederationWarnings
{
    private static readonly string[] MicrosoftProfiles = ["ocs2007r2", "lync2010", "lync2013", "sfb2015"];

    /// <summary>Of a model without <see cref="FederationFaults"/>.</summary>
    public static IReadOnlyList<FederationFault> Find(FederationModel model)
    {
        var warnings = new List<FederationFault>();
        FindInRules(model, warnings);
        FindInRoutes(model, warnings);
        foreach (var peer in model.Peers.Where(p => p.Protocol == Protocol.Sip && MicrosoftProfiles.Contains(p.Profile, StringComparer.Ordinal))) FindAffix(model, peer, warnings);
        return warnings;
    }

    /// <summary>The domains that the peer of one protocol reaches through us: those of the other protocol, as far as its record lets them take part.</summary>
    public static IReadOnlyList<string> DomainsThroughUs(FederationModel model, PeerModel peer)
    {
        var other = peer.Protocol == Protocol.Sip ? Protocol.Xmpp : Protocol.Sip;
        var kind = other == Protocol.Xmpp ? DomainKind.Xmpp : DomainKind.Sip;
        var named = model.Domains.Where(d => d.Kind == kind && !d.IsBlocked && !d.Name.Contains('*')).Select(d => d.Name);
        var domains = model.Peers.Where(p => p.Protocol == other).SelectMany(p => p.FromDomains).Concat(named)
            .Where(d => peer.PartnerDomains.Count == 0 || peer.PartnerDomains.Contains(d));
        return [.. domains.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The one wildcard that fits all of several domains, as a Microsoft administrator may enter it instead of each (PSB-064): <c>presence.*</c> or <c>*.avaya.com</c>; null where they
    /// have nothing in common. A top-level domain alone is nothing.
    /// </summary>
    public static string? WildcardOf(IReadOnlyList<string> domains)
    {
        if (domains.Count < 2) return null;
        var labels = domains.Select(d => d.Split('.')).ToList();
        var shortest = labels.Min(l => l.Length);
        var behind = Enumerable.Range(1, shortest - 1).TakeWhile(n => labels.TrueForAll(l => l[^n] == labels[0][^n])).Count();
        if (behind >= 2) return "*." + string.Join('.', labels[0][^behind..]);
        var before = Enumerable.Range(0, shortest - 1).TakeWhile(n => labels.TrueForAll(l => l[n] == labels[0][n])).Count();
        return before == 0 ? null : string.Join('.', labels[0][..before]) + ".*";
    }

    private static void FindAffix(FederationModel model, PeerModel peer, List<FederationFault> warnings)
    {
        var domains = DomainsThroughUs(model, peer);
        if (domains.Count < 2 || WildcardOf(domains) is not null) return;
        warnings.Add(new(
            $"peers[{model.Peers.IndexOf(peer)}]", $"the domains that '{peer.Name}' reaches through us have nothing in common: {string.Join(", ", domains)}.",
            "No single wildcard fits them: its administrator enters each domain, or those that may not meet are left out by partnerDomains."));
    }

    private static void FindInRules(FederationModel model, List<FederationFault> warnings)
    {
        foreach (var (index, rule, by) in RuleReach.FindUnreachable(model.Rules))
            warnings.Add(new(
                $"rules[{index}]", $"{rule.Name} is never reached: {(by is null ? "the rules before it take" : $"{by.Name} takes")} all that it fits.",
                "Rules are asked in their order: move it up, or remove it."));
        var tables = new FederationTables(model);
        for (var i = 0; i < model.Rules.Length; i++)
            foreach (var pattern in model.Rules[i].To.Concat(model.Rules[i].From).Where(p => !IsKnown(tables, p)))
                warnings.Add(new(
                    $"rules[{i}]", $"{Rule.NameOf(model.Rules[i], i)} names '{pattern}', which no domain entry and no peer knows or which is blocked: it is refused before any rule.",
                    "Name the domain in fromDomains of a peer or in domains, or take it out of the rule."));
    }

    // A route is looked for behind the domain table: what that does not know never gets so far.
    private static void FindInRoutes(FederationModel model, List<FederationFault> warnings)
    {
        var tables = new FederationTables(model);
        for (var i = 0; i < model.Routes.Length; i++)
            if (!IsKnown(tables, model.Routes[i].Pattern))
                warnings.Add(new(
                    $"routes[{i}]", $"the route for '{model.Routes[i].Pattern}' is never reached: no domain entry and no peer knows such a domain, or it is blocked.",
                    "Name the domain in domains, or remove the route."));
    }

    // A pattern is known by an entry that it lies in, or by one that lies in it.
    private static bool IsKnown(FederationTables tables, string pattern)
    {
        var domain = pattern[(pattern.LastIndexOf('@') + 1)..];
        if (!domain.StartsWith('*')) return IsOpen(tables, domain);
        var within = tables.Model.Domains.Select(d => d.Name).Concat(tables.Model.Peers.SelectMany(p => p.FromDomains))
            .Where(d => domain == "*" || d.EndsWith(domain[1..], StringComparison.Ordinal));
        return IsOpen(tables, domain == "*" ? "\0" : "\0" + domain[1..]) || within.Any(d => IsOpen(tables, d.Replace("*", "\0", StringComparison.Ordinal)));
    }

    private static bool IsOpen(FederationTables tables, string domain) => tables.JudgeDomain(domain, out _) == FederationReason.None;
}
