using System.Collections.Immutable;
using System.Net;

namespace Gateway.Federation.Policy;

/// <summary>
/// The four address filters of one protocol (PS-125), seen from us: <c>Outgoing</c> is what leaves to that protocol's peers, <c>Incoming</c> what comes from them; <c>From</c> and <c>To</c>
/// are the domains of the one who sends and of the one who is sent to. They only narrow: nobody is reached or heard whom no peer, domain entry or discovery names.
/// </summary>
public sealed record FiltersModel
{
    public static FiltersModel None { get; } = new();

    /// <summary>Domains of ours that may send out.</summary>
    public FilterModel OutgoingFrom { get; init; } = FilterModel.None;

    /// <summary>Domains of theirs that may be sent to.</summary>
    public FilterModel OutgoingTo { get; init; } = FilterModel.None;

    /// <summary>Domains of theirs that may send in.</summary>
    public FilterModel IncomingFrom { get; init; } = FilterModel.None;

    /// <summary>Domains of ours that may be sent to.</summary>
    public FilterModel IncomingTo { get; init; } = FilterModel.None;
}

/// <summary>One address filter: what is listed, by domain pattern or by network, gets the opposite of the default.</summary>
public sealed record FilterModel
{
    public static FilterModel None { get; } = new();

    public FilterDefault Default { get; init; }

    public ImmutableArray<string> Hosts { get; init; } = [];

    public ImmutableArray<IPNetwork> Addresses { get; init; } = [];
}

/// <summary>What a filter does with what it does not list.</summary>
public enum FilterDefault
{
    /// <summary>All but the listed pass.</summary>
    Allow,

    /// <summary>Only the listed pass.</summary>
    Deny,
}
