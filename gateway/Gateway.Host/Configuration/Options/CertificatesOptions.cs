using Certificates;

namespace Gateway.Host.Configuration.Options;

/// <summary>Certificates we present and certificates we believe.</summary>
public sealed record CertificatesOptions
{
    [Setting("What we present. The first is the default.")]
    public IReadOnlyList<OwnOptions> Own { get; init; } = [];

    [Setting("Named sets of authorities; peers refer to them by name.")]
    public IReadOnlyList<TrustOptions> Trust { get; init; } = [];

    [Setting("Name of the own certificate presented when no domain decides; empty means the first.")]
    public string Default { get; init; } = "";

    [Setting("How often the files are looked at for changes; 0 leaves it to a reload.", Min = 0, Max = 86_400)]
    public int WatchSeconds { get; init; } = 30;
}

/// <summary>One certificate of ours.</summary>
public sealed record OwnOptions
{
    [Setting("The name other settings use.", IsRequired = true)]
    public string Name { get; init; } = "";

    [Setting("PEM file: our certificate, then its intermediates.")]
    public string Certificate { get; init; } = "";

    [Setting("PEM file with the private key; may be the same file.")]
    public string Key { get; init; } = "";

    [Setting("PKCS#12 file, instead of the two above.")]
    public string Pfx { get; init; } = "";

    [Setting("File whose first line is the password of the key.")]
    public string PasswordFile { get; init; } = "";

    [Setting("Environment variable that holds the password of the key.")]
    public string PasswordEnvironment { get; init; } = "";

    [Setting("Domains it is presented for; empty means the names in it.")]
    public IReadOnlyList<string> Domains { get; init; } = [];

    [Setting("federation: checked for what both protocols need. any: taken as it is.")]
    public CertificateProfile Profile { get; init; } = CertificateProfile.Federation;

    [Setting("Whether its chain must lead to a root that is known here.")]
    public bool ChainChecked { get; init; } = true;
}

/// <summary>One set of authorities.</summary>
public sealed record TrustOptions
{
    [Setting("The name peers refer to.", IsRequired = true)]
    public string Name { get; init; } = "";

    [Setting("PEM, DER or P7B files with roots and intermediates.")]
    public IReadOnlyList<string> Files { get; init; } = [];

    [Setting("Also believe the roots of the operating system.")]
    public bool System { get; init; }

    [Setting("SHA-256 fingerprints that are refused although the chain is good.")]
    public IReadOnlyList<string> Withdrawn { get; init; } = [];

    [Setting("Shortest RSA key accepted; weakCertificate of a peer goes below it.", Min = 2_048, Max = 16_384)]
    public int RsaBitsMin { get; init; } = 2_048;
}
