namespace Lab.Xmpp;

/// <summary>What one ejabberd of the lab is given.</summary>
public sealed record EjabberdOptions(string Domain, int DnsPort, string AuthorityFile, IReadOnlyList<FederatedDomain> Domains)
{
    public int ServerPort { get; init; } = LabPorts.Take();

    public int DirectPort { get; init; } = LabPorts.Take();

    public int ComponentPort { get; init; } = LabPorts.Take();

    /// <summary>Far domains whose keys are taken where no certificate proves them.</summary>
    public IReadOnlyList<string> DialbackDomains { get; init; } = [];

    /// <summary>Domains that are no components but hosts of its own, each with its own word about TLS; what is sent to their users comes back.</summary>
    public IReadOnlyList<FederatedDomain> Hosts { get; init; } = [];

    /// <summary><c>optional</c>, <c>required</c> or <c>required_trusted</c>.</summary>
    public string StartTls { get; init; } = "required";

    /// <summary>Settings put in at the end of the file as they stand: what <c>gateway generate ejabberd</c> printed.</summary>
    public string More { get; init; } = "";
}
