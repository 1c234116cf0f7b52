using Lab.Trust;

namespace Lab.Sip;

/// <summary>What one emulated edge is given.</summary>
public sealed record LyncEdgeOptions(string Profile, string AuthorityFile, string GatewayHost, int GatewayPort)
{
    public string Name { get; init; } = "contoso";

    public int Port { get; init; } = LabPorts.Take();

    /// <summary>Where it listens: any address of 127/8, or <c>[::1]</c>.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Where the gateway listens.</summary>
    public string GatewayAddress { get; init; } = "127.0.0.1";

    public string Fqdn { get; init; } = "sip.contoso.example";

    public IReadOnlyList<string> Domains { get; init; } = ["contoso.example"];

    /// <summary>Null: it presents none.</summary>
    public LabCertificate? Certificate { get; init; }

    public IReadOnlyList<string> More { get; init; } = [];
}
