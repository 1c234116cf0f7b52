using Lab.Trust;

namespace Lab.Xmpp;

/// <summary>What one Prosody of the lab is given.</summary>
public sealed record ProsodyOptions(string Domain, int DnsPort, LabCertificate Certificate, string AuthorityFile)
{
    public int ClientPort { get; init; } = LabPorts.Take();

    public int ServerPort { get; init; } = LabPorts.Take();

    /// <summary>False: a peer must prove its domain by certificate (SASL EXTERNAL, <c>s2s_secure_auth</c>). True: dialback counts too.</summary>
    public bool AcceptsDialback { get; init; }

    /// <summary>Domains beside <see cref="Domain"/>, each a component with a certificate of its own.</summary>
    public IReadOnlyList<FederatedDomain> Components { get; init; } = [];

    public int ComponentPort { get; init; } = LabPorts.Take();

    /// <summary>Where TLS begins with the first byte (XEP-0368); null listens nowhere for it.</summary>
    public int? DirectPort { get; init; }

    /// <summary>Far domains whose keys are taken all the same where a peer must prove its domain by certificate.</summary>
    public IReadOnlyList<string> DialbackDomains { get; init; } = [];

    /// <summary>Streams without TLS are refused.</summary>
    public bool RequiresTls { get; init; } = true;

    /// <summary>Modules of Debian's package beside the usual ones.</summary>
    public IReadOnlyList<string> MoreModules { get; init; } = [];

    /// <summary>Settings that replace the ones about servers: what <c>gateway generate prosody</c> printed.</summary>
    public string? ServerSettings { get; init; }
}
