namespace Gateway.Federation.Peers;

/// <summary>Who is asking, after judgement. Closed.</summary>
public abstract record Principal;

/// <summary>A federated peer that proved itself for <paramref name="Domain"/>; <paramref name="ProvedBy"/> says how, in words for status and log.</summary>
public sealed record FederatedPeer(PeerModel Peer, string Domain, Proof ProvedBy) : Principal
{
    /// <summary>The connection it proved itself on; empty for what we say in its name.</summary>
    public Policy.ConnectionEnds Ends { get; init; }

    /// <summary>We report in its name what became of something of ours (a link that failed, a dialog that is gone): it is bound by no rate, else a busy peer would hide its own failures.</summary>
    public bool IsReport { get; init; }
}

/// <summary>The operator at the admin socket.</summary>
public sealed record Operator : Principal;

/// <summary>How a peer proved its domain.</summary>
public enum Proof
{
    /// <summary>Mutual TLS with a subject bound to the peer record.</summary>
    TlsSubject,

    /// <summary>SASL EXTERNAL on a certificate that names the domain (XEP-0178).</summary>
    SaslExternal,

    /// <summary>Dialback over TLS (XEP-0220).</summary>
    DialbackOverTls,

    /// <summary>Dialback without TLS: only where the peer record allows it.</summary>
    DialbackInClear,
}
