using System.Collections.Immutable;
using Presence.Core.Authorization;

namespace Gateway.Federation.Policy;

/// <summary>
/// What may cross. Without any entry, users of configured domains of different kinds may talk, and two domains of one kind may not: nobody becomes a transit system by accident.
/// </summary>
public sealed record PolicyModel
{
    /// <summary>Patterns of domains that may take part at all; empty = every domain of the domain table.</summary>
    public ImmutableArray<string> AllowedDomains { get; init; } = [];

    /// <summary>Patterns of domains that may not, whatever else allows them.</summary>
    public ImmutableArray<string> BlockedDomains { get; init; } = [];

    /// <summary>The gateway's own rules about single users; the core has the same list.</summary>
    public AccessList Access { get; init; } = AccessList.Empty;

    /// <summary>The address filters towards SIP peers.</summary>
    public FiltersModel SipFilters { get; init; } = FiltersModel.None;

    /// <summary>The address filters towards XMPP peers.</summary>
    public FiltersModel XmppFilters { get; init; } = FiltersModel.None;

    /// <summary>Pairs that may talk although both are reached by one protocol; either order.</summary>
    public ImmutableArray<DomainPair> TransitPairs { get; init; } = [];
}

/// <summary>Two domain patterns whose users may talk with each other.</summary>
public sealed record DomainPair(string One, string Other);
