using Gateway.Mapping.Availability;

namespace Gateway.Host.Configuration.Options;

/// <summary>Name resolution.</summary>
public sealed record DnsOptions
{
    [Setting("Resolvers as address or address@port; empty means those of the system.")]
    public IReadOnlyList<string> Servers { get; init; } = [];

    [Setting("Fixed addresses of host names, tried before DNS.")]
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Hosts { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);

    [Setting("Longest wait for one answer.", Min = 1, Max = 60)]
    public int TimeoutSeconds { get; init; } = 5;

    [Setting("File with DNSSEC trust anchors; empty turns validation off.")]
    public string TrustAnchors { get; init; } = "";
}

/// <summary>Durable state.</summary>
public sealed record StoreOptions
{
    [Setting("The SQLite file. Its directory is made when missing.")]
    public string Sqlite { get; init; } = "run/gateway.db";
}

/// <summary>Times of presence subscriptions.</summary>
public sealed record PresenceOptions
{
    [Setting("Longest subscription we grant and the length we ask for, in seconds.", Min = 60, Max = 604_800)]
    public int Expires { get; init; } = 86_400;

    [Setting("Shortest subscription we grant; less is answered 423.", Min = 1, Max = 3_600)]
    public int ExpiresMin { get; init; } = 60;

    [Setting("Least seconds between two notifications of changes in one SIP subscription (RFC 3856 §6.10); 0 sends each at once.", Min = 0, Max = 3_600)]
    public int NotifyInterval { get; init; } = 5;

    [Setting("Which endpoint of a user with several a SIP watcher is shown: mostAvailable, or highestPriority whatever it says of availability.")]
    public EndpointChoice ShownEndpoint { get; init; }

    [Setting("Subscriptions of SIP users held at once, of all peers together; more are answered 503.", Min = 1, Max = 10_000_000)]
    public int WatchersMax { get; init; } = 250_000;

    [Setting("Seconds between two tries of a subscription that is refused again and again; the first come sooner, at 30 seconds doubled each time. Chance adds up to a fifth.",
        Min = 60, Max = 604_800)]
    public int SubscriptionFailureRetry { get; init; } = 3_600;

    [Setting("The same where the user's server does not answer or fails (408 and 5xx).", Min = 60, Max = 604_800)]
    public int ServerFailureRetry { get; init; } = 3_600;
}

/// <summary>Bounds of the whole appliance.</summary>
public sealed record LimitsOptions
{
    [Setting("Connections of all peers together.", Min = 8, Max = 100_000)]
    public int ConnectionsMax { get; init; } = 4_000;

    [Setting("Accepted connections at the same time from one address, or from one /64 of IPv6.", Min = 1, Max = 100_000)]
    public int ConnectionsPerAddressMax { get; init; } = 64;

    [Setting("Connections a second that one listener accepts.", Min = 1, Max = 100_000)]
    public int AcceptsPerSecondMax { get; init; } = 200;

    [Setting("Connections a second that one listener accepts from one address, or from one /64 of IPv6.", Min = 1, Max = 100_000)]
    public int AcceptsPerSecondPerAddressMax { get; init; } = 100;

    [Setting("Seconds without a byte until a connection is closed; 0 never.", Min = 0, Max = 86_400)]
    public int IdleSecondsMax { get; init; } = 1_800;

    [Setting("Seconds a handshake may take.", Min = 1, Max = 120)]
    public int HandshakeSecondsMax { get; init; } = 10;

    [Setting("Bytes of one SIP message's head.", Min = 2_048, Max = 262_144)]
    public int SipHeadBytesMax { get; init; } = 32 * 1_024;

    [Setting("Bytes of one SIP message's body.", Min = 2_048, Max = 4_194_304)]
    public int SipBodyBytesMax { get; init; } = 64 * 1_024;

    [Setting("Bytes of one stanza.", Min = 10_000, Max = 4_194_304)]
    public int StanzaBytesMax { get; init; } = 256 * 1_024;

    [Setting("Nesting of one stanza, the stream element counted as one.", Min = 4, Max = 256)]
    public int StanzaDepthMax { get; init; } = 64;

    [Setting("Attributes of one element, namespace declarations counted.", Min = 8, Max = 1_024)]
    public int StanzaAttributesMax { get; init; } = 64;

    [Setting("Elements of one stanza.", Min = 16, Max = 65_536)]
    public int StanzaElementsMax { get; init; } = 4_096;

    [Setting("Bytes of one name of an element or attribute.", Min = 64, Max = 1_024)]
    public int StanzaNameBytesMax { get; init; } = 256;

    [Setting("Bytes that may wait unsent on one connection.", Min = 65_536, Max = 67_108_864)]
    public int UnsentBytesMaxPerConnection { get; init; } = 4 << 20;

    [Setting("Bytes of stanzas that wait for XMPP peers, or for their word that they have them (XEP-0198), of all peers together; discovered ones have three quarters of it.",
        Min = 16_777_216, Max = 2_147_483_647)]
    public int HeldBytesMax { get; init; } = 256 << 20;

    [Setting("Seconds the appliance may take to finish what is under way when it is told to stop.", Min = 1, Max = 120)]
    public int DrainSecondsMax { get; init; } = 20;
}

/// <summary>Logging.</summary>
public sealed record LogOptions
{
    [Setting("Least level that is written.")]
    public LogLevelOption Level { get; init; } = LogLevelOption.Information;

    [Setting("text for people, json for machines (one object a line).")]
    public LogFormat Format { get; init; } = LogFormat.Text;
}

/// <summary>How much is logged.</summary>
public enum LogLevelOption
{
    Trace,
    Debug,
    Information,
    Warning,
    Error,
}

/// <summary>How a log line looks.</summary>
public enum LogFormat
{
    Text,
    Json,
}
