using Gateway.Xmpp;

namespace Gateway.Host.Configuration.Options;

/// <summary>Streams with XMPP servers.</summary>
public sealed record StreamOptions
{
    [Setting("How the servers of a domain are found, in order: directTls and srv (SRV records, mixed by priority), jabber (the old SRV record), address (the domain itself, port 5269).")]
    public IReadOnlyList<AttemptRule> AttemptRules { get; init; } = Gateway.Xmpp.AttemptRules.Default;

    [Setting("Rounds over all targets before those who wait are told that nobody answers.", Min = 1, Max = 100)]
    public int ConnectAttempts { get; init; } = 3;

    [Setting("Seconds between two rounds.", Min = 1, Max = 3_600)]
    public int ConnectWaitSeconds { get; init; } = 5;

    [Setting("Longest rest after failures towards a configured peer; the first is a second, and each doubles it.", Min = 1, Max = 86_400)]
    public int RetrySecondsMax { get; init; } = 60;

    [Setting("Seconds that a discovered domain is left alone after it could not be reached; `gateway streams forget` ends it.", Min = 1, Max = 86_400)]
    public int FailedHostSeconds { get; init; } = 1_800;

    [Setting("Seconds until a stream must be able to carry stanzas.", Min = 5, Max = 300)]
    public int NegotiationSeconds { get; init; } = 25;

    [Setting("Seconds that one stanza may take from its first byte to its last.", Min = 5, Max = 3_600)]
    public int StanzaSeconds { get; init; } = 60;

    [Setting("Seconds of silence after which a stream that came in is closed; 0 never.", Min = 0, Max = 604_800)]
    public int InboundIdleSeconds { get; init; } = 3_600;

    [Setting("Seconds without a stanza after which a stream that went out is closed; 0 never.", Min = 0, Max = 604_800)]
    public int OutboundIdleSeconds { get; init; }

    [Setting("Seconds of silence after which a stream that went out is kept alive; 0 never.", Min = 0, Max = 86_400)]
    public int PingSeconds { get; init; } = 120;

    [Setting("Keep alive by XEP-0199 instead of white space, and take silence for a dead stream.")]
    public bool PingsByIq { get; init; }

    [Setting("Addresses of XMPP users who may ask our domains for the connected servers (disco#items, nodes -inbound and -outbound); others are refused, and without any the list is not offered.")]
    public IReadOnlyList<string> ConnectionsShownTo { get; init; } = [];

    [Setting("Seconds for which a peer may resume its stream that broke (XEP-0198).", Min = 1, Max = 86_400)]
    public int ResumeSeconds { get; init; } = 300;

    [Setting("One stanza with a list of addresses (XEP-0033).")]
    public MulticastOptions Multicast { get; init; } = new();
}

/// <summary>One stanza for several users (XEP-0033).</summary>
public sealed record MulticastOptions
{
    [Setting("Take such stanzas for users of ours, and for users of XMPP domains that a transit entry opens to the sender.")]
    public bool Enabled { get; init; } = true;

    [Setting("Addresses of one stanza at most.", Min = 21, Max = 99)]
    public int Addresses { get; init; } = 50;

    [Setting("Addresses of one XMPP domain from which on its server gets one stanza for all of them, where it says that it takes it.", Min = 2, Max = 99)]
    public int Threshold { get; init; } = 2;

    [Setting("Seconds that a server has to say whether it takes such stanzas.", Min = 1, Max = 300)]
    public int DiscoSeconds { get; init; } = 10;

    [Setting("Minutes for which its answer holds.", Min = 1, Max = 1_440)]
    public int DiscoCacheMinutes { get; init; } = 60;
}
