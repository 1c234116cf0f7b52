using Lab.Trust;

namespace Lab.Xmpp;

/// <summary>What one Prosody of the lab is given.</summary>
public sealed record ProsodyOptions(string Domain, int DnsPort, LabCertificate Certificate, string AuthorityFile)
{
    public int ClientPort { get; init; } = LabPorts.Take();

    public int ServerPort { get; init; } = LabPorts.Take();

    /// <summary>False: a peer must prove its domain by certificate (SASL EXTERNAL, <c>s2s_secure_auth</c>). True: dialback counts too.</summary>
    public bool AcceptsDialback { get; init; }
}
