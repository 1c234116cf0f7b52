using Certificates;
using Gateway.Mapping.Availability;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Subscriptions;
using Gateway.Transport;

namespace Gateway.Sip;

/// <summary>What the SIP side needs of the configuration; bound by Gateway.Host.</summary>
public sealed record SipSideOptions
{
    /// <summary>Our name in Via, Contact and Record-Route: resolvable by the peers and proved by our certificate, never an address (RFC 5922 §7).</summary>
    public required string Fqdn { get; init; }

    /// <summary>The port peers reach us at, as Contact and Record-Route say it.</summary>
    public int AdvertisedPort { get; init; } = 5061;

    /// <summary>Where we accept.</summary>
    public IReadOnlyList<ListenerOptions> Listeners { get; init; } = [];

    /// <summary>What we present when we dial.</summary>
    public required ICertificateSource Certificates { get; init; }

    public SipLimits Limits { get; init; } = new();

    public SipTimers Timers { get; init; } = SipTimers.Default;

    /// <summary>Product token of User-Agent and Server.</summary>
    public string UserAgent { get; init; } = "gateway";

    /// <summary>Bounds of conversations: idle end, how long an INVITE may ring, queues.</summary>
    public ConversationOptions Conversations { get; init; } = ConversationOptions.Default;

    /// <summary>Seconds a request may wait for a connection to its peer.</summary>
    public int LinkSecondsMax { get; init; } = 25;

    /// <summary>How we subscribe to SIP users.</summary>
    public SubscriberOptions Subscribe { get; init; } = SubscriberOptions.Default;

    /// <summary>What we grant to SIP watchers (RFC 3856 §6.4).</summary>
    public ExpiryPolicy Expiry { get; init; } = ExpiryPolicy.Default;

    /// <summary>The availability tables in force.</summary>
    public AvailabilityTables Availability { get; init; } = AvailabilityTables.Default;

    /// <summary>Which endpoint of a user a SIP watcher is shown.</summary>
    public EndpointChoice Shown { get; init; }

    /// <summary>Subscriptions of SIP users held at once, of all peers together.</summary>
    public int WatchersMax { get; init; } = 250_000;

    /// <summary>Least time between two notifications of changes in one subscription (RFC 3856 §6.10).</summary>
    public TimeSpan NotifyInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Conversations held at once; more are refused.</summary>
    public int ConversationsMax { get; init; } = 50_000;

    /// <summary>Seconds a connection may stand without having proved to be anybody.</summary>
    public int UnprovedSecondsMax { get; init; } = 60;

    /// <summary>Seconds a target that failed is left alone at first; doubled with each further failure.</summary>
    public int LinkRetrySeconds { get; init; } = 2;

    /// <summary>Seconds a target is left alone at most.</summary>
    public int QuarantineSecondsMax { get; init; } = 120;

    /// <summary>Seconds without a sent byte after which a keep-alive is sent (RFC 5626 §3.5.1); 0 never.</summary>
    public int KeepAliveSeconds { get; init; } = 120;

    /// <summary>Unanswered requests on each connection of a peer that make us dial another, within the peer's own bound.</summary>
    public int RequestsPerConnection { get; init; } = 100;

    /// <summary>Seconds for which a name is not asked for again, however short its time to live.</summary>
    public int ResolveSecondsMin { get; init; } = 30;
}
