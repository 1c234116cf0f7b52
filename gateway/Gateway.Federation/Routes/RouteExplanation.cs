using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Presence.Core.Model;

namespace Gateway.Federation.Routes;

/// <summary>What the crossing would do with something from one address to another, step by step in words: the text of <c>gateway route explain</c>.</summary>
public sealed record RouteExplanation(IReadOnlyList<string> Steps, FederationReason Reason, PeerModel? Peer)
{
    /// <summary><paramref name="troubleOf"/> tells what the running gateway has against a peer; null when nothing is known of it.</summary>
    public static RouteExplanation Of(FederationTables tables, Address from, Address to, Func<string, PeerTrouble?>? troubleOf = null)
    {
        var steps = new List<string>();
        var cameFrom = Origin(tables, from, steps);
        Say(tables, "sender", from, steps);
        Say(tables, "addressee", to, steps);
        var choice = tables.FindWay(from, to, cameFrom);
        if (!choice.IsFound)
        {
            steps.Add($"refused with {FederationReasons.NameOf(choice.Reason)}: {choice.By}");
            return new RouteExplanation(steps, choice.Reason, null);
        }

        steps.Add($"route: {choice.By}");
        foreach (var peer in choice.Peers)
            steps.Add($"leaves through {Describe(peer)}{(ReferenceEquals(peer, choice.First) ? "" : " (back-up)")}{StateOf(troubleOf?.Invoke(peer.Name))}");
        var used = choice.Peers.FirstOrDefault(p => troubleOf?.Invoke(p.Name) is null) ?? choice.First;
        if (!ReferenceEquals(used, choice.First)) steps.Add($"at this moment: through '{used.Name}'");
        return new RouteExplanation(steps, FederationReason.None, used);
    }

    private static PeerModel? Origin(FederationTables tables, Address from, List<string> steps)
    {
        var kind = tables.FindDomain(from.Domain)?.Kind;
        var speaker = kind is { } k && RouteTable.ProtocolOf(k) is { } protocol
            ? tables.Peers.FindSpeaker(from.Domain, protocol) ?? tables.Peers.Discover(from.Domain, protocol)
            : tables.Peers.Discover(from.Domain, Protocol.Sip) ?? tables.Peers.Discover(from.Domain, Protocol.Xmpp);
        steps.Add(speaker is null ? $"no peer may speak for '{from.Domain}'" : $"'{from.Domain}' is spoken for by {Describe(speaker.First)}");
        return speaker?.First;
    }

    private static void Say(FederationTables tables, string who, Address address, List<string> steps)
    {
        var entry = tables.FindDomain(address.Domain);
        steps.Add(entry is null ? $"{who} domain '{address.Domain}' is in no table" : $"{who} domain '{address.Domain}' is {WordOf(entry.Kind)} by entry '{entry.Name}'");
    }

    private static string StateOf(PeerTrouble? trouble) => trouble is null
        ? ""
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $": gone round until {trouble.Until:HH:mm:ss'Z'}, {trouble.Reason}");

    private static string WordOf(DomainKind kind) => kind switch
    {
        DomainKind.Sip => "reached through SIP",
        DomainKind.Xmpp => "reached through XMPP",
        DomainKind.Local => "local",
        _ => "shared with a SIP system",
    };

    private static string Describe(PeerModel peer)
    {
        var where = peer.Addresses.IsEmpty ? "found by DNS SRV" : string.Join(", ", peer.Addresses);
        return $"{peer.Protocol} peer '{peer.Name}' ({where})";
    }
}
