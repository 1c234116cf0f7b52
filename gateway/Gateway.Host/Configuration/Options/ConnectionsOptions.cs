namespace Gateway.Host.Configuration.Options;

/// <summary>How connections to SIP peers are made and kept.</summary>
public sealed record ConnectionsOptions
{
    [Setting("Seconds without a sent byte after which a double CRLF is sent, so that firewalls keep the connection; 0 never.", Min = 0, Max = 3_600)]
    public int KeepAliveSeconds { get; init; } = 120;

    [Setting("Unanswered requests on every connection of a peer that make us dial one more, as long as limits.outgoingConnectionsMax of the peer allows.", Min = 1, Max = 100_000)]
    public int RequestsPerConnection { get; init; } = 100;

    [Setting("Longest time a target that fails again and again is left alone.", Min = 2, Max = 3_600)]
    public int QuarantineSecondsMax { get; init; } = 120;

    [Setting("Seconds for which a peer's names are not asked for again while a connection stands, however short their time to live.", Min = 1, Max = 3_600)]
    public int ResolveSecondsMin { get; init; } = 30;
}
