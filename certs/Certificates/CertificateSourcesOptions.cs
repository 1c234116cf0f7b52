namespace Certificates;

/// <summary>What the operator wrote about certificates: what we present and what we believe.</summary>
public sealed record CertificateSourcesOptions
{
    /// <summary>What we present.</summary>
    public IReadOnlyList<OwnCertificateOptions> Own { get; init; } = [];

    /// <summary>What we believe.</summary>
    public IReadOnlyList<TrustSetOptions> Trust { get; init; } = [];

    /// <summary>Name of the own certificate presented when no domain decides; the first entry when empty.</summary>
    public string Default { get; init; } = "";

    /// <summary>How often files are looked at for changes, in seconds; 0 leaves reloading to the operator.</summary>
    public int WatchSeconds { get; init; } = 30;

    /// <summary>Relative paths start here.</summary>
    public string Directory { get; init; } = "";
}

/// <summary>One certificate we present: PEM certificate and key, or a PFX.</summary>
public sealed record OwnCertificateOptions
{
    /// <summary>The name other settings refer to.</summary>
    public string Name { get; init; } = "";

    /// <summary>PEM file: leaf first, then intermediates.</summary>
    public string Certificate { get; init; } = "";

    /// <summary>PEM file with the private key; may equal <see cref="Certificate"/>.</summary>
    public string Key { get; init; } = "";

    /// <summary>PKCS#12 file, instead of the two above.</summary>
    public string Pfx { get; init; } = "";

    /// <summary>File whose first line is the password of the key or PFX.</summary>
    public string PasswordFile { get; init; } = "";

    /// <summary>Environment variable that holds the password of the key or PFX.</summary>
    public string PasswordEnvironment { get; init; } = "";

    /// <summary>Domains it is chosen for; the dNSNames of the certificate when empty.</summary>
    public IReadOnlyList<string> Domains { get; init; } = [];

    /// <summary>What it must be good for.</summary>
    public CertificateProfile Profile { get; init; } = CertificateProfile.Federation;

    /// <summary>Whether the chain must lead to a root known here (system or any trust set).</summary>
    public bool ChainChecked { get; init; } = true;
}

/// <summary>One set of believed certificates.</summary>
public sealed record TrustSetOptions
{
    /// <summary>The name peers refer to.</summary>
    public string Name { get; init; } = "";

    /// <summary>PEM (many), DER or P7B files. Self-issued certificates become roots, others known intermediates.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Also believe the roots of the operating system.</summary>
    public bool System { get; init; }

    /// <summary>SHA-256 fingerprints of certificates that are refused although the chain is good.</summary>
    public IReadOnlyList<string> Withdrawn { get; init; } = [];

    /// <summary>The shortest RSA key accepted, in bits.</summary>
    public int RsaBitsMin { get; init; } = 2048;
}

/// <summary>What a certificate must be for its use; the profiles are described in <c>certs/profiles</c>.</summary>
public enum CertificateProfile
{
    /// <summary>Both protocols, both directions: serverAuth present, or no EKU; names present; strong key.</summary>
    Federation,

    /// <summary>Anything with a key: the operator knows why.</summary>
    Any,
}
