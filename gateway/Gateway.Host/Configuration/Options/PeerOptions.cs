using Gateway.Federation;
using Gateway.Federation.Peers;

namespace Gateway.Host.Configuration.Options;

/// <summary>One system we speak with.</summary>
public sealed record PeerOptions
{
    [Setting("The name that routes, logs, metrics and status use.", IsRequired = true)]
    public string Name { get; init; } = "";

    [Setting("sip or xmpp.", IsRequired = true)]
    public Protocol Protocol { get; init; }

    [Setting("What it is. sip: ocs2007r2, lync2010, lync2013, sfb2015, generic. xmpp: openfire, ejabberd, prosody, generic.")]
    public string Profile { get; init; } = "generic";

    [Setting("trusted: who proves to be it is served. denied: nothing goes to it or comes from it, and nobody else may speak for its domains.")]
    public LinkPolicy Policy { get; init; }

    [Setting("host:port targets in order; empty means DNS SRV of the far domain.")]
    public IReadOnlyList<string> Addresses { get; init; } = [];

    [Setting("Names of which its certificate must prove at least one. SIP: the edge's FQDN, required. XMPP: empty means the domain itself.")]
    public IReadOnlyList<string> TlsSubjects { get; init; } = [];

    [Setting("Domains it may assert in From, and that are reached through it.", IsRequired = true)]
    public IReadOnlyList<string> FromDomains { get; init; } = [];

    [Setting("Domains that may talk with this peer's; empty means every domain that policy allows.")]
    public IReadOnlyList<string> PartnerDomains { get; init; } = [];

    [Setting("The trust set its certificate must chain to.")]
    public string Trust { get; init; } = "default";

    [Setting("The oldest TLS it may speak with us. SIP: tls10 and tls11 let a peer in that has nothing newer (a relaxation).")]
    public TlsVersion TlsVersionMin { get; init; } = TlsVersion.Tls12;

    [Setting("Its certificates may be signed with SHA-1, and its RSA keys may have 1024 bits, for a peer that cannot renew them yet (a relaxation).")]
    public bool WeakCertificate { get; init; }

    [Setting("XMPP: accept dialback where the certificate does not prove the domain (a relaxation).")]
    public bool Dialback { get; init; }

    [Setting("XMPP: TLS on its streams. optional and forbidden let streams in clear through (relaxations; never for a real peer).")]
    public TlsPolicy Tls { get; init; }

    [Setting("XMPP: SASL EXTERNAL. preferred falls back to dialback where that is allowed; required takes nothing but the certificate; off proves the domain by dialback alone.")]
    public ExternalPolicy External { get; init; }

    [Setting("XMPP: a self-signed certificate does not end a stream that dialback proves (a relaxation); it never proves anything itself.")]
    public bool SelfSigned { get; init; }

    [Setting("XMPP: TLSA records that DNSSEC proves may prove the peer's servers beside its trust set (RFC 7673; a relaxation). Needs dns.trustAnchors.")]
    public bool Dane { get; init; }

    [Setting("XMPP: stream management (XEP-0198) where the peer takes part; off for peers that do it wrongly.")]
    public bool StreamManagement { get; init; } = true;

    [Setting("XMPP: stanzas in both directions of one stream (XEP-0288) where the peer takes part; such a stream has no stream management.")]
    public bool Bidirectional { get; init; }

    [Setting("XMPP: the addresses take TLS from the first byte (XEP-0368); without addresses the SRV records say so.")]
    public bool DirectTls { get; init; }

    [Setting("XMPP: tell and believe presence in full detail, for a peer that is a gateway like this one; others get the basic states.")]
    public bool RichPresence { get; init; }

    [Setting("SIP: accept a wildcard in its certificate, which RFC 5922 §7.2 forbids (a relaxation).")]
    public bool WildcardSubject { get; init; }

    [Setting("Discovered or named targets may be loopback, link-local or private (a relaxation, for labs and peers inside).")]
    public bool PrivateTargets { get; init; }

    [Setting("SIP: how presence is exchanged with it.")]
    public PeerSipOptions Sip { get; init; } = new();

    [Setting("How much this peer may use.")]
    public PeerLimitOptions Limits { get; init; } = new();
}

/// <summary>Bounds of one peer.</summary>
public record PeerLimitOptions
{
    [Setting("Requests or stanzas a second; 0 means no limit of its own.", Min = 0, Max = 1_000_000)]
    public int RequestsPerSecondMax { get; init; }

    [Setting("Requests or stanzas a second of each domain it speaks for; 0 means no limit of its own.", Min = 0, Max = 1_000_000)]
    public int DomainRequestsPerSecondMax { get; init; }

    [Setting("New subscriptions an hour that the users of each domain it speaks for may begin; 0 means no limit of its own.", Min = 0, Max = 1_000_000)]
    public int NewSubscriptionsPerHourMax { get; init; }

    [Setting("Connections it may hold to us.", Min = 1, Max = 10_000)]
    public int ConnectionsMax { get; init; } = 16;

    [Setting("Connections we hold to it.", Min = 1, Max = 64)]
    public int OutgoingConnectionsMax { get; init; } = 4;

    [Setting("Items that may wait for it.", Min = 1, Max = 1_000_000)]
    public int QueuedItemsMax { get; init; } = 10_000;

    [Setting("Bytes that may wait for it, or for its word that it has them (XEP-0198), over all its domains together.", Min = 65_536, Max = 1L << 30)]
    public int QueuedBytesMax { get; init; } = 16 << 20;

    [Setting("Longest wait of a message before its sender is told that it failed.", Min = 1, Max = 60)]
    public int QueueSecondsMax { get; init; } = 25;

    [Setting("XMPP: domain pairs that one stream of ours carries, where dialback lets them share one; 1 gives each pair a stream of its own.", Min = 1, Max = 10_000)]
    public int PairsPerStreamMax { get; init; } = 100;

    [Setting("XMPP: bytes of one stanza; 0 means limits.stanzaBytesMax, more than which nobody has.", Min = 0, Max = 4_194_304)]
    public int StanzaBytesMax { get; init; }

    [Setting("XMPP: nesting of one stanza; 0 means limits.stanzaDepthMax.", Min = 0, Max = 256)]
    public int StanzaDepthMax { get; init; }

    [Setting("XMPP: attributes of one element; 0 means limits.stanzaAttributesMax.", Min = 0, Max = 1_024)]
    public int StanzaAttributesMax { get; init; }

    [Setting("XMPP: elements of one stanza; 0 means limits.stanzaElementsMax.", Min = 0, Max = 65_536)]
    public int StanzaElementsMax { get; init; }

    [Setting("XMPP: bytes of one name; 0 means limits.stanzaNameBytesMax.", Min = 0, Max = 1_024)]
    public int StanzaNameBytesMax { get; init; }
}

/// <summary>Bounds of each discovered partner: whoever can get a certificate is one, so nothing is without a bound unless somebody writes 0.</summary>
public sealed record DiscoveredLimitOptions : PeerLimitOptions
{
    public DiscoveredLimitOptions() => (RequestsPerSecondMax, NewSubscriptionsPerHourMax) = (200, 1_000);
}
