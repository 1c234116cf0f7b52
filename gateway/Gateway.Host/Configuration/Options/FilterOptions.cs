using Gateway.Federation.Policy;

namespace Gateway.Host.Configuration.Options;

/// <summary>The address filters, per protocol.</summary>
public sealed record FiltersOptions
{
    [Setting("Towards SIP peers.")]
    public ProtocolFilterOptions Sip { get; init; } = new();

    [Setting("Towards XMPP peers.")]
    public ProtocolFilterOptions Xmpp { get; init; } = new();
}

/// <summary>The four filters of one protocol.</summary>
public sealed record ProtocolFilterOptions
{
    [Setting("Domains (or own addresses) that may send out to this protocol's peers.")]
    public FilterOptions OutgoingFrom { get; init; } = new();

    [Setting("Domains (or addresses) of this protocol's peers that may be sent to.")]
    public FilterOptions OutgoingTo { get; init; } = new();

    [Setting("Domains (or addresses) of this protocol's peers that may send in.")]
    public FilterOptions IncomingFrom { get; init; } = new();

    [Setting("Domains (or own addresses) that may be sent to by this protocol's peers.")]
    public FilterOptions IncomingTo { get; init; } = new();
}

/// <summary>One filter.</summary>
public sealed record FilterOptions
{
    [Setting("allow: all but the listed pass. deny: only the listed pass.")]
    public FilterDefault Default { get; init; }

    [Setting("Domains, *.suffix or * that get the opposite of the default.")]
    public IReadOnlyList<string> Hosts { get; init; } = [];

    [Setting("Addresses or networks (192.0.2.0/24) that get the opposite of the default.")]
    public IReadOnlyList<string> Addresses { get; init; } = [];
}

/// <summary>One rule about two users.</summary>
public sealed record AccessOptions
{
    [Setting("Whose presence it is and who is addressed: a user, or a domain for all its users.", IsRequired = true)]
    public string User { get; init; } = "";

    [Setting("Who watches and writes: a user, or a domain for all its users.", IsRequired = true)]
    public string From { get; init; } = "";

    [Setting("block: presence and messages are refused. politeBlock: presence is granted and shows offline, messages pass. allow: an exception to a wider rule.", IsRequired = true)]
    public Presence.Core.Authorization.AccessAction Action { get; init; }
}
