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

    /// <summary>What a rule tells the sender in its own words; null where the reason has the words.</summary>
    public Failure? Rejection { get; private init; }

    /// <summary>What the sender is told when nothing was found.</summary>
    public Failure Failure => Rejection ?? FederationReasons.FailureOf(Reason);

    internal static RouteChoice Rejected(Failure rejection, string by) => new([], FederationReason.RejectedByRule, by) { Rejection = rejection };

    internal static RouteChoice None(FederationReason reason, string by) => new([], reason, by);
}
