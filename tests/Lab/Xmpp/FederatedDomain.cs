using Lab.Trust;

namespace Lab.Xmpp;

/// <summary>A domain that a real server federates for with a certificate of its own, played by an <see cref="XmppComponent"/>.</summary>
public sealed record FederatedDomain(string Name, LabCertificate Certificate)
{
    /// <summary>Whether the server tries TLS for it at all; Prosody tries it even where it is not offered.</summary>
    public bool SpeaksTls { get; init; } = true;
}
