using Gateway.Federation.Domains;

namespace Gateway.Host.Configuration.Options;

/// <summary>Everything an operator writes in <c>appliance.json</c>.</summary>
public sealed record ApplianceOptions
{
    [Setting("Where to listen.")]
    public ListenersOptions Listeners { get; init; } = new();

    [Setting("Who the appliance is.")]
    public IdentityOptions Identity { get; init; } = new();

    [Setting("What we present and whom we believe.")]
    public CertificatesOptions Certificates { get; init; } = new();

    [Setting("Domains whose users may meet here beyond those the peers speak for, and those to block.")]
    public IReadOnlyList<DomainOptions> Domains { get; init; } = [];

    [Setting("The systems we speak with. Without any, everything is refused.")]
    public IReadOnlyList<PeerOptions> Peers { get; init; } = [];

    [Setting("Static routes from domains or users to peers. A domain that exactly one peer may assert needs none.")]
    public IReadOnlyList<RouteOptions> Routes { get; init; } = [];

    [Setting("Rules that are asked in their order before the routes: the first that fits sends through a peer, refuses with a SIP status, or leaves it to the routes.")]
    public IReadOnlyList<RuleOptions> Rules { get; init; } = [];

    [Setting("What may cross at all.")]
    public PolicyOptions Policy { get; init; } = new();

    [Setting("Partners nobody configured, found by DNS SRV and believed by their certificate. Off unless enabled.")]
    public DiscoveryOptions Discovery { get; init; } = new();

    [Setting("How connections to SIP peers are made and kept.")]
    public ConnectionsOptions Connections { get; init; } = new();

    [Setting("How names are resolved.")]
    public DnsOptions Dns { get; init; } = new();

    [Setting("Where subscriptions and authorizations are kept.")]
    public StoreOptions Store { get; init; } = new();

    [Setting("Times of subscriptions.")]
    public PresenceOptions Presence { get; init; } = new();

    [Setting("Streams with XMPP servers.")]
    public StreamOptions Xmpp { get; init; } = new();

    [Setting("How much is taken from anybody.")]
    public LimitsOptions Limits { get; init; } = new();

    [Setting("What is written about it all.")]
    public LogOptions Log { get; init; } = new();
}

/// <summary>Listening addresses.</summary>
public sealed record ListenersOptions
{
    [Setting("SIP over mutual TLS; the port of federation is 5061.")]
    public IReadOnlyList<ListenerOptions> Sip { get; init; } = [];

    [Setting("XMPP server-to-server; the usual port is 5269.")]
    public IReadOnlyList<ListenerOptions> Xmpp { get; init; } = [];

    [Setting("Health and metrics over plain HTTP. Keep it on loopback; empty turns it off.")]
    public string Http { get; init; } = "127.0.0.1:9090";

    [Setting("The administration socket (mode 0600), used by the other verbs of this executable.")]
    public string Admin { get; init; } = "run/admin.sock";
}

/// <summary>One listening address.</summary>
public sealed record ListenerOptions
{
    [Setting("address:port, or the address alone for the usual port (SIP 5061, XMPP 5269, XMPP with direct TLS 5270); [::] takes both IPv4 and IPv6.", IsRequired = true)]
    public string Address { get; init; } = "";

    [Setting("Name of the own certificate to present here when the peer names no domain; empty means the default one.")]
    public string Certificate { get; init; } = "";

    [Setting("XMPP: TLS from the first byte (XEP-0368); the usual port is 5270. SIP always is.")]
    public bool DirectTls { get; init; }
}

/// <summary>The appliance's own name.</summary>
public sealed record IdentityOptions
{
    [Setting("Our host name, as in our certificate and in DNS: it stands in every Contact and Record-Route, and edges send later requests of a dialog to it.", IsRequired = true)]
    public string Fqdn { get; init; } = "";
}

/// <summary>One domain.</summary>
public sealed record DomainOptions
{
    [Setting("The domain, *.suffix for every domain below suffix, or * for all that no other entry names.", IsRequired = true)]
    public string Name { get; init; } = "";

    [Setting("sip: its users are behind a SIP peer. xmpp: behind an XMPP server.", IsRequired = true)]
    public DomainKind Kind { get; init; }

    [Setting("Nothing goes to or comes from a blocked domain.")]
    public bool Blocked { get; init; }
}

/// <summary>One static route.</summary>
public sealed record RouteOptions
{
    [Setting("A domain, *.suffix, * or one user's address.", IsRequired = true)]
    public string Pattern { get; init; } = "";

    [Setting("Name of the peer that leads there.", IsRequired = true)]
    public string Peer { get; init; } = "";

    [Setting("Lower is tried first.", Min = 1, Max = 1_000)]
    public int Priority { get; init; } = 1;

    [Setting("Share among routes of one priority.", Min = 1, Max = 65_535)]
    public int Weight { get; init; } = 1;
}

/// <summary>What may cross.</summary>
public sealed record PolicyOptions
{
    [Setting("Domains that may take part at all; empty means every domain of the table.")]
    public IReadOnlyList<string> AllowedDomains { get; init; } = [];

    [Setting("Domains that may not, whatever else allows them.")]
    public IReadOnlyList<string> BlockedDomains { get; init; } = [];

    [Setting("Address filters per protocol: who may send and be sent to, in each direction. They only narrow what peers, domains and discovery allow.")]
    public FiltersOptions Filters { get; init; } = new();

    [Setting("Rules about single users, the gateway's own: they hold beside what the users' homes decide.")]
    public IReadOnlyList<AccessOptions> Access { get; init; } = [];

    [Setting("Pairs of domains reached by the same protocol that may talk through us all the same.")]
    public IReadOnlyList<TransitOptions> Transit { get; init; } = [];
}

/// <summary>Two domains of one protocol.</summary>
public sealed record TransitOptions
{
    [Setting("One domain or pattern.", IsRequired = true)]
    public string One { get; init; } = "";

    [Setting("The other.", IsRequired = true)]
    public string Other { get; init; } = "";
}

/// <summary>Open federation, per protocol.</summary>
public sealed record DiscoveryOptions
{
    [Setting("SIP partners by _sipfederationtls._tcp.")]
    public DiscoveredOptions Sip { get; init; } = new();

    [Setting("XMPP partners by _xmpp-server._tcp.")]
    public DiscoveredOptions Xmpp { get; init; } = new();
}

/// <summary>What holds for a discovered partner.</summary>
public sealed record DiscoveredOptions
{
    [Setting("Whether strangers with a good certificate are let in.")]
    public bool Enabled { get; init; }

    [Setting("The trust set their certificates must chain to.")]
    public string Trust { get; init; } = "default";

    [Setting("XMPP: accept dialback where the certificate does not prove the domain (a relaxation).")]
    public bool Dialback { get; init; }

    [Setting("Their targets may be loopback, link-local or private (a relaxation, for labs).")]
    public bool PrivateTargets { get; init; }

    [Setting("How much each may use. Where it is written 0, no limit is a relaxation.")]
    public DiscoveredLimitOptions Limits { get; init; } = new();
}
