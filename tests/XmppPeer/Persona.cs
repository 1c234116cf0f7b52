using System.Net.Security;

namespace XmppPeer;

/// <summary>What a domain of ours wants of TLS before it goes on.</summary>
public enum TlsWish
{
    Required,
    Optional,
    Off,
}

/// <summary>One domain of the peer and how its server behaves: what it offers, what it believes, what it falls back to.</summary>
public sealed record Persona(string Domain)
{
    /// <summary>Null presents no certificate, and then STARTTLS is not offered.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    public TlsWish Tls { get; init; } = TlsWish.Required;

    /// <summary>Offers SASL EXTERNAL to whoever's certificate proves its domain, and uses it where it is offered.</summary>
    public bool UsesExternal { get; init; } = true;

    public bool UsesDialback { get; init; }

    /// <summary>The other side's certificate must chain to our authority and name its domain before EXTERNAL or, without dialback, anything at all is allowed.</summary>
    public bool Verifies { get; init; } = true;

    /// <summary>Openfire's ways (field fact E4): its form of dialback key, and what it tries one after the other: EXTERNAL, dialback over TLS, dialback in clear.</summary>
    public bool IsOpenfire { get; init; }

    /// <summary>Begins TLS with the first byte when it dials (XEP-0368).</summary>
    public bool DialsDirectly { get; init; }

    /// <summary>Seconds without a byte until a stream is closed; 0 is never. Openfire ships 30 minutes.</summary>
    public double IdleSeconds { get; init; }

    /// <summary>Written into the features as it stands: what a peer may offer that nobody asked for.</summary>
    public string MoreFeatures { get; init; } = "";

    public string Secret { get; init; } = "a secret of this server alone";

    /// <summary>Never answers a dialback question: an authoritative server that hangs.</summary>
    public bool IsMuteToQuestions { get; init; }
}
