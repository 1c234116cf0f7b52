using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gateway.Federation.Peers;

/// <summary>
/// A system we speak with, as the running gateway uses it: who it is, where it is, which certificate names it may present, which domains it may assert in From, how much it
/// may do. Bound by Gateway.Host from <c>appliance.json</c>.
/// </summary>
public sealed record PeerModel(string Name, Protocol Protocol)
{
    /// <summary>SIP: ocs2007r2, lync2010, lync2013, sfb2015, generic. XMPP: generic, openfire, ejabberd, prosody.</summary>
    public string Profile { get; init; } = "generic";

    /// <summary>Static <c>host:port</c> targets in order; empty means discovery by DNS SRV of the far domain.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Names of which the peer's certificate must prove at least one (SIP: edge FQDNs; XMPP: empty means the From domain itself).</summary>
    public ImmutableArray<string> TlsSubjects { get; init; } = [];

    /// <summary>Domains the peer may assert as From and that are reached through it. Lower-case A-labels.</summary>
    public FrozenSet<string> FromDomains { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Name of the trust set its chain must end in.</summary>
    public string TrustSet { get; init; } = "default";

    /// <summary>Accept a left-most wildcard in its certificate for a SIP subject (RFC 5922 §7.2 forbids it; a relaxation).</summary>
    public bool AllowsWildcardSubject { get; init; }

    /// <summary>XMPP: accept dialback (XEP-0220) where the certificate does not prove the domain.</summary>
    public bool AllowsDialback { get; init; }

    /// <summary>XMPP: TLS may be missing (never the default).</summary>
    public bool AllowsPlaintext { get; init; }

    /// <summary>Discovered targets may be loopback, link-local or private (labs only).</summary>
    public bool AllowsPrivateTargets { get; init; }

    public PeerLimits Limits { get; init; } = new();
}

/// <summary>What one peer may use at most.</summary>
public sealed record PeerLimits
{
    /// <summary>Requests or stanzas a second, 0 = no limit of its own.</summary>
    public int RequestsPerSecondMax { get; init; }

    public int ConnectionsMax { get; init; } = 16;

    /// <summary>Connections we keep to it at most (OCS and Lync: 1 to 4).</summary>
    public int OutgoingConnectionsMax { get; init; } = 4;

    public int QueuedItemsMax { get; init; } = 10_000;

    public int QueuedBytesMax { get; init; } = 16 << 20;

    public int QueueSecondsMax { get; init; } = 25;
}
