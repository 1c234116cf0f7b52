using Lab.Trust;

namespace Lab.Xmpp;

/// <summary>A domain that a real server federates for with a certificate of its own, played by an <see cref="XmppComponent"/>.</summary>
public sealed record FederatedDomain(string Name, LabCertificate Certificate)
{
    public ServerTls Tls { get; init; } = ServerTls.Must;
}

/// <summary>What a server wants of TLS between servers, for one of its domains.</summary>
public enum ServerTls
{
    Must,
    May,
    None,
}
