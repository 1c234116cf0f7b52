using System.Collections.Immutable;
using Gateway.Federation.Peers;

namespace Gateway.Federation.Routes;

/// <summary>
/// Where an address is reached: <see cref="Peers"/> in the order they should be tried (never empty on success), or the reason why nowhere. <see cref="By"/> tells in a few words which
/// entry decided.
/// </summary>
public sealed record RouteChoice(ImmutableArray<PeerModel> Peers, FederationReason Reason, string By)
{
    public bool IsFound => Reason == FederationReason.None;

    /// <summary>The peer to use when nothing is known against it.</summary>
    public PeerModel First => Peers[0];

    internal static RouteChoice None(FederationReason reason, string by) => new([], reason, by);
}
