using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Presence.Core.Model;

namespace Gateway.Federation.Routes;

/// <summary>What the crossing would do with something from one address to another, step by step in words: the text of <c>gateway route explain</c>.</summary>
public sealed record RouteExplanation(IReadOnlyList<string> Steps, FederationReason Reason, PeerModel? Peer)
{
    /// <summary>The rule that decided, as <see cref="Steps"/> name it; null where none did.</summary>
    public string? Rule { get; private init; }

    /// <summary>For a message.</summary>
    public static RouteExplanation Of(FederationTables tables, Address from, Address to, Func<string, PeerTrouble?>? troubleOf = null) =>
        Of(tables, new RouteQuestion(from, to) { TroubleOf = troubleOf });

    public static RouteExplanation Of(FederationTables tables, RouteQuestion asked)
    {
        var steps = new List<string>();
        var cameFrom = asked.Source is { } source ? tables.Peers.ByName(source) : Origin(tables, asked.From, steps);
        if (asked.Source is not null) steps.Add(cameFrom is null ? $"no peer is named '{asked.Source}'" : $"it comes from {Describe(cameFrom)}");
        Say(tables, "sender", asked.From, steps);
        Say(tables, "addressee", asked.To, steps);
        var choice = tables.FindWay(asked.From, asked.To, cameFrom, default, asked.Kind);
        var rule = SayRules(tables, asked, cameFrom, steps);
        if (!choice.IsFound)
        {
            var answer = choice.Failure.SipStatus > 0 ? System.FormattableString.Invariant($" (SIP {choice.Failure.SipStatus})") : "";
            steps.Add($"refused with {FederationReasons.NameOf(choice.Reason)}{answer}: {choice.By}");
            return new RouteExplanation(steps, choice.Reason, null) { Rule = rule };
        }

        steps.Add($"route: {choice.By}");
        foreach (var peer in choice.Peers)
            steps.Add($"leaves through {Describe(peer)}{(ReferenceEquals(peer, choice.First) ? "" : " (back-up)")}{StateOf(asked.TroubleOf?.Invoke(peer.Name))}");
        var used = choice.Peers.FirstOrDefault(p => asked.TroubleOf?.Invoke(p.Name) is null) ?? choice.First;
        if (!ReferenceEquals(used, choice.First)) steps.Add($"at this moment: through '{used.Name}'");
        return new RouteExplanation(steps, FederationReason.None, used) { Rule = rule };
    }

    // Which rule wins, and which would have fitted as well behind it.
    private static string? SayRules(FederationTables tables, RouteQuestion asked, PeerModel? cameFrom, List<string> steps)
    {
        if (tables.Rules.IsEmpty) return null;
        var protocol = tables.FindDomain(asked.From.Domain)?.Kind is { } kind ? RouteTable.ProtocolOf(kind) : null;
        var found = tables.FindRule(asked.From, asked.To, asked.Kind, cameFrom, protocol);
        if (found < 0)
        {
            steps.Add($"none of the {tables.Rules.All.Length} rules fits a {WordOf(asked.Kind)}");
            return null;
        }

        var rule = tables.Rules.All[found];
        var does = rule.Model.Rejection is not null ? "refuses it" : rule.Model.Through.IsEmpty ? "leaves it to the routes" : $"sends it through {string.Join(", ", rule.Model.Through)}";
        steps.Add($"{rule.Name} is the first that fits a {WordOf(asked.Kind)}: it {does}");
        var behind = tables.Rules.All.Skip(found + 1).Where(r => r.Fits(asked.From, asked.To, asked.Kind, cameFrom, [])).Select(r => r.Name).ToList();
        if (behind.Count > 0) steps.Add($"not asked any more, though they fit: {string.Join(", ", behind)}");
        return rule.Name;
    }

    private static string WordOf(PassageKind kind) => kind switch
    {
        PassageKind.Watch => "subscription",
        PassageKind.Presence => "presence notification",
        PassageKind.ChatState => "typing notice",
        PassageKind.Query => "query",
        PassageKind.LateFailure => "report of a failure",
        _ => "message",
    };

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
        return $"{peer.Protocol} peer '{peer.Name}' ({where}){(peer.Policy == LinkPolicy.Denied ? ", whose policy is denied" : "")}";
    }
}
