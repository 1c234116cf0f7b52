namespace Gateway.Host.Configuration.Editing;

/// <summary>What an operator says of a new peer: edge, domain and port are enough (OCS-042, PSB-070).</summary>
public sealed record PeerOrder(string Product, IReadOnlyList<string> Domains)
{
    /// <summary>The edge's or server's host name; empty: found by DNS SRV, which only XMPP peers may be.</summary>
    public string Host { get; init; } = "";

    /// <summary>Null: the usual one.</summary>
    public int? Port { get; init; }

    /// <summary>Null: the first domain.</summary>
    public string? Name { get; init; }

    public string Trust { get; init; } = "default";

    public bool Dialback { get; init; }

    public bool PrivateTargets { get; init; }
}
