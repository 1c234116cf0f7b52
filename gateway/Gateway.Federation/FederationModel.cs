using System.Collections.Immutable;
using Gateway.Federation.Domains;
using Gateway.Federation.Peers;
using Gateway.Federation.Policy;
using Gateway.Federation.Routes;

namespace Gateway.Federation;

/// <summary>
/// Everything the crossing decides by, as values: bound by Gateway.Host, checked by <see cref="FederationFaults"/>, made into look-ups by <see cref="FederationTables"/>. The empty model
/// refuses everything.
/// </summary>
public sealed record FederationModel
{
    public ImmutableArray<PeerModel> Peers { get; init; } = [];

    public ImmutableArray<DomainModel> Domains { get; init; } = [];

    public ImmutableArray<RouteModel> Routes { get; init; } = [];

    /// <summary>Asked before the routes, in their order.</summary>
    public ImmutableArray<RuleModel> Rules { get; init; } = [];

    public PolicyModel Policy { get; init; } = new();

    /// <summary>
    /// The record of partners nobody configured (<c>federation: open</c>), one per protocol, or null: closed. Name, From domains and addresses are filled in per domain. Where both
    /// protocols are open, a <c>*</c> entry of <see cref="Domains"/> says by which one an unknown domain is reached.
    /// </summary>
    public PeerModel? DiscoveredSip { get; init; }

    public PeerModel? DiscoveredXmpp { get; init; }

    /// <summary>Every record that something may be allowed by: the peers, and what holds for partners nobody configured.</summary>
    public IEnumerable<PeerModel> Records => [.. Peers, .. DiscoveredSip is null ? [] : new[] { DiscoveredSip }, .. DiscoveredXmpp is null ? [] : new[] { DiscoveredXmpp }];
}
