namespace Lab.Trust;

/// <summary>A certificate and its key as PEM files.</summary>
public sealed record LabCertificate(string CertificateFile, string KeyFile);

/// <summary>What the extended key usage of a lab certificate says.</summary>
public enum LabCertificateKind
{
    ServerAuthOnly,
    ClientAuthOnly,
    Both,
}
