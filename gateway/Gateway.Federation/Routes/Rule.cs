using System.Collections.Frozen;
using System.Collections.Immutable;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Presence.Core.Model;

namespace Gateway.Federation.Routes;

/// <summary>One rule with its look-ups built, and what it makes of what fits.</summary>
internal sealed class Rule
{
    private const int AllKinds = -1;

    private readonly Parties from;
    private readonly Parties to;
    private readonly FrozenSet<string>? sources;

    /// <summary><paramref name="peers"/> is null where only fitting matters.</summary>
    public Rule(RuleModel model, int index, PeerTable? peers)
    {
        Model = model;
        Name = NameOf(model, index);
        from = new Parties(model.From);
        to = new Parties(model.To);
        sources = model.Sources.IsEmpty ? null : model.Sources.ToFrozenSet(StringComparer.Ordinal);
        KindMask = model.Kinds.IsEmpty ? AllKinds : model.Kinds.Aggregate(0, (mask, kind) => mask | MaskOf(kind));
        Choice = peers is null ? null : ChoiceOf(peers);
    }

    public RuleModel Model { get; }

    /// <summary>As explanations and warnings call it: its place, counted from one, and its name.</summary>
    public string Name { get; }

    public int KindMask { get; }

    /// <summary>Null: the routes decide.</summary>
    public RouteChoice? Choice { get; }

    public static string NameOf(RuleModel model, int index) =>
        FormattableString.Invariant($"rule {index + 1}{(model.Name.Length == 0 ? "" : $" '{model.Name}'")}");

    public static int MaskOf(PassageKind kind) => 1 << (int)kind;

    /// <summary>Whether it fits; <paramref name="speakers"/> are the peers it may have come from where the one it did come from is not known.</summary>
    public bool Fits(Address sender, Address addressee, PassageKind kind, PeerModel? cameFrom, ImmutableArray<PeerModel> speakers)
    {
        // The report of a failure follows the message it tells of, back the other way: it may be led, and is never refused.
        if (kind == PassageKind.LateFailure && (Model.Rejection is not null || (KindMask & MaskOf(PassageKind.Message)) == 0)) return false;
        if (kind != PassageKind.LateFailure && (KindMask & MaskOf(kind)) == 0) return false;
        return from.Contains(sender) && to.Contains(addressee) && ComesFrom(cameFrom, speakers);
    }

    public bool FitsSender(Address sender) => from.Contains(sender);

    public bool FitsAddressee(Address addressee) => to.Contains(addressee);

    public bool FitsSource(string source) => sources is null || sources.Contains(source);

    private bool ComesFrom(PeerModel? cameFrom, ImmutableArray<PeerModel> speakers)
    {
        if (sources is null) return true;
        if (cameFrom is not null) return sources.Contains(cameFrom.Name);
        foreach (var speaker in speakers)
            if (sources.Contains(speaker.Name)) return true;
        return false;
    }

    private RouteChoice? ChoiceOf(PeerTable peers)
    {
        if (Model.Rejection is { } rejection) return RouteChoice.Rejected(rejection, $"{Name} refuses it");
        if (Model.Through.IsEmpty) return null;
        var found = Model.Through.Select(peers.ByName).OfType<PeerModel>().ToImmutableArray();
        return found.IsEmpty
            ? RouteChoice.None(FederationReason.NoRoute, $"{Name} names the unknown peer '{Model.Through[0]}'")
            : new RouteChoice(found, FederationReason.None, Name);
    }

    /// <summary>Users and domain patterns; none at all means everybody.</summary>
    private sealed class Parties
    {
        private readonly FrozenSet<Address>? users;
        private readonly DomainMap<bool>? domains;

        public Parties(ImmutableArray<string> patterns)
        {
            if (patterns.IsEmpty) return;
            users = patterns.Where(p => p.Contains('@')).Select(RouteTable.ParseUser).ToFrozenSet();
            domains = new DomainMap<bool>(patterns.Where(p => !p.Contains('@')).Distinct(StringComparer.Ordinal).Select(p => KeyValuePair.Create(p, true)));
        }

        public bool Contains(Address address) => users is null || users.Contains(address) || domains!.TryFind(address.Domain, out _);
    }
}
