using Lab;
using Lab.Trust;

namespace Appliance.Tests.Interop;

/// <summary>The certificates of the trust matrix: one authority that everybody believes, and a stranger.</summary>
public sealed class TrustCertificates(LabDirectory directory) : IDisposable
{
    private readonly LabAuthority _authority = new(directory.Folder("certs"));
    private readonly LabAuthority _stranger = new(directory.Folder("certs-stranger"), "Somebody else");

    public string AuthorityFile => _authority.CertificateFile;

    public LabCertificate Valid(string file, params IReadOnlyList<string> names) => _authority.Issue(file, names, LabCertificateKind.Both);

    /// <summary>One of <see cref="Cell.Certificates"/>.</summary>
    public LabCertificate Issue(string file, string certificate, IReadOnlyList<string> names) => certificate switch
    {
        "self-signed" => _authority.SelfSigned(file, names),
        "expired" => _authority.Issue(file, names, LabCertificateKind.Both, isExpired: true),
        "wrong-name" => _authority.Issue(file, ["montague.example"], LabCertificateKind.Both),
        "unknown-ca" => _stranger.Issue(file, names, LabCertificateKind.Both),
        _ => Valid(file, names),
    };

    /// <summary>One that is good for a moment.</summary>
    public LabCertificate Brief(string file, IReadOnlyList<string> names, TimeSpan lasts) => _authority.Issue(file, names, LabCertificateKind.Both, lasts: lasts);

    /// <summary>One for somebody else whose common name is the domain: a fit for whoever looks there.</summary>
    public LabCertificate Commonly(string domain) => _authority.Issue(domain, ["montague.example"], LabCertificateKind.Both, commonName: domain);

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }
}
