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

    /// <summary>Whether anything is exchanged with it at all (PS-058).</summary>
    public LinkPolicy Policy { get; init; }

    /// <summary>Static <c>host:port</c> targets in order; empty means discovery by DNS SRV of the far domain.</summary>
    public ImmutableArray<string> Addresses { get; init; } = [];

    /// <summary>Names of which the peer's certificate must prove at least one (SIP: edge FQDNs; XMPP: empty means the From domain itself).</summary>
    public ImmutableArray<string> TlsSubjects { get; init; } = [];

    /// <summary>Domains the peer may assert as From and that are reached through it. Lower-case A-labels.</summary>
    public FrozenSet<string> FromDomains { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Domains that may talk with this peer's through us; empty = every one that policy allows. Lower-case A-labels.</summary>
    public FrozenSet<string> PartnerDomains { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Name of the trust set its chain must end in.</summary>
    public string TrustSet { get; init; } = "default";

    /// <summary>Accept a left-most wildcard in its certificate for a SIP subject (RFC 5922 §7.2 forbids it; a relaxation).</summary>
    public bool AllowsWildcardSubject { get; init; }

    /// <summary>Accept signatures with SHA-1 and RSA keys of 1024 bits in its chain (PS-007; a relaxation).</summary>
    public bool AllowsWeakCertificate { get; init; }

    /// <summary>The oldest TLS it may speak with us, in either direction; below 1.2 it is a relaxation.</summary>
    public TlsVersion TlsVersionMin { get; init; } = TlsVersion.Tls12;

    /// <summary>XMPP: accept dialback (XEP-0220) where the certificate does not prove the domain.</summary>
    public bool AllowsDialback { get; init; }

    /// <summary>XMPP: whether streams must, may or must not use TLS.</summary>
    public TlsPolicy Tls { get; init; }

    /// <summary>XMPP: what SASL EXTERNAL (XEP-0178) counts for with this peer.</summary>
    public ExternalPolicy External { get; init; }

    /// <summary>XMPP: beside dialback, a certificate that vouches for itself does not end the stream. It never proves anything.</summary>
    public bool AllowsSelfSigned { get; init; }

    /// <summary>XMPP: its configured addresses take TLS from the first byte (XEP-0368).</summary>
    public bool IsDirectTls { get; init; }

    /// <summary>XMPP: TLSA records proved by DNSSEC may prove its servers beside the trust set (RFC 7673).</summary>
    public bool UsesDane { get; init; }

    /// <summary>XMPP: stream management (XEP-0198) where the peer takes part in it.</summary>
    public bool UsesManagement { get; init; } = true;

    /// <summary>XMPP: stanzas in both directions of one stream (XEP-0288) where the peer takes part in it.</summary>
    public bool UsesBidi { get; init; }

    /// <summary>XMPP: a stream without TLS is not refused for that alone (never the default).</summary>
    public bool AllowsPlaintext => Tls != TlsPolicy.Required;

    /// <summary>XMPP: tell and believe what a presence stanza's show cannot say (PSB-115): for a gateway like this one.</summary>
    public bool RichPresence { get; init; }

    /// <summary>Discovered targets may be loopback, link-local or private (labs only).</summary>
    public bool AllowsPrivateTargets { get; init; }

    public PeerLimits Limits { get; init; } = new();

    /// <summary>SIP: terms of presence.</summary>
    public SipPeerTerms Sip { get; init; } = SipPeerTerms.Default;
}

/// <summary>
/// What a peer's record is good for. With mutual TLS trust is the certificate's business, so that between these two there is nothing: whether a proved peer's asserted identities are
/// believed too is a term of its own (<see cref="SipPeerTerms.AssertsIdentity"/>).
/// </summary>
public enum LinkPolicy
{
    /// <summary>Whoever proves to be this peer is served. The default.</summary>
    Trusted,

    /// <summary>Nothing goes to it and nothing comes from it; its domains stay its own, so that nobody else can speak for them.</summary>
    Denied,
}

/// <summary>TLS on the streams of an XMPP peer.</summary>
public enum TlsPolicy
{
    /// <summary>Without TLS nothing crosses: the default.</summary>
    Required,

    /// <summary>Used wherever the peer offers it; a stream in clear is not refused.</summary>
    Optional,

    /// <summary>Never used: for peers whose TLS is broken.</summary>
    Forbidden,
}

/// <summary>SASL EXTERNAL with an XMPP peer (XEP-0178).</summary>
public enum ExternalPolicy
{
    /// <summary>Used where the certificate proves the domain; where it does not, dialback may, if the record allows it. The default.</summary>
    Preferred,

    /// <summary>The certificate must prove the domain; dialback is never used.</summary>
    Required,

    /// <summary>Neither offered nor used: the domain is proved by dialback alone.</summary>
    Off,
}

/// <summary>The versions of TLS that are spoken.</summary>
public enum TlsVersion
{
    /// <summary>OCS 2007 R2 and Lync 2010 as they were sold.</summary>
    Tls10,
    Tls11,
    Tls12,
    Tls13,
}

/// <summary>What one peer may use at most.</summary>
public sealed record PeerLimits
{
    /// <summary>Requests or stanzas a second, 0 = no limit of its own.</summary>
    public int RequestsPerSecondMax { get; init; }

    /// <summary>Requests or stanzas a second for each domain the peer speaks for, 0 = no limit of its own.</summary>
    public int DomainRequestsPerSecondMax { get; init; }

    /// <summary>New subscriptions an hour that users of one domain may begin, 0 = no limit of its own.</summary>
    public int NewSubscriptionsPerHourMax { get; init; }

    public int ConnectionsMax { get; init; } = 16;

    /// <summary>Connections we keep to it at most (OCS and Lync: 1 to 4).</summary>
    public int OutgoingConnectionsMax { get; init; } = 4;

    public int QueuedItemsMax { get; init; } = 10_000;

    public int QueuedBytesMax { get; init; } = 16 << 20;

    public int QueueSecondsMax { get; init; } = 25;

    /// <summary>XMPP: domain pairs that one stream of ours carries (XEP-0220 §2.6); 1 gives each pair a stream of its own.</summary>
    public int PairsPerStreamMax { get; init; } = 100;

    /// <summary>XMPP: bytes of one stanza, 0 = the appliance's own limit.</summary>
    public int StanzaBytesMax { get; init; }

    /// <summary>XMPP: nesting of one stanza, the stream element counted as one; 0 = the appliance's own limit.</summary>
    public int StanzaDepthMax { get; init; }

    /// <summary>XMPP: attributes of one element, 0 = the appliance's own limit.</summary>
    public int StanzaAttributesMax { get; init; }

    /// <summary>XMPP: elements, and with them distinct names, of one stanza; 0 = the appliance's own limit.</summary>
    public int StanzaElementsMax { get; init; }

    /// <summary>XMPP: bytes of one name, 0 = the appliance's own limit.</summary>
    public int StanzaNameBytesMax { get; init; }
}
